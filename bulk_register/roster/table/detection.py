"""Where the table stands in a grid: its header row or rows, its columns, and the one with the identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bulk_register.errors import RosterError
from bulk_register.ooxml.cell_values import letters
from bulk_register.records import Reading
from bulk_register.roster.table.columns import RANKS, fold, near_misses
from bulk_register.roster.table.headers import Header, Row, is_number, read_header, with_row_below

HEAD_ROWS = 200  # rows that are looked at; the header must be in the first half of them
LISTED = 40  # headers that a message lists
SURE_RANKS = RANKS.index("bare")  # identifier names before that don't come up in data by chance


class NoIdentifierColumnError(RosterError):
    """No header is known to be an employee identifier's: another sheet may have one."""


@dataclass(frozen=True)
class Table:
    """A table in a grid. Rows count from 1, columns from 0."""

    header_row: int  # 0 without a header; the lower one of two
    first_row: int
    first_column: int
    headers: tuple[str, ...]  # from first_column on
    id_column: int
    why: str  # why this is the identifier column, for people
    rank: int = 0  # of the identifier column's name, as in columns.RANKS
    persons: tuple[tuple[str, int], ...] = ()  # what tells people apart (name, e-mail, birth date), and where
    results: tuple[int, ...] = ()  # columns of an earlier output
    header_cells: tuple[dict[int, str], ...] = field(default=())  # each header row's texts, folded, by column


def detect_table(head: Sequence[Row], reading: Reading) -> Table:
    """Find the table in a grid's first rows (all of the same length).

    Raises NoIdentifierColumnError, or RosterError where more than one column or table may be meant.
    """
    if reading.no_header:
        return _without_header(head, reading)
    headers = [read_header(head, row) for row in _header_rows(head, reading)]
    if reading.id_column:
        header, column = _said(headers, reading.id_column)
    else:
        header, column = _known(headers)
    if reading.header_row is None:
        header = with_row_below(head, header, column)
    _refuse_neighbour(head, header, column)
    return _table(head, header, column, said=bool(reading.id_column))


