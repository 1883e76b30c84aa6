"""Which columns of the output hold the results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from bulk_register.errors import OutputError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import letters, shown
from bulk_register.records import REGISTRATION, Columns, Source


@dataclass(frozen=True)
class Layout:
    """The result columns' places, counted from 0: `columns` in the order of `which`.

    `added` says which of them weren't in the roster; they stand side by side from `first_added` on.
    """

    columns: tuple[int, ...]
    added: tuple[bool, ...]
    first_added: int
    which: Columns = REGISTRATION

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """What the columns are called in the language in use."""
        return self.which.headers

    @cached_property
    def width(self) -> int:
        """Columns of the output up to its last."""
        return max(self.first_added, *(column + 1 for column in self.columns))

    @cached_property
    def filled_in_place(self) -> frozenset[int]:
        """The result columns that the roster already had."""
        return frozenset(c for c, added in zip(self.columns, self.added, strict=True) if not added)


def place_columns(source: Source, used_width: int, which: Columns = REGISTRATION) -> Layout:
    """Find the result columns that are there, and put the missing ones right of the last used column.

    Raises OutputError where a column of the roster bears one of their names and isn't this program's: what
    stands in it would be lost.
    """
    named = _result_columns(source, which)
    if named and len(named) < len(which.names):
        _refuse_foreign_values(source, named, which)
    first_added = max(used_width, source.first_column + len(source.headers))
    columns, added, free = [], [], first_added
    for name in which.names:
        there = named.get(name)
        columns.append(free if there is None else there)
        added.append(there is None)
        free += there is None
    return Layout(tuple(columns), tuple(added), first_added, which)


def _result_columns(source: Source, which: Columns) -> dict[str, int]:
    """Return the columns that bear a result column's name; raises OutputError where two bear the same."""
    found: dict[str, int] = {}
    for column, header in enumerate(source.headers if source.header_row else (), source.first_column):
        name = which.known(header)
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


def _refuse_foreign_values(source: Source, named: dict[str, int], which: Columns) -> None:
    """Raise OutputError where columns of which only some are there hold what this program never wrote.

    All of them together are an earlier output, whatever somebody has changed in it since. A note or a level
    can be anything: it is ours beside another column that is.
    """
    if len(named) > 1:
        named = {name: column for name, column in named.items() if which.tells_ours(name)}
    for row, line in enumerate(islice(source.lines(), source.last_row), 1):
        for name, column in named.items() if row >= source.first_row else ():
            text = shown(line.cells[column]).strip() if column < len(line.cells) else ""
            if text and not which.may_be_ours(name, text):
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
