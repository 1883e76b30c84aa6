"""Which columns tell people apart, where somebody says it: named by header or letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NoReturn

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import letters
from bulk_register.records import Candidate, Doubt, Matter
from bulk_register.roster.doubt_text import QUOTED, quoted, refuse
from bulk_register.roster.grid import Grid
from bulk_register.roster.table.columns import PERSON, classify_header, fold
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.headers import Row, columns_called, lettered

NONE = "none"  # said alone: nobody is told apart
SAMPLES = 3  # first values that a candidate shows
CHECKED_ROWS = 50  # below the header, in which they are looked for


def with_said_persons(table: Table, grid: Grid, said: Sequence[str]) -> Table:
    """Return the table with the columns that were said to tell people apart, instead of those found.

    What is known of the others stays known. Raises RosterDoubtError where one isn't on the roster.
    """
    if not said:
        return table
    head = grid.head(table.header_row + CHECKED_ROWS)
    width = len(head[0]) if head else 0
    places = {name: _places(table, name, width) for name in said}
    compared = [place for found in places.values() for place in found]
    unknown = [name for name, found in places.items() if not found]
    if unknown and not (len(said) == 1 and fold(said[0]) == NONE):
        _refuse(table, unknown[0], head, grid.name or "")
    _insist_on_others(table, compared)
    known = {place for _what, place in table.persons}
    more = [(_what(table, place), place) for place in dict.fromkeys(compared) if place not in known]
    persons = sorted([*table.persons, *more], key=itemgetter(1))
    return replace(table, persons=tuple(persons), compared=tuple(sorted(set(compared))))


def kind_words(what: str) -> str:
    """Return what a column's texts are called in a sentence: a known kind, or the column's own header."""
    return _(what) if what in (*PERSON.values(), "identifier") else quoted(what)


def _what(table: Table, place: int) -> str:
    """Return a column's kind, or where that isn't known its header, or else its letter."""
    within = 0 <= place - table.first_column < len(table.headers)
    header = table.headers[place - table.first_column] if within else ""
    kind = classify_header(header).what
    return kind if kind in PERSON.values() else header or letters(place)


def _places(table: Table, name: str, width: int) -> list[int]:
    """Return the columns of that header (all: who names one means each), else the one of that letter."""
    found = [table.first_column + place for place in columns_called(table.headers, name)]
    if not found and (not table.header_row or not name.strip().isdecimal()):
        place = lettered(name, width)
        return [] if place is None else [place]
    return found


def _insist_on_others(table: Table, compared: Sequence[int]) -> None:
    """Refuse the identifiers' own column, and columns that this program wrote."""
    for place in compared:
        if place == table.id_column:
            raise RosterError(
                _(
                    "--person-column: column {column} holds the identifiers, so it can't tell apart whom "
                    "they mean. Name columns with names or addresses.",
                    column=letters(place),
                )
            )
        if place in table.results:
            raise RosterError(
                _(
                    "--person-column: this program writes column {column} itself, so it tells nobody apart. "
                    "Name columns with names or addresses.",
                    column=letters(place),
                )
            )


def _refuse(table: Table, name: str, head: Sequence[Row], sheet: str) -> NoReturn:
    reason = _("no column is called {name} (--person-column).", name=quoted(name))
    kept = (table.id_column, *table.results)
    places = [place for place in _used(table) if place not in kept]
    places.sort(key=lambda place: place not in [column for _what, column in table.persons])
    candidates = tuple(_candidate(table, place, head) for place in places)
    remedy = _("Several may be named, each with --person-column; --person-column none compares nothing.")
    refuse(Doubt(Matter.PERSON_COLUMNS, reason, candidates, remedy, sheet, table.header_row))


def _used(table: Table) -> list[int]:
    return [place for place, text in enumerate(table.headers, table.first_column) if text]


def _candidate(table: Table, place: int, head: Sequence[Row]) -> Candidate:
    text = table.headers[place - table.first_column]
    values = (row[place].strip() for row in head[table.first_row - 1 :][:CHECKED_ROWS])
    samples = tuple(dict.fromkeys(filter(None, values)))[:SAMPLES]
    plain = len(columns_called(table.headers, text)) == 1 and len(text) <= QUOTED and '"' not in text
    where = _("column {column}", column=letters(place))
    value = text if plain else letters(place)
    return Candidate(text, where, (), samples, "person_columns", value)
