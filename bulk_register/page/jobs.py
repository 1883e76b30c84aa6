"""Work that belongs to the program and not to a tab: reading a roster, and a run with its question."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal.progress_count import ProgressCount
from bulk_register.commands.terminal.signals import Interruption
from bulk_register.errors import BulkRegisterError, DeclinedError
from bulk_register.garbage import garbage_kept
from bulk_register.language import _
from bulk_register.page.faults import Fault, bug, fault_of
from bulk_register.page.offers import Numbers, Offers, numbers_of
from bulk_register.records import (
    Delivered,
    Event,
    Exam,
    Plan,
    Planned,
    RequestDone,
    RunStarted,
    Settled,
    Waiting,
    Warned,
)
from bulk_register.run import Observer
from bulk_register.run.report import Finished

TELLING_SECONDS = 3  # from when on the time left can be told
INTERRUPTED = 2  # the signal that the page's own button stands for: SIGINT


class At(StrEnum):
    """Where a piece of work is."""

    PREPARING = "preparing"
    ASKING = "asking"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"


class Job:
    """A piece of work in a thread of its own; what it has to say is in its attributes."""

    def __init__(self) -> None:
        self.at = At.PREPARING
        self.fault: Fault | None = None
        self.changed = 0  # counts what there is to see
        self._thread = threading.Thread(target=self._work, daemon=True)

    @property
    def is_under_way(self) -> bool:
        """Tell whether it has not come to its end."""
        return self.at not in (At.DONE, At.FAILED)

    def start(self) -> None:
        self._thread.start()

    def join(self, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _story(self) -> None:
        raise NotImplementedError

    def _work(self) -> None:
        try:
            self._story()
        except BulkRegisterError as error:
            self.fault = fault_of(error)
        except Exception:
            self.fault = bug()
        self._move(At.FAILED if self.fault else At.DONE)

    def _move(self, at: At) -> None:
        self.at = at
        self.changed += 1


@dataclass(frozen=True)
class Asked:
    """What a run asks with, before it sends; what was `agreed` to already isn't asked again."""

    titled: Callable[[Exam], Exam]
    offers: Callable[[Plan], Offers]
    agreed: Numbers | None = None


class RunJob(Job):
    """A run, from the plan to the output; `story` is one of `run/`, which gets an observer.

    Not `asked`: somebody has said already what is to be sent.
    """

    def __init__(self, story: Callable[[Observer], Finished], asked: Asked | None = None) -> None:
        super().__init__()
        self.plan: Plan | None = None
        self.offers: Offers | None = None
        self.finished: Finished | None = None
        self.files: list[Path] = []
        self.warnings: list[str] = []
        self.waiting = ""
        self.progress = ProgressCount()
        self.interruption = Interruption(sending=True)
        self.began = time.monotonic()
        self._run, self._asked = story, asked
        self._answer: bool | None = None
        self._answered = threading.Event()

    def answer(self, *, yes: bool) -> None:
        """Answer the question, which is over with that; what is answered first counts."""
        if self._answer is None:
            self._answer = yes
        if self.at == At.ASKING:  # the thread that waits may take its time
            self._move(At.PREPARING)
        self._answered.set()

    def stop(self, signal: int = INTERRUPTED) -> None:
        """Stop in order, or, the second time, without waiting for what is under way."""
        self.interruption.signal = self.interruption.signal or signal
        self.interruption.times += 1
        self.answer(yes=False)
        self.changed += 1

    def seconds_left(self) -> float | None:
        """Return how long it will take yet, None where that can't be told."""
        done, total = self.progress.done, self.progress.total
        spent = time.monotonic() - self.began
        if not done or self.at != At.SENDING or spent < TELLING_SECONDS:
            return None
        return spent / done * (total - done)

    def _story(self) -> None:
        self.finished = self._run(Observer(self._hear, self._confirm, self.interruption))

    def _confirm(self, plan: Plan) -> bool:
        self.plan = plan
        asked = self._asked
        if asked and self._answer is None and asked.agreed != numbers_of(plan):
            self.plan = replace(plan, exam=asked.titled(plan.exam))
            self.offers = asked.offers(plan)
            self._move(At.ASKING)
            self._answered.wait()
            self._move(At.PREPARING)
        return not self.interruption.times and (self._answer is not False)

    def _hear(self, event: Event) -> None:
        if self.interruption.times and self.at == At.PREPARING and not isinstance(event, RunStarted):
            raise DeclinedError(_("Stopped; nothing was sent."))
        self.progress.observe(event)
        match event:
            case Planned(plan):
                self.plan = plan
            case RunStarted():
                self.began = time.monotonic()
                self._move(At.SENDING)
            case Waiting(reason=reason):
                self.waiting = reason
            case Settled() | RequestDone(reason=""):
                self.waiting = ""
            case Warned(message):
                self.warnings.append(message)
            case Delivered(path):
                self.files.append(path)
        self.changed += 1


class ReadJob(Job):
    """A roster that is read; `story` returns what was understood, or raises what can't be told."""

    def __init__(self, story: Callable[[], object], look: Callable[[Any, Fault | None], object]) -> None:
        super().__init__()
        self.understood: Any = None
        self.sight: Any = None  # the sheet's first rows, also where it isn't understood
        self._read, self._look = story, look

    def _story(self) -> None:
        with garbage_kept():  # or the page would have to wait as well
            try:
                self.understood = self._read()
            except BulkRegisterError as error:
                self.fault = fault_of(error)
            try:
                self.sight = self._look(self.understood, self.fault)
            except BulkRegisterError as error:  # the reason is the same, or the reader has told a better one
                self.fault = self.fault or fault_of(error)
