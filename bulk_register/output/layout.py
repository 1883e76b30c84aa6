"""Which columns of the output hold the results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bulk_register.records import RESULT_COLUMNS, Source

LINK = RESULT_COLUMNS.index("Exam Link")


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
    """Find the result columns that are there, and put the missing ones right of the last used column."""
    named: dict[str, int] = {}
    for position, header in enumerate(source.headers if source.header_row else ()):
        named.setdefault(header.strip().casefold(), source.first_column + position)
    first_added = max(used_width, source.first_column + len(source.headers))
    columns, added, free = [], [], first_added
    for name in RESULT_COLUMNS:
        there = named.get(name.casefold())
        columns.append(free if there is None else there)
        added.append(there is None)
        free += there is None
    return Layout(tuple(columns), tuple(added), first_added)
