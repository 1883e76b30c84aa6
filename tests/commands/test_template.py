"""`template`: an empty roster that `check` understands once it is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from tests.support.program import call

HEADERS = ["Employee ID", "Name", "E-mail", "Birth date", "Department"]


pytestmark = pytest.mark.usefixtures("folder")


def test_a_workbook_whose_identifiers_are_text_from_the_start(folder: Path) -> None:
    ended = call("template", "roster.xlsx")
    assert (ended.code, ended.err) == (0, "")
    assert "bulk-register check roster.xlsx" in ended.out
    book = load_workbook(folder / "roster.xlsx")
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEADERS
    assert sheet.freeze_panes == "A2"
    assert {sheet.cell(row, 1).number_format for row in (2, 500, 1001)} == {"@"}
    assert sheet.column_dimensions["A"].number_format == "@"
    hints = {str(hint.sqref): hint for hint in sheet.data_validations.dataValidation}
    assert "Zeros in front stay." in str(hints["A2:A1048576"].prompt)
    faults = OpenXmlValidator().validate(str(folder / "roster.xlsx")).errors
    assert [one for one in faults if one.id != "Excel_InlineStrCells"] == []


def test_filled_in_it_is_a_roster_without_problems(folder: Path) -> None:
    call("template")
    book = load_workbook(folder / "roster.xlsx")
    book.worksheets[0]["A2"] = "00417"
    book.worksheets[0]["B2"] = "Anna Invented"
    book.worksheets[0]["A3"] = "00418"
    book.save(folder / "roster.xlsx")
    ended = call("check", "roster.xlsx")
    assert ended.code == 0, ended.out
    assert "2 employees can be sent, no row has a problem." in ended.out
    assert "Warning" not in ended.out
    ended = call("run", "roster.xlsx", "--sandbox")
    assert ended.code == 0, ended.err
    sheet = load_workbook(folder / "roster.sandbox.xlsx").worksheets[0]
    assert [sheet["A2"].value, sheet["I2"].value] == ["00417", "registered"]


def test_an_empty_one_says_that_nobody_is_on_it() -> None:
    for name in ("roster.xlsx", "roster.csv"):
        call("template", name)
        ended = call("check", name)
        assert ended.code == 2
        assert "holds no employees" in ended.err


def test_a_name_that_ends_in_csv_makes_a_csv(folder: Path) -> None:
    assert call("template", "roster.csv").code == 0
    assert (folder / "roster.csv").read_bytes() == b"\xef\xbb\xbf" + ",".join(HEADERS).encode() + b"\r\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("there.xlsx", "there.xlsx is there already, and stays as it is."),
        ("roster.ods", "roster.ods must end in .xlsx or .csv"),
        ("no/where.xlsx", "The folder no doesn't exist"),
    ],
)
def test_nothing_is_overwritten_and_what_is_wrong_is_told(name: str, words: str, folder: Path) -> None:
    (folder / "there.xlsx").write_bytes(b"mine")
    ended = call("template", name)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert (folder / "there.xlsx").read_bytes() == b"mine"
