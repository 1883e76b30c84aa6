"""A plan through the API: what StartExam answers is in the ledger before anything else happens with it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from bulk_register.errors import (
    ClockError,
    LedgerError,
    RefusedError,
    SendAgainError,
    StartExamError,
    StopError,
)
from bulk_register.language import N_, _
from bulk_register.ledger import Ledger
from bulk_register.records import (
    Answer,
    Ending,
    Outcome,
    Scope,
    Status,
    Statuses,
    Submission,
    Tell,
)
from bulk_register.sending.confirmations import Participants, doubts_among
from bulk_register.sending.options import GivenUpError, SendOptions
from bulk_register.sending.recorder import Recorder
from bulk_register.sending.scheduler import Scheduler
from bulk_register.sending.tasks import End, Purpose, Rules, Task, Verdict
from bulk_register.sending.workers import WorkerPool
from bulk_register.startexam import StartExam, StoppedError, read_participants, span_words

TOO_WRONG_SECONDS = 24 * 3600.0  # a clock that is so far off is to be set right before links are made by it
OVER = N_("By StartExam's clock the time in which the links work is over. Nobody was registered")
TICK_SECONDS = 0.1  # how soon an interruption or the deadline is noticed

Completed = tuple[Task, Answer | Exception]  # a request that came to its end, and how


def send(
    submission: Submission, ledger: Ledger, client: StartExam, options: SendOptions, tell: Tell
) -> Outcome:
    """Send a plan that the ledger holds; returns where everybody stands.

    Failures of the service, the network or the ledger end in the outcome, not as errors.
    """
    sender = _Sender(submission, ledger, client, options, tell)
    sender.go()
    interrupted = options.interruption.signal if options.interruption.times else 0
    undone = np.isin(submission.statuses.now.status, [Status.NOT_SENT, Status.FAILED, Status.UNKNOWN]).any()
    return Outcome(
        sender.plan,
        submission.statuses.now,
        client.requests,
        client.retries,
        sender.course.stopped if undone else "",  # a deadline may come when the last answer does
        interrupted,
        reached=client.reached,
    )


class _Sender:
    def __init__(
        self, submission: Submission, ledger: Ledger, client: StartExam, options: SendOptions, tell: Tell
    ) -> None:
        plan = submission.plan
        rules = Rules(options.trusted, plan.exam.reregister, options.max_rejected)
        batches, doubts = doubts_among(plan.batches, _contradicted_earlier(ledger, plan.scope))
        self.course = Scheduler(batches, rules, doubts)
        self.plan = plan
        self._recorder = Recorder(submission, ledger, self.course, client.now)
        self._statuses = submission.statuses
        self._run, self._ledger, self._client = submission.run, ledger, client
        self._options, self._tell = options, tell
        self._in_flight: dict[Task, int] = {}  # requests under way, with their numbers in the ledger
        self._clock_followed = False
        self._pool: WorkerPool[Task, Answer] = WorkerPool(self._register, options.workers)

    def go(self) -> None:
        """Send until nothing is left or the course stops; requests under way are waited for."""
        until = time.monotonic() + (self._options.deadline_seconds or float("inf"))
        try:
            self._check_stop(until)
            self._step([])
            while self._in_flight and not self._given_up():
                completed = self._pool.wait(TICK_SECONDS)
                self._check_stop(until)
                if completed:
                    self._step(completed)
        finally:
            self._pool.dismiss()
            self._client.gate.stopping.set()
        try:
            self._recorder.leave(self.course.leftovers())
        except LedgerError as error:
            self.course.stop(str(error))

    def _given_up(self) -> bool:
        """Leave requests that are still under way, where that is wanted; answers that have come are kept."""
        if self._options.interruption.times < 2:
            return False
        self._check_stop(float("inf"))
        self._step(self._pool.wait(0))
        given_up = GivenUpError(_("the request was under way when the run was stopped"))
        self._step([(task, given_up) for task in self._in_flight])
        return True

    def _step(self, completed: Sequence[Completed]) -> None:
        """Settle what has come and choose what goes out next; it goes when all of that is on disk."""
        before = [self._statuses.now.part(task.batch.codes) for task, _ in completed]
        going: list[Task] = []
        self._recorder.begin_turn()
        try:
            with self._ledger.transaction():
                for task, result in completed:
                    self._settle(task, result)
                while len(going) < self._pool.free and (chosen := self.course.next(len(self._in_flight))):
                    self._in_flight[chosen] = self._ledger.sent(self._run, chosen.batch)
                    going.append(chosen)
        except LedgerError as error:
            self._undo(completed, before, going, error)
            return
        for task in going:
            self._pool.submit(task)
        for event in self._recorder.news:
            self._tell(event)

    def _undo(
        self,
        completed: Sequence[Completed],
        before: Sequence[Statuses],
        going: Sequence[Task],
        error: LedgerError,
    ) -> None:
        """Take back what a turn gave to employees, for nothing of it is on disk."""
        self.course.stop(str(error))
        self._recorder.undo_turn()
        for (task, result), statuses in zip(completed, before, strict=True):
            self._in_flight.pop(task, None)
            self._statuses.replace(task.batch.codes, statuses)
            note = (
                _("StartExam answered, but that could not be written down: {error}", error=error)
                if isinstance(result, Answer)
                else _(
                    "the request failed ({result}), but that could not be written down: {error}",
                    result=result,
                    error=error,
                )
            )
            self._recorder.apply([Verdict(task.batch, Status.UNKNOWN, note)])
        for task in going:
            self._in_flight.pop(task, None)
            self._recorder.apply(self.course.abandoned(task))

    def _register(self, task: Task) -> Answer:
        return self._client.register(self.plan.exam, task.batch, follow_clock=not self._clock_followed)

    def _check_stop(self, until: float) -> None:
        """Notice that somebody wants the run to stop, or that its time is over."""
        if self._options.interruption.times:
            self.course.stop(_("the run was interrupted"))
        elif time.monotonic() > until:
            self.course.stop(_("the time that --deadline allows is over"))
        if self.course.stopped:
            self._client.gate.stopping.set()

    def _settle(self, task: Task, result: Answer | Exception) -> None:
        request = self._in_flight.pop(task)
        if isinstance(result, Answer):
            self._recorder.answer(task, request, result)
            return
        self._settle_failure(task, request, result)
        if task.purpose is Purpose.CONFIRM:
            self._recorder.conclude()

    def _follow_clock(self, error: ClockError) -> bool:
        """Let the exam's window follow StartExam's clock before anybody is registered; False to stop."""
        self._clock_followed = True
        now = datetime.fromtimestamp(self._client.now(), UTC)
        exam, settings = self._options.reckon(now) if self._options.reckon else (self.plan.exam, "")
        offset = error.offset_seconds or 0.0
        if exam.valid_till != self.plan.exam.valid_till and abs(offset) >= TOO_WRONG_SECONDS:
            self.course.stop(_too_wrong(offset))
        elif exam.valid_till <= now:
            self.course.stop(_(OVER))
        else:
            if exam != self.plan.exam:
                window = int(exam.valid_from.timestamp()), int(exam.valid_till.timestamp())
                self._ledger.move_window(self._run, *window, settings)
                self.plan = replace(self.plan, exam=exam)
                self._recorder.valid_till = window[1]
            self._recorder.expire(int(now.timestamp()))
        return not self.course.stopped

    def _settle_failure(self, task: Task, request: int, error: Exception) -> None:
        batch, words = task.batch, str(error)
        told = error.told if isinstance(error, StartExamError) else words
        if isinstance(error, RefusedError):
            self._recorder.close(
                request, batch, End(Ending.REFUSED, self.course.refused(task, told, words), words)
            )
        elif isinstance(error, SendAgainError) and self.plan.exam.reregister and error.lost:
            self.course.failed(task, told, words, error.status)
            note = _(
                "{words}; the new registration may have been made, so it is not asked for twice", words=words
            )
            self._recorder.close(
                request, batch, End(Ending.LOST, [Verdict(batch, Status.UNKNOWN, note)], words)
            )
        elif isinstance(error, SendAgainError):
            verdicts = self.course.failed(task, told, words, error.status)
            self._recorder.close(request, batch, End(Ending.FAILED, verdicts, words))
        elif isinstance(error, ClockError) and error.fixed and self._follow_clock(error):
            self.course.again(task)
            self._recorder.close(request, batch, End(Ending.REFUSED, [], words))
        elif isinstance(error, StopError):
            self.course.stop(words)
            self._recorder.close(request, batch, End(Ending.REFUSED, self.course.abandoned(task), words))
        elif isinstance(error, StoppedError):
            self._recorder.close(request, batch, End(Ending.NOT_SENT, self.course.abandoned(task)))
        elif isinstance(error, GivenUpError):
            self._recorder.close(
                request, batch, End(Ending.GIVEN_UP, [Verdict(batch, Status.UNKNOWN, words)], words)
            )
        else:
            raise error


def _too_wrong(offset_seconds: float) -> str:
    span = span_words(abs(offset_seconds))
    if offset_seconds > 0:
        return _(
            "The clock of this computer is {span} behind StartExam's, and the end of the links was reckoned "
            "from it. Nobody was registered. Set the clock right, then run the same command again",
            span=span,
        )
    return _(
        "The clock of this computer is {span} ahead of StartExam's, and the end of the links was reckoned "
        "from it. Nobody was registered. Set the clock right, then run the same command again",
        span=span,
    )


def _contradicted_earlier(ledger: Ledger, scope: Scope) -> list[tuple[Sequence[str], Participants]]:
    """Return answers of earlier runs that another contradicted, as far as they can be read by position."""
    found: list[tuple[Sequence[str], Participants]] = []
    for employees, raw in ledger.contradicted(scope):
        answer = read_participants(raw, len(employees))
        found.append((employees, answer.participants or answer.repeated))
    return [(employees, given) for employees, given in found if given]
