"""Which of the lines below the header are employees, and which are totals, headings, page lines, …"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from bulk_register.errors import RosterError
from bulk_register.roster.employees.identifiers import CleanedIdentifiers
from bulk_register.roster.employees.row_labels import is_total, label_of
from bulk_register.roster.grid import Grid
from bulk_register.roster.table.columns import fold, is_known
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.rows import Cells, row_texts, shape

SAMPLE_ROWS = 10_000  # that tell how employees' rows look
ENOUGH_ROWS = 4
MOST = 0.9  # of the identifiers

NOBODY = "not an employee"
HEADING = "a heading or remark"
UNLIKE = "the identifier looks unlike all others: check it"
ALONE = "nothing but this cell in the row: fill in the rest if it is an employee, or remove it"

_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"[\s:]|\A[^\W\d_]+[^\w@.]*\Z|\A\W*\Z")  # what says something is one word, or several

_LABEL = re.compile(r"\b(ID|No|Nr|Number|Code|Номер|Код)\W*\Z|№", re.IGNORECASE)


@dataclass(frozen=True)
class RowKinds:
    """The rows below the header with something in them; why some are no employees or can't be sent."""

    rows: np.ndarray  # int64
    ignored: dict[int, str] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)

    @property
    def people(self) -> np.ndarray:
        """The rows that are employees as far as these lines tell."""
        out = [*self.ignored, *self.faults]
        return self.rows[~np.isin(self.rows, out)] if out else self.rows


@dataclass(frozen=True)
class _TypicalRow:
    """How the employees' rows look."""

    filled: float  # cells with something in them, typically
    digits: bool  # nearly all identifiers have a digit
    spaces: bool  # a fair part of the identifiers has a space inside
    shapes: frozenset[str]  # of the identifiers in full rows

    def is_thin(self, cells: int) -> bool:
        return 2 * cells <= self.filled

    def is_unlike(self, identifier: str) -> bool:
        """Whether the text has no digit, and that or its spaces set it apart from the others."""
        return not _DIGIT.search(identifier) and (self.digits or (" " in identifier and not self.spaces))


def classify_rows(grid: Grid, table: Table, cleaned: CleanedIdentifiers) -> RowKinds:
    """Tell the employees' lines from the others. Raises RosterError where another table begins below."""
    filled = _filled(grid, table)
    rows = np.flatnonzero(grid.filled > 0) + 1
    rows = rows[rows >= table.first_row].astype(np.int64)
    looks = _looks(cleaned, filled, rows)
    suspects = _suspects(table, cleaned, filled, rows, looks) | _headed(grid, table, filled, rows, looks)
    ignored = {row: f"{NOBODY}: a total" for row in suspects if is_total(cleaned.texts[row - 1])}
    texts = row_texts(grid, suspects - ignored.keys(), table)
    _refuse_other_table(table, looks, texts, set(rows.tolist()))
    faults: dict[int, str] = {}
    for row, cells in texts.items():
        if why := _no_employee(table, cleaned.texts[row - 1], cells, looks):
            ignored[row] = f"{NOBODY}: {why}"
        elif fault := _doubt(cleaned.texts[row - 1], cells, looks):
            faults[row] = fault
    return RowKinds(rows, ignored, faults)


def _filled(grid: Grid, table: Table) -> np.ndarray:
    """Filled cells by row, those of an earlier output aside."""
    filled = grid.filled
    for column in grid.texts(table.results) if table.results else []:
        filled = filled - np.fromiter((bool(text.strip()) for text in column), np.int32, len(column))
    return filled


# --- how employees' rows look -----------------------------------------------------------------------------


