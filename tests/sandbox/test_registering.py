"""What the sandbox does with requests that are right."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bulk_register.sandbox import (
    DEMO_CENTER,
    DEMO_SECOND_CENTER,
    DEMO_TEST,
    DEMO_TESTS,
    Account,
    Behaviour,
    Sandbox,
)
from tests.support.raw_requests import REGISTER, get, identifiers, payload, post, register

SECOND_TEST = DEMO_TESTS[1].test_id


@pytest.fixture(name="sandbox")
def _sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def test_every_employee_gets_a_guid_of_their_own(sandbox: Sandbox) -> None:
    answered = identifiers(register(sandbox.base_url, "a", "b", "c"))
    assert len({uuid.UUID(each) for each in answered}) == 3
    assert [sandbox.registrations[DEMO_CENTER, frozenset([DEMO_TEST]), each] for each in "abc"] == answered


def test_an_existing_participant_is_answered_in_its_place(sandbox: Sandbox) -> None:
    (b,) = identifiers(register(sandbox.base_url, "b"))
    assert identifiers(register(sandbox.base_url, "a", "b", "c"))[1] == b
    assert sandbox.created == {"a": 1, "b": 1, "c": 1}


def test_without_do_not_create_if_exist_everybody_is_new(sandbox: Sandbox) -> None:
    first = identifiers(register(sandbox.base_url, "a", doNotCreateIfExist=False))
    second = identifiers(register(sandbox.base_url, "a", doNotCreateIfExist=False))
    assert first != second
    assert identifiers(register(sandbox.base_url, "a")) == second
    assert sandbox.created == {"a": 2}


def test_another_center_or_set_of_tests_is_another_registration(sandbox: Sandbox) -> None:
    variants: list[dict[str, Any]] = [{}, {"center": DEMO_SECOND_CENTER}, {"tests": [DEMO_TEST, SECOND_TEST]}]
    answered = [identifiers(register(sandbox.base_url, "a", **each))[0] for each in variants]
    assert len(set(answered)) == 3


def test_a_set_of_tests_has_no_order_and_no_case(sandbox: Sandbox) -> None:
    first = register(sandbox.base_url, "a", tests=[DEMO_TEST, SECOND_TEST])
    second = register(sandbox.base_url, "a", tests=[SECOND_TEST.upper(), DEMO_TEST])
    assert identifiers(first) == identifiers(second)


def test_proctoring_parameters_are_taken(sandbox: Sandbox) -> None:
    parameters = [{"name": "Type", "value": "Offline"}]
    answer = register(sandbox.base_url, "a", proctoring=True, proctoringActivationParameters=parameters)
    assert len(identifiers(answer)) == 1


def test_any_string_of_up_to_250_characters_is_an_id(sandbox: Sandbox) -> None:
    odd = [" ", "Иван", "a" * 250, "\u0000", '"\\', "😀", "\ud800"]
    assert len(set(identifiers(register(sandbox.base_url, *odd)))) == len(odd)


def test_500_employees_pass_in_one_request(sandbox: Sandbox) -> None:
    assert len(set(identifiers(register(sandbox.base_url, *map(str, range(500)))))) == 500


def test_the_documentations_example_is_accepted() -> None:
    example = {
        "center": "mycenter",
        "validFrom": "2024-05-03T00:00:00Z",
        "validTill": "2024-05-13T23:59:59Z",
        "proctoring": False,
        "doNotCreateIfExist": False,
        "tests": ["fa19e351-36d0-49c0-be92-66d640b17878"],
        "employees": [{"id": "willis74"}, {"id": "knightly32"}, {"id": "covey77"}],
    }
    with Sandbox(account=Account(proctoring=False, any_center=True, any_test=True)) as sandbox:
        answer = post(sandbox.base_url, json.dumps(example, indent=2).encode())
    assert len(identifiers(answer)) == 3


def test_the_path_has_no_case(sandbox: Sandbox) -> None:
    body = json.dumps(payload(["a"])).encode()
    assert post(sandbox.base_url, body, REGISTER.upper()).status_code == 200


def test_parallel_requests_never_register_anybody_twice(sandbox: Sandbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: identifiers(register(sandbox.base_url, *"abcdef")), range(40))
        assert len({tuple(each) for each in answers}) == 1
    assert set(sandbox.created.values()) == {1}


def test_the_book_tells_what_arrived(sandbox: Sandbox) -> None:
    register(sandbox.base_url, "a", "b")
    register(sandbox.base_url, "c", center="nowhere")
    get(sandbox.base_url, "/v1/tests?status=active")
    assert [(each.method, each.path, each.employees, each.status) for each in sandbox.requests] == [
        ("POST", REGISTER, ("a", "b"), 200),
        ("POST", REGISTER, ("c",), 400),
        ("GET", "/v1/tests", (), 200),
    ]


def test_tests_are_listed_with_every_documented_member(sandbox: Sandbox) -> None:
    tests = get(sandbox.base_url, "/v1/tests").json()["tests"]
    assert [each["testId"] for each in tests] == [each.test_id for each in sandbox.tests]
    members = {"testId", "projectId", "type", "status", "title", "description", "time", "modified"}
    assert all(each.keys() == members for each in tests)


@pytest.mark.parametrize(
    ("query", "count"),
    [("status=archive", 1), ("status=active&type=survey", 1), ("type=test", 4), ("status=deleted", 0)],
)
def test_tests_are_filtered(sandbox: Sandbox, query: str, count: int) -> None:
    assert len(get(sandbox.base_url, f"/v1/tests?{query}").json()["tests"]) == count


def test_tests_are_filtered_by_project(sandbox: Sandbox) -> None:
    project = DEMO_TESTS[0].project_id
    assert len(get(sandbox.base_url, f"/v1/tests?projectId={project}").json()["tests"]) == len(DEMO_TESTS)
    assert get(sandbox.base_url, f"/v1/tests?projectId={DEMO_TEST}").json()["tests"] == []


def test_any_center_and_any_test_are_accepted_where_asked_for() -> None:
    unheard_of = str(uuid.uuid4())
    with Sandbox(account=Account(any_center=True, any_test=True)) as sandbox:
        answer = register(sandbox.base_url, "a", center="Head office", tests=[unheard_of])
        archived = register(sandbox.base_url, "a", tests=[DEMO_TESTS[-1].test_id])
    assert len(identifiers(answer)) == 1
    assert archived.status_code == 400


def test_the_same_seed_gives_the_same_identifiers() -> None:
    answered = []
    for employees, seed in [("ab", 7), ("ba", 7), ("ab", 8)]:
        with Sandbox(Behaviour(seed=seed)) as sandbox:
            answered.append(
                dict(zip(employees, identifiers(register(sandbox.base_url, *employees)), strict=True))
            )
    assert answered[0] == answered[1] != answered[2]
