"""What goes out next, and what each ending means: all decisions of sending, and nothing else."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from bulk_register.language import N_, _
from bulk_register.records import Batch, Status
from bulk_register.sending.confirmations import Confirmations, Doubt, Participants, Release, Shared
from bulk_register.sending.probing import Probing
from bulk_register.sending.tasks import Purpose, Rules, Task, Verdict
from bulk_register.startexam.blaming import wrong_part

DEAD_AFTER = 3  # batches in a row that failed on every attempt: the service is down
DEAD_AFTER_PARTS = 10  # the same for parts of a batch, which may hold several employees that make it fail

UNMATCHED = N_("StartExam's answer could not be matched to employees")
ANOTHERS = N_(
    "StartExam's answer could not be matched to employees: it holds a participant that is another employee's"
)
SHOWN_BY_HISTORY = N_("{why}. What it answered is kept: bulk-register history shows it")
CONTRADICTED = N_("StartExam gave a participant of this answer to another employee too")
REPEATED = N_("StartExam answered with one participant for several employees")
DISAGREED = N_("StartExam was asked again in another order, and its answers don't agree")


class Scheduler:
    """The order of a run's requests, from the plan's batches to the last part of the last refused one.

    Ask `next` for what may go out now and tell how it ended with `answered`, `confirmed`, `contradicted`,
    `repeated`, `unmatched`, `refused` or `failed`, each of which returns the verdicts it leads to; `conclude`
    returns whom asking again has cleared, and at the end `leftovers` returns the rest. `doubts` are employees
    whose answers in earlier runs were contradicted.
    """

    def __init__(self, batches: Iterable[Batch], rules: Rules, doubts: Iterable[Doubt] = ()) -> None:
        self.stopped = ""
        self._ending = ""  # why the run stops once all who are in doubt have been asked again
        self._confirmations = Confirmations()
        for doubt in doubts:
            self._confirmations.add(doubt)
        self._rules = rules
        self._queue = deque(Task(batch) for batch in batches)
        self._proven = False  # StartExam has accepted something in this run
        self._probing = Probing()
        self._aside: list[Batch] = []  # kept answering 500: halved once others succeed
        self._alone: Task | None = None  # goes next, when nothing else is in flight
        self._doubtful: list[Batch] = []  # unmatched, until one of their employees is asked about alone
        self._failures = 0
        self._part_failures = 0
        self._refused_alone = 0
        self._refused_in_a_row = 0

    def next(self, in_flight: int) -> Task | None:
        """Return what may go out now; None to wait for those in flight, or at the end where none is."""
        if self.stopped or (in_flight and (self._ending or not self._proven or self._doubtful)):
            return None
        if self._ending:
            return self._confirmations.next()
        if self._alone:
            task, self._alone = self._alone, None
            return task
        if not self._queue and not in_flight:
            self._bring_back()
        if self._queue:
            return self._queue.popleft()
        return None if in_flight else self._confirmations.next()

    def stop(self, reason: str) -> None:
        """Let nothing more go out; the first reason counts."""
        self.stopped = self.stopped or self._ending or reason

    def again(self, task: Task) -> None:
        """Let a request that changed nothing go out once more, before all others."""
        self._queue.appendleft(task)

    def answered(self, task: Task, *, empty_handed: bool = False) -> list[Verdict]:
        """A matched answer came; `empty_handed` if it held no identifier at all."""
        self._refused_in_a_row = 0
        self._alive()
        verdicts = self._prove()
        if task.purpose is Purpose.ALONE:
            verdicts += self._left_out(task) if empty_handed else self._ask_doubtful()
        return verdicts

    def unmatched(self, task: Task, fault: str, *, empty: bool) -> list[Verdict]:
        """An answer came that can't be matched; `empty` if it held nothing."""
        self._alive()
        batch = task.batch
        note = _("StartExam's answer could not be matched to employees: {fault}", fault=fault)
        if self._rules.reregister:
            self.stop(_(SHOWN_BY_HISTORY, why=note))
            return [Verdict(batch, Status.UNKNOWN, note)]
        if task.purpose is Purpose.ALONE:
            return self._left_out(task)
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task)
            return [Verdict(batch, Status.UNKNOWN, note)]
        if len(batch) == 1 or (empty and task.purpose is Purpose.DOUBTED):
            accepted = self._prove() if task.purpose is Purpose.PROBE else []
            return [Verdict(batch, Status.UNKNOWN, note), *accepted]
        if task.purpose is Purpose.DOUBTED:
            self._first(batch.halves(), Purpose.DOUBTED)
        elif self._doubtful:
            self._doubtful.append(batch)
        else:
            self._alone = Task(batch.take(slice(0, 1)), Purpose.ALONE)
            self._doubtful = [batch.take(slice(1, None))]
        return []

    def confirmed(self, task: Task, participants: tuple[str | None, ...]) -> list[Verdict]:
        """A matched answer came for employees who are in doubt; see `conclude`."""
        self._refused_in_a_row = 0
        self._alive()
        verdicts = self._prove()
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
        self._alive()
        verdicts = self._take_back(others)
        self._end(_("{why}. bulk-register history shows what it answered", why=_(ANOTHERS)))
        if task.purpose is Purpose.CONFIRM:
            return self.confirmed(task, participants) + verdicts
        self._confirmations.add(Doubt(task.batch, participants))
        return [Verdict(task.batch, Status.UNKNOWN, _(ANOTHERS)), *verdicts, *self._settle_doubtful()]

    def repeated(
        self, task: Task, participants: tuple[str | None, ...], others: Iterable[Doubt] = ()
    ) -> list[Verdict]:
        """An answer of the right length held a participant for several employees, who are in doubt now.

        `others` as in `contradicted`; the rest of the answer can't be matched and is asked about again.
        """
        self._alive()
        verdicts = self._take_back(others)
        if verdicts:
            self._end(_("{why}. bulk-register history shows what it answered", why=_(ANOTHERS)))
        batch, counts = task.batch, Counter(participants)
        places = [i for i, given in enumerate(participants) if given is not None and counts[given] > 1]
        claimants = Doubt(batch.take(places), tuple(participants[place] for place in places))
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task, claimants)
            return [Verdict(batch, Status.UNKNOWN, _(REPEATED)), *verdicts]
        self._confirmations.add(claimants)
        if self._rules.reregister:
            self.stop(
                _(
                    "StartExam's answer could not be matched to employees: {fault}. What it answered is "
                    "kept: "
                    "bulk-register history shows it",
                    fault=_(REPEATED),
                )
            )
            return [Verdict(batch, Status.UNKNOWN, _(REPEATED)), *verdicts]
        rest = batch.take(sorted(set(range(len(batch))) - set(places)))
        self._first(rest.halves() if task.purpose is Purpose.DOUBTED else [rest], Purpose.DOUBTED)
        return [Verdict(claimants.batch, Status.UNKNOWN, _(REPEATED)), *verdicts]

    def conclude(self) -> tuple[list[Release], list[Shared]]:
        """Return who of those in doubt may have which link now, and who shares one with others."""
        concluded = self._confirmations.conclude()
        if self._ending and not self._confirmations.open:
            self.stop(self._ending)
        return concluded

    def refused(self, task: Task, told: str, words: str) -> list[Verdict]:
        """StartExam refused a request: `told` goes into notes, `words` may be logged."""
        self._alive()
        if task.purpose is Purpose.ALONE:
            self.stop(
                _(
                    "StartExam's answer could not be matched to employees, and one of them, asked about "
                    "alone, was refused: {words}",
                    words=words,
                )
            )
            return self._settle_doubtful(task.batch)
        if self._rules.reregister:
            return self._refused_for_good(task.batch, told, words)
        if task.purpose is Purpose.CONFIRM:
            return self._confirm_refused(task, told, words)
        if self._proven:
            return self._isolate(task.batch, told, words)
        return self._probe(task, told, words)

    def failed(self, task: Task, told: str, words: str, status: int) -> list[Verdict]:
        """Every attempt at a request failed; `status` is that of the last, the rest as in `refused`."""
        batch = task.batch
        self._count_failure(batch, words)
        if task.purpose is Purpose.ALONE:
            return [*self._settle_doubtful(), Verdict(batch, Status.FAILED, told)]
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task)
            return [Verdict(batch, Status.FAILED, told)]
        if status == 500 and not self._rules.reregister:
            if len(batch) > 1:
                self._aside.append(batch)
                return []
            if batch.part and self._proven:
                return self._reject(batch, told, words)
        verdicts = [Verdict(batch, Status.FAILED, told)]
        return verdicts + (self._go_on_probing() if task.purpose is Purpose.PROBE else [])

    def abandoned(self, task: Task) -> list[Verdict]:
        """The run stopped before this request could be made, or it was turned away with all others."""
        if task.purpose is Purpose.CONFIRM:
            self._confirmations.drop(task)
        if task.purpose in (Purpose.ALONE, Purpose.DOUBTED, Purpose.CONFIRM):
            return [Verdict(task.batch, Status.UNKNOWN, _(UNMATCHED))]
        return [Verdict(task.batch, Status.NOT_SENT, self.stopped)]

    def leftovers(self) -> list[Verdict]:
        """Return the verdicts on all that will not go out any more."""
        waiting = [*self._queue] + [Task(batch) for batch in self._probing.batches]
        waiting += [Task(refusal.batch) for refusal in self._probing.singles]
        waiting += [self._alone] if self._alone else []
        verdicts = [verdict for task in waiting for verdict in self.abandoned(task)]
        verdicts += [Verdict(batch, Status.FAILED, _("StartExam kept failing")) for batch in self._aside]
        verdicts += self._settle_doubtful()
        verdicts += [Verdict(b, Status.UNKNOWN, _(CONTRADICTED)) for b in self._confirmations.give_up()]
        self._queue.clear()
        self._probing, self._aside, self._alone = Probing(), [], None
        return [verdict for verdict in verdicts if len(verdict.batch)]

    # --- within

    def _first(self, batches: Iterable[Batch], purpose: Purpose) -> None:
        self._queue.extendleft(reversed([Task(batch, purpose) for batch in batches if len(batch)]))

    def _prove(self) -> list[Verdict]:
        """The request is right: what was refused before is due to single employees."""
        if self._proven:
            return []
        self._proven = True
        for batch in self._probing.batches:
            self._first(batch.halves(), Purpose.PLANNED)
        early = _("before it accepted anything")
        verdicts = [self._reject(one.batch, one.note, early)[0] for one in self._probing.singles]
        self._probing = Probing()
        return verdicts

    def _bring_back(self) -> None:
        halves = [half for batch in self._aside for half in batch.halves()]
        self._aside = []
        self._first(halves, Purpose.PLANNED)

    def _isolate(self, batch: Batch, told: str, words: str) -> list[Verdict]:
        if len(batch) == 1:
            return self._reject(batch, told, words)
        self._first(batch.halves(), Purpose.PLANNED)
        return []

    def _take_back(self, others: Iterable[Doubt]) -> list[Verdict]:
        others = list(others)
        for other in others:
            self._confirmations.add(other)
        return [Verdict(other.batch, Status.UNKNOWN, _(CONTRADICTED)) for other in others]

    def _end(self, reason: str) -> None:
        """Stop once all who are in doubt have been asked again, or at once where that registers anew."""
        if self._rules.reregister:
            self.stop(reason)
        self._ending = self._ending or reason

    def _confirm_refused(self, task: Task, told: str, words: str) -> list[Verdict]:
        batch = task.batch
        if len(batch) > 1 and (self._proven or self._rules.trusted):
            self._confirmations.split(task)
            return []
        self._confirmations.drop(task)
        if len(batch) == 1:
            return self._reject(batch, told, words)
        self.stop(_("StartExam refuses the request: {words}", words=words))
        return [Verdict(batch, Status.UNKNOWN, told)]

    def _reject(self, batch: Batch, told: str, words: str) -> list[Verdict]:
        self._refused_alone += 1
        if self._refused_alone > self._rules.max_rejected:
            self.stop(
                _(
                    "StartExam refused more than {max_rejected} employees one by one ({words}). Are the "
                    "account's licences used up, or was the test archived? --max-rejected sets how many it "
                    "takes to stop",
                    max_rejected=self._rules.max_rejected,
                    words=words,
                )
            )
        return [Verdict(batch, Status.REJECTED, told)]

    def _refused_for_good(self, batch: Batch, told: str, words: str) -> list[Verdict]:
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= DEAD_AFTER:
            self.stop(
                _(
                    "StartExam refused {requests} requests in a row: {words}",
                    requests=DEAD_AFTER,
                    words=words,
                )
            )
        advice = "" if len(batch) == 1 else _("; smaller batches (--batch-size) show which employee it is")
        return [Verdict(batch, Status.REJECTED, told + advice)]

    def _probe(self, task: Task, told: str, words: str) -> list[Verdict]:
        """Nothing was accepted yet: ask about a few employees one by one, to learn what is refused."""
        self._probing.add(task.batch, told, words)
        return self._go_on_probing()

    def _go_on_probing(self) -> list[Verdict]:
        """Ask about the next candidate; after the last decide what it is that StartExam refuses."""
        if probe := self._probing.next_probe(self._queue):
            self._first([probe], Purpose.PROBE)
            return []
        if self._rules.trusted:
            return self._prove()
        part = wrong_part(self._probing.words)
        self.stop(
            _(
                "StartExam refuses the request: {words}. Either the request is wrong (center, test, "
                "window, proctoring), or StartExam knows none of these employees yet",
                words=self._probing.words.rstrip("."),
            )
            + (_(". Its words name the {part}: check that first", part=_(part)) if part else "")
        )
        return []

    def _ask_doubtful(self) -> list[Verdict]:
        """Existing participants are answered in their places: answers of the right length are certain."""
        doubtful, self._doubtful = self._doubtful, []
        for batch in doubtful:
            self._first(batch.halves(), Purpose.DOUBTED)
        return []

    def _left_out(self, task: Task) -> list[Verdict]:
        self.stop(
            _(
                "StartExam leaves employees who are registered already out of its answers, so nobody can "
                "be told for certain whose the others are. What it answered is kept: bulk-register "
                "history shows it"
            )
        )
        return self._settle_doubtful(task.batch)

    def _settle_doubtful(self, *more: Batch) -> list[Verdict]:
        doubtful, self._doubtful = self._doubtful, []
        return [Verdict(batch, Status.UNKNOWN, _(UNMATCHED)) for batch in (*more, *doubtful)]

    def _alive(self) -> None:
        self._failures = self._part_failures = 0

    def _count_failure(self, batch: Batch, words: str) -> None:
        if batch.part:
            self._part_failures += 1
        else:
            self._failures += 1
        if self._failures >= DEAD_AFTER or self._part_failures >= DEAD_AFTER_PARTS:
            self.stop(_("StartExam keeps failing: {words}", words=words))
