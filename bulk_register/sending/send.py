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
    StopError,
)
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.records import (
    Answer,
    Ending,
    Outcome,
    Status,
    Statuses,
    Submission,
    Tell,
)
from bulk_register.sending.clock_change import why_stop
from bulk_register.sending.earlier_doubts import confirmations_after, unsettled_answers
from bulk_register.sending.recorder import Recorder
from bulk_register.sending.scheduler import Scheduler
from bulk_register.sending.send_options import GivenUpError, SendOptions
from bulk_register.sending.tasks import End, Message, Purpose, Rules, Task, Verdict
from bulk_register.sending.workers import WorkerPool
from bulk_register.startexam import StartExam, StoppedError

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
        sender.scheduler.stopped if undone else "",  # a deadline may come when the last answer does
        sender.scheduler.stopping.failure,
        sender.scheduler.stopping.passing,
        interrupted,
        client.reached,
    )


class _Sender:
    def __init__(
        self, submission: Submission, ledger: Ledger, client: StartExam, options: SendOptions, tell: Tell
    ) -> None:
        plan = submission.plan
        rules = Rules(options.trusted, plan.exam.reregister, options.max_rejected)
        batches, confirmations = confirmations_after(unsettled_answers(ledger, plan.scope), plan.batches)
        self.scheduler = Scheduler(batches, rules, confirmations)
        self.plan = plan
        self._recorder = Recorder(submission, ledger, self.scheduler, client.now)
        self._statuses = submission.statuses
        self._run, self._ledger, self._client = submission.run, ledger, client
        self._options, self._tell = options, tell
        self._in_flight: dict[Task, int] = {}  # requests under way, with their numbers in the ledger
        self._clock_followed = False
        client.gate.may_pass = lambda: not ledger.lost()
        self._pool: WorkerPool[Task, Answer] = WorkerPool(self._register, options.workers)

    def go(self) -> None:
        """Send until nothing is left or the scheduler stops; requests under way are waited for."""
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
            self._recorder.leave(self.scheduler.leftovers())
        except LedgerError as error:
            self.scheduler.stop(str(error), passing=True)

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
                while len(going) < self._pool.free and (chosen := self.scheduler.next(len(self._in_flight))):
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
        self.scheduler.stop(str(error), passing=True)
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
            self._recorder.apply(self.scheduler.abandoned(task))

    def _register(self, task: Task) -> Answer:
        return self._client.register(self.plan.exam, task.batch, follow_clock=not self._clock_followed)

    def _check_stop(self, until: float) -> None:
        """Notice that somebody wants the run to stop, or that its time is over."""
        if self._options.interruption.times:
            self.scheduler.stop(_("the run was interrupted"), passing=True)
        elif time.monotonic() > until:
            self.scheduler.stop(_("the time that --deadline allows is over"), passing=True)
        elif lost := self._ledger.lost():
            self.scheduler.stop(lost, passing=True)
        if self.scheduler.stopped:
            self._client.gate.stopping.set()

    def _settle(self, task: Task, result: Answer | Exception) -> None:
        request = self._in_flight.pop(task)
        if isinstance(result, Answer):
            self._recorder.answer(task, request, result)
            return
        self._recorder.close(request, task.batch, self._failure(task, result))
        if task.purpose is Purpose.CONFIRM:
            self._recorder.conclude()

    def _follow_clock(self, error: ClockError) -> bool:
        """Let the exam's window follow StartExam's clock before anybody is registered; False to stop."""
        self._clock_followed = True
        now = datetime.fromtimestamp(self._client.now(), UTC)
        exam, settings = self._options.reckon(now) if self._options.reckon else (self.plan.exam, "")
        if reason := why_stop(self.plan.exam, exam, now, error.offset_seconds or 0.0):
            self.scheduler.stop(reason)
        else:
            if exam != self.plan.exam:
                window = int(exam.valid_from.timestamp()), int(exam.valid_till.timestamp())
                self._ledger.move_window(self._run, *window, settings)
                self.plan = replace(self.plan, exam=exam)
                self._recorder.valid_till = window[1]
            self._recorder.expire(int(now.timestamp()))
        return not self.scheduler.stopped

    def _failure(self, task: Task, error: Exception) -> End:
        """Return how a request ended that brought no answer, and what that means for its employees."""
        words = str(error)
        match error:
            case RefusedError():
                return End(Ending.REFUSED, self.scheduler.refused(task, Message.of(error)), words)
            case SendAgainError() if self.plan.exam.reregister and error.lost:
                self.scheduler.failed(task, Message.of(error), error.status)
                note = _(
                    "{words}; the new registration may have been made, so it is not asked for twice",
                    words=words,
                )
                return End(Ending.LOST, [Verdict(task.batch, Status.UNKNOWN, note)], words)
            case SendAgainError():
                verdicts = self.scheduler.failed(task, Message.of(error), error.status)
                return End(Ending.FAILED, verdicts, words)
            case ClockError() if error.fixed and self._follow_clock(error):
                self.scheduler.again(task)
                return End(Ending.REFUSED, [], words)
            case StopError():
                self.scheduler.stop(words)
                return End(Ending.REFUSED, self.scheduler.abandoned(task), words)
            case StoppedError():
                return End(Ending.NOT_SENT, self.scheduler.abandoned(task))
            case GivenUpError():
                return End(Ending.GIVEN_UP, [Verdict(task.batch, Status.UNKNOWN, words)], words)
            case _other:
                raise error
