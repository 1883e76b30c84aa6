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
    StandingNote,
    Standings,
    Status,
    Submission,
    Tell,
)
from bulk_register.sending.matching import Moment, Turns, foreign, match, notes_on, update
from bulk_register.sending.options import GivenUpError, Manner
from bulk_register.sending.scheduler import Course
from bulk_register.sending.tasks import Errand, Rules, Verdict
from bulk_register.sending.workers import Crew
from bulk_register.startexam import StartExam, StoppedError

TICK_SECONDS = 0.1  # how soon an interruption or the deadline is noticed

Landed = tuple[Errand, Answer | Exception]  # a request that came to its end, and how


def send(submission: Submission, ledger: Ledger, client: StartExam, manner: Manner, tell: Tell) -> Outcome:
    """Send a plan that the ledger holds; returns where everybody stands.

    Failures of the service, the network or the ledger end in the outcome, not as errors.
    """
    sender = _Sender(submission, ledger, client, manner, tell)
    sender.go()
    interrupted = manner.interruption.signal if manner.interruption.times else 0
    undone = np.isin(submission.standings.status, [Status.NOT_SENT, Status.FAILED, Status.UNKNOWN]).any()
    return Outcome(
        submission.plan,
        submission.standings,
        client.requests,
        client.retries,
        sender.course.stopped if undone else "",  # a deadline may come when the last answer does
        interrupted,
        reached=client.reached,
    )


