"""What the ledger holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from bulk_register.language import pgettext
from bulk_register.records.exams import Scope
from bulk_register.records.statuses import Status


class Ending(StrEnum):
    """How a request ended, in the words that the ledger and the JSON log keep."""

    ANSWERED = "answered"  # and the answer was matched to employees
    CONTRADICTED = "contradicted"  # its answer was withheld, because another doesn't agree with it
    UNMATCHED = "unmatched"  # its answer can't be matched to employees
    REFUSED = "refused"
    FAILED = "failed"  # and is sent again
    LOST = "lost"  # whether it was carried out can't be known, so it isn't sent again
    NOT_SENT = "not sent"
    GIVEN_UP = "given up"  # it was under way when the run was stopped


def ending_words() -> dict[str, str]:
    """Return what people read for each ending, in the language in use."""
    return {
        Ending.ANSWERED: pgettext("request", "answered"),
        Ending.CONTRADICTED: pgettext("request", "contradicted"),
        Ending.UNMATCHED: pgettext("request", "unmatched"),
        Ending.REFUSED: pgettext("request", "refused"),
        Ending.FAILED: pgettext("request", "failed"),
        Ending.LOST: pgettext("request", "lost"),
        Ending.NOT_SENT: pgettext("request", "not sent"),
        Ending.GIVEN_UP: pgettext("request", "given up"),
    }


@dataclass(frozen=True)
class RunRecord:
    """A run as the ledger keeps it; times in seconds since 1970 UTC."""

    scope: Scope
    settings: str  # JSON of what `rerun` needs; never the secret key
    roster: str  # absolute path
    sha256: str  # of the roster
    output: str  # absolute path
    valid_from: int
    valid_till: int
    reregister: bool
    employees: int
    started: int
    id: int = 0
    finished: int | None = None
    exit_code: int | None = None
    open: int = 0  # employees without a link


class KnownLinks(NamedTuple):
    """What the ledger knows of a scope, as columns of one length."""

    employees: np.ndarray  # object
    participants: np.ndarray  # object
    valid_till: np.ndarray  # int64, seconds since 1970 UTC
    runs: np.ndarray  # int64: the run in which StartExam answered with it first


class Holder(NamedTuple):
    """Whose participant identifier it is, and when its link ends."""

    employee: str
    run: int
    valid_till: int


class Registrations(NamedTuple):
    """Whose the participants of an answer are, as two columns; `run` is the one whose window counts."""

    employees: Sequence[str]
    participants: Sequence[str]
    run: int
    current: bool = True  # False: these employees keep another link


class StatusNote(NamedTuple):
    """Why an employee has got no link in a run."""

    employee: str
    status: Status
    note: str


class Unmatched(NamedTuple):
    """An answer that could not be matched to employees, as it came."""

    batch: int
    employees: tuple[str, ...]
    settled: int
    fault: str
    raw: bytes


@dataclass(frozen=True)
class Settlement:
    """How a request ended, and what became known by it."""

    ended: Ending
    registrations: Sequence[Registrations] = ()
    statuses: Sequence[StatusNote] = ()
    note: str = ""
    raw: bytes | None = None  # the answer, where it could not be used
