"""Workbooks are read as the person sees them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulk_register.errors import RosterError
from bulk_register.records import Reading
from bulk_register.roster.grid import Grid
from bulk_register.roster.sheets.sheets import open_ooxml
from tests.support.ooxml_files import MAIN, number, prefixed, row, rows, styles, text, workbook

HEAD = row(1, text("A1", "ID"), text("B1", "Name"))


def grid(path: Path) -> Grid:
    return open_ooxml(path, Reading()).visible[0]


def identifiers(path: Path, column: int = 0) -> list[str]:
    return list(grid(path).identifiers(column).text[1:])


def test_zeros_and_words_of_a_number_format_are_kept(tmp_path: Path) -> None:
    cells = [number("A2", 417, 1), number("A3", 418, 2), number("A4", 419, 3), number("A5", 420)]
    sheet = rows(HEAD, *(row(at, cell) for at, cell in enumerate(cells, 2)))
    look = styles("General", "00000", "&quot;EMP-&quot;0000", "#,##0")
    path = workbook(tmp_path / "a.xlsx", sheet, look=look)
    found = grid(path).identifiers(0)
    assert list(found.text) == ["ID", "00417", "EMP-0418", "419", "420"]
    assert [(fix.count, fix.examples[0].before, fix.examples[0].after) for fix in found.fixes] == [
        (1, "417", "00417"),
        (1, "418", "EMP-0418"),
    ]
    assert "#,##0" in found.warnings[0]
    assert [line.cells[0] for line in grid(path).lines()] == ["ID", "00417", "EMP-0418", 419.0, 420.0]


def test_numbers_read_as_general(tmp_path: Path) -> None:
    values = ["830507", "8.30507E5", "0.1", "1e15", "123456789012345678", "-3"]
    cells = (row(at, number(f"A{at}", value)) for at, value in enumerate(values, 2))
    found = grid(workbook(tmp_path / "a.xlsx", rows(HEAD, *cells))).identifiers(0)
    assert list(found.text[1:]) == ["830507", "830507", "0.1", "1000000000000000", "123456789012346000", "-3"]
    assert set(found.faults) == {5, 6}
    assert "15 digits" in found.faults[6]


def test_errors_booleans_and_dates_are_faults(tmp_path: Path) -> None:
    sheet = rows(
        HEAD,
        row(2, '<c r="A2" t="e"><v>#N/A</v></c>'),
        row(3, '<c r="A3" t="b"><v>1</v></c>'),
        row(4, number("A4", 45000, 1)),
        row(5, text("A5", "7"), '<c r="B5" t="e"><v>#REF!</v></c>'),
    )
    it = grid(workbook(tmp_path / "a.xlsx", sheet, look=styles("General", "dd.mm.yyyy")))
    found = it.identifiers(0)
    assert list(found.text[1:]) == ["#N/A", "TRUE", "2023-03-15", "7"]
    assert set(found.faults) == {2, 3, 4}
    assert it.texts([1])[0][4] == "#REF!"
    assert it.filled.tolist() == [2, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("cell", "seen", "fault"),
    [
        ('<c r="A2"><f>1+1</f><v>2</v></c>', "2", False),
        ('<c r="A2" t="str"><f>"x"</f><v>x7</v></c>', "x7", False),
        ('<c r="A2" t="str"><f>""</f><v></v></c>', "", False),
        ('<c r="A2"><f>1+1</f></c>', "", True),
        ('<c r="A2"><f>1+1</f><v></v></c>', "", True),
        ('<c r="A2"><f>1+1</f><v/></c>', "", True),
    ],
)
def test_formulas_have_their_stored_value(tmp_path: Path, cell: str, seen: str, fault: bool) -> None:
    sheet = rows(HEAD, row(2, cell, text("B2", "Ann")))
    found = grid(workbook(tmp_path / "a.xlsx", sheet)).identifiers(0)
    assert (found.text[1], 2 in found.faults) == (seen, fault)


def test_zeros_that_nobody_calculated_are_faults(tmp_path: Path) -> None:
    sheet = rows(HEAD, row(2, '<c r="A2"><f>B2</f><v>0</v></c>', text("B2", "Ann")))
    path = workbook(tmp_path / "a.xlsx", sheet, properties='<calcPr fullCalcOnLoad="1"/>')
    assert "never calculated" in grid(path).identifiers(0).faults[2]


def test_rows_under_a_merged_identifier_belong_to_it(tmp_path: Path) -> None:
    sheet = rows(
        HEAD, row(2, text("A2", "7"), text("B2", "x")), row(3, text("B3", "y")), row(4, text("A4", "8"))
    )
    sheet += '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="A1:B1"/></mergeCells>'
    found = grid(workbook(tmp_path / "a.xlsx", sheet)).identifiers(0)
    assert list(found.text[1:]) == ["7", "7", "8"]
    assert "merged" in found.warnings[0]


def test_merged_cells_over_others_and_over_filled_ones_take_nothing_twice(tmp_path: Path) -> None:
    cells = {2: "7", 6: "8", 8: "9", 9: "10"}
    lines = (row(at, *([text(f"A{at}", cells[at])] if at in cells else [])) for at in range(2, 11))
    ranges = ("A6:A7", "A2:A4", "A3:A5", "A8:A10", "A9:B10", "A2:A3")
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in ranges)
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, *lines) + f"<mergeCells>{merged}</mergeCells>")
    found = grid(path).identifiers(0)
    assert list(found.text[1:]) == ["7", "7", "7", "", "8", "8", "9", "10"]


def test_hidden_rows_are_told(tmp_path: Path) -> None:
    kinds = ["", ' hidden="1"', ' hidden="0"', ' ht="0" customHeight="1"', " hidden='true'"]
    lines = [row(at, text(f"A{at}", str(at)), more=more) for at, more in enumerate(kinds, 1)]
    hidden = grid(workbook(tmp_path / "a.xlsx", rows(*lines))).hidden
    assert hidden is not None
    assert hidden.tolist() == [False, True, False, True, True]


@pytest.mark.parametrize(
    "kind", ["strict", "prefixed", "no r", "comments", "utf-16", "lying dimension", "reversed"]
)
def test_spellings_that_excel_does_not_use_are_read_alike(tmp_path: Path, kind: str) -> None:
    sheet = rows(HEAD, row(2, text("A2", "00417"), number("B2", 5)))
    more: dict[str, Any] = {}
    if kind == "no r":
        sheet = (
            sheet.replace(' r="A2"', "").replace(' r="B2"', "").replace(' r="A1"', "").replace(' r="B1"', "")
        )
        sheet = sheet.replace('<row r="1">', "<row>").replace('<row r="2">', "<row>")
    elif kind == "comments":
        sheet = sheet.replace('<row r="2">', "<!-- <row r='9'> --><row r='2'>").replace(
            ">00417<", "><![CDATA[00417]]><"
        )
    elif kind == "lying dimension":
        sheet = '<dimension ref="A1"/>' + sheet
    elif kind == "reversed":
        sheet = sheet.replace('r="A2" s="0" t="inlineStr"', 't="inlineStr" s="0" r="A2"')
    elif kind == "prefixed":
        sheet, more = prefixed(sheet), {"prefix": "x"}
    elif kind == "strict":
        more = {"strict": True}
    elif kind == "utf-16":
        more = {"encoding": "utf-16"}
    it = grid(workbook(tmp_path / "a.xlsx", sheet, **more))
    assert it.head(5) == [["ID", "Name"], ["00417", "5"]]
    assert [list(line.cells) for line in it.lines()] == [["ID", "Name"], ["00417", 5.0]]
    assert list(it.identifiers(0).text) == ["ID", "00417"]


def test_rich_phonetic_and_escaped_texts(tmp_path: Path) -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>00</t></r><r><rPr><b/></rPr><t>417</t></r></si>'
        '<si><t>山田</t><rPh sb="0" eb="2"><t>ヤマダ</t></rPh></si><si><t>a_x000D_b_x005F_</t></si></sst>'
    )
    cells = "".join(f'<c r="{place}2" t="s"><v>{at}</v></c>' for at, place in enumerate("ABC"))
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, cells)), strings=strings)
    assert grid(path).head(2)[1] == ["00417", "山田", "a\rb_"]
    assert list(grid(path).lines())[1].cells == ["00417", "山田", "a\rb_"]


def test_broken_styles_do_not_matter(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, text("A2", "00417"))), look="<styleSheet><oops")
    assert identifiers(path) == ["00417"]


def test_missing_texts_are_damage(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, '<c r="A2" t="s"><v>0</v></c>')))
    with pytest.raises(RosterError, match="missing from its shared strings"):
        grid(path).head(2)


def test_a_cell_far_out_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    sheet = rows(HEAD, row(1_048_576, text("XFD1048576", "x")))
    with pytest.raises(RosterError, match="XFD"):
        grid(workbook(tmp_path / "a.xlsx", sheet)).head(1)


def test_formatted_empty_rows_are_not_rows(tmp_path: Path) -> None:
    empty = "".join(
        f'<row r="{at}" s="1" customFormat="1"><c r="A{at}" s="1"/></row>' for at in range(3, 60_000)
    )
    it = grid(workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, text("A2", "7")), empty)))
    assert len(it.filled) == 2


def test_seven_hundred_columns_are_all_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append([f"c{at}" for at in range(700)])
    book.active.append([str(at) for at in range(700)])
    book.save(tmp_path / "a.xlsx")
    assert grid(tmp_path / "a.xlsx").texts([699])[0].tolist() == ["c699", "699"]


def test_only_visible_worksheets_in_their_order(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Second")
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.create_sheet("Very").sheet_state = "veryHidden"
    book.create_chartsheet("Chart")
    book.save(tmp_path / "a.xlsx")
    found = open_ooxml(tmp_path / "a.xlsx", Reading())
    assert [one.name for one in found.visible] == ["Sheet", "Second"]
    assert found.hidden == ["Hidden", "Very"]


@pytest.mark.parametrize("date1904", [False, True])
def test_our_own_reader_and_calamine_agree_on_dates(tmp_path: Path, date1904: bool) -> None:
    serials = [0.5, 1, 59, 60.25, 61, 45000, 45000.75, 2957003]
    lines = [
        row(at, number(f"A{at}", value, 1), number(f"B{at}", value, 2)) for at, value in enumerate(serials, 1)
    ]
    path = workbook(
        tmp_path / "a.xlsx",
        rows(*lines),
        look=styles("General", "yyyy-mm-dd hh:mm", "[h]:mm"),
        properties=f'<workbookPr date1904="{int(date1904)}"/>',
    )
    it = grid(path)
    theirs = list(zip(*it.columns.cells, strict=True))  # type: ignore[attr-defined]
    ours = [tuple(line.cells) for line in it.lines()]
    assert ours == theirs
    assert isinstance(ours[5][0], dt.date)
