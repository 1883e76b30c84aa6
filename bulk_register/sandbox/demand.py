"""The body of Register Employees, checked against every limit on that API page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bulk_register.sandbox.account import Account
from bulk_register.sandbox.messages import RefusedError

MAX_TESTS = 10
MAX_EMPLOYEES = 500
MAX_ID_CHARACTERS = 250

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True)
class Demand:
    """What a correct request asks for; `tests` in lower case."""

    center: str
    tests: frozenset[str]
    employees: list[str]
    do_not_create_if_exist: bool


def read_demand(payload: dict[str, Any], account: Account) -> Demand:
    """Check a request's JSON object; RefusedError (400) names the first member that is wrong."""
    center = _member(payload, "center", str)
    if not account.knows_center(center):
        raise RefusedError(400, f"Center '{center}' is not found.")
    _check_window(payload)
    _check_proctoring(payload, account)
    return Demand(
        center=center,
        tests=_tests(payload, account),
        employees=read_identifiers(payload),
        do_not_create_if_exist=_flag(payload, "doNotCreateIfExist"),
    )


def _member(payload: dict[str, Any], name: str, kind: type[T]) -> T:
    value = payload.get(name)
    if not isinstance(value, kind):
        raise RefusedError(400, f"'{name}' must be a {'string' if kind is str else 'list'}.")
    return value


def _flag(payload: dict[str, Any], name: str) -> bool:
    value = payload.get(name, False)
    if not isinstance(value, bool):
        raise RefusedError(400, f"'{name}' must be true or false.")
    return value


def _check_window(payload: dict[str, Any]) -> None:
    if _moment(payload, "validFrom") >= _moment(payload, "validTill"):
        raise RefusedError(400, "'validTill' must be later than 'validFrom'.")


def _moment(payload: dict[str, Any], name: str) -> datetime:
    text = _member(payload, name, str)
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # as 2026-02-30
    raise RefusedError(400, f"'{name}' must be a UTC date and time in ISO 8601, as 2024-05-03T00:00:00Z.")


def _check_proctoring(payload: dict[str, Any], account: Account) -> None:
    proctoring = _flag(payload, "proctoring")
    if proctoring and not account.proctoring:
        raise RefusedError(400, "Proctoring is not available for this account.")
    if "proctoringActivationParameters" not in payload:
        return
    if not proctoring:
        raise RefusedError(400, "'proctoringActivationParameters' must come with 'proctoring'.")
    parameters = _member(payload, "proctoringActivationParameters", list)
    if not parameters or not all(map(_is_parameter, parameters)):
        raise RefusedError(
            400, "'proctoringActivationParameters' must hold 'name' and 'value', both strings."
        )


def _is_parameter(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"name", "value"}
        and all(isinstance(text, str) for text in value.values())
    )


def _tests(payload: dict[str, Any], account: Account) -> frozenset[str]:
    tests = _member(payload, "tests", list)
    if not 1 <= len(tests) <= MAX_TESTS:
        raise RefusedError(400, f"'tests' must hold 1 to {MAX_TESTS} tests.")
    return frozenset(_test(test, account) for test in tests)


def _test(test: object, account: Account) -> str:
    if not is_guid(test):
        raise RefusedError(400, "'tests' must hold GUIDs only.")
    identifier = str(test).lower()
    status = account.status_of_test(identifier)
    if status != "active":
        raise RefusedError(400, f"Test '{test}' is {'not active' if status else 'not found'}.")
    return identifier


def is_guid(value: object) -> bool:
    return isinstance(value, str) and _GUID.fullmatch(value.lower()) is not None


def read_identifiers(payload: dict[str, Any]) -> list[str]:
    """The employees of a request; RefusedError (400) where any of them, or their number, is wrong."""
    employees = _member(payload, "employees", list)
    if not 1 <= len(employees) <= MAX_EMPLOYEES:
        raise RefusedError(400, f"'employees' must hold 1 to {MAX_EMPLOYEES} employees.")
    identifiers = [
        each["id"]
        for each in employees
        if isinstance(each, dict)
        and isinstance(each.get("id"), str)
        and 1 <= len(each["id"]) <= MAX_ID_CHARACTERS
    ]
    if len(identifiers) < len(employees):
        raise RefusedError(
            400, f"'id' of an employee must be a string of 1 to {MAX_ID_CHARACTERS} characters."
        )
    if len(set(identifiers)) < len(identifiers):
        raise RefusedError(400, "'id' of an employee must be unique in the request.")
    return identifiers
