"""Grafts into sheets that are laid out or spelled in unusual ways."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import load_workbook

from bulk_register.errors import OutputError
from bulk_register.output import plan_output
from bulk_register.output.excel.in_place import InPlaceWorkbook
from bulk_register.records import RESULT_COLUMNS
from tests.support.ooxml_files import KIND, MAIN, number, prefixed, row, rows, styles, text, workbook
from tests.support.workbooks import BASE, book_source, changed, deliver, expected, expected_texts, parts

pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no default style:UserWarning")  # openpyxl's
HEAD = row(1, text("A1", "ID"), text("B1", "Name"))
LOOK = styles("General", "00000", "dd.mm.yyyy")


def graft(
    path: Path, listed: list[int], *, header_row: int = 1, first_column: int = 0, note: str = ""
) -> Path:
    out = path.with_name(f"{path.stem}-out{path.suffix}")
    source = book_source(path, header_row=header_row, first_column=first_column)
    assert isinstance(deliver(source, out, listed, **{"Registration Note": note}), InPlaceWorkbook)
    return out


def sheet_of(path: Path) -> Worksheet:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def values(path: Path) -> list[list[object]]:
    return [[cell.value for cell in line] for line in sheet_of(path).iter_rows()]


@pytest.mark.parametrize(
    "kind", ["plain", "strict", "prefixed", "no r", "comments", "utf-16", "single quotes"]
)
def test_every_spelling_is_grafted(tmp_path: Path, kind: str) -> None:
    sheet = '<dimension ref="A1:B3"/>' + rows(
        HEAD, *(row(at, number(f"A{at}", at), text(f"B{at}", "x")) for at in (2, 3))
    )
    more: dict[str, Any] = {}
    if kind == "no r":
        for place in ("A1", "B1", "A2", "B2", "A3", "B3"):
            sheet = sheet.replace(f' r="{place}"', "")
        sheet = (
            sheet.replace('<row r="2">', "<row>")
            .replace('<row r="1">', "<row>")
            .replace('<row r="3">', "<row>")
        )
    elif kind == "comments":
        sheet = sheet.replace('<row r="2">', '<!-- </row><row r="7"> --><row r="2">')
    elif kind == "single quotes":
        sheet = sheet.replace('<row r="2">', "<row r='2' spans='1:2' >").replace(
            '<c r="A2" s="0">', "<c s='1' r='A2'>"
        )
    elif kind == "prefixed":
        sheet, more = prefixed(sheet), {"prefix": "x", "look": prefixed(LOOK).replace("xmlns", "xmlns:x")}
    elif kind in ("strict", "utf-16"):
        more = {"strict": True} if kind == "strict" else {"encoding": "utf-16"}
    path = workbook(tmp_path / "a.xlsx", sheet, **({"look": LOOK} | more))
    out = graft(path, [2, 3])
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
    wanted = [list(RESULT_COLUMNS), expected(2), expected(3)]
    if kind != "utf-16":  # which calamine can't read
        read = load_workbook(out).get_sheet_by_index(0).to_python()
        assert [[value or None for value in line[2:]] for line in read] == wanted
    if kind != "strict":  # which openpyxl can't read
        assert [line[2:] for line in values(out)] == wanted
        assert sheet_of(out)["D2"].hyperlink.location == "participant/p0000002"
    assert changed(out, graft(out, [2, 3])) == set()


def test_cells_that_only_have_a_format_give_way(tmp_path: Path) -> None:
    far = "".join(f'<c r="{name}2" s="1"/>' for name in "CDEFGHIJ")
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, text("A2", "7"), text("B2", "x"), far)), look=LOOK)
    out = graft(path, [2])
    assert values(out)[1] == ["7", "x", *expected(2), None, None, None]
    assert sheet_of(out)["J2"].number_format == "00000"


def without_formats(row: int) -> list[str | None]:
    """A row's result cells in a workbook that has no formats, where a moment would be a bare number."""
    return [one or None for one in expected_texts(row)]


