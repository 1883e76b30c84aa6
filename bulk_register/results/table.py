"""Exam results by row, as an output shows them, and in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np

from bulk_register.ooxml.cell_values import general
from bulk_register.output.results import local_text
from bulk_register.records import (
    EXAM_COLUMNS,
    Columns,
    ExamStatus,
    Roster,
    Session,
    exam_columns,
    exam_status_words,
)
from bulk_register.results.learn import Learnt
from bulk_register.results.participants import Participants

OVER = (ExamStatus.FINISHED, ExamStatus.CLOSED)
UNKNOWN = ""  # nothing can be said


@dataclass(frozen=True)
class ExamResults:
    """What an output with exam results adds to the rows; see `records.Results`."""

    rows: np.ndarray
    columns: tuple[np.ndarray, ...]
    over: np.ndarray  # bool: who sits in the row has nothing left to do
    most_links: int = 0

    def status(self, places: slice | np.ndarray) -> np.ndarray:
        """Return the statuses of the first test."""
        return self.columns[0][places]

    def texts(self, places: slice | np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the texts of the rows at these places, by column."""
        return tuple(column[places] for column in self.columns)


def tests_of(participants: Participants) -> tuple[str, ...]:
    """Return all tests that the links of an output are for."""
    return tuple(sorted({test for one in participants.found.values() for test in one.tests}))


def columns_for(tests: Sequence[str], titles: Mapping[str, str]) -> Columns:
    """Return the columns of the results of these tests."""
    called = [titles.get(test, f"{test[:8]}…") for test in tests] or [""]
    twice = Counter(called)
    return exam_columns(
        tuple(
            name if twice[name] == 1 else f"{name} {test}"
            for name, test in zip(called, tests or [""], strict=True)
        )
    )


def exam_results(
    roster: Roster, participants: Participants, learnt: Learnt, tests: Sequence[str], zone: tzinfo | None
) -> ExamResults:
    """Return each row's results: those of its own participant, and blanks where there is none."""
    rows = roster.employees.rows["row"].to_numpy()
    width = len(EXAM_COLUMNS)
    cells = np.full((max(len(tests), 1) * width, len(rows)), "", object)
    over = np.zeros(len(rows), bool)
    for place, row in enumerate(rows.tolist()):
        name = participants.by_row.get(row)
        if name is None:
            continue
        own = participants.found[name].tests
        over[place] = all(status_of(name, test, learnt) in OVER for test in own)
        for at, test in enumerate(tests):
            if test in own:
                status = status_of(name, test, learnt)
                session = learnt.sessions.get(name, {}).get(test)
                cells[at * width : (at + 1) * width, place] = _texts(status, session, zone)
    return ExamResults(rows, tuple(cells), over)


def status_of(participant: str, test: str, learnt: Learnt) -> str:
    """Return how somebody stands with a test; "" where that can't be told."""
    session = learnt.sessions.get(participant, {}).get(test)
    if session is not None and session.over:
        return ExamStatus.CLOSED if session.closed else ExamStatus.FINISHED
    if participant in learnt.failed or test in learnt.unsure.get(participant, frozenset()):
        return UNKNOWN
    begun = session is not None and session.started
    return ExamStatus.STARTED if begun else ExamStatus.NOT_STARTED


def percents(participants: Participants, learnt: Learnt, test: str) -> list[float]:
    """Return what those reached for whom a test is over, each once."""
    sessions = (learnt.sessions.get(name, {}).get(test) for name in participants.found)
    return [one.percent for one in sessions if one and one.over and one.percent is not None]


def in_numbers(
    participants: Participants, learnt: Learnt, tests: Sequence[str], titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return for each test how its participants stand, each counted once, and their mean percentage."""
    found = []
    for test in tests:
        own = [name for name, one in participants.found.items() if test in one.tests]
        counts = Counter(status_of(name, test, learnt) for name in own)
        reached = percents(participants, learnt, test)
        found.append(
            {
                "test": test,
                "title": titles.get(test, ""),
                "finished": counts[ExamStatus.FINISHED],
                "closed_by_timeout": counts[ExamStatus.CLOSED],
                "started": counts[ExamStatus.STARTED],
                "not_started": counts[ExamStatus.NOT_STARTED],
                "unknown": counts[UNKNOWN],
                "mean_percent": round(sum(reached) / len(reached), 2) if reached else None,
            }
        )
    return found


def _texts(status: str, session: Session | None, zone: tzinfo | None) -> list[str]:
    if status == UNKNOWN or session is None or not session.started:
        return [exam_status_words()[status], *[""] * (len(EXAM_COLUMNS) - 1)]
    numbers = (session.score, session.max_score, session.percent)
    return [
        exam_status_words()[status],
        local_text(session.started, zone),
        session.time,
        *("" if number is None else general(number) for number in numbers),
        session.level,
    ]
