"""One pass over the roster's rows for what an output must know: how wide they are, and what a cell can't
hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bulk_register.errors import OutputError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, letters
from bulk_register.records import Cell, Line

MAX_FORMATS = 200  # Excel specifications and limits: number formats in a workbook, 200 to 250
MAX_FORMAT = 255  # the same: characters of a number format

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Survey(NamedTuple):
    """The rows' measures; `too_long` and `control` are the first cell (row, column) of that kind."""

    rows: int
    width: int
    too_long: tuple[int, int] | None
    control: tuple[int, int] | None
    formats: tuple[str, ...]  # of dates and times, as many as a workbook surely holds


def survey(lines: Iterable[Line]) -> Survey:
    """Measure the rows."""
    row = width = 0
    formats: dict[str, None] = {}
    too_long = control = None
    for row, line in enumerate(lines, 1):
        cells = line.cells
        if line.formats and len(formats) < MAX_FORMATS:
            formats |= dict.fromkeys(filter(_is_code, line.formats.values()))
        if len(cells) > width:
            width = len(cells) if line.raw else max(width, _used(cells))
        joined = line.raw or "".join(filter(_is_text, cells))  # type: ignore[arg-type]
        if too_long is None and 2 * len(joined) > MAX_CELL_CHARACTERS:
            too_long = _first(row, cells, lambda text: _units(text) > MAX_CELL_CHARACTERS)
        if control is None and _CONTROL.search(joined):
            control = _first(row, cells, lambda text: bool(_CONTROL.search(text)))
    return Survey(row, width, too_long, control, tuple(formats)[:MAX_FORMATS])


def _is_code(code: str) -> bool:
    return len(code) <= MAX_FORMAT and code.isprintable()


def _is_text(cell: Cell) -> bool:
    return cell.__class__ is str


def _units(text: str) -> int:
    """A text's length as Excel counts it: in UTF-16, where a character outside the first plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _used(cells: Iterable[Cell]) -> int:
    return max((index for index, cell in enumerate(cells, 1) if cell not in ("", None)), default=0)


def _first(row: int, cells: Iterable[Cell], test: object) -> tuple[int, int] | None:
    return next(
        ((row, column) for column, cell in enumerate(cells) if isinstance(cell, str) and test(cell)),  # type: ignore[operator]
        None,
    )


def refuse_what_no_workbook_holds(found: Survey, width: int) -> None:
    """Raise OutputError if these rows and columns don't fit into a worksheet (Excel specifications and
    limits).
    """
    if found.rows > MAX_ROWS:
        raise OutputError(
            _(
                "The roster has {rows:,} rows, a worksheet holds {max_rows:,}: name a .csv output "
                "instead (-o NAME.csv).",
                rows=found.rows,
                max_rows=MAX_ROWS,
            )
        )
    if width > MAX_COLUMNS:
        raise OutputError(
            _(
                "Roster and results take {width:,} columns, a worksheet holds {max_columns:,}: name a .csv "
                "output instead (-o NAME.csv).",
                width=width,
                max_columns=MAX_COLUMNS,
            )
        )
    if found.too_long:
        row, column = found.too_long
        raise OutputError(
            _(
                "Row {row}, column {column} holds over {max_cell_characters:,} characters, which no "
                "workbook's cell can: shorten it, or name a .csv output instead (-o NAME.csv).",
                row=row,
                column=letters(column),
                max_cell_characters=MAX_CELL_CHARACTERS,
            )
        )
