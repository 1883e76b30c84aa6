"""The rows of a worksheet with the results put in, as they stream by.

Nearly every row ends left of the new columns: it gets them in one piece before its end tag. Only rows with
cells in those columns are taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bulk_register.ooxml.cell_values import column_of, letters
from bulk_register.ooxml.cells import RowTag, Tags, attribute_pattern, cells, rows
from bulk_register.ooxml.xml import with_attributes
from bulk_register.output.excel.result_cells import Looks, ResultCells
from bulk_register.output.excel.styles import Styles

_SPANS = attribute_pattern("spans")


class ChangedRows:
    """Puts the results into blocks of rows; `styles` collects the cell styles that this takes."""

    def __init__(self, made: ResultCells, styles: Styles, tags: Tags, header_row: int) -> None:
        self._made = made
        self._styles = styles
        self._tags = tags
        self._header_row = header_row
        self._layout = made.layout
        self._leftmost = letters(min(made.layout.columns)).encode()
        self._in_place = bool(made.layout.filled_in_place)
        self._place = 0  # of the next row with results among them
        self._next = made.rows[0] if made.rows else 0  # its number; 0 behind the last
        self._before = 0
        p = tags.prefix.encode()
        self._cell_start = b"<%bc " % p
        self._row_start, self._row_end = b"<%brow" % p, b"</%brow>" % p
        # a row's number and other attributes, as nearly all programs write them
        self._usual_row = re.compile(rb'(\s*<%brow r="([0-9]+)")((?: [\w:.-]+="[^"<>]*")*)>' % tags.p)
        self._attributes = cache(self._with_span)
        self._looks = cache(self._looks_beside)

    def block(self, block: bytes) -> bytes:
        """A block of rows with their results."""
        parts = block.split(self._row_end)
        left = parts.pop()
        if left.strip() or self._in_place or b"extLst" in block or block.count(self._row_start) != len(parts):
            return self._carefully(block)
        return self._quickly(parts)

    def _quickly(self, parts: list[bytes]) -> bytes:
        """Rows without their end tags: the results go behind the last cell of each."""
        usual_row, usual_cell = self._usual_row.match, self._tags.usual_cell.match
        pieces: list[bytes] = []
        for part in parts:
            tag = usual_row(part)
            last = usual_cell(part, part.rfind(self._cell_start))
            if tag and last and int(tag[2]) == self._next and _column(last[1]) < self._layout.first_added:
                new = self._made.all(self._place, self._looks(last[2]))
                pieces += (tag[1], self._attributes(tag[3]), part[tag.end() - 1 :], new, self._row_end)
                self._before = self._next
                self._advance()
            else:
                pieces.append(self._carefully(part + self._row_end))
        return b"".join(pieces)

    def _looks_beside(self, style: bytes | None) -> Looks:
        """The styles of plain cells and links beside a cell of this style."""
        return self._styles.looks(self._styles.plain(int(style or 0)))

    def _advance(self) -> None:
        self._place += 1
        self._next = self._made.rows[self._place] if self._place < len(self._made.rows) else 0

    def _carefully(self, block: bytes) -> bytes:
        """Rows of every kind."""
        pieces: list[bytes] = []
        at = 0
        for row in rows(block, self._tags, self._before):
            if self._next and row.number > self._next:
                pieces += [block[at : row.start], *self._missing(row.number)]
                at = row.start
            new = self._row(block, row)
            if new is not None:
                pieces += [block[at : row.start], *new]
                at = row.end
            if row.number == self._next:
                self._advance()
            self._before = row.number
        return b"".join([*pieces, block[at:]])

    def rest(self) -> bytes:
        """Rows with results that the sheet doesn't have, after its last one."""
        return b"".join(self._missing(0))

    def _missing(self, before: int) -> Iterator[bytes]:
        """Rows that only merged cells make part of the roster have no element of their own."""
        while self._next and (not before or self._next < before):
            cells_ = self._made.all(self._place, self._styles.looks(0))
            yield b'%b r="%d">%b%b' % (self._row_start, self._next, cells_, self._row_end)
            self._advance()

    def _row(self, block: bytes, row: RowTag) -> list[bytes] | None:
        """The row's new bytes, or None if it stays as it is."""
        place = self._place if row.number == self._next else None
        heads = row.number == self._header_row
        if place is None and not heads and (not self._in_place or row.number < self._header_row):
            return None
        tag = self._tag(block, row)
        return [tag, *self._taken_apart(block, row, place, heads), self._row_end]

    def _tag(self, block: bytes, row: RowTag) -> bytes:
        tag = block[row.start : row.inner]
        if b"spans" in row.attributes:
            tag = tag.replace(row.attributes, self._attributes(row.attributes))
        return tag[:-2].rstrip() + b">" if row.alone else tag

    def _with_span(self, attributes: bytes) -> bytes:
        """The row's attributes, its span (18.3.1.73, an aid to readers) reaching over the new columns."""
        match = _SPANS.search(attributes)
        numbers = [int(one) for one in re.findall(rb"\d{1,9}", match[0])] if match else []
        if not numbers or not any(self._layout.added):
            return attributes
        span = f"{min(numbers)}:{max(*numbers, self._layout.width)}"
        return with_attributes(attributes + b">", {"spans": span})[:-1]

    def _taken_apart(self, block: bytes, row: RowTag, place: int | None, heads: bool) -> list[bytes]:
        first = self._first_of_ours(block, row)
        there = list(cells(block, self._tags, first, row.stop))
        columns = self._layout.columns
        old = {one.column: one for one in there if one.column in columns}
        new = {one.column: block[one.start : one.end] for one in there}
        left = [one.style for one in there if one.column < min(columns)]
        neighbour = left[-1] if left else self._style_before(block, row.inner, first)
        for which, column in enumerate(columns):
            style = old[column].style if column in old else None
            if heads:
                cell = self._header(row.number, which, neighbour)
            elif place is None:
                cell = self._blank(row.number, which, style)
            else:
                cell = self._result(place, which, style, neighbour)
            if cell is not None:
                new[column] = cell
        after = there[-1].end if there else first
        untouched = block[row.inner : first]
        return [untouched, *(new[column] for column in sorted(new)), block[after : row.stop]]

    def _first_of_ours(self, block: bytes, row: RowTag) -> int:
        """Where the leftmost result column's cell begins; the row's beginning if that can't be told."""
        place = b'%br="%b%d"' % (self._cell_start, self._leftmost, row.number)
        return max(block.find(place, row.inner, row.stop), row.inner)

    def _style_before(self, block: bytes, inner: int, first: int) -> int:
        at = block.rfind(self._cell_start, inner, first)
        return next((one.style for one in cells(block, self._tags, at, first)), 0) if at >= 0 else 0

    def _header(self, row: int, which: int, neighbour: int) -> bytes | None:
        """A result column's header, in the style of its neighbour; None if what is there stays."""
        return self._made.header(which, row, neighbour) if self._layout.added[which] else None

    def _blank(self, row: int, which: int, style: int | None) -> bytes | None:
        """A result column's cell in a row without a result, None if what is there stays."""
        if self._layout.added[which] or style is None:
            return None
        return self._made.blank(row, self._layout.columns[which], style)

    def _result(self, place: int, which: int, style: int | None, neighbour: int) -> bytes:
        """A result column's cell, in its own style or its neighbour's."""
        base = self._styles.plain(neighbour) if style is None or self._layout.added[which] else style
        return self._made.one(place, which, self._styles.look(base, self._layout.which, which))


@cache
def _column(name: bytes) -> int:
    return column_of(name.decode())
