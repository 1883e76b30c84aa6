"""What requests came to: in the ledger first, then in everybody's standing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np

from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.plan import folded
from bulk_register.records import (
    Answer,
    Batch,
    Ending,
    Settled,
    Settlement,
    Status,
    Statuses,
    StatusNote,
    Submission,
    status_words,
)
from bulk_register.sending.confirmations import Doubt, Release, Shared
from bulk_register.sending.matching import Foreign, Moment, Pairing, match, notes_on
from bulk_register.sending.notes import (
    ANOTHERS,
    OTHER_SPELLING,
    OVER_BY_ITS_CLOCK,
    SHARED,
    SHARED_WITH_ABSENT,
    TAKEN_BACK,
)
from bulk_register.sending.scheduler import Scheduler
from bulk_register.sending.tasks import End, Purpose, Task, Verdict


class Recorder:
    """Keeps ledger and standings of one run; used by one thread, within the ledger's transaction."""

    def __init__(
        self, submission: Submission, ledger: Ledger, scheduler: Scheduler, now: Callable[[], float]
    ) -> None:
        self.statuses = submission.statuses
        self.valid_till = int(submission.plan.exam.valid_till.timestamp())
        self.news: list[Settled] = []  # to be told once it is on disk
        self._run, self._scope = submission.run, submission.plan.scope
        self._renewed = submission.plan.renewed
        self._employees = submission.plan.roster.employees
        self._ledger, self._scheduler, self._now = ledger, scheduler, now
        self._confirming: dict[Task, int] = {}  # requests whose answers are withheld
        self._released: list[tuple[np.ndarray, Statuses]] = []  # in this turn, with their standings before

    def begin_turn(self) -> None:
        self.news, self._released = [], []

    def undo_turn(self) -> None:
        """Take back what was given in this turn to employees to whom none of its requests belongs."""
        for codes, before in reversed(self._released):
            self.statuses.replace(codes, before)

    def answer(self, task: Task, request: int, answer: Answer) -> None:
        """Record an answer, and give its employees what it means for them."""
        if answer.participants is None:
            self._unmatched(task, request, answer)
        else:
            self._matchable(task, request, answer, answer.participants)
        if task.purpose is Purpose.CONFIRM:
            self.conclude()

    def close(self, request: int, batch: Batch, end: End) -> None:
        """Record how a request ended that gave nobody a link."""
        notes = notes_of(end.verdicts)
        self._ledger.settled(request, Settlement(end.ended, statuses=notes, note=end.note, raw=end.raw))
        self._apply_and_tell(batch, end)

    def leave(self, verdicts: list[Verdict]) -> None:
        """Settle those to whom no request will come any more; the ledger says `not sent` by itself."""
        self.apply(verdicts)
        told = [verdict for verdict in verdicts if verdict.status is not Status.NOT_SENT]
        if told:
            self._ledger.left(self._run, notes_of(told))

    def expire(self, now: int) -> None:
        """Withhold known links that are over by StartExam's clock (seconds since 1970 UTC)."""
        known = self.statuses.now
        over = (known.status == Status.ALREADY_REGISTERED) & (known.valid_till <= now)
        self.statuses.settle(np.flatnonzero(over), Status.EXPIRED, _(OVER_BY_ITS_CLOCK))

    def conclude(self) -> None:
        """Give employees who were in doubt their links, where asking again has cleared it."""
        releases, shared = self._scheduler.conclude()
        for release in releases:
            self._release(release)
        self._share(shared)

    def apply(self, verdicts: list[Verdict]) -> None:
        """Write verdicts into the standings; whoever has a known link that works keeps it."""
        now = int(self._now())
        for verdict in verdicts:
            codes = verdict.batch.codes
            standing = self.statuses.now
            works = (standing.valid_till[codes] > now) & (standing.participant[codes] != "")
            kept = _(
                "the known link works on; asked again: {status} ({note})",
                status=status_words()[verdict.status],
                note=verdict.note,
            )
            self.statuses.settle(codes[works], Status.ALREADY_REGISTERED, kept)
            self.statuses.settle(codes[~works], verdict.status, verdict.note)

    # --- within

    def _unmatched(self, task: Task, request: int, answer: Answer) -> None:
        if answer.repeated:
            pairing = self._pairing(task.batch, answer.repeated)
            others = self._taken_back(pairing, pairing.foreign())
            verdicts = self._scheduler.repeated(task, answer.repeated, others)
        else:
            verdicts = self._scheduler.unmatched(task, answer.fault, empty=answer.empty)
        ended = Ending.CONTRADICTED if answer.repeated else Ending.UNMATCHED
        self.close(request, task.batch, End(ended, verdicts, answer.fault, answer.raw))

    def _matchable(
        self, task: Task, request: int, answer: Answer, participants: tuple[str | None, ...]
    ) -> None:
        batch = task.batch
        pairing = self._pairing(batch, participants)
        twins, strangers = _twins(pairing)
        if task.purpose is Purpose.CONFIRM:
            self._confirming[task] = request
        if strangers or self._scheduler.contradicts(task, participants):
            others = self._taken_back(pairing, strangers)
            verdicts = self._scheduler.contradicted(task, participants, others)
            self.close(request, batch, End(Ending.CONTRADICTED, verdicts, _(ANOTHERS), answer.raw))
        elif task.purpose is Purpose.CONFIRM:
            verdicts = self._scheduler.confirmed(task, participants)
            self.close(request, batch, End(Ending.CONTRADICTED, verdicts, _("asked again"), answer.raw))
        else:
            verdicts = self._scheduler.answered(task, empty_handed=not any(participants))
            self._give(request, pairing.without(twins), verdicts)
            self._withhold_twins(pairing, twins)

    def _give(self, request: int, pairing: Pairing, verdicts: list[Verdict]) -> None:
        batch = pairing.batch
        moment = Moment(self._run, int(self._now()), self.valid_till, self._renewed)
        matched = match(pairing, self.statuses.now, moment)
        notes = notes_on(batch, matched.statuses) + notes_of(verdicts)
        self._ledger.settled(request, Settlement(Ending.ANSWERED, matched.registrations, notes))
        self.statuses.replace(batch.codes, matched.statuses)
        self._apply_and_tell(batch, End(Ending.ANSWERED, verdicts), len(batch))

    def _apply_and_tell(self, batch: Batch, end: End, more: int = 0) -> None:
        self.apply(end.verdicts)
        given = [verdict for verdict in end.verdicts if verdict.status is not Status.NOT_SENT]
        settled = more + sum(len(verdict.batch) for verdict in given)
        standing = self.statuses.counts()
        self.news.append(Settled(batch.number, len(batch), end.ended, settled, standing, end.note))

    def _pairing(self, batch: Batch, participants: Sequence[str | None]) -> Pairing:
        given = [participant for participant in participants if participant]
        return Pairing(batch, participants, self._ledger.holders(self._scope.base_url, given))

    def _withhold_twins(self, pairing: Pairing, twins: Sequence[Foreign]) -> None:
        """Give neither of two spellings a link that StartExam has only one of."""
        codes = self._codes({one.holder.employee for one in twins})
        for place, one in twins:
            given = pairing.participants[place] or ""
            own = pairing.batch.take([place])
            if one.employee not in codes:
                self._settle_for_good([Verdict(own, Status.UNKNOWN, _(OTHER_SPELLING))])
                continue
            code = codes[one.employee]
            self._ledger.withdraw(one.run, self._scope.base_url, [given])
            if self.statuses.now.participant[code].casefold() == given:
                self._take_link(np.array([code]))
            other = Batch(own.number, np.array([code]), (one.employee,), part=True)
            both = frozenset((one.employee, *own.identifiers))
            self._share([Shared(other, both), Shared(own, both)])

    def _taken_back(self, pairing: Pairing, strangers: Sequence[Foreign]) -> list[Doubt]:
        """Take back the answers of this run that gave somebody else participants of a new one."""
        disputed = [pairing.participants[place] or "" for place, one in strangers if one.run == self._run]
        doubts = []
        for names, given in self._ledger.answered_with(self._run, self._scope.base_url, disputed):
            places = self._codes(set(names))
            codes = np.array([places[name] for name in names], np.int64)
            batch = Batch(pairing.batch.number, codes, tuple(names), part=True)
            self._ledger.withdraw(self._run, self._scope.base_url, given)
            request = self._ledger.sent(self._run, batch)
            raw = json.dumps({"participantIds": given}).encode()
            self._ledger.settled(request, Settlement(Ending.CONTRADICTED, note=_(TAKEN_BACK), raw=raw))
            self._take_link(codes)
            doubts.append(Doubt(batch, tuple(each.lower() for each in given)))
        return doubts

    def _release(self, release: Release) -> None:
        codes, request = release.batch.codes, self._confirming.pop(release.task)
        pairing = self._pairing(release.batch, release.participants)
        self._released.append((codes, self.statuses.now.part(codes)))
        foreign = pairing.foreign()
        anothers = release.batch.take([one.place for one in foreign])
        verdicts = [Verdict(anothers, Status.UNKNOWN, _(ANOTHERS))] if foreign else []
        self._give(request, pairing.without(foreign), verdicts)

    def _share(self, shared: Sequence[Shared]) -> None:
        """Say of employees to whom StartExam gives one participant who they are."""
        codes = self._codes({name for one in shared for name in one.claimants})
        for batch, claimants in shared:
            places = [codes[name] for name in claimants if name in codes]
            rows = [f"{row:,}" for row in sorted(self._employees.first_rows[places].tolist())]
            note = _(SHARED, rows=_(" and ").join(rows)) if len(rows) > 1 else _(SHARED_WITH_ABSENT)
            self._settle_for_good([Verdict(batch, Status.UNKNOWN, note)])

    def _settle_for_good(self, verdicts: list[Verdict]) -> None:
        self._ledger.left(self._run, notes_of(verdicts))
        self.apply(verdicts)

    def _take_link(self, codes: np.ndarray) -> None:
        self.statuses.withdraw_links(codes)

    def _codes(self, names: set[str]) -> dict[str, int]:
        if not names:
            return {}
        return {name: code for code, name in enumerate(self._employees.identifiers) if name in names}


def notes_of(verdicts: list[Verdict]) -> list[StatusNote]:
    """Return what verdicts say of each employee."""
    return [
        StatusNote(employee, verdict.status, verdict.note)
        for verdict in verdicts
        for employee in verdict.batch.identifiers
    ]


def _twins(pairing: Pairing) -> tuple[list[Foreign], list[Foreign]]:
    """Part those who share a participant with another spelling of their identifier from strangers."""
    foreign, names = pairing.foreign(), pairing.batch.identifiers
    twins = [one for one in foreign if folded(one.holder.employee) == folded(names[one.place])]
    return twins, [one for one in foreign if one not in twins]
