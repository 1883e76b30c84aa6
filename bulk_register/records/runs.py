"""A plan, its batches, where everybody stands, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from dataclasses import replace as with_changes
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from bulk_register.language import N_, _, in_any_language, pgettext
from bulk_register.records.exams import Exam, Scope
from bulk_register.records.rosters import Roster

RESULT_COLUMNS = (
    N_("Participant ID"),
    N_("Exam Link"),
    N_("Link Valid Till"),
    N_("Registration Status"),
    N_("Registration Note"),
)


class Status(StrEnum):
    """What became of a row, in the words of the output's `Registration Status` column."""

    REGISTERED = "registered"
    ALREADY_REGISTERED = "already registered"
    EXPIRED = "expired"
    INVALID = "invalid"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"
    IGNORED = "ignored"

    @property
    def key(self) -> str:
        """Its name in the report, the JSON log and the metrics."""
        return self.value.replace(" ", "_")


def result_headers() -> tuple[str, ...]:
    """Return the headers of RESULT_COLUMNS in the language in use."""
    return tuple(map(_, RESULT_COLUMNS))


def status_words() -> dict[str, str]:
    """Return what people read for each status, in the language in use."""
    return {
        Status.REGISTERED: pgettext("status", "registered"),
        Status.ALREADY_REGISTERED: pgettext("status", "already registered"),
        Status.EXPIRED: pgettext("status", "expired"),
        Status.INVALID: pgettext("status", "invalid"),
        Status.CONFLICT: pgettext("status", "conflict"),
        Status.REJECTED: pgettext("status", "rejected"),
        Status.FAILED: pgettext("status", "failed"),
        Status.UNKNOWN: pgettext("status", "unknown"),
        Status.NOT_SENT: pgettext("status", "not sent"),
        Status.IGNORED: pgettext("status", "ignored"),
    }


@cache
def _known_headers() -> dict[str, str]:
    return in_any_language(RESULT_COLUMNS)


def known_header(header: str) -> str | None:
    """Return which of RESULT_COLUMNS a header in whatever language names, None for another's."""
    return _known_headers().get(header.strip().casefold())


@cache
def _known_statuses() -> dict[str, Status]:
    return in_any_language(Status, "status")


def known_status(word: str) -> Status | None:
    """Return the status that a word of whatever language means, None for another word."""
    return _known_statuses().get(word.strip().casefold())


LINKED = (Status.REGISTERED, Status.ALREADY_REGISTERED)


@dataclass(frozen=True)
class Batch:
    """Employees that are sent in one request; a part of a planned batch keeps its number."""

    number: int
    codes: np.ndarray  # int64: positions in `Employees.identifiers`
    identifiers: tuple[str, ...]
    part: bool = False

    def __len__(self) -> int:
        return len(self.identifiers)

    def __repr__(self) -> str:
        return f"Batch(number={self.number}, employees={len(self)})"

    def take(self, positions: Sequence[int] | slice) -> Batch:
        """Return the part of this batch at these positions."""
        chosen = np.arange(len(self))[positions]
        identifiers = tuple(self.identifiers[position] for position in chosen)
        return Batch(self.number, self.codes[chosen], identifiers, part=True)

    def halves(self) -> tuple[Batch, Batch]:
        """Split into two parts of nearly the same size."""
        middle = (len(self) + 1) // 2
        return self.take(slice(None, middle)), self.take(slice(middle, None))


