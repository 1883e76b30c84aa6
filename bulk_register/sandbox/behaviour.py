"""How the sandbox behaves: the knobs, and the faults that `fail_rate` draws from."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from bulk_register.sandbox.messages import Answer, html, refusal

Existing = Literal["in place", "left out", "null"]


def _refuses_nothing(_name: str, _value: str) -> bool:
    return False


@dataclass(frozen=True)
class Behaviour:
    """The knobs of a sandbox; without any it is quick, honest and knows every employee.

    Under `doNotCreateIfExist`, `existing` says how participants that exist are answered. `known` set: nobody
    else exists. `unknown`: these don't exist, named one by one or told by a predicate; until they are synced.
    A request syncs `most_synced` employees at most, else `too_many_synced` is answered. `exam_pace_seconds`:
    how quickly participants sit their exams by themselves; None: nobody does.
    """

    latency_seconds: float = 0.0  # between the work and its answer
    fail_rate: float = 0.0  # 0 to 1: the share of requests that meet a fault
    seed: int | None = None  # of the faults drawn and of participant identifiers
    retry_after_seconds: int = 1  # in those faults that carry Retry-After
    clock_skew_seconds: float = 0.0  # above 0: the sandbox's clock is ahead
    existing: Existing = "in place"
    known: AbstractSet[str] | None = None
    unknown: AbstractSet[str] | Callable[[str], bool] = frozenset()
    name_unknown: bool = False  # does the refusal of an unknown employee name them?
    refuses_value: Callable[[str, str], bool] = _refuses_nothing  # of a profile's field, by name and value
    most_synced: int = 500
    too_many_synced: Literal[400, 413] = 413
    forgets_left_out: bool = False  # are fields lost that a sync of the same employee leaves out?
    exam_pace_seconds: float | None = None
    never_opened: Literal[400, 404, "empty"] = 404  # the report on who never opened the link
    several_sessions: Literal["list", "one"] = "list"  # the report on a participant with several sessions
    feed: Literal["likely", "unknown shape", "absent"] = "likely"
    feed_page: int = 500

    def __post_init__(self) -> None:
        if not 0 <= self.fail_rate <= 1:
            raise ValueError(f"fail_rate is {self.fail_rate}; it must be between 0 and 1")
        if not self.latency_seconds >= 0:
            raise ValueError(f"latency_seconds is {self.latency_seconds}; it can't be negative")

    def first_unknown(self, employees: Iterable[str]) -> str | None:
        """The first of these employees who doesn't exist in StartExam."""
        return next((employee for employee in employees if self._is_unknown(employee)), None)

    def _is_unknown(self, employee: str) -> bool:
        if self.known is not None and employee not in self.known:
            return True
        return self.unknown(employee) if callable(self.unknown) else employee in self.unknown


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with one request; no `answer`: the connection is reset."""

    name: str
    answer: Answer | None = None
    after_work: bool = False


def _faults(retry_after_seconds: int) -> tuple[Fault, ...]:
    later = {"Retry-After": str(retry_after_seconds)}
    return (
        Fault("500", refusal(500, "An error has occurred.")),
        Fault("502 in HTML", html(502, "Bad Gateway")),
        Fault("503", html(503, "Service Unavailable")),
        Fault("503 with Retry-After", html(503, "Service Unavailable", later)),
        Fault("429", refusal(429, "Too many requests.", later)),
        Fault("reset before the work"),
        Fault("reset after the work", after_work=True),
    )


class Chance:
    """Decides which requests meet which fault; with a seed, the same ones in every run."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._rate = behaviour.fail_rate
        self._faults = _faults(behaviour.retry_after_seconds)
        self._random = random.Random(behaviour.seed)  # noqa: S311 - no secret hangs on it
        self._lock = threading.Lock()

    def draw(self) -> Fault | None:
        with self._lock:
            return self._random.choice(self._faults) if self._random.random() < self._rate else None
