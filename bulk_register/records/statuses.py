"""What can become of an employee, in programs' words and in people's, and where everybody stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from dataclasses import replace as with_changes
from enum import StrEnum
from functools import cache

import numpy as np

from bulk_register.language import N_, _, in_any_language, pgettext

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
