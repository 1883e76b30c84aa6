"""When and why a run stops before everybody's turn has come."""

from __future__ import annotations

from bulk_register.language import N_, _
from bulk_register.records import Batch
from bulk_register.sending.tasks import Message, Rules

DEAD_AFTER = 3  # batches in a row that failed on every attempt: the service is down
DEAD_AFTER_PARTS = 10  # the same for parts of a batch, which may hold several employees that make it fail

SHOWN_BY_HISTORY = N_("{why}. What it answered is kept: bulk-register history shows it")
ANSWERED_IN_HISTORY = N_("{why}. bulk-register history shows what it answered")
ALONE_REFUSED = N_(
    "StartExam's answer could not be matched to employees, and one of them, asked about alone, was refused: "
    "{words}"
)
LEFT_OUT = N_(
    "StartExam leaves employees who are registered already out of its answers, so nobody can be told for "
    "certain whose the others are. What it answered is kept: bulk-register history shows it"
)


class Stopping:
    """Why nothing more goes out, and the counts that lead to it."""

    def __init__(self, rules: Rules) -> None:
        self.reason = ""  # "" as long as the run goes on
        self.passing = True  # what stopped it may be over by itself
        self.failure = ""  # the last one of a request that is given up
        self.ending = ""  # why it stops once all who are in doubt have been asked again
        self._rules = rules
        self._failures = 0
        self._part_failures = 0
        self._refused_alone = 0
        self._refused_in_a_row = 0

    def stop(self, reason: str, *, passing: bool = False) -> None:
        """Let nothing more go out; the first reason counts. `passing`: it may be over by itself."""
        if not self.reason:
            self.reason = self.ending or reason
            self.passing = passing and not self.ending

    def end(self, reason: str) -> None:
        """Stop once all who are in doubt have been asked again, or at once where that registers anew."""
        if self._rules.reregister:
            self.stop(reason)
        self.ending = self.ending or reason

    def alive(self) -> None:
        """Count that StartExam answered at all."""
        self._failures = self._part_failures = 0

    def accepted(self) -> None:
        """Count an answer with participants."""
        self.alive()
        self._refused_in_a_row = 0

    def failed(self, batch: Batch, message: Message) -> None:
        """Count a request that failed on every attempt."""
        self.failure = message.for_log
        if batch.part:
            self._part_failures += 1
        else:
            self._failures += 1
        if self._failures >= DEAD_AFTER or self._part_failures >= DEAD_AFTER_PARTS:
            self.stop(_("StartExam keeps failing: {words}", words=message.for_log), passing=True)

    def refused_alone(self, words: str) -> None:
        """Count an employee whom StartExam refuses; `words` may be logged."""
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

    def refused_for_good(self, message: Message) -> None:
        """Count a refused request that is not asked in parts."""
        self._refused_in_a_row += 1
        if self._refused_in_a_row >= DEAD_AFTER:
            self.stop(
                _(
                    "StartExam refused {requests} requests in a row: {words}",
                    requests=DEAD_AFTER,
                    words=message.for_log,
                )
            )
