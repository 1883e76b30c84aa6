"""What every kind of file becomes before anyone knows where its table is: a grid of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from bulk_register.records import Fix, Line, SheetOutline


@dataclass(frozen=True)
class IdentifierCells:
    """One column read with the care that identifiers need; index 0 is the spreadsheet's row 1.

    `text` (object) is what the person sees, not yet trimmed; `faults` says by row number why a cell can't be
    an identifier whatever its text (an error value, a boolean, a date, lost digits, an uncalculated formula).
    """

    text: np.ndarray
    faults: dict[int, str] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    warnings: tuple[str, ...] = ()


class Grid(Protocol):
    """A sheet or a delimited text. Index 0 of an array is the spreadsheet's row 1, column 0 its column A."""

    @property
    def name(self) -> str | None:
        """The sheet's name; None for text."""

    @property
    def width(self) -> int:
        """Columns up to the last one that holds anything."""

    @property
    def filled(self) -> np.ndarray:
        """How many cells of each row hold anything but white space (int32, one a row)."""

    @property
    def hidden(self) -> np.ndarray | None:
        """Which rows are hidden, by hand or by a filter (bool, one a row); None where that can't be told."""

    @property
    def outline(self) -> SheetOutline | None:
        """What stands around the rows of an OOXML file's sheet; None for all others."""

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as text, all columns, each row `width` long."""

    def texts(self, columns: Sequence[int]) -> list[np.ndarray]:
        """These columns' cells as text (object, one a row), as the person sees them."""

    def identifiers(self, column: int) -> IdentifierCells:
        """This column, read as identifiers."""

    def lines(self) -> Iterator[Line]:
        """Every row again from the file, first to last, with typed cells."""


class Sheets(NamedTuple):
    """A workbook's worksheets: the visible ones in its order, and the names of the hidden ones."""

    visible: list[Grid]
    hidden: list[str]
    close: Callable[[], None]  # once they are looked through; one that was read stays so
