"""How many cells the native reader may make: one for each place up to its last filled row and column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.ooxml.archive import damaged
from bulk_register.ooxml.cell_values import letters

MAX_CELLS = 100_000_000  # rows x columns; the reader takes about 30 bytes for each, empty or not
MAX_SPARSE = 16_000_000  # the same where nearly all of them are empty
SPARSE = 8  # places to each filled one, from which a sheet counts as nearly empty
MAX_TEXT = 60_000_000  # characters of a sheet's shared texts, each counted as often as a cell holds it
TEXT_GROWTH = 4  # or so many times what the workbook unpacks to, where that is more


class Reach(NamedTuple):
    """How far the cells of a sheet reach that hold something: rows and columns, and how many do."""

    rows: int
    columns: int
    filled: int

    @property
    def places(self) -> int:
        """The cells that the native reader makes of it."""
        return self.rows * self.columns


def too_many(places: int, filled: int, copies: int = 1) -> bool:
    """Whether so many cells, in so many copies, take more memory than a file with so many filled ones may."""
    held = places * copies
    return held > MAX_CELLS or (held > MAX_SPARSE and filled * SPARSE < places)


def refuse_far(name: str, reach: Reach, copies: int = 1) -> None:
    """Raise RosterError where a sheet's filled cells lie too far apart, naming the farthest."""
    if too_many(reach.places, reach.filled, copies):
        raise RosterError(
            _(
                "the sheet {name!r} reaches down to row {row:,} and right to column {column} (cell "
                "{column}{row}), nearly all empty: delete the stray cells far out, and save it.",
                name=name,
                row=reach.rows,
                column=letters(reach.columns - 1),
            )
        )


def refuse_together(name: str, places: int, filled: int, copies: int = 1) -> None:
    """Raise RosterError where the sheets up to this one come to too many cells, so many of them filled."""
    if too_many(places, filled, copies):
        raise RosterError(
            _(
                "the sheets up to {name!r} come to {places:,} cells, nearly all empty: delete the stray "
                "cells far out, and save it.",
                name=name,
                places=places,
            )
        )


def refuse_shared_parts(parts: Iterable[str]) -> None:
    """Raise RosterError where sheets are kept in one part, which would be read again and again."""
    there = list(parts)
    if len(set(there)) < len(there):
        raise damaged(_("two of its sheets are kept in one part"))


def most_text(size: int) -> int:
    """How many characters the cells of a workbook that unpacks to so many bytes may hold."""
    return max(MAX_TEXT, TEXT_GROWTH * size)


def refuse_copies(name: str, held: int, size: int) -> None:
    """Raise RosterError where a few texts are held so often that copies of them fill the memory."""
    if held > most_text(size):
        raise RosterError(
            _(
                "the cells of the sheet {name!r} hold {held:,} characters, nearly all in copies of a few "
                "long texts: delete the columns with the long texts, and save it.",
                name=name,
                held=held,
            )
        )
