"""Batches whose answers can't be matched, until one of their employees, asked about alone, shows why."""

from __future__ import annotations

from bulk_register.language import _
from bulk_register.records import Batch, Status
from bulk_register.sending.notes import UNMATCHED
from bulk_register.sending.tasks import Purpose, Task, Verdict


class UnmatchedBatches:
    """The batches, and the one employee who goes out when nothing else is under way."""

    def __init__(self) -> None:
        self._alone: Task | None = None
        self._batches: list[Batch] = []

    @property
    def open(self) -> bool:
        """Whether anybody is still to be decided about."""
        return bool(self._batches)

    def add(self, batch: Batch) -> None:
        if self._batches:
            self._batches.append(batch)
        else:
            self._alone = Task(batch.take(slice(0, 1)), Purpose.ALONE)
            self._batches = [batch.take(slice(1, None))]

    def take_alone(self) -> Task | None:
        """Return the request about one employee, if it has not gone out yet."""
        alone, self._alone = self._alone, None
        return alone

    def take_halves(self) -> list[Batch]:
        """Return and forget all of them, to be asked about in halves."""
        batches, self._batches = self._batches, []
        return [half for batch in batches for half in batch.halves()]

    def give_up(self, *more: Batch) -> list[Verdict]:
        """Forget all of them, for nobody can be told for certain whose their answers are."""
        batches, self._batches = self._batches, []
        return [Verdict(batch, Status.UNKNOWN, _(UNMATCHED)) for batch in (*more, *batches)]
