"""A timer that counts only the time in which this process runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

STEP_SECONDS = 0.5  # how closely it is watched whether the process runs
LATE_SECONDS = 1.0  # a step that takes so much longer than it should: the process was stopped meanwhile


class AwakeTimer(threading.Thread):
    """Calls `act` after so many seconds unless cancelled first; not while the process is stopped.

    An answer may have come while the process was stopped (SIGSTOP, a debugger, a machine that was frozen):
    there must be time to read it when it goes on.
    """

    def __init__(self, seconds: float, act: Callable[[], object]) -> None:
        super().__init__(name="time-out", daemon=True)
        self._seconds, self._act = seconds, act
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        self._cancelled.set()

    def run(self) -> None:
        left = self._seconds
        while left > 0:
            step, began = min(left, STEP_SECONDS), time.monotonic()
            if self._cancelled.wait(step):
                return
            took = time.monotonic() - began
            left -= step if took > step + LATE_SECONDS else took
        if not self._cancelled.is_set():
            self._act()
