"""Ctrl-C and SIGTERM: before anything is sent they end the program, afterwards they stop the run in order."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

from bulk_register.language import N_, _

SIGNALS = [signal.SIGINT, signal.SIGTERM] + ([signal.SIGBREAK] if hasattr(signal, "SIGBREAK") else [])

STOPPING = N_("\nStopping: waiting for the requests under way. Ctrl-C again gives them up.\n")


class Interrupted(BaseException):
    """A signal came before anything was sent."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


@dataclass
class Interruption:
    """How often a run was asked to stop, and by which signal; see `sending.Interruption`."""

    hint: bool = False  # say on a terminal what happens now
    times: int = 0
    signal: int = 0
    sending: bool = False  # from when on a signal stops the run in order

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if not self.sending:
            raise Interrupted(number)
        self.times += 1
        self.signal = self.signal or number
        if self.hint and self.times == 1:
            with suppress(OSError, ValueError):  # closed
                if sys.stderr and sys.stderr.isatty():
                    os.write(2, _(STOPPING).encode())  # print isn't safe where it may be under way itself


@contextmanager
def handle_signals(*, hint: bool = False) -> Iterator[Interruption]:
    """Listen to signals while the context is open.

    Those that were ignored when the program was started stay so: whoever starts it with nohup, or in the
    background of a script, wants a Ctrl-C that is meant for others not to end it.
    """
    interruption = Interruption(hint)
    with heard_by(interruption):
        yield interruption


@contextmanager
def heard_by(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """Let a handler have the signals while the context is open, but for those that are ignored."""
    heeded = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heeded}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
