"""What employees are registered for, and what StartExam answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True)
class Exam:
    """What employees are registered for: the part of a request that all batches of a run share."""

    center: str
    tests: tuple[str, ...]  # GUIDs, 1 to `api.MAX_TESTS`
    valid_from: datetime  # UTC
    valid_till: datetime  # UTC
    proctoring: bool = False
    proctoring_parameters: tuple[tuple[str, str], ...] = ()
    reregister: bool = False  # sends `doNotCreateIfExist: false`
    titles: tuple[str, ...] = ()  # of the tests, in their order, "" where one isn't known; () for none

    @property
    def titles_by_test(self) -> dict[str, str]:
        """The titles that are known, by GUID in lower case."""
        return {test.lower(): title for test, title in zip(self.tests, self.titles, strict=False) if title}


class Scope(NamedTuple):
    """What a registration belongs to, beside the employee; equal scopes share what the ledger knows."""

    account_id: int
    base_url: str
    center: str
    tests: str  # sorted, lower case, separated by spaces
    proctoring: str  # "" without, else the sorted parameters as JSON


class Test(NamedTuple):
    """One of the account's tests; API page "Get Tests"."""

    title: str
    identifier: str
    type: str
    status: str


@dataclass(frozen=True)
class Answer:
    """A 200 that could be read.

    `participants` holds one identifier (or None: StartExam gave null) for each employee of the request, in
    their order; it is None where the answer can't be matched to employees, and `fault` says why.
    """

    raw: bytes = field(repr=False)
    participants: tuple[str | None, ...] | None = field(repr=False)
    fault: str = ""
    empty: bool = False  # it holds no participant at all
    repeated: tuple[str | None, ...] = ()  # as answered, where a participant stands in several places