def test_the_columns_go_right_of_the_last_used_one(tmp_path: Path) -> None:
    sheet = rows(
        HEAD, row(2, text("A2", "7"), text("B2", "x"), text("E2", "a note aside")), row(3, text("A3", "8"))
    )
    out = graft(workbook(tmp_path / "a.xlsx", sheet), [2, 3])
    assert values(out)[1] == ["7", "x", None, None, "a note aside", *without_formats(2)]
    assert values(out)[2][5:] == without_formats(3)


def test_a_table_below_a_title_keeps_it(tmp_path: Path) -> None:
    sheet = rows(
        row(1, text("B1", "Staff list")), row(3, text("B3", "ID"), text("C3", "Name")),
        row(4, text("B4", "7"), text("C4", "x")), row(5, text("B5", "Total")),
    ) + '<mergeCells count="1"><mergeCell ref="B1:I1"/></mergeCells>'  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", sheet)
    out = graft(path, [4, 5], header_row=3, first_column=1)
    assert values(out)[2][3:8] == list(RESULT_COLUMNS)
    assert values(out)[0][1:] == ["Staff list", *[None] * 7]
    assert [str(one) for one in sheet_of(out).merged_cells.ranges] == ["B1:I1"]


def test_rows_without_an_element_are_made(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, text("A2", "7")), row(5, text("A5", "8"))))
    found = values(graft(path, [2, 3, 5, 6]))
    assert [line[2] for line in found[1:]] == ["p0000002", "p0000003", None, "p0000005", "p0000006"]


def test_columns_that_are_there_are_filled_in_place_and_cleared(tmp_path: Path) -> None:
    heads = (
        text(f"{name}1", title)
        for name, title in zip("BCD", [" exam LINK ", "Name", "Participant ID"], strict=True)
    )
    link, guid = "https://l.example/a#participant/1", "d344c6b0-854d-44b1-be5a-478de4679ee9"
    old = [row(at, text(f"A{at}", "7"), text(f"B{at}", link), text(f"D{at}", guid)) for at in (2, 3)]
    links = '<hyperlink ref="B2:B3" location="old"/><hyperlink ref="A2" location="kept"/>'
    links = f"<hyperlinks>{links}</hyperlinks>"
    path = workbook(tmp_path / "a.xlsx", rows(row(1, text("A1", "ID"), *heads), *old) + links, look=LOOK)
    out = graft(path, [2])
    found = values(out)
    new_link, till, status, note = expected(2)[1:]
    assert found[0] == ["ID", " exam LINK ", "Name", "Participant ID", *RESULT_COLUMNS[2:]]
    assert found[1] == ["7", new_link, None, "p0000002", till, status, note]
    assert found[2] == ["7", None, None, None, None, None, None]
    assert (sheet_of(out)["A2"].hyperlink.location, sheet_of(out)["B2"].hyperlink.target) == ("kept", BASE)
    assert sheet_of(out)["B3"].hyperlink is None


def test_the_calculation_chain_follows(tmp_path: Path) -> None:
    head = row(1, text("A1", "ID"), text("B1", "Registration Note"), text("D1", "Exam Link"))
    formulas = [f'<c r="{name}2"><f>1</f><v>1</v></c>' for name in "BC"]
    path = workbook(tmp_path / "a.xlsx", rows(head, row(2, text("A2", "7"), *formulas)))
    _with_chain(path, '<c r="B2" i="1"/><c r="C2"/>')
    out = graft(path, [2])
    assert b'<c r="C2" i="1"/>' in parts(out)["xl/calcChain.xml"]
    assert b"B2" not in parts(out)["xl/calcChain.xml"]
    _with_chain(path, '<c r="B2" i="1"/>')
    out = graft(path, [2])
    assert "xl/calcChain.xml" not in parts(out)
    assert b"calcChain" not in parts(out)["xl/_rels/workbook.xml.rels"] + parts(out)["[Content_Types].xml"]


