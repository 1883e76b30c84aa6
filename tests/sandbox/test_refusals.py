"""Everything that the sandbox refuses, and with which words."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
import requests

from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, DEMO_TESTS, Account, Behaviour, Sandbox
from bulk_register.sandbox.authorization import signature, string_to_sign
from bulk_register.sandbox.messages import Request
from tests.support.raw_requests import REGISTER, get, payload, post, register, send, signed

BODY = json.dumps(payload(["a"])).encode()
PARAMETERS = [{"name": "Type", "value": "Offline"}]


@pytest.fixture(name="sandbox", scope="module")
def _sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
        assert sandbox.registrations == {}


def message(response: requests.Response, status: int) -> str:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    words: str = response.json()["message"]
    return words


@pytest.mark.parametrize(
    ("secret_key", "method", "target", "date", "length", "expected"),
    [
        (
            "example-secret-key",
            "POST",
            "/v2/Employees-Participants",
            "Fri, 03 May 2024 02:27:07 GMT",
            "349",
            "R89DBPzoBawnskAQFi9EBb+nQwIeTe8amYpLOI4oJco=",
        ),
        (
            "Ключ-Ω",
            "POST",
            "/v2/employees-participants",
            "Mon, 23 Nov 2026 08:05:09 GMT",
            "21043",
            "3Ka3VpLcMDFJyr4Ao9/yF+Rty2k9qdYOLh2AW4oe8e4=",
        ),
        (
            "example-secret-key",
            "GET",
            "/v1/tests?status=active",
            "Thu, 01 Jan 2026 00:00:00 GMT",
            None,
            "rgAMNb3F9Ij68mUcnvULLlLb0TG7oHgXP+pLNmdjeXo=",
        ),
    ],
)
def test_signatures_are_those_of_the_documentation(
    secret_key: str, method: str, target: str, date: str, length: str | None, expected: str
) -> None:
    headers = {"Date": date} | ({"Content-Length": length} if length else {})
    assert signature(secret_key, string_to_sign(Request(method, target, headers))) == expected


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"center": None}, "'center' must be a string."),
        ({"center": 7}, "'center' must be a string."),
        ({"center": "nowhere"}, "Center 'nowhere' is not found."),
        ({"validFrom": None}, "'validFrom' must be a string."),
        ({"validFrom": "2026-01-01"}, "'validFrom' must be a UTC date"),
        ({"validFrom": "2026-01-01T00:00:00+03:00"}, "'validFrom' must be a UTC date"),
        ({"validTill": "2026-02-30T00:00:00Z"}, "'validTill' must be a UTC date"),
        ({"validTill": "2026-01-01T00:00:00Z"}, "'validTill' must be later than 'validFrom'."),
        ({"proctoring": "no"}, "'proctoring' must be true or false."),
        ({"doNotCreateIfExist": 1}, "'doNotCreateIfExist' must be true or false."),
        ({"proctoringActivationParameters": PARAMETERS}, "must come with 'proctoring'"),
        ({"proctoring": True, "proctoringActivationParameters": []}, "must hold 'name' and 'value'"),
        ({"proctoring": True, "proctoringActivationParameters": {}}, "must be a list"),
        ({"proctoring": True, "proctoringActivationParameters": [{"name": "Type"}]}, "must hold 'name'"),
        (
            {"proctoring": True, "proctoringActivationParameters": [{"name": "A", "value": True}]},
            "both strings",
        ),
        ({"tests": None}, "'tests' must be a list."),
        ({"tests": []}, "'tests' must hold 1 to 10 tests."),
        ({"tests": [DEMO_TEST] * 11}, "'tests' must hold 1 to 10 tests."),
        ({"tests": ["safety"]}, "'tests' must hold GUIDs only."),
        ({"tests": [1]}, "'tests' must hold GUIDs only."),
        ({"tests": [DEMO_TEST[:-1] + "f"]}, "is not found."),
        ({"tests": [DEMO_TEST, DEMO_TESTS[-1].test_id]}, "is not active."),
        ({"employees": None}, "'employees' must be a list."),
        ({"employees": []}, "'employees' must hold 1 to 500 employees."),
        ({"employees": [{"id": str(each)} for each in range(501)]}, "'employees' must hold 1 to 500"),
        ({"employees": ["a"]}, "a string of 1 to 250 characters"),
        ({"employees": [{"id": 7}]}, "a string of 1 to 250 characters"),
        ({"employees": [{"id": ""}]}, "a string of 1 to 250 characters"),
        ({"employees": [{"id": "a" * 251}]}, "a string of 1 to 250 characters"),
        ({"employees": [{"id": "a"}, {"id": "a"}]}, "must be unique in the request."),
    ],
)
def test_a_wrong_member_is_refused_by_name(sandbox: Sandbox, changes: dict[str, Any], words: str) -> None:
    assert words in message(register(sandbox.base_url, "a", **changes), 400)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"center": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(sandbox: Sandbox, body: bytes) -> None:
    assert "JSON" in message(post(sandbox.base_url, body), 400)


def test_proctoring_is_refused_where_the_account_has_none() -> None:
    with Sandbox(account=Account(proctoring=False)) as sandbox:
        answer = register(sandbox.base_url, "a", proctoring=True)
    assert message(answer, 400) == "Proctoring is not available for this account."


@pytest.mark.parametrize(
    ("age_seconds", "words"),
    [(16 * 60, "it's older than 15 minutes"), (-16 * 60, "it's more than 15 minutes in the future")],
)
def test_a_date_far_from_the_clock_is_refused(sandbox: Sandbox, age_seconds: int, words: str) -> None:
    date = formatdate(time.time() - age_seconds, usegmt=True)
    answer = send(sandbox.base_url, "POST", REGISTER, BODY, signed("POST", REGISTER, BODY, date))
    assert message(answer, 403) == f"HTTP header 'Date' is incorrect: {words}"


@pytest.mark.parametrize("date", ["", "today", "2026-01-01T00:00:00Z", "Fri, 99 Foo 2026 00:00:00 GMT"])
def test_a_date_that_is_none_is_refused(sandbox: Sandbox, date: str) -> None:
    answer = send(sandbox.base_url, "POST", REGISTER, BODY, signed("POST", REGISTER, BODY, date))
    assert "HTTP header 'Date' is incorrect" in message(answer, 403)


@pytest.mark.parametrize(
    "wrong",
    [
        signed("POST", REGISTER, BODY + b" "),
        signed("GET", REGISTER, BODY),
        signed("POST", "/v1/tests", BODY),
        {"Authorization": ""},
        {"Authorization": "SharedKey 1001:Ω=".encode().decode("latin-1")},
    ],
    ids=["another length", "another verb", "another path", "none", "not ASCII"],
)
def test_a_signature_of_anything_else_is_refused(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    headers = signed("POST", REGISTER, BODY)
    headers["Authorization"] = wrong["Authorization"]
    answer = send(sandbox.base_url, "POST", REGISTER, BODY, headers)
    assert message(answer, 403) == "HTTP header 'Authorization' is incorrect"


@pytest.mark.parametrize("account", [Account(secret_key="another"), Account(account_id=7)])
def test_another_account_is_refused(account: Account) -> None:
    with Sandbox(account=account) as sandbox:
        assert "'Authorization'" in message(register(sandbox.base_url, "a"), 403)


def test_an_unknown_path_is_not_found(sandbox: Sandbox) -> None:
    assert message(get(sandbox.base_url, "/v1/centers"), 404) == "The resource is not found."


@pytest.mark.parametrize(("method", "target"), [("GET", REGISTER), ("PUT", REGISTER), ("POST", "/v1/tests")])
def test_a_wrong_method_is_refused(sandbox: Sandbox, method: str, target: str) -> None:
    answer = send(sandbox.base_url, method, target, headers=signed(method, target, b""))
    assert answer.headers["Allow"] in message(answer, 405)


@pytest.mark.parametrize("query", ["type=exam", "status=old", "projectId=7"])
def test_a_filter_that_cannot_be_is_refused(sandbox: Sandbox, query: str) -> None:
    assert query.split("=")[0] in message(get(sandbox.base_url, f"/v1/tests?{query}"), 400)


def test_a_body_of_untold_length_is_refused(sandbox: Sandbox) -> None:
    answer = send(sandbox.base_url, "POST", REGISTER, iter([BODY]), signed("POST", REGISTER, BODY))
    assert "Content-Length" in message(answer, 411)


def test_a_huge_body_is_refused(sandbox: Sandbox) -> None:
    assert message(post(sandbox.base_url, b" " * 8_000_000), 413) == "The request's body is too large."


def test_an_unknown_method_is_answered_in_json(sandbox: Sandbox) -> None:
    assert message(send(sandbox.base_url, "BREW", REGISTER), 501)


@pytest.mark.parametrize(
    ("name_unknown", "words"),
    [(False, "Employee is not found."), (True, "Employee 'b' is not found.")],
)
def test_an_unknown_employee_makes_the_whole_request_refused(name_unknown: bool, words: str) -> None:
    with Sandbox(Behaviour(unknown={"b", "c"}, name_unknown=name_unknown)) as sandbox:
        assert message(register(sandbox.base_url, "a", "b", "c", center=DEMO_CENTER), 400) == words
        assert sandbox.registrations == {}
