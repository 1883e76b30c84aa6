"""Outputs in LibreOffice: it opens them, and shows the same cells and links."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from bulk_register.output.excel.in_place import InPlaceWorkbook
from bulk_register.output.excel.new_workbook import NewWorkbook
from tests.support.workbook_makers import ROWS, with_openpyxl, with_xlsxwriter
from tests.support.workbooks import BASE, book_source, deliver, expected

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),  # openpyxl's
]


def converted(path: Path, kind: str, folder: Path) -> Path:
    """The workbook opened and saved by LibreOffice."""
    folder.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{kind}"


def test_libreoffice_shows_the_results_and_follows_the_links(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    deliver(book_source(with_xlsxwriter(tmp_path / "a.xlsx", table=True)), out, ROWS)
    sheet = openpyxl.load_workbook(converted(out, "xlsx", tmp_path / "lo")).worksheets[0]
    assert [[cell.value for cell in sheet[row][6:11]] for row in ROWS] == [expected(row) for row in ROWS]
    link = sheet["H3"].hyperlink
    assert f"{link.target}#{link.location}" == f"{BASE}#participant/p0000003" or link.target == expected(3)[1]


def test_workbooks_that_libreoffice_saved_are_grafted(tmp_path: Path) -> None:
    saved = converted(with_openpyxl(tmp_path / "a.xlsx", table=False), "xlsx", tmp_path / "lo")
    out = tmp_path / "out.xlsx"
    assert isinstance(deliver(book_source(saved), out, ROWS), InPlaceWorkbook)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [[cell.value for cell in sheet[row][6:11]] for row in ROWS] == [expected(row) for row in ROWS]
    assert sheet.auto_filter.ref == "A1:K31"


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_other_workbooks_of_libreoffice_are_read(tmp_path: Path, kind: str) -> None:
    saved = converted(with_openpyxl(tmp_path / "a.xlsx", table=False), kind, tmp_path / "lo")
    out = tmp_path / "out.xlsx"
    output = deliver(book_source(saved), out, ROWS)
    assert isinstance(output, NewWorkbook)
    assert f".{kind}" in output.notes[0]
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [sheet.cell(row, 1).value for row in ROWS] == [f"{row - 1:05d}" for row in ROWS]
    assert [[cell.value for cell in sheet[row][6:11]] for row in ROWS] == [expected(row) for row in ROWS]
