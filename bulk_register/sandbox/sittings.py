"""Exam sessions in the sandbox: they begin and end over time, or as a test says."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

LEVELS = ((90, "Excellent"), (70, "Good"), (50, "Fair"), (0, "Poor"))
ABSENT = 8  # of ten participants so many sit the exam by themselves


@dataclass(frozen=True)
class Sitting:
    """One participant's session of one test; moments in seconds since the epoch."""

    participant: str
    test: str
    started: float
    ended: float | None = None
    score: float = 0.0
    max_score: float = 100.0
    auto_closed: bool = False

    def modified(self, now: float) -> float:
        """When it changed last, as seen at a moment."""
        return self.started if self.ended is None or self.ended > now else self.ended

    def as_json(self, now: float) -> dict[str, Any]:
        """As the API page "Get Session Report (V2)" describes it."""
        over = self.ended is not None and self.ended <= now
        percent = round(100 * self.score / self.max_score, 2)
        return {
            "participantId": self.participant,
            "testId": self.test,
            "started": moment_text(self.started),
            "isFinished": over,
            "autoClosed": over and self.auto_closed,
            "elapsedTime": _span(int((self.ended or 0) - self.started)) if over else None,
            "score": self.score if over else None,
            "maxScore": self.max_score if over else None,
            "percent": percent if over else None,
            "scaleLevel": next(word for least, word in LEVELS if percent >= least) if over else None,
        }


class Sittings:
    """Remembers all sessions; safe between threads. With a pace, participants sit exams by themselves."""

    def __init__(self, pace_seconds: float | None) -> None:
        self._pace = pace_seconds
        self._sittings: dict[tuple[str, str], Sitting] = {}
        self._centers: dict[str, tuple[str, tuple[str, ...]]] = {}  # center and tests by participant
        self._lock = threading.Lock()

    def expect(self, center: str, tests: Iterable[str], participants: Iterable[str], now: float) -> None:
        """Take note of new participants, who may sit their exams by and by."""
        with self._lock:
            for participant in participants:
                if participant not in self._centers:
                    self._centers[participant] = center, tuple(sorted(tests))
                    if self._pace is not None:
                        self._schedule(participant, now)

    def sit(self, sitting: Sitting) -> None:
        """Let a participant sit an exam as a test says."""
        with self._lock:
            self._sittings[sitting.participant, sitting.test] = sitting

    def of(self, participant: str, now: float) -> list[Sitting] | None:
        """A participant's sessions that have begun; None where there is no such participant."""
        with self._lock:
            if participant not in self._centers:
                return None
            found = [one for one in self._sittings.values() if one.participant == participant]
        return sorted((one for one in found if one.started <= now), key=lambda one: (one.started, one.test))

    def changed(self, center: str, since: float, now: float) -> list[Sitting]:
        """A center's sessions that changed since, the latest changes last."""
        with self._lock:
            found = [one for one in self._sittings.values() if self._centers[one.participant][0] == center]
        begun = [one for one in found if one.started <= now and since <= one.modified(now)]
        return sorted(begun, key=lambda one: (one.modified(now), one.participant, one.test))

    def _schedule(self, participant: str, now: float) -> None:
        assert self._pace is not None
        for test in self._centers[participant][1]:
            draw = hashlib.blake2b(f"{participant} {test}".encode()).digest()
            if draw[0] % 10 < ABSENT:
                started = now + self._pace * (0.1 + draw[1] / 256)
                ended = started + self._pace * (0.1 + draw[2] / 256)
                self._sittings[participant, test] = Sitting(
                    participant, test, started, ended, float(draw[3] % 101), 100.0, draw[4] % 10 == 0
                )


def moment_text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _span(seconds: int) -> str:
    whole = timedelta(seconds=seconds)
    hours, rest = divmod(whole.seconds, 3600)
    clock = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return f"{whole.days}.{clock}" if whole.days else clock
