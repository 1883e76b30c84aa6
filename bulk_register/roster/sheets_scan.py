"""What calamine can't tell of an XLSX sheet: hidden rows, error values, merged cells, formulas, its true
reach.

One pass over the sheet's bytes, which verifies its checksum too. Cells are looked at one by one only in
blocks in which there is something to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bulk_register.package.book import Book
from bulk_register.package.cells import (
    CellTag,
    Tags,
    attribute_pattern,
    cells,
    pieces,
    prefix,
    rows,
    valued,
)
from bulk_register.package.reach import Reach
from bulk_register.package.values import bounds
from bulk_register.package.xml import untext

_HIDDEN, _HEIGHT = attribute_pattern("hidden"), attribute_pattern("ht")
_MERGE = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\b[^>]*?\sref\s*=\s*["']([^"']*)["']""")
Range = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass
class Scan:
    """What the pass found; rows count from 1, columns from 0."""

    last_row: int = 0
    far: bool = False  # a cell may stand right of column Z
    hidden: list[int] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    formulas: bool = False


def scan(book: Book, part: str) -> Scan:
    """Look over a sheet; raises RosterError where it is damaged."""
    found = Scan()
    tags = Tags()
    reach = Reach(tags)
    for kind, data in pieces(book.large(part), part):
        if kind == "head":
            tags = Tags(prefix(data))
            reach = Reach(tags)
        elif kind == "tail":
            found.merged = [place for ref in _MERGE.findall(data) if (place := bounds(ref.decode()))]
        else:
            _scan_rows(data, tags, reach, found)
    return found


def width(book: Book, part: str) -> int:
    """How many columns hold anything; takes another pass."""
    columns = 0
    reach = Reach(Tags())
    for kind, data in pieces(book.large(part), part):
        if kind == "head":
            reach = Reach(Tags(prefix(data)))
        elif kind == "rows":
            columns = reach.beyond(data, columns)
    return columns


def _scan_rows(block: bytes, tags: Tags, reach: Reach, found: Scan) -> None:
    before = found.last_row
    found.last_row = reach.last(block, before)
    found.far = found.far or reach.may_go_far(block)
    found.formulas = found.formulas or tags.formula.search(block) is not None
    single = b"'" in block
    hidden = b"hidden" in block or b'ht="0' in block or (single and b"ht='0" in block)
    errors = b'"e"' in block or (single and b"'e'" in block)
    if not hidden and not errors:
        return
    for row in rows(block, tags, before):
        if hidden and (valued(_HIDDEN, row.attributes) in (b"1", b"true") or _flat(row.attributes)):
            found.hidden.append(row.number)
        if errors:
            found.errors += [
                (row.number, one.column, value_text(one, tags) or "#N/A")
                for one in cells(block, tags, row.inner, row.stop)
                if one.type == b"e"
            ]


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


def column_cells(book: Book, part: str, column: int) -> Iterator[tuple[int, CellTag, Tags]]:
    """One column's cells with their rows."""
    tags = Tags()
    before = 0
    for kind, data in pieces(book.large(part), part):
        if kind == "head":
            tags = Tags(prefix(data))
        elif kind == "rows":
            for row in rows(data, tags, before):
                before = row.number
                for one in cells(data, tags, row.inner, row.stop):
                    if one.column == column:
                        yield row.number, one, tags
                    if one.column >= column:
                        break
