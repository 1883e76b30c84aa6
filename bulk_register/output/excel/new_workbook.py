"""A new workbook: openpyxl makes the frame (styles, view, filter, widths), the rows are streamed into it.

Every text is stored as an inline string in a cell of text format, so that nothing turns into a number or a
live formula, now or when the cell is edited; no apostrophe is added.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_register.language import _
from bulk_register.ooxml.archive_writer import CONTENT_TYPES, Content, rewrite
from bulk_register.ooxml.cell_values import letters, reference, shown
from bulk_register.ooxml.pieces import pieces
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.output.excel.content_types import content_types_for
from bulk_register.output.excel.limits import Survey, refuse_what_no_workbook_holds, survey
from bulk_register.output.excel.new_rows import NewRows, NewStyles
from bulk_register.output.excel.result_cells import ResultCells
from bulk_register.output.excel.sheet_head import hidden_columns
from bulk_register.output.excel.sheet_hyperlinks import Links
from bulk_register.output.excel.styles import with_ordered_fonts
from bulk_register.output.layout import Layout, place_columns
from bulk_register.records import REGISTRATION, Columns, Results, Source

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SAMPLE_ROWS = 500  # looked at for the columns' widths
_MAX_WIDTH, _MIN_WIDTH = 60, 8  # of a column, in characters
_FRAME_BYTES = 1 << 24
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')  # the frame's, which has a single row


@dataclass(frozen=True)
class NewWorkbook:
    """A new workbook that can be written."""

    source: Source
    target: Path
    layout: Layout
    notes: tuple[str, ...]
    formats: tuple[str, ...]  # of the roster's dates and times

    def write(self, results: Results, path: Path) -> None:
        """Write the workbook."""
        made = ResultCells(results, self.layout)
        with tempfile.TemporaryDirectory() as folder:
            frame = Path(folder) / "frame.xlsx"
            styles = self._frame(frame, made)
            with WorkbookFile(frame, _FRAME_BYTES) as book:
                part = book.sheets[0].part
                links = Links(book, part, made, self.source.header_row)
                rows = NewRows(made, styles, self.source.header_row)
                changes: dict[str, Content] = {part: lambda: self._sheet(book, rows, links)}
                look = str(book.related("styles"))
                changes[look] = with_ordered_fonts(book.small(look), look)
                changes[links.part] = links.relationships
                if self.target.suffix.lower() == ".xlsm":
                    changes[CONTENT_TYPES] = content_types_for(book, ".xlsm")
                rewrite(book.archive, path, changes)

    def _frame(self, path: Path, made: ResultCells) -> NewStyles:
        from openpyxl import Workbook  # slow to load

        book = Workbook()
        sheet = book.worksheets[0]
        sheet.title = _sheet_name(self.source.sheet)
        styles = _styles(sheet, self.formats)
        row, last = self.source.header_row, self._last_row
        if row:
            sheet.freeze_panes = f"A{row + 1}"
            sheet.auto_filter.ref = reference(row, self.source.first_column, last, self.layout.width - 1)
        for column, width in enumerate(self._widths(made)):
            sheet.column_dimensions[letters(column)].width = width
        if self.source.outline:
            for column in hidden_columns(self.source.outline.head, self.layout.first_added):
                sheet.column_dimensions[letters(column)].hidden = True
        book.save(path)
        return styles

    @property
    def _last_row(self) -> int:
        return max(self.source.last_row, self.source.header_row)  # below it rows are formatted at the most

    def _widths(self, made: ResultCells) -> list[int]:
        widths = [0] * self.layout.width
        for line in islice(self.source.lines(), SAMPLE_ROWS):
            for column, cell in enumerate(line.cells[: self.layout.width]):
                widths[column] = max(widths[column], len(shown(cell)))
        widths = [min(max(width + 2, _MIN_WIDTH), _MAX_WIDTH) for width in widths]
        for column, width in zip(self.layout.columns, made.widths, strict=True):
            widths[column] = max(width, widths[column])
        return widths

    def _sheet(self, book: WorkbookFile, rows: NewRows, links: Links) -> Iterator[bytes]:
        part = book.sheets[0].part
        head, *_, tail = pieces(book.large(part), part)
        whole = reference(1, 0, max(self._last_row, 1), self.layout.width - 1)
        yield _DIMENSION.sub(f'<dimension ref="{whole}"/>'.encode(), head.data)
        yield from rows.blocks(islice(self.source.lines(), self._last_row))
        ignored = f'<ignoredErrors><ignoredError sqref="{whole}" numberStoredAsText="1"/></ignoredErrors>'
        yield links.tail(head.data, tail.data.replace(b"</worksheet>", ignored.encode() + b"</worksheet>"))


def _sheet_name(name: str | None) -> str:
    """A name that Excel takes for a sheet: up to 31 characters, none of []:*?/\\, no apostrophe outside."""
    return re.sub(r"[\[\]:*?/\\]", "_", name or "")[:31].strip("'") or "Roster"


def _styles(sheet: Worksheet, formats: Sequence[str]) -> NewStyles:
    """Register the styles; the cells that carry them are replaced by the streamed rows."""
    from openpyxl.styles import Alignment, Font, PatternFill  # slow to load

    codes = ("@", "@", "General", "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss", *formats)
    cells = [sheet.cell(1, column) for column in range(1, len(codes) + 1)]
    for cell, code in zip(cells, codes, strict=True):
        cell.number_format = code
    cells[0].font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
    cells[0].fill = PatternFill("solid", fgColor="1F4E78")
    cells[0].alignment = Alignment(vertical="center")
    cells[3].font = Font(name="Calibri", size=11, underline="single", color="0563C1")
    header, plain, number, link, day, moment, time, *others = (cell.style_id for cell in cells)
    by_code = dict(zip(formats, others, strict=True))
    return NewStyles(header, plain, number, link, day, moment, time, by_code)


def plan_new_workbook(source: Source, target: Path, columns: Columns = REGISTRATION) -> NewWorkbook:
    """Measure the roster for a new workbook; raises OutputError if it doesn't fit into one."""
    found = survey(source.lines())
    layout = place_columns(source, found.width, columns)
    refuse_what_no_workbook_holds(found, layout.width)
    return NewWorkbook(source, target, layout, tuple(_notes(found)), found.formats)


def _notes(found: Survey) -> Iterator[str]:
    if found.control:
        row, column = found.control
        yield (
            _(
                "Row {row}, column {column} of the roster holds control characters (others may too): the "
                "workbook keeps them, as Excel does, but they can't be seen.",
                row=row,
                column=letters(column),
            )
        )
