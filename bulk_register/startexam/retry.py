"""The retry policy as a value, and the gate that every attempt passes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import tenacity

from bulk_register.errors import SendAgainError

# Turned away at the door: certainly not carried out, and everybody is to slow down, not just this request
TURNED_AWAY = (429, 503)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and after which waits a request is sent again; they double from first to max, with jitter."""

    attempts: int = 6
    wait_first_seconds: float = 1.0
    wait_max_seconds: float = 60.0

    def backoff(self, attempt: int) -> float:
        """Return our own wait after this attempt: half of it fixed, half of it jitter."""
        full = min(self.wait_first_seconds * 2.0 ** min(attempt - 1, 30), self.wait_max_seconds)
        return full * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret


SPREAD_SECONDS = 1.0  # at most, over which workers come back after a pause


class StoppedError(Exception):
    """The run is stopping: this attempt was not made."""


class Gate:
    """Where every attempt waits while the service wants a pause, and where none passes after a stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        # asked by every attempt, and once more before its bytes go out
        self.may_pass: Callable[[], bool] = lambda: True
        self._lock = threading.Lock()
        self._open_at = 0.0
        self._spread = 0.0

    def pause(self, seconds: float, spread_seconds: float = 0.0) -> float:
        """Keep everybody waiting for so long from now, then let them in one by one; returns the own wait."""
        with self._lock:
            self._open_at = max(self._open_at, time.monotonic() + seconds)
            self._spread = min(spread_seconds, SPREAD_SECONDS)
            return self._rest()

    def enter(self) -> None:
        """Wait until the pause is over; raises StoppedError where the run is stopping."""
        while not self.stopping.is_set():
            with self._lock:
                rest = self._rest()
            if rest <= 0:
                self.check()
                return
            self.stopping.wait(rest)
        raise StoppedError

    def check(self) -> None:
        """Raise StoppedError where nothing may go out any more."""
        if not self.may_pass():
            raise StoppedError

    def _rest(self) -> float:
        rest = self._open_at - time.monotonic()
        jitter = random.uniform(0, self._spread)  # noqa: S311 - no secret
        return rest + jitter if rest > 0 else 0.0


def waits(policy: RetryPolicy, gate: Gate) -> tenacity.wait.WaitBaseT:
    """Return tenacity's wait: our backoff or a `Retry-After` beyond it; after 429 and 503 a pause for all."""

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        own = policy.backoff(state.attempt_number)
        if not isinstance(error, SendAgainError):
            return own
        asked = error.pause_seconds
        if error.status in TURNED_AWAY:
            seconds = own if asked is None else max(asked, policy.backoff(1))
            return gate.pause(seconds, policy.wait_first_seconds)
        return own if asked is None else max(own, asked)

    return wait
