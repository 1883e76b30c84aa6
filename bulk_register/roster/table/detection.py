"""Where the table stands in a grid: its header row or rows, its columns, and the one with the identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import letters
from bulk_register.records import Decision, Reading
from bulk_register.roster.doubt_text import quoted
from bulk_register.roster.table.columns import fold
from bulk_register.roster.table.header_row import choose_header, people_rows, refuse_people_above
from bulk_register.roster.table.headers import (
    Header,
    Row,
    lettered,
    likely_header,
    read_header,
    with_row_below,
)
from bulk_register.roster.table.identifier_column import choose_column, named_column
from bulk_register.roster.table.nothing_known import nothing_known
from bulk_register.roster.table.shape import refuse_neighbour, refuse_no_table

HEAD_ROWS = 200  # rows that are looked at; the header must be in the first half of them


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
    persons: tuple[tuple[str, int], ...] = ()  # what is of a person (name, e-mail, birth date), and where
    compared: tuple[int, ...] | None = None  # which of these columns tell people apart, if that was said
    results: tuple[int, ...] = ()  # columns of an earlier output
    header_cells: tuple[dict[int, str], ...] = field(default=())  # each header row's texts, folded, by column
    decisions: tuple[Decision, ...] = ()  # what was weighed on the way
    filled: int = 0  # columns with a header

    @property
    def needed(self) -> list[int]:
        """The columns that are read."""
        return [self.id_column, self.first_column, *(column for _, column in self.persons), *self.results]

    @property
    def told_apart(self) -> tuple[tuple[str, int], ...]:
        """What tells people apart, and where: all that is of a person, unless somebody has said it."""
        return tuple(one for one in self.persons if self.compared is None or one[1] in self.compared)


def detect_table(head: Sequence[Row], reading: Reading) -> Table:
    """Find the table in a grid's first rows (all of the same length).

    Raises NoIdentifierColumnError, or RosterError where more than one column or table may be meant.
    """
    if reading.no_header:
        return _without_header(head, reading)
    headers = [read_header(head, row) for row in _header_rows(head, reading)]
    if reading.id_column:
        header, column, decisions = _said(head, headers, reading.id_column, reading)
    else:
        header, column, decisions = _known(head, headers, reading)
    if reading.header_row is None:
        header = with_row_below(head, header, column)
    refuse_neighbour(head, header, column)
    refuse_no_table(head, header, column)
    return _table(head, header, column, decisions, said=bool(reading.id_column))


def _header_rows(head: Sequence[Row], reading: Reading) -> list[int]:
    """The rows that may be the header, from 1."""
    row = reading.header_row
    if row is not None:
        if not 1 <= row <= len(head):
            raise RosterError(
                _(
                    "--header-row {row}: there is no such row; the last one is {last}.",
                    row=row,
                    last=len(head),
                )
            )
        return [row]
    return [row for row in range(1, min(len(head), HEAD_ROWS // 2) + 1) if any(map(str.strip, head[row - 1]))]


def _table(
    head: Sequence[Row], header: Header, column: int, decisions: tuple[Decision, ...], *, said: bool
) -> Table:
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
        why=(
            _("named by --id-column, header {header}", header=quoted(header.texts[column]))
            if said
            else _("header {header}", header=quoted(header.texts[column]))
        ),
        rank=0 if said else own.rank,
        persons=tuple((what, place) for what, place in other if what in ("name", "e-mail", "birth date")),
        results=tuple(place for what, place in other if what == "result"),
        header_cells=tuple(
            {place: fold(text) for place, text in enumerate(row) if text} for row in header.rows
        ),
        decisions=decisions,
        filled=header.filled,
    )


def _without_header(head: Sequence[Row], reading: Reading) -> Table:
    if reading.header_row is not None:
        raise RosterError(_("--no-header and --header-row contradict each other: say one of them."))
    if not reading.id_column:
        raise RosterError(_("--no-header: say which column holds the identifiers too, as in --id-column A."))
    width = len(head[0]) if head else 0
    column = lettered(reading.id_column, width)
    if column is None:
        raise RosterError(
            _(
                "--id-column {id_column}: without a header the column is named by its letter or number, "
                "from A to {last}.",
                id_column=reading.id_column,
                last=letters(max(0, width - 1)),
            )
        )
    used = [place for row in head for place, cell in enumerate(row) if cell.strip()]
    first, last = min(used, default=0), max(used, default=0)
    headers = tuple(letters(place) for place in range(first, last + 1))
    return Table(0, 1, first, headers, column, _("named by --id-column"))


# --- the header row and the identifier column -------------------------------------------------------------


def _known(
    head: Sequence[Row], headers: list[Header], reading: Reading
) -> tuple[Header, int, tuple[Decision, ...]]:
    """The header row and the column that are told from the grid itself."""
    if not any(header.identifiers() for header in headers):
        raise nothing_known("", head, headers)
    if reading.header_row is not None:
        header, row_decision = headers[0], None
    else:
        found = choose_header(head, headers)
        if found is None:
            raise nothing_known("", head, headers)
        header, row_decision = found
    column, decision = choose_column(header, people_rows(head, header, header.identifiers()[0]))
    return header, column, (decision,) if row_decision is None else (row_decision, decision)


def _said(
    head: Sequence[Row], headers: list[Header], name: str, reading: Reading
) -> tuple[Header, int, tuple[Decision, ...]]:
    """The fullest row with the header that was said; or else the likely header, and the lettered column."""
    named = [header for header in headers if header.called(name)]
    header = min(named, key=lambda one: (-one.filled, one.row)) if named else _lettered_header(head, headers)
    column = _only(header, header.called(name)) if named else lettered(name, len(header.texts))
    if column is None or (not named and name.strip().isdecimal()):
        hint = _meant_by(name, header, column)
        raise nothing_known(
            _("no column is called {name} (--id-column).", name=quoted(name)) + hint, head, headers
        )
    if header.meanings[column].what == "result":
        raise RosterError(
            _(
                "--id-column {name}: this program writes the column {header} itself, so it can't hold the "
                "identifiers. Name another column, or rename this one in the roster.",
                name=name,
                header=quoted(header.texts[column]),
            )
        )
    if reading.header_row is None:
        refuse_people_above(head, headers, header, column)
    return header, column, (named_column(header, column, people_rows(head, header, column)),)


def _lettered_header(head: Sequence[Row], headers: list[Header]) -> Header:
    """The header row where the column is said by its letter."""
    found = choose_header(head, headers) if len(headers) > 1 else None
    return found[0] if found else likely_header(headers)


def _meant_by(name: str, header: Header, column: int | None) -> str:
    """A word about a letter or number that names no column."""
    name = name.strip()
    if column is not None and header.texts[column]:
        return _(
            " Column {name} is {column}, {header}: say --id-column {column} if that is meant.",
            name=name,
            column=letters(column),
            header=quoted(header.texts[column]),
        )
    if name.isascii() and name.isalpha() and len(name) <= 2 and header.texts:
        return _(" The columns go from A to {last}.", last=letters(len(header.texts) - 1))
    return ""


def _only(header: Header, columns: list[int]) -> int:
    """The one column; raises RosterError if there are more of the name that was said."""
    if len(columns) == 1:
        return columns[0]
    places = _(" and ").join(letters(column) for column in columns)
    raise RosterError(
        _(
            "row {row}: the columns {places} are both called {header}. Say the letter of the right "
            "one, as in --id-column {column}.",
            row=header.row,
            places=places,
            header=quoted(header.texts[columns[0]]),
            column=letters(columns[0]),
        )
    )
