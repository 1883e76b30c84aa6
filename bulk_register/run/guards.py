"""What stops an unattended run before it sends: yesterday's file, a truncated export, a flood of names."""

from __future__ import annotations

import glob
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bulk_register.errors import GuardError, RosterError

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
OURS = re.compile(r"\.(registered|sandbox|unknown)(-\d+)?( \d+)?\Z| \(before \d{4}")


@dataclass(frozen=True)
class Limits:
    """What a scheduled run may bear; None: anything."""

    min_rows: int | None = None
    max_new: int | None = None
    max_missing_percent: float | None = None
    newer_than_seconds: float | None = None


def newest_roster(named: str, is_ours: Callable[[Path], bool] = lambda _: False) -> Path:
    """Return the roster that is meant: the file itself, or the newest roster in a folder or of a pattern.

    Left out are outputs of this program (by their names, or because `is_ours` knows them), hidden files and
    what Excel leaves beside an open one. Raises RosterError where a folder or pattern holds none.
    """
    path = Path(named)
    if path.is_dir():
        found: Iterable[Path] = path.iterdir()
    elif glob.has_magic(named) and not path.exists():
        found = map(Path, glob.glob(named, recursive=True))  # noqa: PTH207 - a pattern may be absolute
    else:
        return path
    rosters = sorted(filter(_is_roster, found), key=lambda file: (file.stat().st_mtime, file.name))
    newest = next((file for file in reversed(rosters) if not is_ours(file)), None)
    if newest is None:
        where = f"The folder {named}" if path.is_dir() else named
        raise RosterError(f"{where} holds no roster (a CSV or Excel file). Name the file itself.")
    return newest


def _is_roster(file: Path) -> bool:
    ours = OURS.search(file.stem)
    return (
        file.suffix.lower() in ENDINGS
        and not file.name.startswith((".", "~$"))
        and not ours
        and file.is_file()
    )


def check_age(roster: Path, limits: Limits) -> None:
    """Raise GuardError where the roster's file is older than it may be: the export did not happen."""
    if limits.newer_than_seconds is None or not roster.exists():
        return
    age = time.time() - roster.stat().st_mtime
    if age > limits.newer_than_seconds:
        raise GuardError(
            f"{roster} was written {_span(age)} ago; --newer-than allows {_span(limits.newer_than_seconds)}. "
            "Nothing was sent. Was the export made? A longer --newer-than lets it through."
        )


def check_rows(rows: int, limits: Limits) -> None:
    """Raise GuardError where a roster has fewer rows than it may have."""
    if limits.min_rows is not None and rows < limits.min_rows:
        raise GuardError(
            f"The roster has {rows:,} rows, fewer than {limits.min_rows:,} (--min-rows). Nothing was sent. "
            "Is the export complete? --min-rows 0 lets any roster through."
        )


def check_new(new: int, limits: Limits) -> None:
    """Raise GuardError where more employees are new than may be."""
    if limits.max_new is not None and new > limits.max_new:
        raise GuardError(
            f"{new:,} employees are new, more than {limits.max_new:,} (--max-new). Nothing was sent. "
            f"Is it the right roster? If it is, run it once with --max-new {new}."
        )


def check_missing(gone: int, before: int, limits: Limits) -> None:
    """Raise GuardError where too many of the last run's employees are missing: a truncated export."""
    if limits.max_missing_percent is None or not before:
        return
    percent = 100 * gone / before
    if percent > limits.max_missing_percent:
        raise GuardError(
            f"{gone:,} of the {before:,} employees of the last run are missing ({percent:.1f} percent, more "
            f"than {limits.max_missing_percent:g}; --max-missing). Nothing was sent. Is the export complete? "
            "If it is, run it once with --max-missing 100."
        )


def _span(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:,.0f} hours" if hours >= 2 else f"{seconds / 60:,.0f} minutes"
