"""A plan through the API: what StartExam answers is in the ledger before anything else happens with it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from bulk_register.errors import LedgerError, RefusedError, SendAgainError, StartExamError, StopError
from bulk_register.ledger import Ledger
from bulk_register.records import (
    Answer,
    Batch,
    Holder,
    Outcome,
    Settled,
    Status,
    Statuses,
    StatusNote,
    Submission,
    Tell,
)
from bulk_register.sending.matching import AskOrder, Moment, foreign_participants, match, notes_on
from bulk_register.sending.options import GivenUpError, SendOptions
from bulk_register.sending.scheduler import Scheduler
from bulk_register.sending.tasks import Rules, Task, Verdict
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
        submission.plan,
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
        self.course = Scheduler(plan.batches, rules)
        self.statuses = submission.statuses
        self._plan, self._run, self._ledger, self._client = plan, submission.run, ledger, client
        self._options, self._tell = options, tell
        self._in_flight: dict[Task, int] = {}  # requests under way, with their numbers in the ledger
        self._events: list[Settled] = []  # to be told once it is on disk
        self._ask_order = AskOrder(len(plan.roster.employees))
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
        self._leave(self.course.leftovers())

    def _given_up(self) -> bool:
        """Leave requests that are still under way, where that is wanted; answers that have come are kept."""
        if self._options.interruption.times < 2:
            return False
        self._check_stop(float("inf"))
        self._step(self._pool.wait(0))
        given_up = GivenUpError("the request was under way when the run was stopped")
        self._step([(task, given_up) for task in self._in_flight])
        return True

    def _step(self, completed: Sequence[Completed]) -> None:
        """Settle what has come and choose what goes out next; it goes when all of that is on disk."""
        before = [self.statuses.now.part(task.batch.codes) for task, _ in completed]
        going: list[Task] = []
        self._events = []
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
            self._ask_order.ask(task.batch.codes)
            self._pool.submit(task)
        for event in self._events:
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
        for (task, result), statuses in zip(completed, before, strict=True):
            self._in_flight.pop(task, None)
            self.statuses.replace(task.batch.codes, statuses)
            what = "StartExam answered" if isinstance(result, Answer) else f"the request failed ({result})"
            note = f"{what}, but that could not be written down: {error}"
            self._apply([Verdict(task.batch, Status.UNKNOWN, note)])
        for task in going:
            self._in_flight.pop(task, None)
            self._apply(self.course.abandoned(task))

    def _register(self, task: Task) -> Answer:
        return self._client.register(self._plan.exam, task.batch)

    def _check_stop(self, until: float) -> None:
        """Notice that somebody wants the run to stop, or that its time is over."""
        if self._options.interruption.times:
            self.course.stop("the run was interrupted")
        elif time.monotonic() > until:
            self.course.stop("the time that --deadline allows is over")
        if self.course.stopped:
            self._client.gate.stopping.set()

    def _settle(self, task: Task, result: Answer | Exception) -> None:
        request = self._in_flight.pop(task)
        if isinstance(result, Answer):
            self._settle_answer(task, request, result)
        else:
            self._settle_failure(task, request, result)

    def _settle_answer(self, task: Task, request: int, answer: Answer) -> None:
        batch, participants = task.batch, answer.participants
        if participants is None:
            verdicts = self.course.unmatched(task, answer.fault, empty=answer.empty)
            self._close(request, batch, "unmatched", verdicts, note=answer.fault, raw=answer.raw)
            return
        given = [participant for participant in participants if participant is not None]
        holders = self._ledger.holders(self._plan.scope.base_url, given)
        if others := foreign_participants(batch, participants, holders):
            verdicts = self.course.foreign_participants(task) + self._withdraw(batch, others)
            self._close(request, batch, "unmatched", verdicts, note=verdicts[0].note, raw=answer.raw)
            return
        moment = Moment(self._run, int(time.time()), int(self._plan.exam.valid_till.timestamp()))
        matched = match(batch, participants, holders, self.statuses.now, moment)
        verdicts = self.course.answered(task, empty_handed=not given)
        notes = notes_on(batch, matched.statuses) + self._notes(verdicts)
        self._ledger.settled(request, "answered", matched.registrations, notes)
        self.statuses.replace(batch.codes, matched.statuses)
        self._ask_order.answer(batch.codes)
        self._apply(verdicts)
        settled = len(batch) + sum(len(verdict.batch) for verdict in verdicts)
        self._events.append(Settled(batch.number, len(batch), "answered", settled))

    def _withdraw(self, batch: Batch, others: list[tuple[int, Holder]]) -> list[Verdict]:
        """Take participants back that came while their other claimants were asked about: whose are they?"""
        names = self._plan.roster.employees.identifiers
        ours = [(place, one) for place, one in others if one.run == self._run]
        codes = self._ask_order.all_contested(names, batch, ours)
        if not len(codes):
            return []
        self._ledger.withdraw(
            self._run, self._plan.scope.base_url, list(self.statuses.now.participant[codes])
        )
        self.statuses.withdraw_links(codes)
        both = "StartExam answered with this employee's link for another employee too"
        return [Verdict(Batch(0, codes, tuple(names[codes]), part=True), Status.UNKNOWN, both)]

    def _settle_failure(self, task: Task, request: int, error: Exception) -> None:
        batch, words = task.batch, str(error)
        told = error.told if isinstance(error, StartExamError) else words
        if isinstance(error, RefusedError):
            self._ask_order.turn_away(batch.codes)
            self._close(request, batch, "refused", self.course.refused(task, told, words), note=words)
        elif isinstance(error, SendAgainError) and self._plan.exam.reregister and error.lost:
            self.course.failed(task, told, words, error.status)
            note = f"{words}; the new registration may have been made, so it is not asked for twice"
            self._close(request, batch, "lost", [Verdict(batch, Status.UNKNOWN, note)], note=words)
        elif isinstance(error, SendAgainError):
            verdicts = self.course.failed(task, told, words, error.status)
            self._close(request, batch, "failed", verdicts, note=words)
        elif isinstance(error, StopError):
            self.course.stop(words)
            self._close(request, batch, "refused", self.course.abandoned(task), note=words)
        elif isinstance(error, StoppedError):
            self._close(request, batch, "not sent", self.course.abandoned(task))
        elif isinstance(error, GivenUpError):
            self._close(request, batch, "given up", [Verdict(batch, Status.UNKNOWN, words)], note=words)
        else:
            raise error

    def _close(
        self, request: int, batch: Batch, ended: str, verdicts: list[Verdict], *, note: str = "",
        raw: bytes | None = None,
    ) -> None:  # fmt: skip
        self._ledger.settled(request, ended, statuses=self._notes(verdicts), note=note, raw=raw)
        self._apply(verdicts)
        settled = sum(len(verdict.batch) for verdict in verdicts)
        self._events.append(Settled(batch.number, len(batch), ended, settled))

    def _leave(self, verdicts: list[Verdict]) -> None:
        """Settle those to whom no request will come any more; the ledger says `not sent` by itself."""
        self._apply(verdicts)
        told = [verdict for verdict in verdicts if verdict.status is not Status.NOT_SENT]
        if told:
            try:
                self._ledger.left(self._run, self._notes(told))
            except LedgerError as error:
                self.course.stop(str(error))

    def _notes(self, verdicts: list[Verdict]) -> list[StatusNote]:
        return [
            StatusNote(employee, verdict.status, verdict.note)
            for verdict in verdicts
            for employee in verdict.batch.identifiers
        ]

    def _apply(self, verdicts: list[Verdict]) -> None:
        """Write verdicts into the standings; whoever has a known link that works keeps it."""
        now = int(time.time())
        for verdict in verdicts:
            codes = verdict.batch.codes
            standing = self.statuses.now
            works = (standing.valid_till[codes] > now) & (standing.participant[codes] != "")
            kept = f"the known link works on; asked again: {verdict.status} ({verdict.note})"
            self.statuses.settle(codes[works], Status.ALREADY_REGISTERED, kept)
            self.statuses.settle(codes[~works], verdict.status, verdict.note)
