"""How a spreadsheet shows a cell's value, and how it is stored."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

MAX_ROWS = 1_048_576  # Excel specifications and limits: worksheet size
MAX_COLUMNS = 16_384  # the same
MAX_CELL_CHARACTERS = 32_767  # Excel specifications and limits: total characters in a cell
MAX_HYPERLINKS = 65_530  # Excel specifications and limits: hyperlinks in a worksheet
EXACT_BELOW = 10**15  # a double shows integers of up to 15 digits exactly (Excel: number precision)

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def general(value: float) -> str:
    """A number as Excel's General format shows it in a wide cell, with 15 digits and no exponent.

    >>> general(830507.0), general(1e15), general(0.1 + 0.2)
    ('830507', '1000000000000000', '0.3')
    """
    if -EXACT_BELOW < value < EXACT_BELOW and value == int(value):
        return str(int(value))
    if value != value or value in (float("inf"), float("-inf")):
        return "#NUM!"
    shown = format(value, ".15g")
    return format(Decimal(shown), "f") if "e" in shown else shown


def shown(value: object) -> str:
    """A cell as the person sees it: numbers as General, dates as ISO dates, TRUE and FALSE, text as it is."""
    if isinstance(value, str):
        return value
    if value.__class__ is float or value.__class__ is int:
        return general(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return _shown_date(value)


def _shown_date(value: object) -> str:
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        sign, seconds = "-" if seconds < 0 else "", abs(seconds)
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, time):
        return value.isoformat("seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def as_shown(number: float) -> float:
    """A number without what lies beyond the 15 digits that Excel keeps and shows."""
    return float(f"{number:.15g}")


def letters(column: int) -> str:
    """A column's letters, counting from 0: A, B, …, XFD.

    >>> letters(0), letters(26), letters(16383)
    ('A', 'AA', 'XFD')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    """The column's number, counting from 0, that these letters name.

    >>> column_of("A"), column_of("XFD")
    (0, 16383)
    """
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def bounds(reference: str) -> tuple[int, int, int, int] | None:
    """A range such as `A1:H20` as first row, first column, last row, last column; None if it is no such
    range.

    Rows count from 1, columns from 0; a single cell is a range of one.
    """
    cells = [_REFERENCE.fullmatch(part) for part in reference.split(":")]
    if len(cells) > 2 or not all(cells):
        return None
    places = [(int(cell[2]), column_of(cell[1])) for cell in cells if cell]
    rows, columns = zip(*places, strict=True)
    return min(rows), min(columns), max(rows), max(columns)


def reference(first_row: int, first_column: int, last_row: int, last_column: int) -> str:
    """The range's name, `A1:H20`."""
    return f"{letters(first_column)}{first_row}:{letters(last_column)}{last_row}"
