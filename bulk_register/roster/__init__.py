"""A file becomes a roster: what kind it is, its text, its table, its identifiers, its employees."""

from __future__ import annotations

from pathlib import Path

from bulk_register.errors import RosterDoubtError, RosterError, one_line
from bulk_register.records import Reading, Roster
from bulk_register.roster.employees.employees import same_person_text
from bulk_register.roster.file.snapshot import Snapshot, take_snapshot
from bulk_register.roster.formats import ENDINGS, detect_format
from bulk_register.roster.people import likely_fields, person_texts
from bulk_register.roster.reader import parse_roster

__all__ = ["ENDINGS", "likely_fields", "person_texts", "read_roster", "same_person_text"]


def read_roster(path: Path, reading: Reading, folder: Path) -> Roster:
    """Read the roster from a private copy in `folder`, which must outlive the result's `source.lines`.

    Raises RosterError, naming the file and the flag that decides, where it can't be understood for certain.
    """
    try:
        snapshot, sha256 = take_snapshot(path, folder)
        kind = detect_format(snapshot, reading.max_bytes)
        named = snapshot.rename(
            snapshot.with_suffix(kind.endings[0])
        )  # the readers of workbooks look at the name too
        return parse_roster(path, Snapshot(named, sha256), kind, reading)
    except RosterDoubtError as error:
        raise RosterDoubtError(f"{one_line(path.name)}: {error}", error.doubt) from error
    except RosterError as error:
        raise RosterError(f"{one_line(path.name)}: {error}") from error
