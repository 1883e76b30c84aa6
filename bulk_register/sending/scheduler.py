"""What goes out next, and what each ending means: all decisions of sending, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bulk_register.language import _
from bulk_register.records import Batch, Status
from bulk_register.sending.confirmations import Confirmations, Doubt, Participants, Release, Shared
from bulk_register.sending.notes import ANOTHERS, CONTRADICTED, DISAGREED, REPEATED, UNMATCHED, UNMATCHED_FOR
from bulk_register.sending.outbox import Outbox
from bulk_register.sending.probing import Probing
from bulk_register.sending.stopping import (
    ALONE_REFUSED,
    ANSWERED_IN_HISTORY,
    LEFT_OUT,
    SHOWN_BY_HISTORY,
    Stopping,
)
from bulk_register.sending.tasks import Message, Purpose, Rules, Task, Verdict
from bulk_register.sending.unmatched_batches import UnmatchedBatches


class Scheduler:
    """The order of a run's requests, from the plan's batches to the last part of the last refused one.

    Ask `next` for what may go out now and tell how it ended with `answered`, `confirmed`, `contradicted`,
    `repeated`, `unmatched`, `refused` or `failed`, each of which returns the verdicts it leads to; `conclude`
    returns whom asking again has cleared, and at the end `leftovers` returns the rest. `confirmations` hold
    the employees whose answers in earlier runs were contradicted.
    """

    def __init__(
        self, batches: Iterable[Batch], rules: Rules, confirmations: Confirmations | None = None
    ) -> None:
        self.rules = rules
        self.stopping = Stopping(rules)
        self._outbox = Outbox(batches)
        self._probing = Probing(self._outbox, self.stopping, trusted=rules.trusted)
        self._unmatched = UnmatchedBatches()
        self._confirmations = confirmations or Confirmations()

    @property
    def stopped(self) -> str:
        """Why nothing more goes out; "" as long as the run goes on."""
        return self.stopping.reason

    def next(self, in_flight: int) -> Task | None:
        """Return what may go out now; None to wait for those in flight, or at the end where none is."""
        ending = self.stopping.ending
        if self.stopped or (in_flight and (ending or not self._probing.proven or self._unmatched.open)):
            return None
        if ending:
            return self._confirmations.next()
        if alone := self._unmatched.take_alone():
            return alone
        if not in_flight:
            self._outbox.bring_back()
        return self._outbox.next() or (None if in_flight else self._confirmations.next())

    def stop(self, reason: str, *, passing: bool = False) -> None:
        """Let nothing more go out; the first reason counts. `passing`: it may be over by itself."""
        self.stopping.stop(reason, passing=passing)

    def again(self, task: Task) -> None:
        """Let a request that changed nothing go out once more, before all others."""
        self._outbox.again(task)

    def answered(self, task: Task, *, empty_handed: bool = False) -> list[Verdict]:
        """A matched answer came; `empty_handed` if it held no identifier at all."""
        self.stopping.accepted()
        verdicts = self._probing.prove()
        if task.purpose is Purpose.ALONE:
            if empty_handed:
                return verdicts + self._left_out(task)
            # existing participants are answered in their places: answers of the right length are certain
            self._outbox.first(self._unmatched.take_halves(), Purpose.DOUBTED)
        return verdicts

    def unmatched(self, task: Task, fault: str, *, empty: bool) -> list[Verdict]:
        """An answer came that can't be matched; `empty` if it held nothing."""
        self.stopping.alive()
        batch = task.batch
        note = _(UNMATCHED_FOR, fault=fault)
        if self.rules.reregister:
            self.stop(_(SHOWN_BY_HISTORY, why=note))
            return [Verdict(batch, Status.UNKNOWN, note)]
        if task.purpose is Purpose.ALONE:
            return self._left_out(task)
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task)
            return [Verdict(batch, Status.UNKNOWN, note)]
        if len(batch) == 1 or (empty and task.purpose is Purpose.DOUBTED):
            accepted = self._probing.prove() if task.purpose is Purpose.PROBE else []
            return [Verdict(batch, Status.UNKNOWN, note), *accepted]
        if task.purpose is Purpose.DOUBTED:
            self._outbox.first(batch.halves(), Purpose.DOUBTED)
        else:
            self._unmatched.add(batch)
        return []

    def confirmed(self, task: Task, participants: tuple[str | None, ...]) -> list[Verdict]:
        """A matched answer came for employees who are in doubt; see `conclude`."""
        self.stopping.accepted()
        verdicts = self._probing.prove()
        if not self._confirmations.answered(task, participants):
            verdicts.append(Verdict(task.batch, Status.UNKNOWN, _(DISAGREED)))
        return verdicts

    def contradicts(self, task: Task, participants: Participants) -> bool:
        """Tell whether an answer holds what somebody in doubt was answered with."""
        confirms = task.purpose is Purpose.CONFIRM
        return not confirms and self._confirmations.claimed(task.batch, participants)

    def contradicted(
        self, task: Task, participants: tuple[str | None, ...], others: Iterable[Doubt]
    ) -> list[Verdict]:
        """An answer held what somebody else has; `others` are those whose links were taken back for it.

        Both answers are in doubt. Nothing more goes out but what asks again, then the run stops.
        """
        self.stopping.alive()
        verdicts = self._take_back(others)
        self.stopping.end(_(ANSWERED_IN_HISTORY, why=_(ANOTHERS)))
        if task.purpose is Purpose.CONFIRM:
            return self.confirmed(task, participants) + verdicts
        self._confirmations.add(Doubt(task.batch, participants))
        return [Verdict(task.batch, Status.UNKNOWN, _(ANOTHERS)), *verdicts, *self._unmatched.give_up()]

    def repeated(
        self, task: Task, participants: tuple[str | None, ...], others: Iterable[Doubt] = ()
    ) -> list[Verdict]:
        """An answer of the right length held a participant for several employees, who are in doubt now.

        `others` as in `contradicted`; the rest of the answer can't be matched and is asked about again.
        """
        self.stopping.alive()
        verdicts = self._take_back(others)
        if verdicts:
            self.stopping.end(_(ANSWERED_IN_HISTORY, why=_(ANOTHERS)))
        batch, counts = task.batch, Counter(participants)
        places = [i for i, given in enumerate(participants) if given is not None and counts[given] > 1]
        claimants = Doubt(batch.take(places), tuple(participants[place] for place in places))
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task, claimants)
            return [Verdict(batch, Status.UNKNOWN, _(REPEATED)), *verdicts]
        self._confirmations.add(claimants)
        if self.rules.reregister:
            self.stop(_(SHOWN_BY_HISTORY, why=_(UNMATCHED_FOR, fault=_(REPEATED))))
            return [Verdict(batch, Status.UNKNOWN, _(REPEATED)), *verdicts]
        rest = batch.take(sorted(set(range(len(batch))) - set(places)))
        self._outbox.first(rest.halves() if task.purpose is Purpose.DOUBTED else [rest], Purpose.DOUBTED)
        return [Verdict(claimants.batch, Status.UNKNOWN, _(REPEATED)), *verdicts]

    def conclude(self) -> tuple[list[Release], list[Shared]]:
        """Return who of those in doubt may have which link now, and who shares one with others."""
        concluded = self._confirmations.conclude()
        if self.stopping.ending and not self._confirmations.open:
            self.stop(self.stopping.ending)
        return concluded

    def refused(self, task: Task, message: Message) -> list[Verdict]:
        """StartExam refused a request."""
        self.stopping.alive()
        if task.purpose is Purpose.ALONE:
            self.stop(_(ALONE_REFUSED, words=message.for_log))
            return self._unmatched.give_up(task.batch)
        if self.rules.reregister:
            return self._refused_for_good(task.batch, message)
        if task.purpose is Purpose.CONFIRM:
            return self._confirm_refused(task, message)
        if not self._probing.proven:
            return self._probing.refused(task.batch, message)
        if len(task.batch) == 1:
            return self._reject(task.batch, message)
        self._outbox.first(task.batch.halves())
        return []

    def failed(self, task: Task, message: Message, status: int) -> list[Verdict]:
        """Every attempt at a request failed; `status` is that of the last."""
        batch = task.batch
        self.stopping.failed(batch, message)
        if task.purpose is Purpose.ALONE:
            return [*self._unmatched.give_up(), Verdict(batch, Status.FAILED, message.for_note)]
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task)
            return [Verdict(batch, Status.FAILED, message.for_note)]
        if status == 500 and not self.rules.reregister:
            if len(batch) > 1:
                self._outbox.put_aside(batch)
                return []
            if batch.part and self._probing.proven:
                return self._reject(batch, message)
        verdicts = [Verdict(batch, Status.FAILED, message.for_note)]
        return verdicts + (self._probing.go_on() if task.purpose is Purpose.PROBE else [])

    def abandoned(self, task: Task) -> list[Verdict]:
        """The run stopped before this request could be made, or it was turned away with all others."""
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task)
        if task.purpose in (Purpose.ALONE, Purpose.DOUBTED, Purpose.CONFIRM):
            return [Verdict(task.batch, Status.UNKNOWN, _(UNMATCHED))]
        return [Verdict(task.batch, Status.NOT_SENT, self.stopped)]

    def leftovers(self) -> list[Verdict]:
        """Return the verdicts on all that will not go out any more."""
        tasks, aside = self._outbox.clear()
        tasks += [Task(batch) for batch in self._probing.give_up()]
        if alone := self._unmatched.take_alone():
            tasks.append(alone)
        verdicts = [verdict for task in tasks for verdict in self.abandoned(task)]
        verdicts += [Verdict(batch, Status.FAILED, _("StartExam kept failing")) for batch in aside]
        verdicts += self._unmatched.give_up()
        verdicts += [Verdict(b, Status.UNKNOWN, _(CONTRADICTED)) for b in self._confirmations.give_up()]
        return [verdict for verdict in verdicts if len(verdict.batch)]

    # --- within

    def _take_back(self, others: Iterable[Doubt]) -> list[Verdict]:
        others = list(others)
        for other in others:
            self._confirmations.add(other)
        return [Verdict(other.batch, Status.UNKNOWN, _(CONTRADICTED)) for other in others]

    def _confirm_refused(self, task: Task, message: Message) -> list[Verdict]:
        batch = task.batch
        if len(batch) > 1 and (self._probing.proven or self.rules.trusted):
            self._confirmations.split(task)
            return []
        self._confirmations.drop(task)
        if len(batch) == 1:
            return self._reject(batch, message)
        self.stop(_("StartExam refuses the request: {words}", words=message.for_log))
        return [Verdict(batch, Status.UNKNOWN, message.for_note)]

    def _reject(self, batch: Batch, message: Message) -> list[Verdict]:
        self.stopping.refused_alone(message.for_log)
        return [Verdict(batch, Status.REJECTED, message.for_note)]

    def _refused_for_good(self, batch: Batch, message: Message) -> list[Verdict]:
        self.stopping.refused_for_good(message)
        advice = "" if len(batch) == 1 else _("; smaller batches (--batch-size) show which employee it is")
        return [Verdict(batch, Status.REJECTED, message.for_note + advice)]

    def _left_out(self, task: Task) -> list[Verdict]:
        self.stop(_(LEFT_OUT))
        return self._unmatched.give_up(task.batch)
