"""How the rows of a worksheet stand, and how far right they reach, told as they stream by."""

from __future__ import annotations

import re
from functools import cache
from operator import gt

from bulk_register.language import _
from bulk_register.ooxml.archive import damaged
from bulk_register.ooxml.cell_values import column_of, letters
from bulk_register.ooxml.cells import Tags, cells, rows, told_by_cells

_TO_Z = 26  # columns


class Extent:
    """What the blocks that were seen so far show of a sheet's rows."""

    def __init__(self, tags: Tags) -> None:
        self.last_row = 0
        self.before = 0  # the number of the row seen last
        self.width = 0  # columns up to the last cell that holds something
        self.in_order = True  # every row stands below the one before
        p = tags.prefix.encode()
        self._tags = tags
        self._start, self._row, self._row_end = b"<%bc " % p, b"<%brow" % p, b"</%brow>" % p
        # a row's number and, where it comes next, that of its first cell
        self._number = re.compile(
            rb'<%brow r="([0-9]{1,9})"(?:[^<>]*><%bc r="[A-Z]{1,3}([0-9]{1,9})")?' % (tags.p, tags.p)
        )
        self._bare = re.compile(rb"<%bc/?>" % tags.p)  # a cell that doesn't say where it is
        self._place = re.compile(rb'<%bc r="([A-Z]{1,3})[0-9]+"' % tags.p)

    def see(self, block: bytes) -> None:
        """Look at the next block of whole rows."""
        numbers = self._numbers(block)
        self.in_order &= all(map(gt, numbers, [self.before, *numbers]))
        self.last_row = max(self.last_row, *numbers, 0)
        self.before = numbers[-1] if numbers else self.before
        self.width = self._beyond(block, self.width)

    def _numbers(self, block: bytes) -> list[int]:
        found = self._number.findall(block)
        if len(found) == block.count(self._row):
            numbers = [(int(number), int(of_cell or number)) for number, of_cell in found]
        else:
            there = list(rows(block, self._tags, self.before))
            told = (told_by_cells(block, self._tags, row.inner, row.stop) for row in there)
            numbers = [(row.number, of_cell or row.number) for row, of_cell in zip(there, told, strict=True)]
        for number, of_cell in numbers:
            if of_cell != number:
                raise damaged(
                    _("its row {number} has a cell of row {of_cell}", number=number, of_cell=of_cell)
                )
        return [number for number, _ in numbers]

    def _beyond(self, block: bytes, width: int) -> int:
        """The width, or more if a row in the block reaches further."""
        if width and not _outside(self._tags.p, width).search(block):
            return width  # nearly all blocks
        if self._bare.search(block):
            parts = block.split(self._row_end)
            there = (one for part in parts for one in cells(part, self._tags) if one.content)
            return max(width, *(one.column + 1 for one in there), 0)
        for part in block.split(self._row_end):
            stop = len(part)
            while (at := part.rfind(self._start, 0, stop)) >= 0:
                match = self._place.match(part, at)
                if match is None:
                    width = max(width, *(one.column + 1 for one in cells(part, self._tags) if one.content), 0)
                    break
                column = _column(match[1])
                if column < width:
                    break
                if not part.endswith(b"/>", at, part.find(b">", at) + 1):
                    width = column + 1
                    break
                stop = at
        return width


@cache
def _outside(prefix: bytes, width: int) -> re.Pattern[bytes]:
    """Finds a cell that may stand right of so many columns; if it finds none, there is none."""
    last = letters(min(width, _TO_Z) - 1).encode()
    return re.compile(rb'<%bc(?! r="[A-%b][0-9])[\s/>]' % (prefix, last))


@cache
def _column(name: bytes) -> int:
    return column_of(name.decode())
