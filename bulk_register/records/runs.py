"""A plan, its batches, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from bulk_register.records.exams import Exam, Scope
from bulk_register.records.rosters import Roster
from bulk_register.records.statuses import Statuses


@dataclass(frozen=True)
class Batch:
    """Employees that are sent in one request; a part of a planned batch keeps its number."""

    number: int
    codes: np.ndarray  # int64: positions in `Employees.identifiers`
    identifiers: tuple[str, ...]
    part: bool = False

    def __len__(self) -> int:
        return len(self.identifiers)

    def __repr__(self) -> str:
        return f"Batch(number={self.number}, employees={len(self)})"

    def take(self, positions: Sequence[int] | slice) -> Batch:
        """Return the part of this batch at these positions."""
        chosen = np.arange(len(self))[positions]
        identifiers = tuple(self.identifiers[position] for position in chosen)
        return Batch(self.number, self.codes[chosen], identifiers, part=True)

    def halves(self) -> tuple[Batch, Batch]:
        """Split into two parts of nearly the same size."""
        middle = (len(self) + 1) // 2
        return self.take(slice(None, middle)), self.take(slice(middle, None))


class Results(Protocol):
    """What the output adds to the roster's rows, made for as many of them at a time as are asked for."""

    @property
    def rows(self) -> np.ndarray:
        """The rows as the spreadsheet numbers them (int64), ascending."""

    @property
    def most_links(self) -> int:
        """How many of the rows get a link at most."""

    def status(self, places: slice | np.ndarray) -> np.ndarray:
        """Return the statuses (object: str) at these places in `rows`."""

    def texts(self, places: slice | np.ndarray) -> tuple[np.ndarray, ...]:
        """Return for each of RESULT_COLUMNS the texts (object: str) at these places in `rows`."""


class Output(Protocol):
    """An output that can be written: everything that would make it fail was looked for beforehand."""

    @property
    def target(self) -> Path:
        """Where it belongs."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know beforehand, such as what of the roster it can't keep."""

    def write(self, results: Results, path: Path) -> None:
        """Write the whole spreadsheet to `path`, a new file.

        The texts of `results` are asked for block by block in the rows' order. Rows that aren't among them
        get blank result cells.
        """


@dataclass(frozen=True)
class Plan:
    """Who is to be asked about, in which batches, and where everybody stands before the first is sent."""

    exam: Exam
    scope: Scope
    roster: Roster
    statuses: Statuses  # of the plan's making; sending works on a copy
    batches: tuple[Batch, ...]
    new: int  # employees without a known link
    asked_again: int  # employees whose known link is asked about again
    renewals: tuple[Batch, ...] = ()  # employees whose only link is over, registered anew
    renewed: frozenset[str] = field(default=frozenset(), repr=False)  # whose renewal may have been made
    to_sync: int = 0  # employees who are added to StartExam or updated there before

    @property
    def requested(self) -> tuple[Batch, ...]:
        """All that goes out: the batches, and then the renewals."""
        return (*self.batches, *self.renewals)


@dataclass(frozen=True)
class Outcome:
    """A run's end: where every employee stands, what it took, and why it stopped early if it did."""

    plan: Plan
    statuses: Statuses
    requests: int = 0
    retries: int = 0
    stopped: str = ""  # why the run ended before everybody's turn, "" where it did not
    failure: str = ""  # why the last request failed that was given up, "" for none
    passing: bool = True  # what stopped it may be over when it is tried again
    signal: int = 0  # the signal that interrupted the run, 0 for none
    reached: bool = True  # StartExam gave at least one answer, or wasn't asked


@dataclass(frozen=True)
class Changes:
    """What changed since the last run for the same exam; rows are where employees first stand now."""

    since_run: int
    new: int
    gone: tuple[str, ...] = field(repr=False)
    ending_rows: tuple[int, ...]
    newly_failing_rows: tuple[int, ...]
    ending_days: int
    warned_rows: tuple[int, ...] = ()  # of the ending ones, those of which nobody was told before
