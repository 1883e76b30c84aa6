"""What only text gets wrong: cells moved by a stray delimiter, lines eaten by a quote, letters misread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from bulk_register.errors import RosterError
from bulk_register.language import N_, _
from bulk_register.roster.delimiters import DELIMITERS
from bulk_register.roster.employees.employees import Person
from bulk_register.roster.employees.identifiers import EXPONENT, CleanedIdentifiers, named_rows
from bulk_register.roster.employees.row_kinds import RowKinds
from bulk_register.roster.table.column_evidence import shape
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.person_columns import kind_words
from bulk_register.roster.table.rows import row_texts
from bulk_register.roster.text.encoding_doubt import refuse_encodings
from bulk_register.roster.text.encoding_names import NAMES
from bulk_register.roster.text.text_grid import TextGrid

MANY = 0.5  # of the rows: then it is the header that is wrong
WITH_ZEROS = re.compile(r"\d+,0{1,2}")
SHAPES_FROM = 5000  # identifiers that tell what identifiers look like


_LONG = N_(
    "the row has more cells than the header, and which of them is the identifier isn't "
    "certain: put quotes around the cell with the delimiter in it"
)
_SHORT = N_(
    "the row is cut short and its identifier looks unlike the others: perhaps a line break "
    "in a cell without quotes"
)
_CUT_OFF = N_(
    "the last line has {cells} of {width} cells and no line end, as in a file that was cut off: export "
    "the roster again"
)


def check_ragged_rows(
    grid: TextGrid, table: Table, cleaned: CleanedIdentifiers, lines: RowKinds
) -> tuple[RowKinds, list[str]]:
    """Give the lines whose identifier isn't certain a fault; and what else is worth a warning.

    Raises RosterError where the text as a whole was cut wrongly.
    """
    shapes = _shapes(grid, table, cleaned, lines)
    _refuse_swallowed(grid, table, shapes)
    _refuse_uncut(grid, cleaned, lines)
    return _ragged(grid, table, cleaned, lines, shapes)


def _end(grid: TextGrid, table: Table) -> int:
    """How many cells a row may have: as many as the header's row, or without a header as most rows."""
    return int(grid.widths[table.header_row - 1]) if table.header_row else grid.cut.width


def _shapes(grid: TextGrid, table: Table, cleaned: CleanedIdentifiers, lines: RowKinds) -> set[str]:
    """What the identifiers look like in rows that are as long as they should be."""
    rows = lines.people
    usual = rows[grid.widths[rows - 1] >= table.id_column + 1]
    whole = usual[grid.widths[usual - 1] == grid.cut.width]
    return {shape(cleaned.texts[row - 1]) for row in whole[:SHAPES_FROM].tolist()}


def _refuse_swallowed(grid: TextGrid, table: Table, shapes: set[str]) -> None:
    """A stray quote makes one cell of several lines, which still look like rows, identifier and all.

    The line that must have the row's identifier is no evidence: the first, or the last if that comes later.
    """
    usual = grid.cut.width
    for row, column, lines in grid.runaway_rows:
        others = lines[:-1] if column <= table.id_column else lines[1:]
        whole = [cells for cells in others if len(cells) >= usual > table.id_column]
        found = any(shape(cells[table.id_column].strip().strip('"')) in shapes for cells in whole)
        if found and len(lines[-1]) >= usual:
            raise RosterError(
                _(
                    'row {row}: a stray quote (") seems to swallow the lines that follow, which look like '
                    "rows of their own. Fix the quote in that row, or export the roster again.",
                    row=row,
                )
            )


def _refuse_uncut(grid: TextGrid, cleaned: CleanedIdentifiers, lines: RowKinds) -> None:
    texts = [cleaned.texts[row - 1] for row in lines.people[:SHAPES_FROM].tolist()]
    texts = [text for text in texts if not EXPONENT.match(text)]  # 1,23E+10 has another fault
    if all(map(WITH_ZEROS.fullmatch, texts)):  # 101,00 has its zeros taken off
        return
    for delimiter, name in DELIMITERS.items():
        if delimiter != grid.cut.delimiter and sum(delimiter in text for text in texts) > MANY * len(texts):
            raise RosterError(
                _(
                    "most identifiers have a {name} inside, as if the cells were parted by it: say how they "
                    "are parted with --delimiter, as in --delimiter ';'.",
                    name=_(name),
                )
            )