@dataclass(frozen=True)
class Statuses:
    """Where each employee stands; every array goes by position in `Employees.identifiers`."""

    status: np.ndarray  # object: Status
    participant: np.ndarray  # object: the identifier of the link to give, "" for none
    valid_till: np.ndarray  # int64: when that link ends, seconds since 1970 UTC; 0 for none
    note: np.ndarray  # object

    def __repr__(self) -> str:
        return f"Statuses({self.in_numbers()})"

    def in_numbers(self) -> str:
        """Return how many employees there are, and how many have each status; names nobody."""
        counts = Counter(self.status.tolist())
        words = [f"{status.replace(' ', '_')}={counts[status]}" for status in Status if counts[status]]
        return ", ".join([f"employees={len(self.status)}", *words])

    def copy(self) -> Statuses:
        return with_changes(self, **{item.name: getattr(self, item.name).copy() for item in fields(self)})

    @classmethod
    def of(cls, count: int) -> Statuses:
        """Return standings for so many employees, all `not sent`."""
        return cls(
            np.full(count, Status.NOT_SENT, object),
            np.full(count, "", object),
            np.zeros(count, np.int64),
            np.full(count, "", object),
        )

    def settle(self, codes: np.ndarray | slice, status: Status, note: str = "") -> None:
        """Give these employees this status, without touching their links."""
        self.note[codes] = note
        self.status[codes] = status

    def part(self, codes: np.ndarray) -> Statuses:
        """Return how these employees stand, in their order."""
        return with_changes(self, **{item.name: getattr(self, item.name)[codes] for item in fields(self)})

    def replace(self, codes: np.ndarray, statuses: Statuses) -> None:
        """Give these employees other statuses, one each in their order."""
        for own, other in zip(self._columns, statuses._columns, strict=True):
            own[codes] = other

    def equals(self, others: Statuses) -> bool:
        """Tell whether everybody stands the same in others."""
        return all(map(np.array_equal, self._columns, others._columns))

    @property
    def _columns(self) -> tuple[np.ndarray, ...]:
        return self.participant, self.valid_till, self.note, self.status

    def count(self, status: Status) -> int:
        return int((self.status == status).sum())


class Results(Protocol):
    """What the output adds to the roster's rows, made for as many of them at a time as are asked for."""

    @property
    def rows(self) -> np.ndarray:
        """The rows as the spreadsheet numbers them (int64), ascending."""

    @property
    def most_links(self) -> int:
        """How many of the rows get a link at most."""

    def status(self, places: slice | np.ndarray) -> np.ndarray:
        """Return the statuses (object: str) at these places in `rows`."""

    def texts(self, places: slice | np.ndarray) -> tuple[np.ndarray, ...]:
        """Return for each of RESULT_COLUMNS the texts (object: str) at these places in `rows`."""


class Output(Protocol):
    """An output that can be written: everything that would make it fail was looked for beforehand."""

    @property
    def target(self) -> Path:
        """Where it belongs."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know beforehand, such as what of the roster it can't keep."""

    def write(self, results: Results, path: Path) -> None:
        """Write the whole spreadsheet to `path`, a new file.

        The texts of `results` are asked for block by block in the rows' order. Rows that aren't among them
        get blank result cells.
        """


@dataclass(frozen=True)
class Plan:
    """Who is to be asked about, in which batches, and where everybody stands before the first is sent."""

    exam: Exam
    scope: Scope
    roster: Roster
    statuses: Statuses  # of the plan's making; sending works on a copy
    batches: tuple[Batch, ...]
    new: int  # employees without a known link
    asked_again: int  # employees whose known link is asked about again
    renewals: tuple[Batch, ...] = ()  # employees whose only link is over, registered anew
    to_sync: int = 0  # employees who are added to StartExam or updated there before

    @property
    def requested(self) -> tuple[Batch, ...]:
        """All that goes out: the batches, and then the renewals."""
        return (*self.batches, *self.renewals)


@dataclass(frozen=True)
class Outcome:
    """A run's end: where every employee stands, what it took, and why it stopped early if it did."""

    plan: Plan
    statuses: Statuses
    requests: int = 0
    retries: int = 0
    stopped: str = ""  # why the run ended before everybody's turn, "" where it did not
    failure: str = ""  # why the last request failed that was given up, "" for none
    passing: bool = True  # what stopped it may be over when it is tried again
    signal: int = 0  # the signal that interrupted the run, 0 for none
    reached: bool = True  # StartExam gave at least one answer, or wasn't asked


@dataclass(frozen=True)
class Changes:
    """What changed since the last run for the same exam; rows are where employees first stand now."""

    since_run: int
    new: int
    gone: tuple[str, ...] = field(repr=False)
    ending_rows: tuple[int, ...]
    newly_failing_rows: tuple[int, ...]
    ending_days: int
    warned_rows: tuple[int, ...] = ()  # of the ending ones, those of which nobody was told before
