"""What calamine can't tell of an XLSX sheet: hidden rows, error values, merged cells, formulas, its true
reach.

One pass over the sheet's bytes, which verifies its checksum too. Cells are looked at one by one only in
blocks in which there is something to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bulk_register.ooxml.cell_values import bounds, letters
from bulk_register.ooxml.cells import (
    CellTag,
    Tags,
    attribute_pattern,
    cells,
    each_row,
    rows,
    valued,
)
from bulk_register.ooxml.extent import Extent
from bulk_register.ooxml.pieces import pieces, prefix
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import untext
from bulk_register.records import SheetOutline

_HIDDEN, _HEIGHT = attribute_pattern("hidden"), attribute_pattern("ht")
_MERGE = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\b[^<>]*?\sref\s*=\s*["']([^"']*)["']""")
Range = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(frozen=True)
class Scan:
    """What the pass found; rows count from 1, columns from 0."""

    outline: SheetOutline
    hidden: list[int]
    errors: list[tuple[int, int, str]]
    merged: list[Range]
    formulas: bool
    overlooked: bool  # cells may stand beyond the outline
    shared: int  # cells that hold shared texts, or more


def scan(book: WorkbookFile, part: str) -> Scan:
    """Look over a sheet; raises RosterError where it is damaged."""
    head = tail = b""
    rows_ = _Rows(Tags())
    for kind, data in pieces(book.large(part), part):
        if kind == "head":
            head, rows_ = data, _Rows(Tags(prefix(data)))
        elif kind == "tail":
            tail = data
        else:
            rows_.see(data)
    reach = rows_.reach
    outline = SheetOutline(part, head, tail, reach.last_row, reach.width, reach.in_order)
    merged = [place for ref in _MERGE.findall(tail) if (place := bounds(ref.decode("ascii", "replace")))]
    overlooked, shared = rows_.overlooked.found, sum(map(_shared_cells, (head, tail)), rows_.shared)
    return Scan(outline, rows_.hidden, rows_.errors, merged, rows_.formulas, overlooked, shared)


class _Rows:
    """What the rows that were seen so far show."""

    def __init__(self, tags: Tags) -> None:
        self.reach = Extent(tags)
        self.hidden: list[int] = []
        self.errors: list[tuple[int, int, str]] = []
        self.formulas = False
        self.overlooked = _Overlooked()
        self.shared = 0
        self._tags = tags

    def see(self, block: bytes) -> None:
        """Look at the next block of whole rows."""
        before = self.reach.before
        self.reach.see(block)
        self.overlooked.see(block, self.reach.last_row, self.reach.width)
        self.formulas = self.formulas or self._tags.formula.search(block) is not None
        single = b"'" in block
        self.shared += _shared_cells(block)
        hidden = b"hidden" in block or b'ht="0' in block or (single and b"ht='0" in block)
        errors = b'"e"' in block or (single and b"'e'" in block)
        if not hidden and not errors:
            return
        for row in rows(block, self._tags, before):
            if hidden and (valued(_HIDDEN, row.attributes) in (b"1", b"true") or _flat(row.attributes)):
                self.hidden.append(row.number)
            if errors:
                self.errors += [
                    (row.number, one.column, value_text(one, self._tags) or "#N/A")
                    for one in cells(block, self._tags, row.inner, row.stop)
                    if one.type == b"e"
                ]


class _Overlooked:
    """Whether blocks of rows that were seen may hold cells beyond those that the scan has counted."""

    def __init__(self) -> None:
        self.found = False

    def see(self, block: bytes, last_row: int, width: int) -> None:
        """Look at the next block; the numbers are what the scan has counted up to its end."""
        odd = b"r='" in block or b"r =" in block
        self.found = (
            self.found
            or odd
            or _longer(len(str(last_row)), len(letters(max(width, 1) - 1))).search(block) is not None
        )


@cache
def _longer(digits: int, names: int) -> re.Pattern[bytes]:
    """Finds a reference with more letters or digits; looking for `r="` first makes it quick."""
    return re.compile(rb"""r="(?![A-Za-z]{0,%d}[0-9]{1,%d}")(?<![\w:.-]r=")""" % (names, digits))


def _shared_cells(piece: bytes) -> int:
    """How many cells in a piece of a sheet hold shared texts, or more."""
    return piece.count(b'"s"') + (piece.count(b"'s'") if b"'" in piece else 0)


def _flat(attributes: bytes) -> bool:
    height = valued(_HEIGHT, attributes)
    return height is not None and not height.strip(b"0.")


def value_text(cell: CellTag, tags: Tags) -> str | None:
    """A cell's stored value as it stands; None where there is none."""
    content = cell.content
    if content.startswith(b"<v>") and content.find(b"<", 3) == len(content) - 4 and b"&" not in content:
        return untext(content[3:-4])
    match = tags.value.search(content)
    return None if match is None or match[1] is None else untext(match[1])


def column_cells(book: WorkbookFile, part: str, column: int) -> Iterator[tuple[int, CellTag, Tags]]:
    """One column's cells with their rows."""
    for row, block, tags in each_row(book.large(part), part):
        for one in cells(block, tags, row.inner, row.stop):
            if one.column == column:
                yield row.number, one, tags
            if one.column >= column:
                break
