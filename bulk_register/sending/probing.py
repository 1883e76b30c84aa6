"""Is it the request that StartExam refuses, or an employee? A few of them are asked about one by one."""

from __future__ import annotations

from collections import deque

import numpy as np

from bulk_register.records import Batch, Status
from bulk_register.sending.tasks import Task, Verdict

PROBES = 8  # employees asked about one by one before a refused request is believed to be wrong


class Probing:
    """What was refused before anything was accepted, and who is still to be asked about alone."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.singles: list[Verdict] = []
        self.words = ""  # what StartExam said first
        self._candidates: list[int] | None = None  # their codes

    def add(self, batch: Batch, told: str, words: str) -> None:
        """Remember a refusal."""
        self.words = self.words or words
        if len(batch) == 1:
            self.singles.append(Verdict(batch, Status.REJECTED, told))
        else:
            self.batches.append(batch)

    def next_probe(self, queue: deque[Task]) -> Batch | None:
        """Take the next candidate out of the batch that holds them; None when there is none left."""
        if self._candidates is None:
            self._candidates = self._choose(queue)
        return self._take_out(self._candidates.pop(0), queue) if self._candidates else None

    def _choose(self, queue: deque[Task]) -> list[int]:
        """Choose employees spread over the roster."""
        waiting = [*self.batches, *(task.batch for task in queue)]
        codes = np.concatenate([np.empty(0, np.int64), *(batch.codes for batch in waiting)])
        count = min(PROBES - len(self.singles), len(codes))
        places = np.linspace(0, len(codes) - 1, count).round().astype(np.int64)
        return [int(code) for code in codes[places]]

    def _take_out(self, code: int, queue: deque[Task]) -> Batch:
        for place, batch in enumerate(self.batches):
            if code in batch.codes:
                single, rest = _split(batch, code)
                self.batches[place : place + 1] = [rest] if len(rest) else []
                return single
        place, batch = next((i, task.batch) for i, task in enumerate(queue) if code in task.batch.codes)
        single, rest = _split(batch, code)
        del queue[place]
        if len(rest):
            queue.insert(place, Task(rest))
        return single


def _split(batch: Batch, code: int) -> tuple[Batch, Batch]:
    its = batch.codes == code
    return batch.take(np.flatnonzero(its).tolist()), batch.take(np.flatnonzero(~its).tolist())
