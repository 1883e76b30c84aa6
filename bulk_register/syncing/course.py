"""What goes out next when people are synced, and what an answer means; no threads, sockets or disk here."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bulk_register.language import _
from bulk_register.records import Person

PROBES = 3  # so many employees are refused each by itself before the request itself is blamed
FAILURES = 2  # so many requests in a row that could not be made end it

Group = tuple[Person, ...]


@dataclass(frozen=True)
class CourseRules:
    """What a course keeps to."""

    batch_size: int
    max_rejected: int
    trusted: bool  # StartExam has accepted such requests before, so profile and fields are right


class Course:
    """Decides which people go out together: halved where they are refused, until the refused stand alone.

    Before StartExam has accepted anything, requests go out one at a time; a refusal is followed by a few
    employees alone: if they are all refused, it is the request that is wrong.
    """

    def __init__(self, people: Sequence[Person], rules: CourseRules) -> None:
        size = rules.batch_size
        groups = [tuple(people[start : start + size]) for start in range(0, len(people), size)]
        self._waiting: deque[Group] = deque(groups)
        self._rules = rules
        self._accepted = rules.trusted
        self._probed = False
        self._failures = 0
        self._words = ""  # of the latest refusal, for all to hear
        self.done: list[Person] = []
        self.refused: dict[str, str] = {}  # notes by identifier
        self.failed: dict[str, str] = {}
        self.stopped = ""

    def next(self, in_flight: int) -> Group | None:
        """Return who goes out next; None for nobody as things are."""
        if self.stopped or not self._waiting or (in_flight and not self._accepted):
            return None
        return self._waiting.popleft()

    def accepted(self, group: Group) -> None:
        self._accepted, self._failures = True, 0
        self.done += group

    def refused_with(self, group: Group, status: int, note: str, words: str) -> None:
        """Take note of a refusal: `note` is for the row of a single employee, `words` name nobody."""
        self._failures, self._words = 0, words
        if len(group) == 1:
            self.refused[group[0].identifier] = note
            self._check_refusals()
        elif self._accepted or self._probed or status == 413:
            middle = (len(group) + 1) // 2
            self._waiting.extendleft((group[middle:], group[:middle]))
        else:
            self._probe(group)

    def failed_with(self, group: Group, words: str) -> None:
        """Take note of a request that could not be made, or whose answers never came."""
        self.failed.update(dict.fromkeys((person.identifier for person in group), words))
        self._failures += 1
        if self._failures >= FAILURES:
            self.stop(words)

    def again(self, group: Group) -> None:
        """Take note of a request that was never made."""
        self._waiting.appendleft(group)

    def stop(self, why: str) -> None:
        self.stopped = self.stopped or why

    def end(self) -> None:
        """Say so where StartExam took nobody at all."""
        if not self._accepted and self.refused and not self.failed:
            self.stop(self._wrong_altogether())

    def _probe(self, group: Group) -> None:
        self._probed = True
        places = sorted({0, len(group) // 2, len(group) - 1})[:PROBES]
        rest = tuple(person for place, person in enumerate(group) if place not in places)
        self._waiting.extendleft(filter(None, (rest, *((group[place],) for place in reversed(places)))))

    def _check_refusals(self) -> None:
        if not self._accepted and len(self.refused) >= PROBES:
            self.stop(self._wrong_altogether())
        elif len(self.refused) > self._rules.max_rejected:
            told = {"most": self._rules.max_rejected, "words": self._words}
            self.stop(_("StartExam refuses more than {most:,} employees (--max-rejected): {words}", **told))

    def _wrong_altogether(self) -> str:
        return _(
            "StartExam refuses every employee, so the profile (employee_profile) or the names of its fields "
            "(fields) are probably wrong. Its words: {words}",
            words=self._words,
        )
