"""Sheets of one workbook: what they take together, and what they share, is bounded too."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path
from random import Random

import openpyxl
import pytest

from bulk_register.errors import RosterError
from bulk_register.records import Reading
from bulk_register.roster.sheets.sheets import open_ooxml
from tests.roster.test_small_hostile_files import identifiers, seconds, sheet
from tests.support.ooxml_files import KIND, LINKS, MAIN

SHARED = "the first shared text"


def book(path: Path, *sheets: dict[str, str]) -> Path:
    """Rosters of Ann alone, with more cells."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for cells in sheets:
        sheet = made.create_sheet()
        sheet.append(["Employee ID", "First Name"])
        sheet.append(["00101", "Ann"])
        for place, value in cells.items():
            sheet[place] = value
    made.save(path)
    return path


def with_shared_texts(path: Path, texts: str) -> Path:
    """The workbook with these shared texts, the first of them in the cells that ask for it."""
    cell = f't="inlineStr"><is><t>{SHARED}</t></is>'
    added = {
        "[Content_Types].xml": (
            "</Types>",
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/>',
        ),
        "xl/_rels/workbook.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="shared" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/>',
        ),
    }
    with zipfile.ZipFile(path) as before:
        parts = {name: before.read(name).decode() for name in before.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name, part in parts.items():
            end, more = added.get(name, (cell, ""))
            after.writestr(name, part.replace(end, more + end if more else 't="s"><v>0</v>'))
        after.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{texts}</sst>')
    return path


LONG = {f"{letter}{at}": SHARED for letter in "CD" for at in range(3, 503)}
TOGETHER: dict[str, tuple[dict[str, str], str]] = {
    "far cells": ({"GR50000": "x"}, "the sheets up to 'Sheet1' come to 20,000,000 cells, too many"),
    "long texts": (LONG, "the cells of the sheets up to 'Sheet2' hold 90,0"),
}


@pytest.mark.parametrize("case", TOGETHER)
def test_sheets_that_take_too_much_together_are_read_one_at_a_time(case: str, tmp_path: Path) -> None:
    cells, message = TOGETHER[case]
    path = book(tmp_path / "roster.xlsx", cells, cells, cells)
    with_shared_texts(path, f"<si><t>{Random(1).randbytes(15_000).hex()}</t></si>")
    with closing(open_ooxml(path, Reading())) as found:
        assert found.visible[2].outline
    with closing(open_ooxml(path, Reading())) as found, pytest.raises(RosterError, match=message):
        assert [one.outline for one in found.visible]


def test_sheets_in_one_part_are_refused(tmp_path: Path) -> None:
    path, made = sheet(tmp_path), tmp_path / "twice.xlsx"
    again = b'<sheet name="Again" sheetId="2" r:id="rId1"/></sheets>'
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b"</sheets>", again))
    with pytest.raises(RosterError, match="two of its sheets are kept in one part"):
        identifiers(made, tmp_path)


def test_many_sheets_are_not_all_looked_through(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for _ in range(300):
        book.create_sheet()
    book.save(tmp_path / "roster.xlsx")
    with pytest.raises(RosterError, match="301 visible sheets"):
        identifiers(tmp_path / "roster.xlsx", tmp_path)


def every_sheet(folder: Path, size: int) -> object:
    """Sheets that share many texts."""
    path = folder / f"{size}.xlsx"
    if not path.exists():
        with_shared_texts(book(path, *[{}] * size), "<si><t>x</t></si>" * 500_000)
    with closing(open_ooxml(path, Reading())) as found:
        return [one.filled for one in found.visible]


def test_what_sheets_share_is_read_once(tmp_path: Path) -> None:
    assert seconds(every_sheet, tmp_path, 40) < 8 * seconds(every_sheet, tmp_path, 1)