def _ragged(
    grid: TextGrid, table: Table, cleaned: CleanedIdentifiers, lines: RowKinds, shapes: set[str]
) -> tuple[RowKinds, list[str]]:
    end, people = _end(grid, table), lines.people
    widths = grid.widths[people - 1]
    longer = _longer(grid, table, people[widths > end].tolist(), end)
    if len(longer) > MANY * len(people):
        raise RosterError(
            _(
                "row {row} has {headers} headers, but most rows have more cells than that ({longer}), "
                "so it isn't certain which cell belongs to which header. Give every column a header, or "
                "name the row with the headers with --header-row N.",
                row=table.header_row,
                headers=end,
                longer=named_rows(longer),
            )
        )
    faults = {
        row: _(_LONG) for row, cells in longer.items() if not _sure_if_longer(table, cells, end, shapes)
    }
    if _mostly_whole(grid, widths):
        shorter = people[widths < grid.cut.width].tolist()
        faults |= {row: _(_SHORT) for row in shorter if not _sure_if_shorter(cleaned.texts[row - 1], shapes)}
        if shorter == [len(grid.widths)] and grid.ends_open:
            faults[shorter[0]] = _(_CUT_OFF, cells=int(widths[-1]), width=grid.cut.width)
    sure = [row for row in longer if row not in faults]
    warning = _(
        "More cells than headers in {rows}: a delimiter in a cell without quotes. The identifiers there "
        "are certain and sent; names and other cells may have moved.",
        rows=named_rows(sure),
    )
    return replace(lines, faults=lines.faults | faults), [warning] if sure else []


def _longer(grid: TextGrid, table: Table, rows: list[int], end: int) -> dict[int, dict[int, str]]:
    """Those of the rows that have something in the cells beyond the header, and their cells."""
    texts = row_texts(grid, rows, table) if rows else {}
    return {row: cells for row, cells in texts.items() if cells and max(cells) >= end}


def _mostly_whole(grid: TextGrid, widths: np.ndarray) -> bool:
    return bool(len(widths)) and grid.cut.width > 1 and float(np.mean(widths >= grid.cut.width)) > MANY


def _sure_if_longer(table: Table, cells: dict[int, str], end: int, shapes: set[str]) -> bool:
    """Whether no delimiter before it can have moved the identifier to the right."""
    if table.id_column == table.first_column:
        return True
    places = range(table.id_column + 1, table.id_column + 2 + max(cells) - end)
    moved = any(shape(cells.get(place, "")) in shapes for place in places)
    return shape(cells.get(table.id_column, "")) in shapes and not moved


def _sure_if_shorter(identifier: str, shapes: set[str]) -> bool:
    return not identifier or not shapes or shape(identifier) in shapes


def check_letters(grid: TextGrid, persons: Sequence[Person], table: Table) -> list[str]:
    """Warnings about an encoding that isn't certain.

    Raises RosterError if identifiers, names or e-mails would read differently in another likely encoding.
    """
    encoding = grid.text.encoding
    columns: list[Person] = [(N_("identifier"), partial(_column, grid, table.id_column)), *persons]
    for rival in grid.text.rivals:
        for what, load in columns:
            if found := _different(load(), encoding, rival, table.header_row):
                row, text, other = found
                reason = _(
                    "the encoding can't be told for certain: in row {row} the {what} reads {text!r} in "
                    "{encoding} and {other!r} in {rival}.",
                    row=row,
                    what=kind_words(what),
                    text=text,
                    encoding=_(NAMES[encoding]),
                    other=other,
                    rival=_(NAMES[rival]),
                )
                refuse_encodings(reason, _readings(load(), grid, table), row=row)
    if not grid.text.rivals:
        return []
    others = ", ".join(_(NAMES[rival]) for rival in grid.text.rivals)
    return [
        _(
            "The encoding isn't certain: read as {encoding}, but it may be {others}. Identifiers and "
            "names are the same in all of them; other cells may not be. Say --encoding to be sure.",
            encoding=_(NAMES[encoding]),
            others=others,
        )
    ]


def _readings(column: np.ndarray, grid: TextGrid, table: Table) -> dict[str, Sequence[str]]:
    """The first texts beyond ASCII of a column, in each encoding that may be meant."""
    encoding = grid.text.encoding
    texts = list(islice((text for text in column[table.header_row :].tolist() if not text.isascii()), 3))
    return {
        one: [text.encode(encoding, "replace").decode(one, "replace")[:30] for text in texts]
        for one in (encoding, *grid.text.rivals)
    }


def _column(grid: TextGrid, column: int) -> np.ndarray:
    return grid.texts([column])[0]


def _different(column: np.ndarray, encoding: str, rival: str, header_row: int) -> tuple[int, str, str] | None:
    for row, text in enumerate(column[header_row:].tolist(), header_row + 1):
        if not text.isascii():
            other = text.encode(encoding, "replace").decode(rival, "replace")
            if other != text:
                return row, text[:30], other[:30]
    return None
