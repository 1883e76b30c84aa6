"""The rows of a new workbook as they are streamed: the roster's cells with the results beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from bulk_register.ooxml.cell_values import letters
from bulk_register.ooxml.xml import needs_escaping, text
from bulk_register.output.excel.result_cells import EPOCH, Looks, ResultCells
from bulk_register.records import Cell, Line

_BLOCK_ROWS = 1_000
_SECONDS_A_DAY = 86_400


class NewStyles(NamedTuple):
    """The cell styles of a new workbook, by number."""

    header: int
    text: int
    number: int
    link: int
    date: int
    moment: int
    time: int
    formats: Mapping[str, int]  # of dates and times, by the roster's format for them


class NewRows:
    """Writes the rows of a sheet, in their order."""

    def __init__(self, made: ResultCells, styles: NewStyles, header_row: int) -> None:
        self._made = made
        self._layout = made.layout
        self._styles = styles
        self._looks = Looks(styles.text, styles.link, styles.moment, styles.number)
        self._header_row = header_row
        self._names = [letters(column) for column in range(made.layout.width)]

    def blocks(self, lines: Iterator[Line]) -> Iterator[bytes]:
        """The elements of some lines, from the first row on."""
        numbered = enumerate(lines, 1)
        while block := list(islice(numbered, _BLOCK_ROWS)):
            yield b"".join(self._row(row, line) for row, line in block)

    def _row(self, row: int, line: Line) -> bytes:
        at = self._made.place(row)
        heads = row == self._header_row
        in_place = self._layout.filled_in_place if at is not None or row > self._header_row else ()
        cells: Sequence[Cell] = line.cells[: self._layout.first_added]
        if in_place:
            cells = [None if column in in_place else cell for column, cell in enumerate(cells)]
        own = self._cells(
            row, line._replace(cells=cells), self._styles.header if heads else self._styles.text
        )
        if heads:
            header = self._styles.header
            added = [
                self._made.header(which, row, header) for which, new in enumerate(self._layout.added) if new
            ]
        elif at is None:
            added = []
        elif in_place:
            return _ordered(row, own, self._scattered(at))
        else:
            added = [self._made.all(at, self._looks)]
        return b'<row r="%d">%b%b</row>' % (row, "".join(own.values()).encode(), b"".join(added))

    def _scattered(self, at: int) -> dict[int, bytes]:
        return {
            column: self._made.one(at, which, self._looks)
            for which, column in enumerate(self._layout.columns)
        }

    def _cells(self, row: int, line: Line, style: int) -> dict[int, str]:
        """The row's cells by column; nearly all rows are texts that need no care."""
        cells, names = line.cells, self._names
        if _plain(cells):
            return {
                column: f'<c r="{names[column]}{row}" s="{style}" t="inlineStr"><is><t>{cell}</t></is></c>'
                for column, cell in enumerate(cells)
                if cell
            }
        made = {}
        for column, cell in enumerate(cells):
            place = f'r="{names[column]}{row}"'
            if isinstance(cell, str):
                words = f'<is><t xml:space="preserve">{text(cell)}</t></is>'
                made[column] = f'<c {place} s="{style}" t="inlineStr">{words}</c>' if cell else ""
            elif cell is not None:
                made[column] = self._typed(place, cell, line.formats.get(column, ""))
        return made

    def _typed(self, place: str, cell: Cell, code: str) -> str:
        if isinstance(cell, bool):
            return f'<c {place} s="{self._styles.number}" t="b"><v>{int(cell)}</v></c>'
        if isinstance(cell, (int, float)):
            return f'<c {place} s="{self._styles.number}"><v>{cell!r}</v></c>'
        days = _days(cell)
        if days is None:
            return ""
        return f'<c {place} s="{self._styles.formats.get(code, self._usual(cell))}"><v>{days!r}</v></c>'

    def _usual(self, cell: Cell) -> int:
        if isinstance(cell, datetime):
            return self._styles.moment
        return self._styles.date if isinstance(cell, date) else self._styles.time


def _days(cell: Cell) -> float | None:
    """The serial number of a date or a time; None for what is neither."""
    if isinstance(cell, datetime):
        return (cell.replace(tzinfo=None) - EPOCH).total_seconds() / _SECONDS_A_DAY
    if isinstance(cell, date):
        return (cell - EPOCH.date()).days
    if isinstance(cell, time):
        cell = timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second)
    return cell.total_seconds() / _SECONDS_A_DAY if isinstance(cell, timedelta) else None


def _ordered(row: int, own: dict[int, str], others: dict[int, bytes]) -> bytes:
    both = {column: cell.encode() for column, cell in own.items()} | others
    return b'<row r="%d">%b</row>' % (row, b"".join(both[column] for column in sorted(both)))


def _plain(cells: Sequence[Cell]) -> bool:
    """Whether all cells are texts without markup, control characters, line feeds or outer white space."""
    try:
        joined = "\n".join(["", *cells, ""])  # type: ignore[list-item]
    except TypeError:
        return False
    outer = "\n " in joined or " \n" in joined or "\t" in joined
    return not outer and joined.count("\n") == len(cells) + 1 and not needs_escaping(joined.replace("\n", ""))
