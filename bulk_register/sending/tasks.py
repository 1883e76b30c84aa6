"""A request to be made, why, and what its end means for its employees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Self

from bulk_register.errors import StartExamError
from bulk_register.records import Batch, Ending, Status


class Purpose(Enum):
    """Why a request goes out."""

    PLANNED = "planned"
    PROBE = "probe"  # one employee: is it the request that is refused, or an employee?
    ALONE = "alone"  # one employee of a batch whose answer couldn't be matched
    DOUBTED = "doubted"  # a part of such a batch
    CONFIRM = "confirm"  # employees whose answer was contradicted, in another order


@dataclass(frozen=True, eq=False)
class Task:
    """A request to be made, and why."""

    batch: Batch
    purpose: Purpose = Purpose.PLANNED


class Verdict(NamedTuple):
    """These employees get this status, and no link."""

    batch: Batch
    status: Status
    note: str


@dataclass(frozen=True)
class Message:
    """Why a request brought no answer: as its employees' note has it, and as it may be logged."""

    for_note: str
    for_log: str  # names nobody

    @classmethod
    def of(cls, error: StartExamError) -> Self:
        return cls(error.told, str(error))


@dataclass(frozen=True)
class Rules:
    """What the scheduler keeps to."""

    trusted: bool = False  # the ledger holds registrations of this scope: such requests were right before
    reregister: bool = False
    max_rejected: int = 50


@dataclass(frozen=True)
class End:
    """How a request ended that gave nobody a link, and what that means for its employees."""

    ended: Ending
    verdicts: list[Verdict]
    note: str = ""
    raw: bytes | None = None  # the answer, where it could not be used
