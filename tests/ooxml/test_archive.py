"""Workbooks that are broken, locked, or more than they seem are refused by what they are."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bulk_register.errors import RosterError
from bulk_register.ooxml.archive import OLE_MAGIC, Archive
from bulk_register.ooxml.workbook import WorkbookFile
from tests.support.ooxml_files import number, row, rows, text, workbook

LIMIT = 1 << 24
PLAIN = rows(row(1, text("A1", "ID")), row(2, number("A2", 7)))


def test_a_password_is_named(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(OLE_MAGIC + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100)
    with pytest.raises(RosterError, match="protected with a password"):
        WorkbookFile(path, LIMIT)


def test_a_cut_off_file_is_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "cut.xlsx", PLAIN)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(RosterError, match="damaged"):
        WorkbookFile(path, LIMIT)


def test_a_flipped_bit_is_found_by_the_checksum(tmp_path: Path) -> None:
    path = tmp_path / "flipped.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("part.xml", "<a>00417</a>")
    path.write_bytes(path.read_bytes().replace(b"00417", b"00416"))
    with Archive(path, LIMIT) as archive_, pytest.raises(RosterError, match=r"part\.xml can't be unpacked"):
        archive_.read("part.xml")


def test_more_than_allowed_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("part.xml", b"\0" * 2_000_000)
    with pytest.raises(RosterError, match="--max-size"):
        Archive(path, 1_000_000)


def test_an_absurd_ratio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("part.xml", b"\0" * (65 << 20))
    with pytest.raises(RosterError, match="times its size"):
        Archive(path, 1 << 40)


def test_a_size_that_lies_is_found(tmp_path: Path) -> None:
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("part.xml", b"\0" * 1_000_000)
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10)))
    with Archive(path, LIMIT) as archive_, pytest.raises(RosterError, match="can't be unpacked"):
        archive_.read("part.xml")


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    workbook(path, PLAIN, properties="")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbook", bomb.encode() + b"<workbook")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(RosterError, match="document type declaration"):
        WorkbookFile(path, LIMIT)


def test_the_same_part_twice_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/a.xml", "<a/>")
        archive.writestr("XL\\A.xml", "<b/>")
    with pytest.raises(RosterError, match="twice"):
        Archive(path, LIMIT)


@pytest.mark.parametrize(
    "rename", [str.upper, lambda name: name.replace("/", "\\")], ids=["case", "backslashes"]
)
def test_members_are_found_whatever_their_spelling(tmp_path: Path, rename: Callable[[str], str]) -> None:
    with WorkbookFile(workbook(tmp_path / "odd.xlsx", PLAIN, rename=rename), LIMIT) as book:
        assert [sheet.name for sheet in book.sheets] == ["Staff"]
        assert b"sheetData" in book.small(book.sheets[0].part)


def test_an_absolute_target_is_found(tmp_path: Path) -> None:
    with WorkbookFile(
        workbook(tmp_path / "a.xlsx", PLAIN, target="/xl/worksheets/sheet1.xml"), LIMIT
    ) as book:
        assert b"sheetData" in book.small(book.sheets[0].part)


def test_a_sheet_whose_part_is_missing_is_damage(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", PLAIN, target="worksheets/none.xml")
    with WorkbookFile(path, LIMIT) as book, pytest.raises(RosterError, match="missing"):
        book.small(book.sheets[0].part)
