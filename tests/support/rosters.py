"""Small rosters for the tests: written to a file, read, and what came of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from bulk_register.errors import RosterError
from bulk_register.records import Reading, Roster
from bulk_register.roster import read_roster

_KEPT = tempfile.TemporaryDirectory(prefix="bulk_register-tests-", ignore_cleanup_errors=True)

PEOPLE = [("00417", "Ann Example", "Sales"), ("00418", "Bob Sample", "IT"), ("00419", "Cy Test", "IT")]


def table(*rows: tuple[str, ...], header: str = "Employee ID,Name,Department", delimiter: str = ",") -> str:
    """The rows as text below a header, the made-up people if there are none."""
    lines = [header, *(",".join(row) for row in rows or PEOPLE)]
    return "".join(f"{line}\n" for line in lines).replace(",", delimiter)


def read(data: str | bytes, name: str = "staff.csv", **said: Any) -> Roster:
    """Read a file with this content; the private copy stays until the tests end."""
    folder = Path(tempfile.mkdtemp(dir=_KEPT.name))
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    (folder / "copy").mkdir()
    return read_roster(path, Reading(**said), folder / "copy")


def identifiers(data: str | bytes, **said: Any) -> list[str]:
    """Who would be registered."""
    return list(read(data, **said).employees.identifiers)


def statuses(data: str | bytes, **said: Any) -> dict[int, tuple[str, str]]:
    """Status and note by row, of the rows that have one."""
    rows = read(data, **said).employees.rows
    found = zip(rows["row"].tolist(), rows["status"], rows["note"], strict=True)
    return {row: (str(status), note) for row, status, note in found if status or note}


def refusal(data: str | bytes, **said: Any) -> str:
    """The message with which the roster is refused."""
    with pytest.raises(RosterError) as caught:
        read(data, **said)
    return str(caught.value)


def raw(roster: Roster) -> bytes:
    """The file's bytes, put together again from the lines, and the same from the records."""
    dialect, records = roster.source.dialect, roster.source.records
    assert dialect is not None
    assert records is not None
    lines = [line.raw for line in roster.source.lines()]
    assert [one for some in records() for one in some.raw] == lines
    return dialect.bom + b"".join(line.encode(dialect.encoding, "surrogateescape") for line in lines)
