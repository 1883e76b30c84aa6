"""A sheet's cells held by column, and the grid of a workbook in which only values can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import numpy as np

from bulk_register.language import N_, _
from bulk_register.ooxml.cell_values import EXACT_BELOW, shown
from bulk_register.records import Cell, Line, SheetOutline
from bulk_register.roster.grid import IdentifierCells

BLOCK_ROWS = 4096
BOOLEAN = N_("a TRUE or FALSE value, not an identifier")
DATE = N_("a date, not an identifier: format the cell as text and type the identifier again")
TOO_LONG = N_(
    "a number of more than 15 digits, of which the workbook kept only 15: format the cell as "
    "text and type the identifier again"
)


class Columns:
    """The cells of a sheet from A1 on, column by column; "" is a blank cell."""

    def __init__(self, width: int) -> None:
        self.cells: list[list[Cell]] = [[] for _ in range(width)]
        self.height = 0
        self._filled: list[np.ndarray] = []

    @property
    def filled(self) -> np.ndarray:
        """How many cells of each row hold anything but white space."""
        return np.concatenate([np.zeros(0, np.int32), *self._filled])

    def skip_rows(self, count: int) -> None:
        """Append blank rows."""
        for cells in self.cells:
            cells.extend([""] * count)
        self._filled.append(np.zeros(count, np.int32))
        self.height += count

    def extend(self, rows: Iterator[Sequence[Cell]], first_column: int) -> None:
        """Append rows that begin at a column; texts that come again and again are held once."""
        memo: dict[Cell, Cell] = {}
        repeating: list[bool] = []  # by column
        while block := list(islice(rows, BLOCK_ROWS)):
            by_column = list(zip(*block, strict=True))
            repeating = repeating or [len(set(cells)) * 2 < len(cells) for cells in by_column]
            for left in self.cells[:first_column]:
                left.extend([""] * len(block))
            filled = np.zeros(len(block), np.int32)
            for target, cells, repeats in zip(self.cells[first_column:], by_column, repeating, strict=True):
                kinds = set(map(type, cells))
                filled += _held(cells, kinds)
                target.extend(map(memo.setdefault, cells, cells) if repeats and kinds == {str} else cells)
            self._filled.append(filled)
            self.height += len(block)

    def put(self, row: int, column: int, value: str) -> None:
        """Give a cell that was read as blank its text; the grid grows to hold it."""
        while column >= len(self.cells):
            self.cells.append([""] * self.height)
        if row > self.height:
            self.skip_rows(row - self.height)
        if self.cells[column][row - 1] == "":
            self._filled = [self.filled]
            self._filled[0][row - 1] += 1
        self.cells[column][row - 1] = value


def _held(cells: Sequence[Cell], kinds: set[type]) -> np.ndarray | int:
    """Which of a column's cells hold anything but white space (0 or 1 for each); 1 where all do."""
    if str not in kinds:
        return 1
    if kinds == {str} and "" not in cells and not any(map(str.isspace, cells)):  # type: ignore[arg-type]
        return 1
    return np.array([not isinstance(cell, str) or bool(cell.strip()) for cell in cells], np.int32)


class ValueGrid:
    """A visible sheet of an XLS, XLSB or ODS file: values only, no number formats and no hidden rows."""

    def __init__(self, copy: Path, name: str, kind: str, read: Callable[[str], Columns]) -> None:
        self.copy = copy
        self._name = name
        self._kind = kind
        self._read = read
        self._columns: Columns | None = None

    @property
    def name(self) -> str | None:
        """The sheet's name."""
        return self._name

    @property
    def columns(self) -> Columns:
        """The sheet's cells, read when first needed."""
        if self._columns is None:
            self._columns = self._load()
        return self._columns

    def _load(self) -> Columns:
        return self._read(self._name)

    @property
    def width(self) -> int:
        """Columns up to the last one that holds anything."""
        return len(self.columns.cells)

    @property
    def filled(self) -> np.ndarray:
        """How many cells of each row hold anything but white space."""
        return self.columns.filled

    @property
    def hidden(self) -> np.ndarray | None:
        """Which rows are hidden: calamine can't tell."""
        return None

    @property
    def outline(self) -> SheetOutline | None:
        """What stands around the rows: calamine can't tell."""
        return None

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text."""
        return [
            list(row) for row in zip(*(map(shown, cells[:rows]) for cells in self.columns.cells), strict=True)
        ]

    def texts(self, columns: Sequence[int]) -> list[np.ndarray]:
        """These columns' cells as text, as the person sees them."""
        return [self._texts(column) for column in columns]

    def _texts(self, column: int) -> np.ndarray:
        array = np.empty(self.columns.height, object)
        array[:] = [cell if cell.__class__ is str else shown(cell) for cell in self.columns.cells[column]]
        return array

    def identifiers(self, column: int) -> IdentifierCells:
        """This column, read as identifiers."""
        faults = value_faults(self.columns.cells[column])
        numbers = any(cell.__class__ in (int, float) for cell in self.columns.cells[column])
        warnings = (
            _(
                "The identifiers are number cells in an .{kind} workbook, where leading zeros that only "
                "the cells' format shows can't be seen; if there are any, save it as .xlsx and use that.",
                kind=self._kind,
            ),
        )
        return IdentifierCells(self._texts(column), faults, (), warnings if numbers else ())

    def lines(self) -> Iterator[Line]:
        """Every row again from the file, with typed cells."""
        columns = self._columns or self._read(self._name)
        for row in zip(*columns.cells, strict=True):
            yield Line(row)


def value_faults(cells: Sequence[Cell]) -> dict[int, str]:
    """By row number, why a cell's value can't be an identifier."""
    faults = {}
    for row, cell in enumerate(cells, 1):
        if cell.__class__ is str:
            continue
        if isinstance(cell, bool):
            faults[row] = _(BOOLEAN)
        elif isinstance(cell, (date, datetime, time, timedelta)):
            faults[row] = _(DATE)
        elif isinstance(cell, (int, float)) and abs(cell) >= EXACT_BELOW:
            faults[row] = _(TOO_LONG)
    return faults
