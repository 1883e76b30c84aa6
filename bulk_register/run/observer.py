"""Who watches a run: hears what happens, agrees before anything is sent, and may ask it to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bulk_register.records import Event, Plan, Tell
from bulk_register.sending import Interruption, NoInterruption

Confirm = Callable[[Plan], bool]


def _ignore(_: Event) -> None:
    """Hear nothing."""


def _agree(_: Plan) -> bool:
    return True


@dataclass(frozen=True)
class Observer:
    """A person at a terminal, a scheduler's log, a program that uses the library.

    `tell` hears each event (see `records.Event`); `confirm` is asked with the plan before anything is sent;
    `interruption` says whether the run is to stop.
    """

    tell: Tell = _ignore
    confirm: Confirm = _agree
    interruption: Interruption = field(default_factory=NoInterruption)


def one_at_a_time(tell: Tell) -> Tell:
    """Return `tell` for use from several threads: each event is heard to its end before the next."""
    lock = threading.Lock()

    def guarded(event: Event) -> None:
        with lock:
            tell(event)

    return guarded
