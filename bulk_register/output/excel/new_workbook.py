"""A new workbook: openpyxl makes the frame (styles, view, filter, widths), the rows are streamed into it.

Every text is stored as an inline string in a cell of text format, so that nothing turns into a number or a
live formula, now or when the cell is edited; no apostrophe is added.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bulk_register.language import _
from bulk_register.ooxml.archive_writer import CONTENT_TYPES, Content, rewrite
from bulk_register.ooxml.cell_values import letters, reference, shown
from bulk_register.ooxml.cells import pieces
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import needs_escaping, text
from bulk_register.output.excel.content_types import content_types_for
from bulk_register.output.excel.limits import Survey, refuse_what_no_workbook_holds, survey
from bulk_register.output.excel.result_cells import EPOCH, Looks, ResultCells
from bulk_register.output.excel.sheet_head import hidden_columns
from bulk_register.output.excel.sheet_hyperlinks import Links
from bulk_register.output.excel.styles import with_ordered_fonts
from bulk_register.output.layout import Layout, place_columns
from bulk_register.records import Cell, Line, Results, Source

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SAMPLE_ROWS = 500  # looked at for the columns' widths
_BLOCK_ROWS = 1_000
_MAX_WIDTH, _MIN_WIDTH = 60, 8  # of a column, in characters
_FRAME_BYTES = 1 << 24
_SECONDS_A_DAY = 86_400
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')  # the frame's, which has a single row


class _Styles(NamedTuple):
    header: int
    text: int
    number: int
    link: int
    date: int
    moment: int
    time: int


@dataclass(frozen=True)
class NewWorkbook:
    """A new workbook that can be written."""

    source: Source
    target: Path
    layout: Layout
    notes: tuple[str, ...]

    def write(self, results: Results, path: Path) -> None:
        """Write the workbook."""
        made = ResultCells(results, self.layout)
        with tempfile.TemporaryDirectory() as folder:
            frame = Path(folder) / "frame.xlsx"
            styles = self._frame(frame, made)
            with WorkbookFile(frame, _FRAME_BYTES) as book:
                part = book.sheets[0].part
                links = Links(book, part, made, self.source.header_row)
                changes: dict[str, Content] = {part: lambda: self._sheet(book, part, made, styles, links)}
                look = str(book.related("styles"))
                changes[look] = with_ordered_fonts(book.small(look), look)
                changes[links.part] = links.relationships
                if self.target.suffix.lower() == ".xlsm":
                    changes[CONTENT_TYPES] = content_types_for(book, ".xlsm")
                rewrite(book.archive, path, changes)

    def _frame(self, path: Path, made: ResultCells) -> _Styles:
        from openpyxl import Workbook  # slow to load

        book = Workbook()
        sheet = book.worksheets[0]
        sheet.title = _sheet_name(self.source.sheet)
        styles = _styles(sheet)
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

    def _sheet(
        self, book: WorkbookFile, part: str, made: ResultCells, styles: _Styles, links: Links
    ) -> Iterator[bytes]:
        head, *_, tail = pieces(book.large(part), part)
        whole = reference(1, 0, max(self._last_row, 1), self.layout.width - 1)
        yield _DIMENSION.sub(f'<dimension ref="{whole}"/>'.encode(), head.data)
        yield from self._rows(made, styles)
        ignored = f'<ignoredErrors><ignoredError sqref="{whole}" numberStoredAsText="1"/></ignoredErrors>'
        yield links.tail(head.data, tail.data.replace(b"</worksheet>", ignored.encode() + b"</worksheet>"))

    def _rows(self, made: ResultCells, styles: _Styles) -> Iterator[bytes]:
        lines = enumerate(islice(self.source.lines(), self._last_row), 1)
        names = [letters(column) for column in range(self.layout.width)]
        while block := list(islice(lines, _BLOCK_ROWS)):
            yield b"".join(self._row(row, line, names, made, styles) for row, line in block)

    def _row(self, row: int, line: Line, names: list[str], made: ResultCells, styles: _Styles) -> bytes:
        at = made.place(row)
        heads = row == self.source.header_row
        in_place = self.layout.filled_in_place if at is not None or row > self.source.header_row else ()
        cells: Sequence[Cell] = line.cells[: self.layout.first_added]
        if in_place:
            cells = [None if column in in_place else cell for column, cell in enumerate(cells)]
        own = _cells(row, cells, names, styles, styles.header if heads else styles.text)
        if heads:
            added = [made.header(w, row, styles.header) for w, new in enumerate(self.layout.added) if new]
        elif at is None:
            added = []
        elif in_place:
            return _ordered(row, own, self._scattered(made, at, styles))
        else:
            added = [made.all(at, Looks(styles.text, styles.link, styles.moment))]
        return b'<row r="%d">%b%b</row>' % (row, "".join(own.values()).encode(), b"".join(added))

    def _scattered(self, made: ResultCells, at: int, styles: _Styles) -> dict[int, bytes]:
        return {
            column: made.one(at, which, Looks(styles.text, styles.link, styles.moment))
            for which, column in enumerate(self.layout.columns)
        }


def _sheet_name(name: str | None) -> str:
    """A name that Excel takes for a sheet: up to 31 characters, none of []:*?/\\, no apostrophe outside."""
    return re.sub(r"[\[\]:*?/\\]", "_", name or "")[:31].strip("'") or "Roster"


def _ordered(row: int, own: dict[int, str], others: dict[int, bytes]) -> bytes:
    both = {column: cell.encode() for column, cell in own.items()} | others
    return b'<row r="%d">%b</row>' % (row, b"".join(both[column] for column in sorted(both)))


def _cells(row: int, cells: Sequence[Cell], names: list[str], styles: _Styles, style: int) -> dict[int, str]:
    """The row's cells by column; nearly all rows are texts that need no care."""
    if _plain(cells):
        return {
            column: f'<c r="{names[column]}{row}" s="{style}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for column, cell in enumerate(cells)
            if cell
        }
    made = {}
    for column, cell in enumerate(cells):
        place_ = f'r="{names[column]}{row}"'
        if isinstance(cell, str):
            words = f'<is><t xml:space="preserve">{text(cell)}</t></is>'
            made[column] = f'<c {place_} s="{style}" t="inlineStr">{words}</c>' if cell else ""
        elif cell is not None:
            made[column] = _typed(place_, cell, styles)
    return made


