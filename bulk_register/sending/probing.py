"""Is it the request that StartExam refuses, or an employee? A few of them are asked about one by one."""

from __future__ import annotations

import numpy as np

from bulk_register.language import _
from bulk_register.records import Batch, Status
from bulk_register.sending.outbox import Outbox, split_off
from bulk_register.sending.stopping import Stopping
from bulk_register.sending.tasks import Message, Purpose, Verdict
from bulk_register.startexam.refusal_cause import wrong_part

PROBES = 8  # employees asked about one by one before a refused request is believed to be wrong


class Probing:
    """What was refused before StartExam accepted anything, and who is still to be asked about alone."""

    def __init__(self, outbox: Outbox, stopping: Stopping, *, trusted: bool) -> None:
        self.proven = False  # StartExam has accepted something in this run
        self._outbox, self._stopping, self._trusted = outbox, stopping, trusted
        self._batches: list[Batch] = []
        self._singles: list[Verdict] = []
        self._words = ""  # what StartExam said first
        self._candidates: list[int] | None = None  # their codes

    def refused(self, batch: Batch, message: Message) -> list[Verdict]:
        """Ask about a few employees one by one, to learn what is refused."""
        self._words = self._words or message.for_log
        if len(batch) == 1:
            self._singles.append(Verdict(batch, Status.REJECTED, message.for_note))
        else:
            self._batches.append(batch)
        return self.go_on()

    def go_on(self) -> list[Verdict]:
        """Ask about the next candidate; after the last decide what it is that StartExam refuses."""
        if self._candidates is None:
            self._candidates = self._choose()
        if self._candidates:
            self._outbox.first([self._take_out(self._candidates.pop(0))], Purpose.PROBE)
            return []
        if self._trusted:
            return self.prove()
        part = wrong_part(self._words)
        self._stopping.stop(
            _(
                "StartExam refuses the request: {words}. Either the request is wrong (center, test, "
                "window, proctoring), or StartExam knows none of these employees yet",
                words=self._words.rstrip("."),
            )
            + (_(". Its words name the {part}: check that first", part=_(part)) if part else "")
        )
        return []

    def prove(self) -> list[Verdict]:
        """The request is right: what was refused before is due to single employees."""
        if self.proven:
            return []
        self.proven = True
        for batch in self._batches:
            self._outbox.first(batch.halves())
        singles = self._singles
        for _single in singles:
            self._stopping.refused_alone(_("before it accepted anything"))
        self._forget()
        return singles

    def give_up(self) -> list[Batch]:
        """Return and forget all of whom it is not known why they were refused."""
        batches = [*self._batches, *(single.batch for single in self._singles)]
        self._forget()
        return batches

    def _forget(self) -> None:
        self._batches, self._singles, self._words, self._candidates = [], [], "", None

    def _choose(self) -> list[int]:
        """Choose employees spread over the roster."""
        waiting = [*self._batches, *self._outbox.batches]
        codes = np.concatenate([np.empty(0, np.int64), *(batch.codes for batch in waiting)])
        count = min(PROBES - len(self._singles), len(codes))
        places = np.linspace(0, len(codes) - 1, count).round().astype(np.int64)
        return [int(code) for code in codes[places]]

    def _take_out(self, code: int) -> Batch:
        for place, batch in enumerate(self._batches):
            if code in batch.codes:
                single, rest = split_off(batch, code)
                self._batches[place : place + 1] = [rest] if len(rest) else []
                return single
        return self._outbox.take_out(code)
