"""An empty roster for people to fill in."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bulk_register.ooxml.archive_writer import rewrite
from bulk_register.ooxml.cell_values import MAX_ROWS, letters
from bulk_register.ooxml.workbook import UNBOUNDED, WorkbookFile
from bulk_register.output.excel.styles import with_ordered_fonts

ROWS = 1_000  # rows whose cells are formatted, for programs that overlook a column's format
MAX_HINT = 255  # characters of an input message; Excel specifications and limits


class Column(NamedTuple):
    """A column of the empty roster; its hint is shown where somebody is about to fill in a cell."""

    header: str
    width: int  # in characters
    format: str
    hint: str


def blank_workbook(columns: Sequence[Column]) -> bytes:
    """Return a workbook with these headers, frozen, and nobody below them."""
    with tempfile.TemporaryDirectory() as folder:
        frame, made = Path(folder) / "frame.xlsx", Path(folder) / "made.xlsx"
        _draw(columns, frame)
        with WorkbookFile(frame, UNBOUNDED) as book:
            look = str(book.related("styles"))
            rewrite(book.archive, made, {look: with_ordered_fonts(book.small(look), look)})
        return made.read_bytes()


def _draw(columns: Sequence[Column], path: Path) -> None:
    from openpyxl import Workbook  # slow to load
    from openpyxl.styles import Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Roster"
    for number, column in enumerate(columns, 1):
        head = sheet.cell(1, number, column.header)
        head.font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor="1F4E78")
        letter = letters(number - 1)
        dimension = sheet.column_dimensions[letter]
        dimension.width, dimension.number_format = column.width, column.format
        for row in range(2, ROWS + 2):
            sheet.cell(row, number).number_format = column.format
        hint = DataValidation(promptTitle=column.header, prompt=column.hint[:MAX_HINT], showInputMessage=True)
        hint.add(f"{letter}2:{letter}{MAX_ROWS}")
        sheet.add_data_validation(hint)
    sheet.freeze_panes = "A2"
    book.save(path)