def _header_rows(head: Sequence[Row], reading: Reading) -> list[int]:
    """The rows that may be the header, from 1."""
    row = reading.header_row
    if row is not None:
        if not 1 <= row <= len(head):
            raise RosterError(f"--header-row {row}: there is no such row; the last one is {len(head)}.")
        return [row]
    return [row for row in range(1, min(len(head), HEAD_ROWS // 2) + 1) if any(map(str.strip, head[row - 1]))]


def _table(head: Sequence[Row], header: Header, column: int, *, said: bool) -> Table:
    below = head[header.row - 1 :]
    used = [place for row in below for place, cell in enumerate(row) if cell.strip()]
    first, last = min(used), max(used)
    own = header.meanings[column]
    other = [(one.what, place) for place, one in enumerate(header.meanings) if place != column]
    return Table(
        header_row=header.row,
        first_row=header.row + 1,
        first_column=first,
        headers=header.texts[first : last + 1],
        id_column=column,
        why=("named by --id-column, " if said else "") + f"header {quoted(header.texts[column])}",
        rank=0 if said else own.rank,
        persons=tuple((what, place) for what, place in other if what in ("name", "e-mail", "birth date")),
        results=tuple(place for what, place in other if what == "result"),
        header_cells=tuple(
            {place: fold(text) for place, text in enumerate(row) if text} for row in header.rows
        ),
    )


def _without_header(head: Sequence[Row], reading: Reading) -> Table:
    if reading.header_row is not None:
        raise RosterError("--no-header and --header-row contradict each other: say one of them.")
    if not reading.id_column:
        raise RosterError("--no-header: say which column holds the identifiers too, as in --id-column A.")
    width = len(head[0]) if head else 0
    column = _lettered(reading.id_column, width)
    if column is None:
        raise RosterError(
            f"--id-column {reading.id_column}: without a header the column is named by its letter or "
            f"number, from A to {letters(max(0, width - 1))}."
        )
    used = [place for row in head for place, cell in enumerate(row) if cell.strip()]
    first, last = min(used, default=0), max(used, default=0)
    headers = tuple(letters(place) for place in range(first, last + 1))
    return Table(0, 1, first, headers, column, "named by --id-column")


def _lettered(said: str, width: int) -> int | None:
    """The column that a letter (A) or a number (1) names, if the grid is that wide."""
    said = said.strip().upper()
    column = int(said) - 1 if said.isdecimal() else -1
    if said.isascii() and said.isalpha() and len(said) <= 3:
        column = next((place for place in range(width) if letters(place) == said), -1)
    return column if 0 <= column < width else None


# --- the header row and the identifier column -------------------------------------------------------------


def _known(headers: list[Header]) -> tuple[Header, int]:
    """The row with the strongest identifier name, then the most known names; and the column."""
    named = [header for header in headers if header.identifiers() and _may_be_header(header, headers)]
    if not named:
        raise NoIdentifierColumnError(
            "no column is known to hold the employee identifiers. " + _what_there_is(headers)
        )
    header = min(named, key=lambda one: (one.rank, -one.known, one.row))
    return header, _only(header, header.identifiers())


def _may_be_header(header: Header, headers: list[Header]) -> bool:
    """Whether a bare word such as ID or No isn't just a cell of data: a state, an answer."""
    if header.rank < SURE_RANKS:
        return True
    data = any(is_number(text) or "@" in text for text in header.texts)
    fuller = any(other.row < header.row and other.filled >= header.filled for other in headers)
    return not data and (header.known > 1 or not fuller)


def _said(headers: list[Header], name: str) -> tuple[Header, int]:
    """The fullest row with the header that was said; or else the likely header, and the lettered column."""
    named = [header for header in headers if header.called(name)]
    header = min(named, key=lambda one: (-one.filled, one.row)) if named else _likely(headers)
    column = _only(header, header.called(name)) if named else _lettered(name, len(header.texts))
    if column is None or (not named and name.strip().isdecimal()):
        raise NoIdentifierColumnError(
            f"no column is called {quoted(name)} (--id-column). {_what_there_is(headers)}"
        )
    if header.meanings[column].what == "result":
        raise RosterError(
            f"--id-column {name}: this program writes the column {quoted(header.texts[column])} itself, so "
            "it can't hold the identifiers. Name another column, or rename this one in the roster."
        )
    return header, column


def _likely(headers: list[Header]) -> Header:
    """The first row that is at least half as full as the fullest; an empty one if there is none."""
    fullest = max((header.filled for header in headers), default=0)
    return next((header for header in headers if 2 * header.filled >= fullest), Header(0, (), ()))


def _only(header: Header, columns: list[int]) -> int:
    """The one column; raises RosterError if there are more."""
    if len(columns) == 1:
        return columns[0]
    names = " and ".join(f"{quoted(header.texts[column])} (column {letters(column)})" for column in columns)
    message = f"row {header.row}: more than one column may hold the employee identifiers: {names}."
    if len({fold(header.texts[column]) for column in columns}) > 1:
        raise RosterError(f"{message} Name the right one with --id-column.")
    apart = any(not text for text in header.texts[columns[0] : columns[-1]])
    what = (
        " Two tables seem to stand side by side: keep one." if apart else " Rename the one that isn't meant."
    )
    raise RosterError(
        f"{message}{what} Or name the row with the headers with --header-row N, if it is another."
    )


def _refuse_neighbour(head: Sequence[Row], header: Header, column: int) -> None:
    """Raise RosterError if an empty column parts two tables, one of which goes on where the other ended."""
    rows = [row for row in head[header.row :] if any(map(str.strip, row))]
    width = len(header.texts)
    empty = [
        not header.texts[place] and not any(row[place].strip() for row in rows) for place in range(width)
    ]
    left = max((place for place in range(column) if empty[place]), default=-1)
    right = min((place for place in range(column + 1, width) if empty[place]), default=width)
    others = [place for place, text in enumerate(header.texts) if text and not left < place < right]
    others = [place for place in others if header.meanings[place].what != "result"]
    alone = [row for row in rows if not any(map(str.strip, row[left + 1 : right]))]
    if len(others) > 1 and any(sum(bool(row[place].strip()) for place in others) > 1 for row in alone):
        raise RosterError(
            f"row {header.row}: two tables stand side by side, parted by an empty column. Keep only the "
            "roster in the file, or move the other table to another sheet."
        )


# --- messages ---------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """The text in quotes, shortened if it is long."""
    return f'"{text if len(text) <= 60 else text[:59] + "…"}"'


def _what_there_is(headers: list[Header]) -> str:
    header = _likely(headers)
    texts = [text for text in header.texts if text]
    if not texts or any(is_number(text) or "@" in text for text in texts):
        return (
            "There is no row that looks like headers: say --header-row N where they are, or --no-header "
            "--id-column A if there are none."
        )
    more = f" and {len(texts) - LISTED} more" if len(texts) > LISTED else ""
    near = near_misses(texts)
    hint = f" Perhaps --id-column {quoted(near[0])}?" if near else ""
    return (
        f"Row {header.row} reads: {', '.join(map(quoted, texts[:LISTED]))}{more}.{hint} Name the right "
        "column with --id-column, say --header-row N if the headers are in another row, or --no-header "
        "--id-column A if there are none."
    )