def _plain(cells: Sequence[Cell]) -> bool:
    """Whether all cells are texts without markup, control characters, line feeds or outer white space."""
    try:
        joined = "\n".join(["", *cells, ""])  # type: ignore[list-item]
    except TypeError:
        return False
    outer = "\n " in joined or " \n" in joined or "\t" in joined
    return not outer and joined.count("\n") == len(cells) + 1 and not needs_escaping(joined.replace("\n", ""))


def _typed(place_: str, cell: Cell, styles: _Styles) -> str:
    if isinstance(cell, bool):
        return f'<c {place_} s="{styles.number}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, (int, float)):
        return f'<c {place_} s="{styles.number}"><v>{cell!r}</v></c>'
    if isinstance(cell, datetime):
        days = (cell.replace(tzinfo=None) - EPOCH).total_seconds() / _SECONDS_A_DAY
        return f'<c {place_} s="{styles.moment}"><v>{days!r}</v></c>'
    if isinstance(cell, date):
        return f'<c {place_} s="{styles.date}"><v>{(cell - EPOCH.date()).days}</v></c>'
    if isinstance(cell, time):
        cell = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    if isinstance(cell, timedelta):
        return f'<c {place_} s="{styles.time}"><v>{cell.total_seconds() / _SECONDS_A_DAY!r}</v></c>'
    return ""


def _styles(sheet: Worksheet) -> _Styles:
    """Register the styles; the cells that carry them are replaced by the streamed rows."""
    from openpyxl.styles import Alignment, Font, PatternFill  # slow to load

    formats = ("@", "@", "General", "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss")
    cells = [sheet.cell(1, column) for column in range(1, len(formats) + 1)]
    for cell, code in zip(cells, formats, strict=True):
        cell.number_format = code
    cells[0].font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
    cells[0].fill = PatternFill("solid", fgColor="1F4E78")
    cells[0].alignment = Alignment(vertical="center")
    cells[3].font = Font(name="Calibri", size=11, underline="single", color="0563C1")
    return _Styles(*(cell.style_id for cell in cells))


def plan_new_workbook(source: Source, target: Path) -> NewWorkbook:
    """Measure the roster for a new workbook; raises OutputError if it doesn't fit into one."""
    found = survey(source.lines())
    layout = place_columns(source, found.width)
    refuse_what_no_workbook_holds(found, layout.width)
    return NewWorkbook(source, target, layout, tuple(_notes(found)))


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
