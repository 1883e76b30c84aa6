"""The file is copied before anything else is done with it, or refused in plain words."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bulk_register.errors import RosterError
from bulk_register.records import Reading
from bulk_register.roster import read_roster
from bulk_register.roster.file.snapshot import take_snapshot
from tests.support.ledgers import unprivileged
from tests.support.rosters import read, table


def refused(path: Path, folder: Path) -> str:
    with pytest.raises(RosterError) as caught:
        read_roster(path, Reading(), folder)
    return str(caught.value)


def test_copy_and_checksum_are_of_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"ID\n1\n")
    (tmp_path / "copy").mkdir()
    copy = take_snapshot(path, tmp_path / "copy")
    assert copy.path.read_bytes() == b"ID\n1\n"
    assert copy.sha256 == hashlib.sha256(b"ID\n1\n").hexdigest()


def test_lines_come_from_the_copy_whatever_happens_to_the_file() -> None:
    roster = read(table())
    before = [line.raw for line in roster.source.lines()]
    roster.source.path.write_text("Employee ID\n99999\n")
    assert [line.raw for line in roster.source.lines()] == before


def test_missing_file_is_refused_with_the_name_that_was_meant(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("ID\n1\n")
    message = refused(tmp_path / "rostre.csv", tmp_path)
    assert "no such file" in message
    assert "Did you mean roster.csv?" in message


def test_missing_folder_is_named(tmp_path: Path) -> None:
    assert "the folder" in refused(tmp_path / "nowhere" / "roster.csv", tmp_path)


def test_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path, tmp_path)


def test_zero_bytes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "copy").mkdir()
    assert "empty (zero bytes)" in refused(tmp_path / "a.csv", tmp_path / "copy")


def test_note_that_excel_leaves_beside_an_open_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "~$staff.xlsx").write_bytes(b"\x05Ann")
    assert "name staff.xlsx instead" in refused(tmp_path / "~$staff.xlsx", tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refused(tmp_path / "pipe", tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_forbidden_file_is_refused(media: Path) -> None:
    path = media / "a.csv"
    path.write_text("ID\n1\n")
    path.chmod(0)
    (media / "copy").mkdir()
    (media / "copy").chmod(0o777)
    with unprivileged():
        assert "no permission" in refused(path, media / "copy")
