"""The one pass over all rows of a text: counts by row, and the few columns that are wanted."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.roster.text.delimiter import DelimiterGuess

if TYPE_CHECKING:
    from _csv import Reader

SHEET_CELL = 32_767  # characters a spreadsheet's cell holds
MAX_CELL = 131_072  # characters the csv module reads
BLOCK_LINES = 256  # looked at together: few enough to stay in the processor's cache
MANY_ROWS = 2_000_000  # from which on nine blank rows in ten are no oversight
MAX_WIDTH = 50_000  # columns; a spreadsheet holds 16,384
MAX_SWALLOWED = 1000  # rows that may hide others

_END = '\0"'  # a line after the last: it stands as it is (a text has no zero bytes) unless a quote is open
_PART = "\0"  # between the cells of a column that are kept as one string, in a tenth of the memory
_LINE_END = re.compile(r"\r\n|\r|\n")

Rows = list[list[str]]


class RunawayRow(NamedTuple):
    """A row of several lines, which a stray quote may have made one."""

    row: int
    column: int  # the first with a line break in it
    lines: Rows  # as cells, if the broken one is cut at its delimiters


def csv_rows(lines: Iterable[str], sniffed: DelimiterGuess) -> Reader:
    """The rows that the lines make up."""
    return csv.reader(lines, delimiter=sniffed.delimiter, skipinitialspace=sniffed.skip_space)


class ColumnScan:
    """What is kept of a text: arrays with an entry for each row, and the rows (from 1) to be looked at."""

    def __init__(
        self,
        lines: Callable[[], Iterator[str]],
        sniffed: DelimiterGuess,
        columns: Sequence[int],
        measure: bool,
    ) -> None:
        """Read all rows, keeping these columns; with `measure`, look for cells that are too long.

        Raises RosterError where a quote is opened and never closed, or a cell is longer than can be read.
        """
        self.long_cells: list[int] = []  # rows with more in a cell than a spreadsheet's cell holds
        self.runaway_rows: list[RunawayRow] = []  # rows that may hide others
        self._cut = sniffed
        self._measure = measure
        self._filled, self._widths = array("i"), array("i")
        self._packed: dict[int, list[str]] = {column: [] for column in columns}
        if self._sweep(chain(lines(), [_END])) != [_END]:
            raise RosterError(_unclosed(lines(), sniffed))
        self.filled, self.widths = (np.array(one[:-1], np.int32) for one in (self._filled, self._widths))
        rows, blank = len(self.filled), int(np.count_nonzero(self.filled == 0))
        if rows > MANY_ROWS and blank * 10 > rows * 9:
            raise RosterError(
                _(
                    "{blank:,} of the file's {rows:,} rows are blank, more than any roster has: delete them, "
                    "or export the roster again.",
                    blank=blank,
                    rows=rows,
                )
            )

    def has(self, columns: Iterable[int]) -> bool:
        """Whether these columns were kept."""
        return set(columns) <= self._packed.keys()

    def column(self, column: int) -> np.ndarray:
        """A kept column's cells as they are written (object, one a row)."""
        cells = list(chain.from_iterable(block.split(_PART) for block in self._packed[column]))
        array = np.empty(len(self.widths), object)
        array[:] = cells[: len(self.widths)]
        return array

    def _sweep(self, lines: Iterator[str]) -> list[str]:
        """Take all rows, block by block; returns the last one, or none if a cell in it has no end."""
        delimiter, last = self._cut.delimiter, [_END]
        while some := list(islice(lines, BLOCK_LINES)):
            text = "".join(some)
            quoted = '"' in text or self._cut.skip_space
            if not quoted and (cells := _even_cells(text, len(some), delimiter)):
                self._take(cells, array("i", [len(cells) // len(some)]) * len(some))
                continue
            block = self._quoted(some, lines) if quoted else [_unquoted(line, delimiter) for line in some]
            if not block:
                return []
            last = block[-1]
            self._take_uneven(block)
        return last

    def _quoted(self, some: list[str], more: Iterator[str]) -> Rows:
        """As many rows as there are lines, some of which may take more lines; none if a cell has no end."""
        reader = csv_rows(chain(some, more), self._cut)
        try:
            block = list(islice(reader, len(some)))
        except csv.Error:  # a cell longer than the csv module reads: nobody writes that, a stray quote does
            return []
        if reader.line_num > len(block):
            self._look_for_swallowed(block)
        return block

    def _take_uneven(self, block: Rows) -> None:
        widths = array("i", map(len, block))
        width = max(1, *widths)
        if width > MAX_WIDTH:
            row = len(self._widths) + widths.index(width) + 1
            raise RosterError(
                _(
                    "row {row:,} has {width:,} cells, more than any roster: export the roster again.",
                    row=row,
                    width=width,
                )
            )
        if min(widths) < width:
            block = [record + [""] * (width - len(record)) for record in block]
        self._take(list(chain.from_iterable(block)), widths)

    def _take(self, cells: list[str], widths: array[int]) -> None:
        """Keep what is wanted of some rows, `cells` having as many of each: this is where the time goes."""
        rows = len(widths)
        width = len(cells) // rows
        if self._measure:
            self._look_for_long(cells, width)
        self._widths.extend(widths)
        self._filled.extend(_filled(cells, width, widths))
        for column, packed in self._packed.items():
            packed.append(_PART.join(cells[column::width]) if column < width else _PART * (rows - 1))

    def _look_for_swallowed(self, block: Rows) -> None:
        """Keep the rows of several lines of which one has enough cells to be a row of its own."""
        for row, record in enumerate(block, len(self._widths) + 1):
            broken = next((place for place, cell in enumerate(record) if _LINE_END.search(cell)), None)
            if broken is not None and len(self.runaway_rows) < MAX_SWALLOWED:
                lines = [line.split(self._cut.delimiter) for line in _LINE_END.split(record[broken])]
                lines = [record[:broken] + lines[0], *lines[1:-1], lines[-1] + record[broken + 1 :]]
                if max(map(len, lines)) >= self._cut.width:
                    self.runaway_rows.append(RunawayRow(row, broken, lines))

    def _look_for_long(self, cells: list[str], width: int) -> None:
        lengths = list(map(len, cells))
        for place, longest in enumerate(
            max(lengths[start : start + width]) for start in range(0, len(cells), width)
        ):
            row = len(self._widths) + place + 1
            if longest > MAX_CELL:
                raise RosterError(
                    _(
                        "row {row}: a cell has {longest:,} characters, more than can be read: shorten it.",
                        row=row,
                        longest=longest,
                    )
                )
            if longest > SHEET_CELL:
                self.long_cells.append(row)


def _even_cells(text: str, lines: int, delimiter: str) -> list[str]:
    """All cells of lines without quotes, if all lines have as many; else an empty list.

    This is the quick way for most of what machines export: it takes half as long as the csv module.
    """
    marked = text.replace("\n", delimiter) if "\r" in text else text.replace("\n", "\r" + delimiter)
    cells = marked.split(delimiter)
    cells.pop()
    width = len(cells) // lines
    if not width or len(cells) != lines * width or text.count("\n") != lines or marked.count("\r") != lines:
        return []
    last = "".join(cells[width - 1 :: width]).split(
        "\r"
    )  # each line ends in its last cell, if the last ones end so
    if len(last) != lines + 1 or (width == 1 and "" in last[:-1]):
        return []
    last.pop()
    cells[width - 1 :: width] = last
    return cells


def _unquoted(line: str, delimiter: str) -> list[str]:
    text = line.rstrip("\r\n")
    return text.split(delimiter) if text else []


def _filled(cells: list[str], width: int, widths: array[int]) -> array[int]:
    """How many cells of each row hold more than white space."""
    blank = any(map(str.isspace, cells))
    if not blank and "" not in cells:
        return widths
    rows = [cells[start : start + width] for start in range(0, len(cells), width)]
    if not blank:
        return array("i", [width - row.count("") for row in rows])
    return array("i", [width - row.count("") - sum(map(str.isspace, row)) for row in rows])


def _unclosed(lines: Iterator[str], sniffed: DelimiterGuess) -> str:
    """Which cell doesn't end, for people."""
    reader = csv_rows(chain(lines, [_END]), sniffed)
    row = line = 0
    try:
        for record in reader:
            if any("\0" in cell for cell in record):
                break
            row, line = row + 1, reader.line_num
    except csv.Error:
        pass
    return _(
        "the quote that opens a cell in row {row} (line {line} of the text) is never closed: the "
        "file is cut off there, or the quote is a stray one. Export the roster again, or fix the "
        "quote.",
        row=row + 1,
        line=line + 1 + sniffed.sep_line,
    )
