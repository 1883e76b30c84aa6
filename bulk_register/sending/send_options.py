"""How a plan is sent, and how a run is asked to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bulk_register.records import Exam


class Interruption(Protocol):
    """How a run is asked to stop: the number of times (the second gives up what is in flight), the signal."""

    times: int
    signal: int


@dataclass
class NoInterruption:
    """Nobody asks this run to stop."""

    times: int = 0
    signal: int = 0


class GivenUpError(Exception):
    """Nobody waits for the answer to a request any more."""


# The exam at another time of day, and the run's settings then, as the ledger keeps them
Reckon = Callable[[datetime], tuple[Exam, str]]


@dataclass(frozen=True)
class SendOptions:
    """How a plan is sent."""

    workers: int = 4
    max_rejected: int = 50
    trusted: bool = False  # the ledger holds registrations of the plan's scope
    deadline_seconds: float | None = None
    interruption: Interruption = field(default_factory=NoInterruption)
    reckon: Reckon | None = None  # None: the exam's window is fixed