def _with_chain(path: Path, cells: str) -> None:
    found = parts(path)
    link = b'<Relationship Id="rId9" Type="x/calcChain" Target="calcChain.xml"/></Relationships>'
    kind = f'<Override PartName="/xl/calcChain.xml" ContentType="{KIND}.calcChain+xml"/></Types>'.encode()
    if "xl/calcChain.xml" not in found:
        found["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace(
            b"</Relationships>", link
        )
        found["[Content_Types].xml"] = found["[Content_Types].xml"].replace(b"</Types>", kind)
    found["xl/calcChain.xml"] = f'<calcChain xmlns="{MAIN}">{cells}</calcChain>'.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in found.items():
            archive.writestr(name, data)


def test_more_links_than_excel_allows_become_functions(tmp_path: Path) -> None:
    listed = list(range(2, 65_533))
    sheet = rows(HEAD, *(row(at, number(f"A{at}", at)) for at in listed))
    out = graft(workbook(tmp_path / "a.xlsx", sheet, look=LOOK), listed)
    written = parts(out)["xl/worksheets/sheet1.xml"]
    assert written.count(b"<f>HYPERLINK(") == 65_531
    assert b"<hyperlinks" not in written
    read = load_workbook(out).get_sheet_by_index(0).to_python()
    assert read[65_531][3] == f"{BASE}#participant/p0065532"
    again = graft(out, listed)
    assert parts(again)["xl/worksheets/sheet1.xml"] == written


def test_thirty_three_thousand_links_fed_back_stay_links(tmp_path: Path) -> None:
    listed = list(range(2, 33_002))
    out = graft(
        workbook(tmp_path / "a.xlsx", rows(HEAD, *(row(at, number(f"A{at}", at)) for at in listed))), listed
    )
    again = graft(out, listed)
    assert changed(out, again) == set()
    assert parts(again)["xl/worksheets/sheet1.xml"].count(b"<hyperlink ") == 33_000


def test_an_xlsm_keeps_its_macros_and_an_xlsx_of_it_has_none(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsm", rows(HEAD, row(2, text("A2", "7"))))
    found = parts(path)
    link = b'<Relationship Id="rId9" Type="x/vbaProject" Target="vbaProject.bin"/></Relationships>'
    found["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>", link
    )
    found["xl/vbaProject.bin"] = b"macros"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    assert parts(graft(path, [2]))["xl/vbaProject.bin"] == b"macros"
    source, target = book_source(path), tmp_path / "b.xlsx"
    assert "macros" in " ".join(plan_output(source, target).notes)
    deliver(source, target, [2])
    assert "xl/vbaProject.bin" not in parts(target)
    assert b"vbaProject" not in parts(target)["xl/_rels/workbook.xml.rels"]


def test_a_signature_is_said_to_be_lost(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, text("A2", "7"))) + '<sheetProtection sheet="1"/>')
    found = parts(path)
    link = b'<Relationship Id="rId9" Type="x/origin" Target="_xmlsignatures/origin.sigs"/>'
    found["_rels/.rels"] = found["_rels/.rels"].replace(b"</Relationships>", link + b"</Relationships>")
    found["_xmlsignatures/origin.sigs"] = b""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    notes = " ".join(plan_output(book_source(path), tmp_path / "b.xlsx").notes)
    assert "signature" in notes
    assert "protected" in notes
    out = graft(path, [2])
    assert "_xmlsignatures/origin.sigs" not in parts(out)
    assert b"signature" not in parts(out)["_rels/.rels"]


def test_no_room_is_found_beforehand(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, text("XFA2", "x"))))
    with pytest.raises(OutputError, match=r"\.csv"):
        plan_output(book_source(path), tmp_path / "b.xlsx")


def test_notes_with_markup_and_control_characters_are_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", rows(HEAD, row(2, text("A2", "7"))))
    out = graft(path, [2], note=" <b>&\x07\n{0} _x0041_ ")
    assert load_workbook(out).get_sheet_by_index(0).to_python()[1][6] == " <b>&\x07\n{0} _x0041_ "