class _Sender:
    def __init__(
        self, submission: Submission, ledger: Ledger, client: StartExam, manner: Manner, tell: Tell
    ) -> None:
        plan = submission.plan
        rules = Rules(manner.trusted, plan.exam.reregister, manner.max_rejected)
        self.course = Course(plan.batches, rules)
        self.standings = submission.standings
        self._plan, self._run, self._ledger, self._client = plan, submission.run, ledger, client
        self._manner, self._tell = manner, tell
        self._flying: dict[Errand, int] = {}  # requests under way, with their numbers in the ledger
        self._news: list[Settled] = []  # to be told once it is on disk
        self._turns = Turns(len(plan.roster.employees))
        self._crew: Crew[Errand, Answer] = Crew(self._register, manner.workers)

    def go(self) -> None:
        """Send until nothing is left or the course stops; requests under way are waited for."""
        until = time.monotonic() + (self._manner.deadline_seconds or float("inf"))
        try:
            self._look_up(until)
            self._turn([])
            while self._flying and not self._given_up():
                landed = self._crew.wait(TICK_SECONDS)
                self._look_up(until)
                if landed:
                    self._turn(landed)
        finally:
            self._crew.dismiss()
            self._client.gate.stopping.set()
        self._leave(self.course.leftovers())

    def _given_up(self) -> bool:
        """Leave requests that are still under way, where that is wanted; answers that have come are kept."""
        if self._manner.interruption.times < 2:
            return False
        self._look_up(float("inf"))
        self._turn(self._crew.wait(0))
        given_up = GivenUpError("the request was under way when the run was stopped")
        self._turn([(errand, given_up) for errand in self._flying])
        return True

    def _turn(self, landed: Sequence[Landed]) -> None:
        """Settle what has come and choose what goes out next; it goes when all of that is on disk."""
        before = [self.standings.part(errand.batch.codes) for errand, _ in landed]
        going: list[Errand] = []
        self._news = []
        try:
            with self._ledger.together():
                for errand, result in landed:
                    self._settle(errand, result)
                while len(going) < self._crew.free and (chosen := self.course.next(len(self._flying))):
                    self._flying[chosen] = self._ledger.sent(self._run, chosen.batch)
                    going.append(chosen)
        except LedgerError as error:
            self._undo(landed, before, going, error)
            return
        for errand in going:
            self._turns.ask(errand.batch.codes)
            self._crew.submit(errand)
        for event in self._news:
            self._tell(event)

    def _undo(
        self,
        landed: Sequence[Landed],
        before: Sequence[Standings],
        going: Sequence[Errand],
        error: LedgerError,
    ) -> None:
        """Take back what a turn gave to employees, for nothing of it is on disk."""
        self.course.stop(str(error))
        for (errand, result), standings in zip(landed, before, strict=True):
            self._flying.pop(errand, None)
            update(self.standings, errand.batch.codes, standings)
            what = "StartExam answered" if isinstance(result, Answer) else f"the request failed ({result})"
            note = f"{what}, but that could not be written down: {error}"
            self._apply([Verdict(errand.batch, Status.UNKNOWN, note)])
        for errand in going:
            self._flying.pop(errand, None)
            self._apply(self.course.abandoned(errand))

    def _register(self, errand: Errand) -> Answer:
        return self._client.register(self._plan.exam, errand.batch)

    def _look_up(self, until: float) -> None:
        """Notice that somebody wants the run to stop, or that its time is over."""
        if self._manner.interruption.times:
            self.course.stop("the run was interrupted")
        elif time.monotonic() > until:
            self.course.stop("the time that --deadline allows is over")
        if self.course.stopped:
            self._client.gate.stopping.set()

    def _settle(self, errand: Errand, result: Answer | Exception) -> None:
        request = self._flying.pop(errand)
        if isinstance(result, Answer):
            self._settle_answer(errand, request, result)
        else:
            self._settle_failure(errand, request, result)

    def _settle_answer(self, errand: Errand, request: int, answer: Answer) -> None:
        batch, participants = errand.batch, answer.participants
        if participants is None:
            verdicts = self.course.unmatched(errand, answer.fault, empty=answer.empty)
            self._close(request, batch, "unmatched", verdicts, note=answer.fault, raw=answer.raw)
            return
        given = [participant for participant in participants if participant is not None]
        holders = self._ledger.holders(self._plan.scope.base_url, given)
        if others := foreign(batch, participants, holders):
            verdicts = self.course.foreign(errand) + self._withdraw(batch, others)
            self._close(request, batch, "unmatched", verdicts, note=verdicts[0].note, raw=answer.raw)
            return
        moment = Moment(self._run, int(time.time()), int(self._plan.exam.valid_till.timestamp()))
        matched = match(batch, participants, holders, self.standings, moment)
        verdicts = self.course.answered(errand, empty_handed=not given)
        notes = notes_on(batch, matched.standings) + self._notes(verdicts)
        self._ledger.settled(request, "answered", matched.registrations, notes)
        update(self.standings, batch.codes, matched.standings)
        self._turns.answer(batch.codes)
        self._apply(verdicts)
        settled = len(batch) + sum(len(verdict.batch) for verdict in verdicts)
        self._news.append(Settled(batch.number, len(batch), "answered", settled))

    def _withdraw(self, batch: Batch, others: list[tuple[int, Holder]]) -> list[Verdict]:
        """Take participants back that came while their other claimants were asked about: whose are they?"""
        names = self._plan.roster.employees.identifiers
        ours = [(place, one) for place, one in others if one.run == self._run]
        codes = self._turns.all_contested(names, batch, ours)
        if not len(codes):
            return []
        self._ledger.withdraw(self._run, self._plan.scope.base_url, list(self.standings.participant[codes]))
        self.standings.participant[codes], self.standings.valid_till[codes] = "", 0
        both = "StartExam answered with this employee's link for another employee too"
        return [Verdict(Batch(0, codes, tuple(names[codes]), part=True), Status.UNKNOWN, both)]

    def _settle_failure(self, errand: Errand, request: int, error: Exception) -> None:
        batch, words = errand.batch, str(error)
        told = error.told if isinstance(error, StartExamError) else words
        if isinstance(error, RefusedError):
            self._turns.turn_away(batch.codes)
            self._close(request, batch, "refused", self.course.refused(errand, told, words), note=words)
        elif isinstance(error, SendAgainError) and self._plan.exam.reregister and error.lost:
            self.course.failed(errand, told, words, error.status)
            note = f"{words}; the new registration may have been made, so it is not asked for twice"
            self._close(request, batch, "lost", [Verdict(batch, Status.UNKNOWN, note)], note=words)
        elif isinstance(error, SendAgainError):
            verdicts = self.course.failed(errand, told, words, error.status)
            self._close(request, batch, "failed", verdicts, note=words)
        elif isinstance(error, StopError):
            self.course.stop(words)
            self._close(request, batch, "refused", self.course.abandoned(errand), note=words)
        elif isinstance(error, StoppedError):
            self._close(request, batch, "not sent", self.course.abandoned(errand))
        elif isinstance(error, GivenUpError):
            self._close(request, batch, "given up", [Verdict(batch, Status.UNKNOWN, words)], note=words)
        else:
            raise error

    def _close(
        self, request: int, batch: Batch, ended: str, verdicts: list[Verdict], *, note: str = "",
        raw: bytes | None = None,
    ) -> None:  # fmt: skip
        self._ledger.settled(request, ended, standings=self._notes(verdicts), note=note, raw=raw)
        self._apply(verdicts)
        settled = sum(len(verdict.batch) for verdict in verdicts)
        self._news.append(Settled(batch.number, len(batch), ended, settled))

    def _leave(self, verdicts: list[Verdict]) -> None:
        """Settle those to whom no request will come any more; the ledger says `not sent` by itself."""
        self._apply(verdicts)
        told = [verdict for verdict in verdicts if verdict.status is not Status.NOT_SENT]
        if told:
            try:
                self._ledger.left(self._run, self._notes(told))
            except LedgerError as error:
                self.course.stop(str(error))

    def _notes(self, verdicts: list[Verdict]) -> list[StandingNote]:
        return [
            StandingNote(employee, verdict.status, verdict.note)
            for verdict in verdicts
            for employee in verdict.batch.identifiers
        ]

    def _apply(self, verdicts: list[Verdict]) -> None:
        """Write verdicts into the standings; whoever has a known link that works keeps it."""
        now = int(time.time())
        for verdict in verdicts:
            codes = verdict.batch.codes
            works = (self.standings.valid_till[codes] > now) & (self.standings.participant[codes] != "")
            kept = f"the known link works on; asked again: {verdict.status} ({verdict.note})"
            self.standings.settle(codes[works], Status.ALREADY_REGISTERED, kept)
            self.standings.settle(codes[~works], verdict.status, verdict.note)
