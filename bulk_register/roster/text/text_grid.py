"""Delimited text becomes a grid, its rows numbered as a spreadsheet program numbers them on opening the file.

A quoted line break makes no new row and blank lines count. A `sep=` line is no row, as Excel takes it for
itself; its raw text goes with the row that follows. A Ctrl-Z at the end is a last line without cells.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice

import numpy as np

from bulk_register.language import _
from bulk_register.records import Change, Dialect, Fix, Line, Records, SheetOutline
from bulk_register.roster.grid import IdentifierCells
from bulk_register.roster.text.delimiter import DelimiterGuess
from bulk_register.roster.text.encoding import TextEncoding
from bulk_register.roster.text.lines import ctrl_z_tail, line_end, raw_lines, text_lines
from bulk_register.roster.text.scan import SHEET_CELL, ColumnScan, RunawayRow, csv_rows

RECORDS = 2_000  # lines that are handed on together

_AS_TEXT = re.compile(r'="([^"]*)"\s*\Z')


class TextGrid:
    """A delimited text as a grid of text. Columns that are asked for together are read in one pass."""

    name: str | None = None
    hidden: np.ndarray | None = None
    outline: SheetOutline | None = None

    def __init__(self, text: TextEncoding, sniffed: DelimiterGuess) -> None:
        self.text = text
        self.cut = sniffed
        self._swept: ColumnScan | None = None

    @property
    def dialect(self) -> Dialect:
        """How the text is written."""
        sniffed = self.cut
        return Dialect(
            self.text.encoding, sniffed.delimiter, line_end(self.text), self.text.bom, sniffed.skip_space
        )

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return int(self.widths.max(initial=0))

    @property
    def filled(self) -> np.ndarray:
        """How many cells of each row hold anything but white space."""
        return self._sweep().filled

    @property
    def widths(self) -> np.ndarray:
        """How many cells each row has (int32), empty ones included."""
        return self._sweep().widths

    @property
    def long_cells(self) -> list[int]:
        """Rows with a cell of more characters than a spreadsheet's cell holds."""
        return self._sweep().long_cells

    @property
    def runaway_rows(self) -> list[RunawayRow]:
        """Rows of several lines, one of which has enough cells to be a row of its own."""
        return self._sweep().runaway_rows

    def head(self, rows: int) -> list[list[str]]:
        """The first rows, padded to the widest of them."""
        found: list[list[str]] = []
        with suppress(csv.Error):  # a cell too long to be read: the pass over the whole text says where
            found.extend(list(map(_as_seen, one)) for one in islice(csv_rows(self._lines(), self.cut), rows))
        width = max(map(len, found), default=0)
        return [record + [""] * (width - len(record)) for record in found]

    def keep(self, columns: Sequence[int]) -> None:
        """Read the text once with these columns; whatever is asked for of them later costs little."""
        self._sweep(*columns)

    def texts(self, columns: Sequence[int]) -> list[np.ndarray]:
        """These columns' cells as the person sees them; short rows are filled with empty ones."""
        swept = self._sweep(*columns)
        return [_column_as_seen(swept.column(column)) for column in columns]

    def identifiers(self, column: int) -> IdentifierCells:
        """The column as identifiers: ="00123", an exporter's way to keep zeros, is 00123."""
        written = self._sweep(column).column(column)
        seen = _column_as_seen(written)
        rows = [] if seen is written else np.flatnonzero(seen != written).tolist()
        if not rows:
            return IdentifierCells(seen)
        examples = tuple(Change(row + 1, written[row], seen[row]) for row in rows[:3])
        return IdentifierCells(
            seen, fixes=(Fix(_('="…" around identifiers taken off'), len(rows), examples),)
        )

    @property
    def ends_open(self) -> bool:
        """Whether the last line has no line end."""
        with self.text.path.open("rb") as file:
            file.seek(max(0, self.text.path.stat().st_size - 4))
            return not file.read().rstrip(b"\0").endswith((b"\r", b"\n", b"\x1a"))

    def lines(self) -> Iterator[Line]:
        """Every row again, with its raw text.

        The raw texts, encoded with the dialect's encoding and `errors="surrogateescape"`, are the file's own
        bytes after its byte order mark.
        """
        pairs = raw_lines(self.text)
        raw = [next(pairs)[1]] if self.cut.sep_line else []
        for record in csv_rows(_collecting(pairs, raw), self.cut):
            yield Line(list(map(_as_seen, record)), "".join(raw))
            raw.clear()
        if tail := "".join(raw) + ctrl_z_tail(self.text):
            yield Line((), tail)

    def records(self) -> Iterator[Records]:
        """Every row again as it is in the file, not taken apart, many at a time."""
        pairs = raw_lines(self.text)
        raw = [next(pairs)[1]] if self.cut.sep_line else []
        while some := list(islice(pairs, RECORDS)):
            if not raw and self._is_even([line for line, _ in some]):
                yield Records([its_raw for _, its_raw in some], True)
                continue
            reader = csv_rows(_collecting(chain(some, pairs), raw), self.cut)
            block = []
            while reader.line_num < len(some):
                next(reader)
                block.append("".join(raw))
                raw.clear()
            yield Records(block, False)
        if tail := "".join(raw) + ctrl_z_tail(self.text):
            yield Records([tail], False)

    def _is_even(self, lines: list[str]) -> bool:
        fields, delimiter = self.width, self.cut.delimiter
        alike = all(line.count(delimiter) + 1 == fields for line in lines)
        return alike and not self.cut.skip_space and '"' not in "".join(lines)

    def _lines(self) -> Iterator[str]:
        return islice(text_lines(self.text), int(self.cut.sep_line), None)

    def _sweep(self, *columns: int) -> ColumnScan:
        """What was kept of the text, which is read again if a column is missing."""
        if self._swept is None or not self._swept.has(columns):
            measure = _may_hold_long_cells(self.text)
            self._swept = ColumnScan(self._lines, self.cut, sorted(set(columns)), measure)
        return self._swept


def _collecting(pairs: Iterator[tuple[str, str]], raw: list[str]) -> Iterator[str]:
    for line, its_raw in pairs:
        raw.append(its_raw)
        yield line


def _as_seen(cell: str) -> str:
    """The cell as a spreadsheet shows it: ="00123" is the text 00123."""
    match = _AS_TEXT.match(cell) if cell.startswith('="') else None
    return match.group(1) if match else cell


def _column_as_seen(column: np.ndarray) -> np.ndarray:
    if '="' not in "\n".join(column):
        return column
    seen = np.empty(len(column), object)
    seen[:] = [_as_seen(cell) for cell in column.tolist()]
    return seen


def _may_hold_long_cells(text: TextEncoding) -> bool:
    """Whether the file has a stretch without line ends that is long enough for such a cell."""
    step = SHEET_CELL // 2
    with text.path.open("rb") as file:
        blocks = iter(lambda: file.read(step), b"")
        return any(b"\n" not in block and b"\r" not in block for block in blocks if len(block) == step)
