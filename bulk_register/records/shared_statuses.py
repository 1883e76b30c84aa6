"""Where employees stand while a plan is sent: changed by one thread, read by another."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

import numpy as np

from bulk_register.records.runs import Plan
from bulk_register.records.statuses import Status, Statuses


class SharedStatuses:
    """Statuses of which every change is seen whole: whoever is settled has his link and note.

    The thread that sends makes the changes and may read `now` as it likes. Another thread waits with
    `settled` and gets copies.
    """

    def __init__(self, statuses: Statuses) -> None:
        self.now = statuses
        self._counts = Counter(statuses.status.tolist())
        self._changed = threading.Condition()
        self._closed = False

    def settle(self, codes: np.ndarray, status: Status, note: str = "") -> None:
        """Give these employees this status, without touching their links."""
        with self._changed:
            self._counts.subtract(self.now.status[codes].tolist())
            self.now.settle(codes, status, note)
            self._counts.update(self.now.status[codes].tolist())
            self._changed.notify_all()

    def replace(self, codes: np.ndarray, statuses: Statuses) -> None:
        """Give these employees other statuses, one each in their order."""
        with self._changed:
            self._counts.subtract(self.now.status[codes].tolist())
            self.now.replace(codes, statuses)
            self._counts.update(self.now.status[codes].tolist())
            self._changed.notify_all()

    def withdraw_links(self, codes: np.ndarray) -> None:
        """Take these employees' links away; their status is for `settle` to say."""
        with self._changed:
            self.now.participant[codes], self.now.valid_till[codes] = "", 0

    def counts(self) -> dict[Status, int]:
        """Return how many employees have each status that somebody has."""
        with self._changed:
            return {Status(status): number for status, number in self._counts.items() if number}

    def close(self) -> None:
        """Let nobody wait any longer: nothing changes from now on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def settled(self, codes: np.ndarray) -> Statuses:
        """Wait until StartExam has answered for all of these employees, or nothing changes any more.

        Returns a copy of their statuses, in their order.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._none_open(codes))
            return self.now.part(codes)

    def _none_open(self, codes: np.ndarray) -> bool:
        return not bool((self.now.status[codes] == Status.NOT_SENT).any())


@dataclass(frozen=True)
class Submission:
    """A plan that is being sent, as a run of the ledger."""

    plan: Plan
    run: int
    statuses: SharedStatuses

    @classmethod
    def of(cls, plan: Plan, run: int) -> Submission:
        """Return a plan of which nothing was sent yet."""
        return cls(plan, run, SharedStatuses(plan.statuses.copy()))
