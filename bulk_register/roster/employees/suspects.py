"""Rows that may be something else than an employee, and so are looked at one by one."""

from __future__ import annotations

import re

import numpy as np

from bulk_register.roster.employees.identifiers import CleanedIdentifiers
from bulk_register.roster.employees.row_labels import label_of
from bulk_register.roster.employees.row_looks import COLONS, DIGIT, Looks
from bulk_register.roster.grid import Grid
from bulk_register.roster.table.columns import is_known
from bulk_register.roster.table.detection import Table

_WORDS = re.compile(r"[\s:]|\A[^\W\d_]+[^\w@.]*\Z|\A\W*\Z")  # what says something is one word, or several


def suspects_among(
    table: Table, cleaned: CleanedIdentifiers, filled: np.ndarray, rows: np.ndarray, looks: Looks
) -> set[int]:
    """Rows that may be something else than an employee: few cells, no identifier, or an unusual one."""
    few = max(looks.filled / 2, min(2, looks.filled - 1))
    thin = rows[filled[rows - 1] <= few].tolist()
    unusual = ((row, cleaned.texts[row - 1]) for row in cleaned.unusual if filled[row - 1])
    own = frozenset(table.headers)
    odd = [row for row, text in unusual if text and (text in own or _is_odd(text, looks))]
    odd += [row for row in cleaned.unusual if " " in cleaned.texts[row - 1] and _is_added_up(cleaned, row)]
    odd += rows[rows > looks.last].tolist() if looks.filled <= 1 and looks.digits else []
    numbering = [
        row
        for row in rows[:1].tolist()
        if cleaned.texts[row - 1].strip("().[] ") in (_own_number(table), "0")
    ]
    return {*thin, *odd, *numbering}


def headed(grid: Grid, table: Table, filled: np.ndarray, rows: np.ndarray, looks: Looks) -> set[int]:
    """Rows with fewer cells than usual whose first one, before the identifier's, says what they are."""
    fewer = rows[filled[rows - 1] < looks.filled].tolist()
    if not fewer or table.first_column == table.id_column:
        return set()
    column = grid.texts([table.first_column])[0]
    return {row for row in fewer if not column[row - 1].isdigit() and label_of(column[row - 1].strip())}


def _is_odd(text: str, looks: Looks) -> bool:
    if looks.is_unlike(text) or (looks.mostly_digits and not DIGIT.search(text)):
        return True
    if looks.digits and not looks.spaces and " " in text:
        return True
    return bool(_WORDS.search(text)) and (
        text[-1] in COLONS or bool(label_of(text)) or is_known(text) or not any(map(str.isalnum, text))
    )


def _is_added_up(cleaned: CleanedIdentifiers, row: int) -> bool:
    """Whether the identifier has that of the row above or below in it, as a subtotal's has."""
    texts = cleaned.texts
    near = (texts[row - 2] if row > 1 else "", texts[row] if row < len(texts) else "")
    return any(other and other in texts[row - 1] for other in near)


def _own_number(table: Table) -> str:
    return str(table.id_column - table.first_column + 1)
