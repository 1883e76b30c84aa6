"""Which of the lines below the header are employees, and which are totals, headings, page lines, …"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from bulk_register.language import N_, _
from bulk_register.roster.employees.identifiers import CleanedIdentifiers, is_placeholder
from bulk_register.roster.employees.lines_below import (
    LEGEND,
    descriptions,
    may_describe,
    other_table,
    repeats_header,
)
from bulk_register.roster.employees.row_labels import A_TOTAL, is_total, label_of
from bulk_register.roster.employees.row_looks import COLONS, DIGIT, Looks, looks_of
from bulk_register.roster.employees.suspects import headed, suspects_among
from bulk_register.roster.grid import Grid
from bulk_register.roster.table.column_evidence import shape
from bulk_register.roster.table.columns import fold, is_known
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.rows import Cells, row_texts
from bulk_register.roster.table.shape import is_header_text

NEAR = 3  # rows above and below in which a subtotal's identifier stands

HEADING = N_("a heading or remark")
DESCRIPTION = N_("it describes the columns")
UNLIKE = N_("the identifier looks unlike all others: check it")
A_HEADER = N_("a column's header, not an identifier: correct it")
A_SUBTOTAL = N_("the identifier of a row beside it with more words: a subtotal, or else remove the words")
MISSING = N_("a word that stands for a missing value: fill in the identifier")
ALONE = N_("nothing but this cell in the row: fill in the rest if it is an employee, or remove it")

LENGTHS = N_(
    "numbers alone, as if they said how long a text may be: correct the name if it is an employee, or remove "
    "the row"
)

SUBTOTAL_WORDS = 4  # beside the identifier that is added up: "00101 Ergebnis", "00101 Grand Total"


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


def classify_rows(grid: Grid, table: Table, cleaned: CleanedIdentifiers) -> RowKinds:
    """Tell the employees' lines from the others. Raises RosterError where another table begins below."""
    filled = _filled(grid, table)
    rows = np.flatnonzero(grid.filled > 0) + 1
    rows = rows[rows >= table.first_row].astype(np.int64)
    ignored = dict.fromkeys(descriptions(grid, table), _nobody(DESCRIPTION))
    body = rows[~np.isin(rows, [*ignored])] if ignored else rows
    looks = looks_of(cleaned, filled, body)
    suspects = suspects_among(table, cleaned, filled, body, looks) | headed(grid, table, filled, body, looks)
    ignored |= {row: _nobody(A_TOTAL) for row in suspects if is_total(cleaned.texts[row - 1])}
    texts = row_texts(grid, suspects - ignored.keys(), table)
    legend = other_table(table, cleaned, looks, texts, body)
    ignored |= dict.fromkeys(legend, _nobody(LEGEND))
    faults = {row: _(LENGTHS) for row in may_describe(grid, table) if row not in ignored}
    for row, cells in texts.items():
        if row in ignored or row in faults:
            continue
        line = _Line(row, cleaned.texts[row - 1], cells, _beside(cleaned, row))
        if why := _no_employee(table, line, looks):
            ignored[row] = _nobody(why)
        elif fault := _doubt(table, line, looks):
            faults[row] = _(fault)
    return RowKinds(rows, ignored, faults)


def _nobody(what: str) -> str:
    return _("not an employee: {what}", what=_(what))


def _beside(cleaned: CleanedIdentifiers, row: int) -> set[str]:
    """The identifiers of the nearest rows above and below."""
    texts = cleaned.texts
    above = next((text for text in texts[max(0, row - 1 - NEAR) : row - 1][::-1] if text), "")
    below = next((text for text in texts[row : row + NEAR] if text), "")
    return {text for text in (above, below) if text}


def _filled(grid: Grid, table: Table) -> np.ndarray:
    """Filled cells by row, those of an earlier output aside."""
    filled = grid.filled
    for column in grid.texts(table.results) if table.results else []:
        filled = filled - np.fromiter((bool(text.strip()) for text in column), np.int32, len(column))
    return filled


# --- judging a suspect ------------------------------------------------------------------------------------


class _Line(NamedTuple):
    row: int
    identifier: str
    cells: Cells
    beside: set[str]  # the identifiers of the nearest rows


