"""What StartExam is asked: the API's methods as requests, each with how its answer is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import urlencode

from bulk_register.records import Answer, Batch, Exam, Test
from bulk_register.startexam.answers import read_participants, read_tests
from bulk_register.startexam.clock import utc_text

REGISTER_PATH = "/v2/employees-participants"  # API page "Register Employees"
TESTS_PATH = "/v1/tests"  # API page "Get Tests"
MAX_PARTICIPANTS_BYTES = 1024 * 1024  # 500 participants are 20 kB
USUAL_ANSWER_BYTES = 16 * 1024 * 1024

Result = TypeVar("Result")


@dataclass(frozen=True)
class Call(Generic[Result]):
    """One request, as often as it takes."""

    verb: str
    path: str
    read: Callable[[bytes], Result]  # the answer; raises SendAgainError where it isn't one
    max_answer_bytes: int
    body: bytes | None = None
    batch: Batch | None = None
    exam: Exam | None = None
    follow_clock: bool = False  # see `StartExam.register`
    query: tuple[tuple[str, str], ...] = ()  # not signed
    people: tuple[str, ...] = ()  # the employees that it is about, where it carries no batch
    kept: tuple[str, ...] = ()  # words of ours that StartExam's words may repeat, like names of fields
    spent: bool = False  # it holds what counts once, like a token

    @property
    def target(self) -> str:
        """The path with the query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def number(self) -> int:
        """The batch's number, 0 without one."""
        return self.batch.number if self.batch else 0

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The employees that it is about."""
        return self.batch.identifiers if self.batch else self.people

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that it names."""
        return self.exam.tests if self.exam else ()

    @property
    def once(self) -> bool:
        """Whether it must not be sent again once it may have been carried out."""
        return self.spent or (self.exam is not None and self.exam.reregister)


def register_call(exam: Exam, batch: Batch, *, follow_clock: bool) -> Call[Answer]:
    """Return the request that registers a batch."""
    return Call(
        "POST",
        REGISTER_PATH,
        partial(read_participants, count=len(batch)),
        MAX_PARTICIPANTS_BYTES,
        body=register_body(exam, batch.identifiers),
        batch=batch,
        exam=exam,
        follow_clock=follow_clock,
    )


def tests_call() -> Call[list[Test]]:
    """Return the request for the account's tests."""
    return Call("GET", TESTS_PATH, read_tests, USUAL_ANSWER_BYTES)


def register_body(exam: Exam, identifiers: tuple[str, ...]) -> bytes:
    """Return the compact UTF-8 JSON of a Register Employees request."""
    members: dict[str, object] = {
        "center": exam.center,
        "validFrom": utc_text(exam.valid_from),
        "validTill": utc_text(exam.valid_till),
        "proctoring": exam.proctoring,
        "doNotCreateIfExist": not exam.reregister,
        "tests": list(exam.tests),
        "employees": [{"id": identifier} for identifier in identifiers],
    }
    if exam.proctoring and exam.proctoring_parameters:
        pairs = [{"name": name, "value": value} for name, value in exam.proctoring_parameters]
        members["proctoringActivationParameters"] = pairs
    return compact_json(members)


def compact_json(members: dict[str, object]) -> bytes:
    """Return a request's body: compact UTF-8 JSON."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
