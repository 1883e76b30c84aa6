"""How a plan is sent, and how a run is asked to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


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


@dataclass(frozen=True)
class SendOptions:
    """How a plan is sent."""

    workers: int = 4
    max_rejected: int = 50
    trusted: bool = False  # the ledger holds registrations of the plan's scope
    deadline_seconds: float | None = None
    interruption: Interruption = field(default_factory=NoInterruption)
