"""How much room a sheet's cells will take in the native reader, found before it takes it.

The reader makes a cell for every place up to the last filled one and a copy of a text for every cell that
holds it: a file of a kilobyte can ask for more memory than there is.
"""

from __future__ import annotations

import re

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.ooxml.archive import damaged
from bulk_register.ooxml.cell_values import MAX_COLUMNS, MAX_ROWS, column_of, letters
from bulk_register.ooxml.strings import shared_strings
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import MAX_DIGITS
from bulk_register.records import SheetOutline
from bulk_register.roster.sheets.ooxml_scan import Scan
from bulk_register.roster.sheets.places import (
    MAX_SPARSE,
    Reach,
    most_text,
    refuse_copies,
    refuse_far,
    too_many,
)

MAX_UNSEEN = 30_000_000  # rows x columns that names as long as those of the cells seen may reach
LONGEST_NAME = len("XFD")
SMALL_BYTES = 64 * 1024**2  # of a sheet, below which every cell is looked at

# a row, or a cell with something in it, in whatever namespace's prefix, and where it says that it stands
_ROW_OR_CELL = re.compile(
    rb"""<(?:[\w.-]+:)?row\b(?:[^<>]*?\sr\s*=\s*["']\s*([0-9]+)[^"'<>]*["'])?[^<>]*+>"""
    rb"""|<(?:[\w.-]+:)?(c)\b(?:[^<>]*?\sr\s*=\s*["']\s*([A-Za-z]*)([0-9]*)[^"'<>]*["'])?[^<>]*+(?<!/)>(?!</)"""
)
_SHARED = re.compile(
    rb"""<(?:[\w.-]+:)?c\b[^<>]*?\st\s*=\s*["']s["'][^<>]*>[^<]*<(?:[\w.-]+:)?v[^<>]*>\s*([0-9]{1,9})"""
)


class SheetsRead:
    """What the sheets of a workbook that were read come to: all are held until one of them is chosen."""

    def __init__(self) -> None:
        self._uncounted: list[SheetOutline] = []
        self._places = self._filled = 0  # of those that were counted
        self._texts = _Texts()

    def add(self, book: WorkbookFile, name: str, found: Scan) -> None:
        """Count another; raises RosterError where it takes too much room, alone or with the others."""
        self._add_places(book, name, found.outline, overlooked=found.overlooked)
        self._texts.add(book, name, found.outline.part, found.shared)

    def _add_places(self, book: WorkbookFile, name: str, outline: SheetOutline, *, overlooked: bool) -> None:
        digits, names = len(str(outline.last_row)), len(letters(max(outline.width - 1, 0)))
        overlooked = overlooked or (
            26**names * 10**digits > MAX_UNSEEN and book.archive.size(outline.part) <= SMALL_BYTES
        )  # names as long as the others' leave too much room
        self._uncounted.append(outline)
        places = self._places + sum(one.last_row * one.width for one in self._uncounted)
        if places <= MAX_SPARSE and not overlooked:
            return
        for one in self._uncounted:
            reach = _farthest(book, one)
            self._places, self._filled = self._places + reach.places, self._filled + reach.filled
        self._uncounted = []
        refuse_far(name, reach)
        if too_many(self._places, self._filled):
            raise RosterError(
                _(
                    "the sheets up to {name!r} come to {places:,} cells, too many to look through: name "
                    "the right one with --sheet.",
                    name=name,
                    places=self._places,
                )
            )


class _Texts:
    """The characters of the shared texts in the cells of some sheets, counted as closely as need be."""

    def __init__(self) -> None:
        self._held: dict[str, int] = {}  # by part: the characters, or more
        self._counted: set[str] = set()  # the parts of which they are the very number
        self._longest = 0
        self._lengths: list[int] = []

    def add(self, book: WorkbookFile, name: str, part: str, cells: int) -> None:
        """Count another sheet, in which `cells` or fewer hold shared texts.

        Raises RosterError where a few long texts fill the memory with copies.
        """
        strings = book.related("sharedStrings")
        if strings is None:
            return
        self._longest = self._longest or _longest(book, strings)
        self._held[part] = self._longest * cells
        most = most_text(book.archive.size(strings) + sum(map(book.archive.size, self._held)))
        if sum(self._held.values()) <= most:
            return
        for one in self._held.keys() - self._counted:
            self._held[one] = self._by_lengths(book, one)
        self._counted.update(self._held)
        held = sum(self._held.values())
        if held <= most:
            return
        refuse_copies(name, self._held[part], book.archive.size(strings) + book.archive.size(part))
        raise RosterError(
            _(
                "the cells of the sheets up to {name!r} hold {held:,} characters, too many to look through: "
                "name the right one with --sheet.",
                name=name,
                held=held,
            )
        )

    def _by_lengths(self, book: WorkbookFile, part: str) -> int:
        self._lengths = self._lengths or [len(one) for one in shared_strings(book)]
        return sum(
            self._lengths[int(one)]
            for piece in book.large(part)
            for one in _SHARED.findall(piece)
            if int(one) < len(self._lengths)
        )


def _farthest(book: WorkbookFile, outline: SheetOutline) -> Reach:
    """The last row and column in which a cell holds something, and how many do."""
    row = column = filled = current = 0
    for piece in book.large(outline.part):
        for at, is_cell, name, number in _ROW_OR_CELL.findall(piece):
            if not is_cell:
                current = int(at) if at and len(at) <= MAX_DIGITS else current + 1
                continue
            filled += 1
            if not name and not number:  # it stands in its row, where the scan has counted it
                row, column = max(row, current), max(column, outline.width - 1)
            elif not name or not number or len(name) > LONGEST_NAME or len(number) > MAX_DIGITS:
                raise damaged(_("it has a cell {decode}", decode=(name + number)[:20].decode()))
            else:
                row, column = max(row, int(number)), max(column, column_of(name.decode()))
        if row > MAX_ROWS or column >= MAX_COLUMNS:
            raise damaged(_("it has a cell beyond row {max_rows:,} or column XFD", max_rows=MAX_ROWS))
    return Reach(row, column + 1, filled)


def _longest(book: WorkbookFile, part: str) -> int:
    """The bytes of the longest shared text, with its tags, or more."""
    longest = left = 0
    for chunk in book.archive.chunks(part):
        first, *others = chunk.split(b"si>")
        left += len(first)
        longest = max(longest, left, *map(len, others))
        left = len(others[-1]) if others else left
    return longest
