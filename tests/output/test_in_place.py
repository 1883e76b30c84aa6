"""The roster's own workbook comes back as it was, with five more columns."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell, MergedCell
from openxml_audit import OpenXmlValidator
from python_calamine import load_workbook

from bulk_register.output.excel.in_place import InPlaceWorkbook
from bulk_register.records import RESULT_COLUMNS
from tests.support.workbook_makers import ROWS, with_openpyxl, with_xlsxwriter
from tests.support.workbooks import BASE, book_source, changed, deliver, expected

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl's
MAKERS = [
    pytest.param(with_openpyxl, False, id="openpyxl"),
    pytest.param(with_openpyxl, True, id="openpyxl-table"),
    pytest.param(with_xlsxwriter, False, id="xlsxwriter"),
    pytest.param(with_xlsxwriter, True, id="xlsxwriter-table"),
]
MAY_CHANGE = {
    "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/styles.xml", "xl/workbook.xml",
    "xl/tables/table1.xml",
}  # fmt: skip


def look(cell: Cell | MergedCell) -> list[str]:
    return [repr(one) for one in (cell.font, cell.fill, cell.border, cell.alignment)]


def said_of(cell: Cell | MergedCell) -> str | None:
    return cell.comment.text if cell.comment else None


@pytest.fixture(params=[one.values for one in MAKERS], ids=[str(one.id) for one in MAKERS])
def grafted(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    make, table = request.param
    before, after = make(tmp_path / "roster.xlsx", table=table), tmp_path / "out.xlsx"
    assert isinstance(deliver(book_source(before), after, ROWS), InPlaceWorkbook)
    return before, after


def test_all_other_parts_are_byte_for_byte_what_they_were(grafted: tuple[Path, Path]) -> None:
    assert changed(*grafted) <= MAY_CHANGE


def test_all_cells_are_what_they_were(grafted: tuple[Path, Path]) -> None:
    before, after = (openpyxl.load_workbook(path, rich_text=True) for path in grafted)
    for old in before["Staff list"].iter_rows(max_col=6):
        for cell in old:
            new = after["Staff list"][cell.coordinate]
            assert (new.value, new.data_type, new.number_format) == (
                cell.value,
                cell.data_type,
                cell.number_format,
            )
            assert look(new) == look(cell)
            assert said_of(new) == said_of(cell)
    assert said_of(after["Staff list"]["B3"]) == "on leave"


def test_another_reader_finds_the_same_values(grafted: tuple[Path, Path]) -> None:
    before, after = (load_workbook(path).get_sheet_by_name("Staff list").to_python() for path in grafted)
    assert [row[:6] for row in after] == [row[:6] for row in before]


def test_the_results_stand_in_the_new_columns(grafted: tuple[Path, Path]) -> None:
    sheet = openpyxl.load_workbook(grafted[1])["Staff list"]
    assert [cell.value for cell in sheet[1][6:11]] == list(RESULT_COLUMNS)
    assert [[cell.value for cell in sheet[row][6:11]] for row in ROWS] == [expected(row) for row in ROWS]
    link = sheet["H3"].hyperlink
    assert (link.target, link.location) == (BASE, "participant/p0000003")
    assert sheet["H3"].font.underline == "single"


def test_new_cells_look_like_their_neighbours(grafted: tuple[Path, Path]) -> None:
    sheet = openpyxl.load_workbook(grafted[1])["Staff list"]
    assert look(sheet["G1"]) == look(sheet["F1"])
    assert look(sheet["K3"]) == look(sheet["F3"])
    assert sheet["K3"].number_format == "General"
    assert not any(sheet.column_dimensions[name].hidden for name in "GHIJK")
    assert sheet.column_dimensions["H"].width > 40


def test_filter_table_and_names_grow(grafted: tuple[Path, Path]) -> None:
    before, sheet = (openpyxl.load_workbook(path)["Staff list"] for path in grafted)
    assert sheet.tables.keys() == before.tables.keys()
    for table in sheet.tables.values():
        assert table.ref in ("A1:K31", "A1:K32")
        assert table.autoFilter.ref == "A1:K31"
        assert table.column_names[6:] == list(RESULT_COLUMNS)
    if not sheet.tables:
        assert sheet.auto_filter.ref == "A1:K31"
        assert b"$A$1:$K$31" in zipfile.ZipFile(grafted[1]).read("xl/workbook.xml")


def test_the_validator_finds_nothing_new(grafted: tuple[Path, Path]) -> None:
    validator = OpenXmlValidator()
    before, after = (
        {(one.part_uri, one.path, one.node, one.id) for one in validator.validate(str(path)).errors}
        for path in grafted
    )
    assert after <= before


def test_feeding_the_output_back_changes_nothing(grafted: tuple[Path, Path], tmp_path: Path) -> None:
    path = grafted[1]
    for turn in range(3):
        again = tmp_path / f"again{turn}.xlsx"
        assert isinstance(deliver(book_source(path), again, ROWS), InPlaceWorkbook)
        assert changed(path, again) == set()
        path = again
