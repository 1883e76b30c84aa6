"""Employees as StartExam keeps them, and the sessions in which they sit their exams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Person(NamedTuple):
    """An employee with the profile's fields, each by its name in StartExam."""

    identifier: str
    fields: tuple[tuple[str, str], ...]


class Session(NamedTuple):
    """One participant's session of one test; what isn't known yet is 0, None or ""."""

    participant: str  # in one spelling
    test: str  # in one spelling
    started: int  # seconds since 1970 UTC
    finished: bool
    closed: bool = False  # left, and closed by timeout
    time: str = ""  # as StartExam writes it: `[d.]HH:MM:SS`
    score: float | None = None
    max_score: float | None = None
    percent: float | None = None
    level: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing about it will change any more."""
        return self.finished or self.closed


class FeedPage(NamedTuple):
    """An answer of the feed: what changed, and where to go on at once (token) or the next time (until)."""

    sessions: Sequence[Session]
    token: str = ""
    until: str = ""
