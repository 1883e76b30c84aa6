"""Which columns of the output hold the results."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from bulk_register.api import GUID
from bulk_register.errors import OutputError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import letters, shown
from bulk_register.records import RESULT_COLUMNS, Source, known_header, known_status

LINK = RESULT_COLUMNS.index("Exam Link")
TILL = RESULT_COLUMNS.index("Link Valid Till")


@dataclass(frozen=True)
class Layout:
    """The result columns' places, counted from 0: `columns` in the order of RESULT_COLUMNS.

    `added` says which of them weren't in the roster; they stand side by side from `first_added` on.
    """

    columns: tuple[int, ...]
    added: tuple[bool, ...]
    first_added: int

    @cached_property
    def width(self) -> int:
        """Columns of the output up to its last."""
        return max(self.first_added, *(column + 1 for column in self.columns))

    @cached_property
    def filled_in_place(self) -> frozenset[int]:
        """The result columns that the roster already had."""
        return frozenset(c for c, added in zip(self.columns, self.added, strict=True) if not added)


def place_columns(source: Source, used_width: int) -> Layout:
    """Find the result columns that are there, and put the missing ones right of the last used column.

    Raises OutputError where a column of the roster bears one of their names and isn't this program's: what
    stands in it would be lost.
    """
    named = _result_columns(source)
    if named and len(named) < len(RESULT_COLUMNS):
        _refuse_foreign_values(source, named)
    first_added = max(used_width, source.first_column + len(source.headers))
    columns, added, free = [], [], first_added
    for name in RESULT_COLUMNS:
        there = named.get(name)
        columns.append(free if there is None else there)
        added.append(there is None)
        free += there is None
    return Layout(tuple(columns), tuple(added), first_added)


def _result_columns(source: Source) -> dict[str, int]:
    """Return the columns that bear a result column's name; raises OutputError where two bear the same."""
    found: dict[str, int] = {}
    for column, header in enumerate(source.headers if source.header_row else (), source.first_column):
        name = known_header(header)
        if name in found:
            raise OutputError(
                _(
                    'The roster has two columns named "{name}" ({first} and {second}), and it can\'t be told '
                    "which of them is to be filled. Rename or delete one of them.",
                    name=name,
                    first=letters(found[name]),
                    second=letters(column),
                )
            )
        if name:
            found[name] = column
    return found


def _refuse_foreign_values(source: Source, named: dict[str, int]) -> None:
    """Raise OutputError where columns of which only some are there hold what this program never wrote.

    All five together are an earlier output, whatever somebody has changed in it since. A note can be
    anything: it is ours beside another column that is.
    """
    if len(named) > 1:
        named = {name: column for name, column in named.items() if name != "Registration Note"}
    for row, line in enumerate(islice(source.lines(), source.last_row), 1):
        for name, column in named.items() if row >= source.first_row else ():
            text = shown(line.cells[column]).strip() if column < len(line.cells) else ""
            if text and not _OURS[name](text):
                raise OutputError(
                    _(
                        'The roster has a column "{name}" of its own (column {column}; row {row} holds '
                        "something that this program never wrote), and the output needs that name. Rename "
                        "the column in the roster.",
                        name=name,
                        column=letters(column),
                        row=row,
                    )
                )


_OURS: dict[str, Callable[[str], object]] = {
    "Participant ID": GUID.fullmatch,
    "Exam Link": lambda text: "#participant/" in text,
    "Link Valid Till": re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?").fullmatch,
    "Registration Status": known_status,
    "Registration Note": lambda _text: False,
}