def _looks(cleaned: CleanedIdentifiers, filled: np.ndarray, rows: np.ndarray) -> _TypicalRow:
    rows = _first_block(rows)
    some = rows[:: max(1, len(rows) // SAMPLE_ROWS)]
    held = [
        (text, cells) for text, cells in zip(cleaned.texts[some - 1], filled[some - 1], strict=True) if text
    ]
    typical = float(np.median([cells for _, cells in held])) if held else 1.0
    full = [text for text, cells in held if cells >= typical]
    wordy = sum(not _DIGIT.search(text) for text in full)
    digits = wordy <= max(1, (1 - MOST) * len(full)) and len(full) > 3 * wordy
    spaces = sum(" " in text for text in full) > (1 - MOST) * len(full)
    return _TypicalRow(typical, digits, spaces, frozenset(map(shape, full)))


def _first_block(rows: np.ndarray) -> np.ndarray:
    """The rows above the first blank one, if there are enough; what stands below may be no table."""
    gaps = np.flatnonzero(np.diff(rows) > 1)
    return rows[: gaps[0] + 1] if len(gaps) and gaps[0] >= ENOUGH_ROWS else rows


def _suspects(
    table: Table, cleaned: CleanedIdentifiers, filled: np.ndarray, rows: np.ndarray, looks: _TypicalRow
) -> set[int]:
    """Rows that may be something else than an employee: few cells, no identifier, or an unusual one."""
    few = max(looks.filled / 2, min(2, looks.filled - 1))
    thin = rows[filled[rows - 1] <= few].tolist()
    unusual = ((row, cleaned.texts[row - 1]) for row in cleaned.unusual if filled[row - 1])
    odd = [row for row, text in unusual if text and _is_odd(text, looks)]
    numbering = [row for row in rows[:1].tolist() if cleaned.texts[row - 1] in (_own_number(table), "0")]
    return {*thin, *odd, *numbering}


def _headed(grid: Grid, table: Table, filled: np.ndarray, rows: np.ndarray, looks: _TypicalRow) -> set[int]:
    """Rows with fewer cells than usual whose first one, before the identifier's, says what they are."""
    fewer = rows[filled[rows - 1] < looks.filled].tolist()
    if not fewer or table.first_column == table.id_column:
        return set()
    column = grid.texts([table.first_column])[0]
    return {row for row in fewer if not column[row - 1].isdigit() and label_of(column[row - 1].strip())}


def _is_odd(text: str, looks: _TypicalRow) -> bool:
    if looks.is_unlike(text):
        return True
    return bool(_WORDS.search(text)) and (
        bool(label_of(text)) or is_known(text) or not any(map(str.isalnum, text))
    )


def _own_number(table: Table) -> str:
    return str(table.id_column - table.first_column + 1)


# --- judging a suspect ------------------------------------------------------------------------------------


def _no_employee(table: Table, identifier: str, cells: Cells, looks: _TypicalRow) -> str:
    """What the line is instead of an employee; "" if it may be one."""
    if _repeats_header(table, cells):
        return "the header again"
    if cells and not any(map(str.isalnum, "".join(cells.values()))):
        return "a ruled line"
    if len(cells) > 2 and _counts_columns(cells):
        return "numbers of the columns"
    if not identifier:
        return _without_identifier(table, cells, looks)
    first = next(iter(cells.values()), "")
    if is_total(identifier) or (label_of(first) == "a total" and shape(identifier) not in looks.shapes):
        return "a total"
    what = label_of(identifier)
    if what and (looks.digits or " " in identifier or looks.is_thin(len(cells)) or looks.filled <= 2):
        return what
    alone = len(cells) == 1 and looks.filled > 1
    wordy = looks.is_unlike(identifier) and (looks.digits or " " in identifier)
    sentence = identifier.count(" ") > 1 and not looks.spaces
    return (
        HEADING
        if (alone and (wordy or sentence)) or (wordy and " " in identifier and looks.is_thin(len(cells)))
        else ""
    )


def _without_identifier(table: Table, cells: Cells, looks: _TypicalRow) -> str:
    """What a line without an identifier is; "" if it may be an employee, as those with a name are."""
    persons = {place for _, place in table.persons}
    cells = {place: text for place, text in cells.items() if any(map(str.isalnum, text))}
    first = next(iter(cells.values()), "")
    if looks.is_thin(len(cells)) or len(cells) <= 2:
        if what := label_of(first) or next(
            (one for one in map(label_of, cells.values()) if one == "a total"), ""
        ):
            return what
        if not persons & cells.keys() and not any(map(str.isalpha, "".join(cells.values()))):
            return "a total"
    return HEADING if len(cells) <= 1 and not persons & cells.keys() else ""


def _doubt(identifier: str, cells: Cells, looks: _TypicalRow) -> str:
    """Why a line that may be an employee isn't sent; "" if it is."""
    if not identifier:
        return ""
    if len(cells) == 1 and looks.filled > 1:
        sure = _DIGIT.search(identifier) and shape(identifier) in looks.shapes
        return "" if sure else ALONE
    if looks.is_unlike(identifier) and (
        " " in identifier or is_known(identifier) or looks.is_thin(len(cells))
    ):
        return UNLIKE
    return ""


def _repeats_header(table: Table, cells: Cells) -> bool:
    """Whether most of the cells are a header row's, the one in the identifier's column among them."""
    for header in table.header_cells:
        same = sum(fold(text) == header.get(place) for place, text in cells.items())
        own = cells.get(table.id_column)
        if same and 2 * same >= len(cells) and (own is None or fold(own) == header.get(table.id_column)):
            return True
    return False


def _counts_columns(cells: Cells) -> bool:
    numbers = [text.strip("() ") for text in cells.values()]
    return numbers[0] in ("0", "1") and numbers == [
        str(int(numbers[0]) + step) for step in range(len(numbers))
    ]


def _refuse_other_table(table: Table, looks: _TypicalRow, texts: dict[int, Cells], rows: set[int]) -> None:
    """Raise RosterError if one of the lines is another table's header."""
    for row, cells in texts.items():
        if (
            len(cells) < 2
            or _repeats_header(table, cells)
            or any(_not_a_header(text) for text in cells.values())
        ):
            continue
        known = sum(map(is_known, cells.values()))
        below_gap = row > table.first_row and row - 1 not in rows and row + 1 in rows
        own = cells.get(table.id_column, "")
        labels = known and looks.is_unlike(own) and (is_known(own) or _LABEL.search(own))
        if labels or 2 * known > max(2, len(cells)) or (below_gap and looks.digits and own):
            raise RosterError(
                f"row {row}: another table seems to begin here, below the one with its header in row "
                f"{table.header_row}. Keep only the roster in the file, or move the other table to another "
                "sheet."
            )


def _not_a_header(text: str) -> bool:
    return bool(_DIGIT.search(text)) or bool(label_of(text))
