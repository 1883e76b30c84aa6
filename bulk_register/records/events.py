"""What happens on the way; one callback hears all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bulk_register.records.exams import Exam
from bulk_register.records.ledgers import Ending
from bulk_register.records.rosters import Roster
from bulk_register.records.runs import Plan
from bulk_register.records.statuses import Status


@dataclass(frozen=True)
class RosterRead:
    roster: Roster


@dataclass(frozen=True)
class Planned:
    plan: Plan


@dataclass(frozen=True)
class RunStarted:
    run: int
    exam: Exam


@dataclass(frozen=True)
class RequestDone:
    """One attempt at one request ended: with an HTTP status, or with 0 and a reason."""

    batch: int  # the planned batch's number; 0 for requests that carry no batch
    employees: int
    attempt: int
    status: int
    seconds: float
    reason: str = ""  # why it is to be sent again, or was refused; "" after success


@dataclass(frozen=True)
class Waiting:
    """The same batch will be sent again after a wait."""

    batch: int
    attempt: int
    seconds: float
    reason: str


@dataclass(frozen=True)
class Settled:
    """A request came to its end."""

    batch: int
    employees: int
    ended: Ending
    settled: int  # employees who have got their status by it, other than `not sent`
    standing: Mapping[Status, int] = field(default_factory=dict)  # of all employees: how many stand how now
    reason: str = ""  # why it brought nobody a link, "" where it did or where that is no failure


@dataclass(frozen=True)
class Warned:
    """Something that the person should know and that stops nothing."""

    message: str


@dataclass(frozen=True)
class Delivered:
    path: Path
    notes: tuple[str, ...] = ()


Event = RosterRead | Planned | RunStarted | RequestDone | Waiting | Settled | Warned | Delivered
Tell = Callable[[Event], None]
