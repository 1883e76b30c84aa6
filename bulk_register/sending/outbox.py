"""What is still to go out, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from bulk_register.records import Batch
from bulk_register.sending.tasks import Purpose, Task


class Outbox:
    """The requests that wait for their turn, and batches put aside until nothing else waits."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._queue = deque(Task(batch) for batch in batches)
        self._aside: list[Batch] = []  # kept answering 500: halved once others succeed

    @property
    def batches(self) -> list[Batch]:
        """The batches that wait, in order, without those put aside."""
        return [task.batch for task in self._queue]

    def next(self) -> Task | None:
        return self._queue.popleft() if self._queue else None

    def again(self, task: Task) -> None:
        self._queue.appendleft(task)

    def first(self, batches: Iterable[Batch], purpose: Purpose = Purpose.PLANNED) -> None:
        """Put these before all others, in their order; empty ones are left out."""
        self._queue.extendleft(reversed([Task(batch, purpose) for batch in batches if len(batch)]))

    def put_aside(self, batch: Batch) -> None:
        self._aside.append(batch)

    def bring_back(self) -> None:
        """Put the halves of what was put aside into the queue, if that is empty."""
        if self._queue:
            return
        self.first([half for batch in self._aside for half in batch.halves()])
        self._aside = []

    def take_out(self, code: int) -> Batch:
        """Return one of the waiting employees, taken out of his batch."""
        place, batch = next((i, batch) for i, batch in enumerate(self.batches) if code in batch.codes)
        single, rest = split_off(batch, code)
        del self._queue[place]
        if len(rest):
            self._queue.insert(place, Task(rest))
        return single

    def clear(self) -> tuple[list[Task], list[Batch]]:
        """Return and forget what waits, and what was put aside."""
        left = list(self._queue), self._aside
        self._queue.clear()
        self._aside = []
        return left


def split_off(batch: Batch, code: int) -> tuple[Batch, Batch]:
    """Return one employee of a batch, and the others."""
    its = batch.codes == code
    return batch.take(np.flatnonzero(its).tolist()), batch.take(np.flatnonzero(~its).tolist())
