"""How far a run is, from its events: how many had their turn, and how it ended for them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from bulk_register.language import _, grouped, ngettext
from bulk_register.records import (
    Event,
    Planned,
    RequestDone,
    RunStarted,
    Settled,
    Status,
    Waiting,
    status_words,
)

WITHOUT_LINK = (Status.EXPIRED, Status.REJECTED, Status.FAILED, Status.UNKNOWN)


class Numbering:
    """Counts a run's batches from 1, also where it finishes an earlier run, which had batches of its own."""

    def __init__(self) -> None:
        self._before = 0

    def __call__(self, event: Event) -> Event:
        if isinstance(event, Planned) and event.plan.requested:
            self._before = event.plan.requested[0].number - 1
        if isinstance(event, RequestDone | Waiting | Settled) and event.batch:
            return replace(event, batch=event.batch - self._before)
        return event


class ProgressCount:
    """How many employees had their turn, and how it ended for them."""

    def __init__(self) -> None:
        self.total = self.settled = 0
        self._before: Mapping[Status, int] = {}
        self._without: dict[Status, int] = {}  # who had their turn, and got no link
        self._started = time.monotonic()

    def observe(self, event: Event) -> None:
        if isinstance(event, Planned):
            self.total = sum(map(len, event.plan.requested))
            self._before = Counter(event.plan.statuses.status.tolist())
        elif isinstance(event, RunStarted):
            self._started = time.monotonic()
        elif isinstance(event, Settled):
            self.settled = min(self.settled + event.settled, self.total)  # who is taken back comes twice
            found = {one: event.standing.get(one, 0) - self._before.get(one, 0) for one in WITHOUT_LINK}
            self._without = {status: number for status, number in found.items() if number > 0}

    @property
    def done(self) -> int:
        """How many have a link by it."""
        return max(self.settled - sum(self._without.values()), 0)

    @property
    def is_over(self) -> bool:
        return self.settled >= self.total

    def rate(self) -> str:
        """Return employees a second in words."""
        return _("{number:,.0f}/s", number=self.settled / max(time.monotonic() - self._started, 0.001))

    def others(self) -> str:
        """Return how many got no link, by status, in words; "" for nobody."""
        words = status_words()
        return ", ".join(f"{words[status]}: {grouped(number)}" for status, number in self._without.items())

    def words(self) -> str:
        done = ngettext(
            "{done:,} of {number:,} employee done",
            "{done:,} of {number:,} employees done",
            self.total,
            done=self.done,
        )
        others = self.others()
        return f"{done} ({others})" if others else done
