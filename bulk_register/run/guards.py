"""What stops an unattended run before it sends: yesterday's file, a truncated export, a flood of names."""

from __future__ import annotations

import glob
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bulk_register.errors import GuardError, RosterError, one_line
from bulk_register.language import Unit, _, ngettext, span_words
from bulk_register.roster import ENDINGS

OURS = re.compile(r"\.(registered|sandbox|unknown|results)(-\d+)?( \d+)?\Z| \(before \d{4}")


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
        endings = ", ".join(ENDINGS)
        raise RosterError(
            _(
                "The folder {folder} holds no roster ({endings}). Name the file itself.",
                folder=one_line(named),
                endings=endings,
            )
            if path.is_dir()
            else _(
                "{pattern} holds no roster ({endings}). Name the file itself.",
                pattern=one_line(named),
                endings=endings,
            )
        )
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
            _(
                "{roster} was written {age} ago; --newer-than allows {allowed}. Nothing was "
                "sent. Was the export made? A longer --newer-than lets it through.",
                roster=roster,
                age=span_words(age, Unit.HOUR, Unit.MINUTE),
                allowed=span_words(limits.newer_than_seconds, Unit.HOUR, Unit.MINUTE),
            )
        )


def check_rows(rows: int, limits: Limits) -> None:
    """Raise GuardError where a roster has fewer rows than it may have."""
    if limits.min_rows is not None and rows < limits.min_rows:
        raise GuardError(
            ngettext(
                "The roster has {number:,} row, fewer than {min_rows:,} (--min-rows). Nothing was sent. "
                "Is the export complete? --min-rows 0 lets any roster through.",
                "The roster has {number:,} rows, fewer than {min_rows:,} (--min-rows). Nothing was sent. "
                "Is the export complete? --min-rows 0 lets any roster through.",
                rows,
                min_rows=limits.min_rows,
            )
        )


def check_new(new: int, limits: Limits) -> None:
    """Raise GuardError where more employees are new than may be."""
    if limits.max_new is not None and new > limits.max_new:
        raise GuardError(
            ngettext(
                "{number:,} employee is new, more than {max_new:,} (--max-new). Nothing was sent. Is it "
                "the right roster? If it is, run it once with --max-new {number}.",
                "{number:,} employees are new, more than {max_new:,} (--max-new). Nothing was sent. Is it "
                "the right roster? If it is, run it once with --max-new {number}.",
                new,
                max_new=limits.max_new,
            )
        )


def check_missing(gone: int, before: int, limits: Limits) -> None:
    """Raise GuardError where too many of the last run's employees are missing: a truncated export."""
    if limits.max_missing_percent is None or not before:
        return
    percent = 100 * gone / before
    if percent > limits.max_missing_percent:
        raise GuardError(
            _(
                "{gone:,} of the {before:,} employees of the last run are missing ({percent:.1f} "
                "percent, more than {max_missing_percent:g}; --max-missing). Nothing was sent. Is the "
                "export complete? If it is, run it once with --max-missing 100.",
                gone=gone,
                before=before,
                percent=percent,
                max_missing_percent=limits.max_missing_percent,
            )
        )
