"""Lines below a header that belong to no employee: descriptions and legends of columns, another table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from bulk_register.language import N_, _
from bulk_register.records import Candidate, Doubt, Matter
from bulk_register.roster.doubt_text import refuse
from bulk_register.roster.employees.identifiers import CleanedIdentifiers, is_placeholder
from bulk_register.roster.employees.row_labels import label_of
from bulk_register.roster.employees.row_looks import DIGIT, Looks
from bulk_register.roster.grid import Grid
from bulk_register.roster.table.column_evidence import counts_rows
from bulk_register.roster.table.columns import classify_header, fold, is_known
from bulk_register.roster.table.descriptions import MOST_LINES, describes, description_rows
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.headers import says_again
from bulk_register.roster.table.rows import Cells

LEGEND = N_("a legend of the columns")

_LENGTH = re.compile(r"[1-9][0-9]{0,4}")  # of a text; no database's is longer than 65,535
_LABEL = re.compile(r"\b(ID|No|Nr|Number|Code|Номер|Код)\W*\Z|№", re.IGNORECASE)


def descriptions(grid: Grid, table: Table) -> list[int]:
    """The lines right below the header that describe its columns."""
    if not table.header_row:
        return []
    start = table.first_row - 1
    lines = grid.head(start + MOST_LINES)[start:]
    known = [_is_of_headers(table, line) for line in lines]
    count = description_rows(lines, table.id_column, known)
    if not count and lines and (_is_header_again(table, lines[0]) or _has_lengths(table, lines)):
        count = 1
    return list(range(start + 1, start + 1 + count))


def may_describe(grid: Grid, table: Table) -> list[int]:
    """The line right below the header, where it may be lengths of texts as well as an employee."""
    start = table.first_row - 1
    lines = grid.head(start + 2)[start:]
    doubtful = table.header_row and _may_be_lengths(table, lines) and _is_of_same_form(table, lines)
    return [table.first_row] if doubtful else []


def _is_header_again(table: Table, line: Sequence[str]) -> bool:
    """Whether the line names the identifier's column again, and others in words: another language, say."""
    own = line[table.id_column] if table.id_column < len(line) else ""
    named = (
        fold(own) == table.header_cells[-1].get(table.id_column) or classify_header(own).what == "identifier"
    )
    words = [cell for cell in line if cell.strip()]
    known = len(words) == 1 or sum(map(is_known, words)) > 1
    return bool(own.strip()) and named and known and not any(any(map(str.isdigit, cell)) for cell in line)


def _has_lengths(table: Table, lines: Sequence[Sequence[str]]) -> bool:
    """Whether the first line says how long texts may be, and its number is no identifier as the next is."""
    return _may_be_lengths(table, lines) and not _is_of_same_form(table, lines)


def _is_of_same_form(table: Table, lines: Sequence[Sequence[str]]) -> bool:
    """Whether the identifiers' cells of the first two lines hold as many digits."""
    own, below = (line[table.id_column].strip() for line in lines[:2])
    return own.isdigit() and below.isdigit() and len(own) == len(below)


def _may_be_lengths(table: Table, lines: Sequence[Sequence[str]]) -> bool:
    """Whether the first line has numbers such as lengths alone, also where the next has names."""
    if len(lines) < 2:
        return False
    cells = [cell.strip() for cell in lines[0] if cell.strip()]
    names = [place for what, place in table.persons if what == "name" and place < len(lines[0])]
    named = any(any(map(str.isalpha, lines[1][place])) for place in names if lines[0][place].strip())
    counted = counts_rows(cells)  # the numbers of the columns
    return len(cells) > 1 and all(map(_LENGTH.fullmatch, cells)) and named and not counted


def _is_of_headers(table: Table, line: Sequence[str]) -> bool:
    """Whether most cells are known headers, or say again what the header says."""
    cells = {place: fold(cell) for place, cell in enumerate(line) if cell.strip()}
    own = [
        any(cell and cell == row.get(place) for row in table.header_cells) for place, cell in cells.items()
    ]
    known = [is_known(cell) for cell in line if cell.strip()]
    return 2 * sum(map(any, zip(own, known, strict=True))) >= max(1, len(cells))


def other_table(
    table: Table, cleaned: CleanedIdentifiers, looks: Looks, texts: dict[int, Cells], rows: np.ndarray
) -> list[int]:
    """The lines of a legend of the columns below, to be ignored.

    Raises RosterDoubtError if one of the lines is another table's header.
    """
    there = set(rows.tolist())
    for row, cells in texts.items():
        if not _heads_other_table(table, looks, row, cells, there):
            continue
        below = rows[rows > row]
        if _is_legend(table, cleaned, texts, below):
            return [row, *below.tolist()]
        _refuse_other_table(table, row, cells)
    return []


def _heads_other_table(table: Table, looks: Looks, row: int, cells: Cells, rows: set[int]) -> bool:
    if len(cells) < 2 or repeats_header(table, cells) or any(map(_not_a_header, cells.values())):
        return False
    known = sum(map(is_known, cells.values()))
    below_gap = row > table.first_row and row - 1 not in rows and row + 1 in rows
    own = cells.get(table.id_column, "")
    if known == 1 and any(fold(own) in header.values() for header in table.header_cells):
        return False  # a legend: Name | as in the passport
    labels = known and looks.is_unlike(own) and (is_known(own) or _LABEL.search(own))
    return bool(labels or 2 * known > max(2, len(cells)) or (below_gap and looks.digits and own))


def _is_legend(table: Table, cleaned: CleanedIdentifiers, texts: dict[int, Cells], below: np.ndarray) -> bool:
    """Whether the lines below describe the columns that the line above them names, and hold nobody."""
    if not 0 < len(below) <= MOST_LINES:
        return False
    for row in below.tolist():
        cells = texts.get(row, {table.id_column: cleaned.texts[row - 1]})
        if not describes(cleaned.texts[row - 1]) and 2 * sum(map(describes, cells.values())) < len(cells):
            return False
    return True


def _refuse_other_table(table: Table, row: int, cells: Cells) -> NoReturn:
    header = ", ".join(cells.values())[:60]
    reason = _(
        "row {row}: another table seems to begin here, below the one with its header in row {header_row}.",
        row=row,
        header_row=table.header_row,
    )
    remedy = _("Keep only the roster in the file, or move the other table to another sheet.")
    first = Candidate(", ".join(filter(None, table.headers))[:60], _("row {row}", row=table.header_row))
    other = Candidate(header, _("row {row}", row=row), (), (), "header_row", str(row))
    refuse(Doubt(Matter.HEADER_ROW, reason, (first, other), remedy, row=row))


def repeats_header(table: Table, cells: Cells) -> bool:
    """Whether the cells are a header row's again, the one in the identifier's column among them."""
    own = cells.get(table.id_column)
    return any(
        says_again(header, cells) and (own is None or fold(own) == header.get(table.id_column))
        for header in table.header_cells
    )


def _not_a_header(text: str) -> bool:
    return bool(DIGIT.search(text)) or bool(label_of(text)) or is_placeholder(text)
