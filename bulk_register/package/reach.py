"""A quick look over blocks of rows: their numbers, and how far right they reach."""

from __future__ import annotations

import re
from functools import cache

from bulk_register.package.cells import Tags, cells, rows
from bulk_register.package.values import column_of


class Reach:
    """Finds rows' numbers, and how far right they reach with cells that hold something."""

    def __init__(self, tags: Tags) -> None:
        p = tags.prefix.encode()
        self._tags = tags
        self._start, self._row, self._row_end = b"<%bc " % p, b"<%brow" % p, b"</%brow>" % p
        self._number = re.compile(rb'<%brow r="([0-9]+)"' % tags.p)
        self._far = re.compile(rb'<%bc(?! r="[A-Z][0-9])[\s/>]' % tags.p)
        self._place = re.compile(rb'<%bc r="([A-Z]{1,3})[0-9]+"' % tags.p)

    def numbers(self, block: bytes, before: int) -> list[int]:
        """The numbers of the rows in a block."""
        found = self._number.findall(block)
        if len(found) == block.count(self._row):
            return list(map(int, found))
        return [row.number for row in rows(block, self._tags, before)]

    def last(self, block: bytes, before: int) -> int:
        """The number of a block's last row; `before` is that of the row before it."""
        match = self._number.match(block, max(block.rfind(self._row), 0))
        return int(match[1]) if match else max(self.numbers(block, before), default=before)

    def may_go_far(self, block: bytes) -> bool:
        """Whether a cell may stand right of column Z; False is certain."""
        return self._far.search(block) is not None

    def beyond(self, block: bytes, width: int) -> int:
        """The width, or more if a row in the block reaches further."""
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
def _column(name: bytes) -> int:
    return column_of(name.decode())
