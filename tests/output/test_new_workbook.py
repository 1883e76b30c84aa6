"""New workbooks, where a graft isn't possible."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator
from python_calamine import load_workbook

from bulk_register.errors import OutputError
from bulk_register.ooxml.cell_values import shown
from bulk_register.output import plan_output
from bulk_register.output.excel.new_workbook import NewWorkbook
from bulk_register.records import RESULT_COLUMNS, Cell, Dialect, Line, Source
from tests.support.rosters import read
from tests.support.workbooks import BASE, deliver, expected, parts, text_source


def of_text(tmp_path: Path, content: str) -> Source:
    path = tmp_path / "roster.csv"
    path.write_bytes(content.encode())
    return text_source(path, Dialect("utf-8", ","))


def of_cells(*lines: list[Cell]) -> Source:
    """A roster such as an .ods file gives."""

    def read() -> Iterator[Line]:
        return (Line(cells) for cells in lines)

    headers = tuple(str(cell) for cell in lines[0])
    path = Path("roster.ods")
    return Source(path, path, "", "ods", 1, 2, len(lines), len(headers), 0, headers, 0, read, "Staff")


def test_text_stays_text(tmp_path: Path) -> None:
    odd = ["00417", "=1+1", "+7", "-x", "@x", "<b>&", " x ", "_x0041_", "1e5", "TRUE"]
    content = (
        "ID,Text\r\n" + "".join(f"{at},{value}\r\n" for at, value in enumerate(odd)) + '99,"\tx\x08"\r\n'
    )
    target = tmp_path / "out.xlsx"
    output = deliver(of_text(tmp_path, content), target, list(range(2, 13)))
    assert isinstance(output, NewWorkbook)
    assert "control characters" in output.notes[0]
    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None
    assert [(cell.data_type, cell.number_format) for cell in sheet["B"][1:]] == [("s", "@")] * 11
    read = load_workbook(target).get_sheet_by_index(0).to_python()
    assert [line[1] for line in read[1:]] == [*odd, "\tx\x08"]
    assert b"<f>" not in parts(target)["xl/worksheets/sheet1.xml"]


def test_readers_that_go_by_the_sheet_s_dimension_see_every_row(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    deliver(of_text(tmp_path, "ID,Name\r\n7,Ann\r\n8,Bob\r\n"), target, [2, 3])
    book = openpyxl.load_workbook(target, read_only=True)
    sheet = book.worksheets[0]
    assert sheet.calculate_dimension() == "A1:G3"
    assert [line[0] for line in sheet.values] == ["ID", "7", "8"]
    book.close()


def test_it_is_framed_for_people(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    deliver(of_text(tmp_path, "ID,Name\r\n7,Ann\r\n\r\n8,Bob\r\n"), target, [2, 4])
    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["ID", "Name", *RESULT_COLUMNS], ["7", "Ann", *expected(2)], [None] * 7, ["8", "Bob", *expected(4)],
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:G4")
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["D"].width > 40
    assert (sheet["D4"].hyperlink.target, sheet["D4"].hyperlink.location) == (BASE, "participant/p0000004")


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_the_validator_finds_nothing(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out{suffix}"
    deliver(of_text(tmp_path, "ID,Name\r\n7,Ann\r\n"), target, [2])
    found = OpenXmlValidator().validate(str(target)).errors
    assert [one for one in found if one.id != "Excel_InlineStrCells"] == []
    kind = b"macroEnabled.main" if suffix == ".xlsm" else b"sheet.main"
    assert kind in parts(target)["[Content_Types].xml"]


def test_cells_of_workbooks_keep_their_type(tmp_path: Path) -> None:
    cells: list[Cell] = [
        7, 7.25, True, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12, 30), dt.time(6),
        dt.timedelta(hours=30), "007",
    ]  # fmt: skip
    target = tmp_path / "out.xlsx"
    output = deliver(of_cells([f"c{at}" for at in range(8)], cells), target, [2])
    assert ".ods" in output.notes[0]
    assert load_workbook(target).get_sheet_by_index(0).to_python()[1][:8] == [
        *cells[:5], dt.timedelta(hours=6), cells[6], "007",
    ]  # fmt: skip


def test_columns_that_are_there_are_filled_in_place(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    old = "https://l.example/a#participant/1"
    deliver(of_text(tmp_path, f"ID,Exam Link,Name\r\n7,{old},Ann\r\n8,{old},Bob\r\n"), target, [2])
    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == ["7", expected(2)[1], "Ann", "p0000002", *expected(2)[2:]]
    assert [cell.value for cell in sheet[3]][:3] == ["8", None, "Bob"]


@pytest.mark.parametrize(
    ("line", "what"),
    [(["7", "x" * 32_768], "32,767"), (["7"] * 16_383, "columns")],
)
def test_what_no_workbook_holds_is_found_beforehand(tmp_path: Path, line: list[Cell], what: str) -> None:
    with pytest.raises(OutputError, match=f"{what}.*csv"):
        plan_output(of_cells(["ID", "Name"], line), tmp_path / "out.xlsx")


def test_too_many_rows_are_found_beforehand(tmp_path: Path) -> None:
    source = of_cells(["ID"])
    many = Source(**{**vars(source), "lines": lambda: (Line(["7"]) for _ in range(1_048_577))})
    with pytest.raises(OutputError, match=r"1,048,577 rows.*\.csv"):
        plan_output(many, tmp_path / "out.xlsx")


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.xlsx"):
        plan_output(of_cells(["ID"]), tmp_path / "out.pdf")


@settings(max_examples=40)
@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)))
def test_a_moment_comes_back_to_the_second(moment: dt.datetime) -> None:
    till = moment.isoformat(" ", "seconds")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        deliver(
            of_text(folder, "ID,Name\r\n7,Ann\r\n"), folder / "out.xlsx", [2], **{"Link Valid Till": till}
        )
        source = read((folder / "out.xlsx").read_bytes(), "out.xlsx", id_column="ID").source
        [_header, line] = list(source.lines())
        assert shown(line.cells[4]) in (till, till.removesuffix(" 00:00:00"))
