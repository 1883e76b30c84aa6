"""What was understood of a roster, as plain data: the roster's private copy is gone when it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal.text import sentence
from bulk_register.language import (
    differing_employee_count,
    ignored_line_count,
    repeated_row_count,
    unsendable_row_count,
)
from bulk_register.language.quantities import employee_count, row_count
from bulk_register.output.results import RosterResults
from bulk_register.page.faults import Fault
from bulk_register.page.jobs import ReadJob
from bulk_register.paths import private_folder
from bulk_register.records import Fix, Reading, Roster, Status
from bulk_register.roster.preview import Preview, preview_roster
from bulk_register.run import open_chosen_roster, write_problems
from bulk_register.run.report import problems, roster_counts
from bulk_register.settings import Settings

PREVIEW_ROWS = 14
MAX_SHOWN = 500  # rows with a problem on the page; the workbook has them all


@dataclass(frozen=True)
class Understood:
    """How a roster is read, and everything that came up."""

    pairs: tuple[tuple[str, str], ...]
    fixes: tuple[Fix, ...]
    warnings: tuple[str, ...]
    ignored: tuple[tuple[int, str], ...]
    problems: tuple[dict[str, Any], ...]
    more_problems: int
    counts: dict[str, int]
    header_row: int  # 0 for none
    id_column: int  # from 0
    persons: tuple[int, ...]  # columns by which people are told apart
    problem_file: Path | None
    sheet: str
    headers: tuple[str, ...]


def read_job(path: Path, settings: Settings) -> ReadJob:
    """Return the work of reading a roster as the settings say."""
    return ReadJob(partial(_understand, path, settings), partial(_look, path, settings))


def _understand(path: Path, settings: Settings) -> Understood:
    with open_chosen_roster(path, settings, lambda _: None) as found:
        wrong = problems(found, RosterResults(found, allow_conflicts=settings.allow_conflicts))
        file = None
        if wrong:
            named = path.with_name(f"{path.stem}.problems.xlsx")
            named.unlink(missing_ok=True)  # of another reading of the same roster
            file = write_problems(found, named, settings)
        return Understood(
            found.findings.understood,
            found.findings.fixes,
            tuple(map(sentence, found.findings.warnings)),
            _ignored(found),
            tuple(wrong[:MAX_SHOWN]),
            max(0, len(wrong) - MAX_SHOWN),
            roster_counts(found),
            found.source.header_row,
            found.source.id_column,
            found.source.compared,
            file,
            found.source.sheet or "",
            tuple(filter(str.strip, found.source.headers if found.source.header_row else ())),
        )


def _ignored(roster: Roster) -> tuple[tuple[int, str], ...]:
    rows = roster.employees.rows
    ignored = rows[rows["status"] == Status.IGNORED][:MAX_SHOWN]
    return tuple(zip(ignored["row"].tolist(), ignored["note"], strict=True))


def _look(path: Path, settings: Settings, found: Understood | None, fault: Fault | None) -> Preview:
    """Return the first rows of the sheet that was taken, or that is in doubt."""
    doubtful = fault.doubt.sheet if fault and fault.doubt else ""
    reading = Reading(
        sheet=settings.sheet or (found.sheet if found else doubtful) or None,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        max_bytes=settings.max_size,
    )
    with private_folder() as folder:
        return preview_roster(path, reading, folder, PREVIEW_ROWS)


def count_words(counts: dict[str, int]) -> list[str]:
    """Return how much is on a roster: rows, employees, repeated rows and the like."""
    words = [row_count(counts["rows"]), employee_count(counts["employees"])]
    others = {
        "duplicate_rows": repeated_row_count,
        "invalid_rows": unsendable_row_count,
        "conflicts": differing_employee_count,
        "ignored_rows": ignored_line_count,
    }
    return words + [count(counts[key]) for key, count in others.items() if counts[key]]