def _no_employee(table: Table, line: _Line, looks: Looks) -> str:
    """What the line is instead of an employee; "" if it may be one."""
    _row, identifier, cells, beside = line
    if repeats_header(table, cells):
        return N_("the header again")
    if cells and not any(map(str.isalnum, "".join(cells.values()))):
        return N_("a ruled line")
    if len(cells) > 2 and _counts_columns(cells):
        return N_("numbers of the columns")
    if not identifier:
        return _without_identifier(table, cells, looks)
    first = next(iter(cells.values()), "")
    if is_total(identifier) or (label_of(first) == A_TOTAL and shape(identifier) not in looks.shapes):
        return A_TOTAL
    if _is_subtotal(identifier, beside) and (len(cells) < looks.filled or label_of(identifier) == A_TOTAL):
        return N_("a subtotal")
    if identifier[-1] in COLONS and len(cells) <= 2:
        return HEADING
    what = label_of(identifier)
    if what and (looks.digits or " " in identifier or looks.is_thin(len(cells)) or looks.filled <= 2):
        return what
    if _is_own_header(table, identifier) and len(cells) < looks.filled:
        return LEGEND
    return HEADING if _is_heading(identifier, cells, looks) else ""


def _is_heading(identifier: str, cells: Cells, looks: Looks) -> bool:
    """Whether the identifier is words alone in their row, or nearly so, where others have digits."""
    alone = len(cells) == 1 and looks.filled > 1
    wordy = looks.is_unlike(identifier) and (looks.digits or " " in identifier)
    sentence = identifier.count(" ") > 1 and not looks.spaces
    if looks.filled <= 1 and looks.digits:  # a single column
        return sentence or (wordy and " " in identifier)
    return (alone and (wordy or sentence)) or (wordy and " " in identifier and looks.is_thin(len(cells)))


def _is_subtotal(identifier: str, beside: set[str]) -> bool:
    """Whether it is a neighbour's identifier and some words, in whatever language: "00101 Ergebnis"."""
    for other in beside:
        rest = identifier.removeprefix(other + " ").removesuffix(" " + other)
        if rest != identifier and not DIGIT.search(rest) and rest.count(" ") < SUBTOTAL_WORDS:
            return True
    return False


def _is_own_header(table: Table, identifier: str) -> bool:
    folded = fold(identifier)
    return any(folded in row.values() for row in table.header_cells) if folded else False


def _without_identifier(table: Table, cells: Cells, looks: Looks) -> str:
    """What a line without an identifier is; "" if it may be an employee, as those with a name are."""
    persons = {place for _, place in table.persons}
    cells = {place: text for place, text in cells.items() if any(map(str.isalnum, text))}
    first = next(iter(cells.values()), "")
    if looks.is_thin(len(cells)) or len(cells) <= 2:
        if what := label_of(first) or next(
            (one for one in map(label_of, cells.values()) if one == A_TOTAL), ""
        ):
            return what
        if not persons & cells.keys() and not any(map(str.isalpha, "".join(cells.values()))):
            return A_TOTAL
    return HEADING if len(cells) <= 1 and not persons & cells.keys() else ""


def _doubt(table: Table, line: _Line, looks: Looks) -> str:
    """Why a line that may be an employee isn't sent; "" if it is."""
    row, identifier, cells, beside = line
    if not identifier:
        return ""
    if is_header_text(identifier) or _is_own_header(table, identifier):
        return A_HEADER
    if _is_subtotal(identifier, beside):
        return A_SUBTOTAL
    if len(cells) == 1 and looks.filled > 1:
        sure = DIGIT.search(identifier) and shape(identifier) in looks.shapes
        return "" if sure else ALONE
    if looks.mostly_digits and is_placeholder(identifier):
        return MISSING
    if looks.mostly_digits and not DIGIT.search(identifier) and _has_moved(table, cells, looks):
        return UNLIKE
    return UNLIKE if _looks_unlike(row, identifier, cells, looks) else ""


def _has_moved(table: Table, cells: Cells, looks: Looks) -> bool:
    """Whether another of the row's cells, all of them under headers, has the form of an identifier."""
    if not table.header_cells or max(cells, default=0) > max(table.header_cells[-1]):
        return False
    return any("99" in shape(text) and shape(text) in looks.shapes for text in cells.values())


def _looks_unlike(row: int, identifier: str, cells: Cells, looks: Looks) -> bool:
    """Whether the identifier is set apart from the others, and its row gives a reason to mistrust it."""
    if looks.filled <= 1 and looks.digits and row > looks.last:  # below a single column
        return shape(identifier) not in looks.shapes
    if looks.mostly_digits and identifier.count(" ") > 1 and not DIGIT.search(identifier):
        return True
    if not looks.is_unlike(identifier):
        return False
    return " " in identifier or is_known(identifier) or looks.is_thin(len(cells))


def _counts_columns(cells: Cells) -> bool:
    numbers = [text.strip("().[] ") for text in cells.values()]
    return numbers[0] in ("0", "1") and numbers == [
        str(int(numbers[0]) + step) for step in range(len(numbers))
    ]
