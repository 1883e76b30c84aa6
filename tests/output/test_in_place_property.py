"""Whatever stands in a sheet: grafted, it reads back the same, with the results beside it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from python_calamine import load_workbook

from tests.support.ooxml_files import styles, workbook
from tests.support.workbooks import book_source, changed, deliver, expected

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).filter(
    lambda text: not ILLEGAL_CHARACTERS_RE.search(text)
)
VALUES = st.one_of(st.none(), TEXTS, st.integers(-(10**9), 10**9), st.booleans(), st.floats(-1e9, 1e9))
Value = str | float | bool | None
SHEETS = st.lists(st.lists(VALUES, max_size=6), min_size=1, max_size=12)


def written(path: Path, sheet: list[list[Value]]) -> Path:
    """The sheet by openpyxl, with identifiers in its first column so that no row is blank."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["ID", *(f"c{at}" for at in range(6))])
    for at, line in enumerate(sheet):
        book.active.append([f"{at:05d}"])
        for column, value in enumerate(line, 2):
            cell = book.active.cell(at + 2, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(path)
    return path


@settings(max_examples=25, deadline=None)
@given(SHEETS, st.data())
def test_any_sheet_keeps_its_values_and_gets_five_columns(
    sheet: list[list[Value]], data: st.DataObject
) -> None:
    listed = data.draw(st.sets(st.integers(2, len(sheet) + 1)).map(sorted))
    with tempfile.TemporaryDirectory() as folder:
        before, after, again = (Path(folder) / f"{name}.xlsx" for name in ("before", "after", "again"))
        source = book_source(written(before, sheet))
        deliver(source, after, listed)
        for read in (_with_openpyxl, _with_calamine):
            old, new = read(before), read(after)
            assert [line[:7] for line in new] == [line + [None] * (7 - len(line)) for line in old]
            found = {row: line[7:] for row, line in enumerate(new, 1)}
            assert all(
                found[row] == (expected(row) if row in listed else [None] * 5) for row in found if row > 1
            )
        deliver(book_source(after), again, listed)
        assert changed(after, again) == set()


def _with_openpyxl(path: Path) -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    return [[cell.value for cell in line] for line in book.active.iter_rows()]


def _with_calamine(path: Path) -> list[list[object]]:
    lines = load_workbook(path).get_sheet_by_index(0).to_python()
    return [[None if value == "" else value for value in line] for line in lines]


ROW = st.tuples(
    st.booleans(), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), st.booleans()), max_size=8)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=8), st.booleans())
def test_any_spelling_of_a_sheet_can_be_filled_in_place(
    lines: list[tuple[bool, list[tuple[int, int, bool]]]], spaced: bool
) -> None:
    """Rows with or without numbers, gaps, formatted empty cells, attributes in any order, white space."""
    gap = "\n  " if spaced else ""
    xml = '<row r="1"><c r="A1" t="inlineStr"><is><t>ID</t></is></c></row>'
    for at, (numbered, cells) in enumerate(lines, 2):
        chosen = {column: (style, full) for column, style, full in cells}
        inner = "".join(
            f"<c s='{style}' r='{'ABCDEFGHIJ'[column]}{at}'{'><v>7</v></c>' if full else '/>'}{gap}"
            for column, (style, full) in sorted(chosen.items())
        )
        number = f" r='{at}'" if numbered else ""
        xml += f"{gap}<row{number} spans='1:3'>{inner}</row>"
    listed = list(range(2, len(lines) + 2))
    with tempfile.TemporaryDirectory() as folder:
        before, after, again = (Path(folder) / f"{name}.xlsx" for name in ("before", "after", "again"))
        workbook(before, f"<sheetData>{xml}</sheetData>", look=styles("General", "0", "00"))
        deliver(book_source(before), after, listed)
        old, new = _with_calamine(before), _with_calamine(after)
        width = len(old[0])
        assert [line[:width] for line in new[: len(old)]] == old
        assert [line[width:] for line in new[1:]] == [expected(row) for row in listed]
        deliver(book_source(after), again, listed)
        assert _with_calamine(again) == new
