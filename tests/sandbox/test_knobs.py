"""Each knob of the sandbox's behaviour."""

from __future__ import annotations

import time
from collections import Counter
from email.utils import parsedate_to_datetime

import pytest
import requests

from bulk_register.sandbox import Behaviour, Existing, Sandbox
from tests.support.raw_requests import identifiers, register

FAULTS = {
    "500",
    "502 in HTML",
    "503",
    "503 with Retry-After",
    "429",
    "reset before the work",
    "reset after the work",
}


def attempt(base_url: str, *employees: str) -> requests.Response | None:
    """The answer, or None where the connection was reset."""
    try:
        return register(base_url, *employees)
    except requests.ConnectionError:
        return None


def test_latency_is_waited_for() -> None:
    with Sandbox(Behaviour(latency_seconds=0.2)) as sandbox:
        started = time.monotonic()
        identifiers(register(sandbox.base_url, "a"))
        assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("existing", "shown"),
    [("in place", ["b", "a", "c"]), ("left out", ["b", "c"]), ("null", ["b", None, "c"])],
)
def test_existing_participants_are_answered_as_told(existing: Existing, shown: list[str | None]) -> None:
    with Sandbox(Behaviour(existing=existing)) as sandbox:
        register(sandbox.base_url, "a")
        answered = identifiers(register(sandbox.base_url, "b", "a", "c"))
        employee_of = {
            participant: employee for (_, _, employee), participant in sandbox.registrations.items()
        }
    assert [each and employee_of[each] for each in answered] == shown


def test_only_known_employees_exist() -> None:
    with Sandbox(Behaviour(known={"a", "b"})) as sandbox:
        assert register(sandbox.base_url, "a", "c").status_code == 400
        assert register(sandbox.base_url, "a", "b").status_code == 200


def test_unknown_employees_may_be_told_by_a_predicate() -> None:
    with Sandbox(Behaviour(unknown=lambda employee: employee.startswith("x"))) as sandbox:
        assert register(sandbox.base_url, "a", "x1").status_code == 400
        assert register(sandbox.base_url, "a", "1x").status_code == 200


@pytest.mark.parametrize(
    ("skew_seconds", "words"),
    [(3600, "it's older than 15 minutes"), (-3600, "it's more than 15 minutes in the future")],
)
def test_a_skewed_clock_refuses_and_shows_its_time(skew_seconds: int, words: str) -> None:
    with Sandbox(Behaviour(clock_skew_seconds=skew_seconds)) as sandbox:
        answer = register(sandbox.base_url, "a")
    shown = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert answer.status_code == 403
    assert words in answer.json()["message"]
    assert abs(shown - time.time() - skew_seconds) < 5


def test_every_fault_comes_up() -> None:
    with Sandbox(Behaviour(fail_rate=1, seed=1)) as sandbox:
        answers = [attempt(sandbox.base_url, "a") for _ in range(60)]
        assert {each.fault for each in sandbox.requests} == FAULTS
    assert {each.status_code if each is not None else 0 for each in answers} == {0, 429, 500, 502, 503}
    assert {each.headers.get("Retry-After") for each in answers if each is not None} == {None, "1"}


def test_only_a_reset_after_the_work_registers() -> None:
    with Sandbox(Behaviour(fail_rate=1, seed=2)) as sandbox:
        for number in range(40):
            attempt(sandbox.base_url, str(number))
        worked = {each.employees[0] for each in sandbox.requests if each.fault == "reset after the work"}
        assert worked
        assert {employee for _, _, employee in sandbox.registrations} == worked


def test_the_fail_rate_is_a_share_and_the_seed_repeats_it() -> None:
    books = []
    for _ in range(2):
        with Sandbox(Behaviour(fail_rate=0.25, seed=3)) as sandbox:
            for number in range(200):
                attempt(sandbox.base_url, str(number))
            books.append([each.fault for each in sandbox.requests])
    assert books[0] == books[1]
    assert 30 <= 200 - Counter(books[0])[""] <= 70


def test_a_wrong_rate_or_latency_is_an_error() -> None:
    with pytest.raises(ValueError, match="fail_rate is 25"):
        Behaviour(fail_rate=25)
    with pytest.raises(ValueError, match="latency_seconds is -1"):
        Behaviour(latency_seconds=-1)
