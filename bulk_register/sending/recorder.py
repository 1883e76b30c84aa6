"""What requests came to: in the ledger first, then in everybody's standing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from bulk_register.language import N_, _
from bulk_register.ledger import Ledger
from bulk_register.plan import folded
from bulk_register.records import (
    Answer,
    Batch,
    Ending,
    Holder,
    Settled,
    Settlement,
    Status,
    Statuses,
    StatusNote,
    Submission,
    status_words,
)
from bulk_register.sending.confirmations import Doubt, Release, Shared
from bulk_register.sending.matching import Moment, foreign_participants, match, notes_on
from bulk_register.sending.scheduler import Scheduler
from bulk_register.sending.tasks import End, Purpose, Task, Verdict

Others = list[tuple[int, Holder]]  # places in an answer whose participant another employee holds

TAKEN_BACK = N_("taken back: StartExam gave a participant of this answer to another employee too")
OVER_BY_ITS_CLOCK = N_(
    "by StartExam's clock this link is over, and this computer's is wrong: set it right, then run again"
)
OTHER_SPELLING = N_(
    "StartExam answered with the link that an earlier run got for another spelling of this identifier"
)


class Recorder:
    """Keeps ledger and standings of one run; used by one thread, within the ledger's transaction."""

    def __init__(
        self, submission: Submission, ledger: Ledger, scheduler: Scheduler, now: Callable[[], float]
    ) -> None:
        self.statuses = submission.statuses
        self.valid_till = int(submission.plan.exam.valid_till.timestamp())
        self.news: list[Settled] = []  # to be told once it is on disk
        self._run, self._scope = submission.run, submission.plan.scope
        self._employees = submission.plan.roster.employees
        self._ledger, self._course, self._now = ledger, scheduler, now
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
        self._apply_and_tell(batch, end.ended, end.verdicts)

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
        releases, shared = self._course.conclude()
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
            strangers = foreign_participants(task.batch, answer.repeated, self._holders(answer.repeated))
            others = self._taken_back(task, answer.repeated, strangers)
            verdicts = self._course.repeated(task, answer.repeated, others)
        else:
            verdicts = self._course.unmatched(task, answer.fault, empty=answer.empty)
        ended = Ending.CONTRADICTED if answer.repeated else Ending.UNMATCHED
        self.close(request, task.batch, End(ended, verdicts, answer.fault, answer.raw))

    def _matchable(
        self, task: Task, request: int, answer: Answer, participants: tuple[str | None, ...]
    ) -> None:
        batch = task.batch
        holders = self._holders(participants)
        twins, strangers = self._twins(batch, foreign_participants(batch, participants, holders))
        if strangers or self._course.contradicts(task, participants):
            others = self._taken_back(task, participants, strangers)
            verdicts = self._course.contradicted(task, participants, others)
            self.close(request, batch, End(Ending.CONTRADICTED, verdicts, verdicts[0].note, answer.raw))
        elif task.purpose is Purpose.CONFIRM:
            self._confirming[task] = request
            verdicts = self._course.confirmed(task, participants)
            self.close(request, batch, End(Ending.CONTRADICTED, verdicts, _("asked again"), answer.raw))
        else:
            verdicts = self._course.answered(task, empty_handed=not any(participants))
            self._give(request, batch, _without(participants, twins), holders, verdicts)
            self._withhold_twins(batch, participants, twins)

    def _give(
        self,
        request: int,
        batch: Batch,
        participants: Sequence[str | None],
        holders: dict[str, Holder],
        verdicts: list[Verdict],
    ) -> None:
        moment = Moment(self._run, int(self._now()), self.valid_till)
        matched = match(batch, participants, holders, self.statuses.now, moment)
        notes = notes_on(batch, matched.statuses) + notes_of(verdicts)
        self._ledger.settled(request, Settlement(Ending.ANSWERED, matched.registrations, notes))
        self.statuses.replace(batch.codes, matched.statuses)
        self._apply_and_tell(batch, Ending.ANSWERED, verdicts, len(batch))

    def _apply_and_tell(self, batch: Batch, ended: Ending, verdicts: list[Verdict], more: int = 0) -> None:
        self.apply(verdicts)
        settled = more + sum(len(verdict.batch) for verdict in verdicts)
        self.news.append(Settled(batch.number, len(batch), ended, settled))

    def _holders(self, participants: Sequence[str | None]) -> dict[str, Holder]:
        return self._ledger.holders(self._scope.base_url, [given for given in participants if given])

    def _twins(self, batch: Batch, others: Others) -> tuple[Others, Others]:
        """Part those who share a participant with another spelling of their identifier from strangers."""
        twins = [
            (place, one) for place, one in others if folded(one.employee) == folded(batch.identifiers[place])
        ]
        return twins, [other for other in others if other not in twins]

    def _withhold_twins(self, batch: Batch, participants: Sequence[str | None], twins: Others) -> None:
        """Give neither of two spellings a link that StartExam has only one of."""
        codes = self._codes({one.employee for _, one in twins})
        for place, one in twins:
            given = participants[place] or ""
            own = batch.take([place])
            if one.employee not in codes:
                self._settle_for_good([Verdict(own, Status.UNKNOWN, _(OTHER_SPELLING))])
                continue
            code = codes[one.employee]
            self._ledger.withdraw(one.run, self._scope.base_url, [given])
            if self.statuses.now.participant[code].casefold() == given:
                self._take_link(np.array([code]))
            other = Batch(batch.number, np.array([code]), (one.employee,), part=True)
            both = (code, int(own.codes[0]))
            self._share([Shared(other, both), Shared(own, both)])

    def _taken_back(self, task: Task, participants: Sequence[str | None], strangers: Others) -> list[Doubt]:
        """Take back the answers of this run that gave somebody else participants of a new one."""
        disputed = [participants[place] or "" for place, one in strangers if one.run == self._run]
        doubts = []
        for names, given in self._ledger.answered_with(self._run, self._scope.base_url, disputed):
            places = self._codes(set(names))
            codes = np.array([places[name] for name in names], np.int64)
            batch = Batch(task.batch.number, codes, tuple(names), part=True)
            self._ledger.withdraw(self._run, self._scope.base_url, given)
            request = self._ledger.sent(self._run, batch)
            raw = json.dumps({"participantIds": given}).encode()
            self._ledger.settled(request, Settlement(Ending.CONTRADICTED, note=_(TAKEN_BACK), raw=raw))
            self._take_link(codes)
            doubts.append(Doubt(batch, tuple(each.lower() for each in given)))
        return doubts

    def _release(self, release: Release) -> None:
        batch, request = release.batch, self._confirming.pop(release.task)
        holders = self._holders(release.participants)
        taken = foreign_participants(batch, release.participants, holders)
        self._released.append((batch.codes, self.statuses.now.part(batch.codes)))
        self._give(request, batch, _without(release.participants, taken), holders, [])

    def _share(self, shared: Iterable[Shared]) -> None:
        """Say of employees to whom StartExam gives one participant who they are."""
        for batch, codes in shared:
            rows = " and ".join(
                f"{row:,}" for row in sorted(self._employees.first_rows[list(codes)].tolist())
            )
            note = _(
                "StartExam gives one participant to rows {rows}, so it can't be told whose the link is",
                rows=rows,
            )
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


def _without(participants: Sequence[str | None], places: Others) -> tuple[str | None, ...]:
    taken = {place for place, _ in places}
    return tuple(None if place in taken else given for place, given in enumerate(participants))
