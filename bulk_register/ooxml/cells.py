"""The rows and cells of a worksheet's XML.

The XML must be `plain`: then `<` begins a tag and nothing else, and these expressions are exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

from bulk_register.language import _
from bulk_register.ooxml.archive import damaged
from bulk_register.ooxml.cell_values import MAX_COLUMNS, MAX_ROWS, column_of
from bulk_register.ooxml.pieces import pieces, prefix
from bulk_register.ooxml.xml import MAX_DIGITS, whole

_QUOTED = rb"""(?:[^<>"'/]++|"[^"<]*+"|'[^'<]*+'|/(?!>))*+"""
_ATTRIBUTE = rb"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)')"""


@dataclass(frozen=True)
class Tags:
    """The expressions that find rows and cells, for the prefix of this part's elements (`x:` or none)."""

    prefix: str = ""
    p: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "p", re.escape(self.prefix.encode()))

    @cached_property
    def row(self) -> re.Pattern[bytes]:
        """A row's start tag: its number if it comes first, its other attributes, `/` if it is empty."""
        return re.compile(rb"<%brow\b(?: r=\"([0-9]{1,9})\")?(%b)(/?)>" % (self.p, _QUOTED))

    @cached_property
    def cell(self) -> re.Pattern[bytes]:
        """A whole cell: its attributes and its content (None if it is an empty tag)."""
        content = rb"[^<]*+(?:<(?!/?%bc\b)[^<]*+)*+" % self.p
        return re.compile(rb"<%bc\b(%b)(?:/>|>(%b)</%bc\s*>)" % (self.p, _QUOTED, content, self.p))

    @cached_property
    def usual_cell(self) -> re.Pattern[bytes]:
        """A cell's start tag as nearly all programs write it: column, style, type, `/` if it is empty."""
        return re.compile(
            rb'<%bc(?: r="([A-Z]{1,3})[0-9]+")?(?: s="([0-9]{1,9})")?(?: t="([A-Za-z]+)")?(/?)>' % self.p
        )

    @cached_property
    def value(self) -> re.Pattern[bytes]:
        """A stored value."""
        return re.compile(rb"<%bv\b[^<>]*?(?:/>|>([^<]*)</%bv\s*>)" % (self.p, self.p))

    @cached_property
    def formula(self) -> re.Pattern[bytes]:
        """The beginning of a formula."""
        return re.compile(rb"<%bf\b" % self.p)

    @cached_property
    def phonetic(self) -> re.Pattern[bytes]:
        """A reading aid over a text, which isn't part of it (18.4.6)."""
        return re.compile(rb"<%brPh\b[^<]*+(?:<(?!/?%brPh\b)[^<]*+)*+</%brPh\s*>" % (self.p, self.p, self.p))

    @cached_property
    def text(self) -> re.Pattern[bytes]:
        """A run of text: its attributes and its content."""
        return re.compile(rb"<%bt\b([^<>]*?)(?:/>|>([^<]*)</%bt\s*>)" % (self.p, self.p))


def each_row(chunks: Iterable[bytes], part: str) -> Iterator[tuple[RowTag, bytes, Tags]]:
    """The rows of a worksheet as they stand, each with the block that it stands in and the sheet's tags."""
    tags, before = Tags(), 0
    for kind, data in pieces(chunks, part):
        if kind == "head":
            tags = Tags(prefix(data))
        elif kind == "rows":
            for row in rows(data, tags, before):
                yield row, data, tags
                before = row.number


def attribute_pattern(name: str) -> re.Pattern[bytes]:
    """Finds an attribute of a tag; its value is group 1 or 2."""
    return re.compile(_ATTRIBUTE.replace(b"{name}", re.escape(name.encode())))


_R, _S, _T = attribute_pattern("r"), attribute_pattern("s"), attribute_pattern("t")
_ANY_R = re.compile(rb"\sr\s*=")
_CELL = re.compile(rb"([A-Za-z]{1,3})([0-9]{1,9})")


def valued(pattern: re.Pattern[bytes], attributes: bytes) -> bytes | None:
    """The attribute's value among a tag's attributes; None if it isn't there."""
    match = pattern.search(attributes)
    return None if match is None else match[1] if match[1] is not None else match[2]


class RowTag(NamedTuple):
    """A row as it stands in a block: its number and where its tag and content are."""

    number: int
    attributes: bytes
    start: int
    inner: int
    stop: int  # end of the content; the end tag follows unless `alone`
    end: int
    alone: bool


def rows(block: bytes, tags: Tags, after: int) -> Iterator[RowTag]:
    """The rows of a block; `after` is the number of the row before it, for rows that don't say theirs.

    Such a row has the number that its cells have, as other readers take it, or the next one (18.3.1.73).
    """
    closing = b"</%brow" % tags.prefix.encode()
    search = tags.row.search
    at = 0
    while match := search(block, at):
        given, attributes, alone = match.groups()
        inner = match.end()
        stop = inner if alone else block.find(closing, inner)
        at = inner if alone else block.find(b">", stop) + 1
        number = (
            int(given) if given else whole(str(valued(_R, attributes) or b"0", "latin-1"), _("row number"))
        )
        number = number or told_by_cells(block, tags, inner, stop) or after + 1
        if not 0 < number <= MAX_ROWS:
            raise damaged(_("it has a row {number}", number=number))
        if stop < 0 or at <= 0:
            raise damaged(_("its row {number} is cut off", number=number))
        yield RowTag(number, attributes, match.start(), inner, stop, at, bool(alone))
        after = number


def told_by_cells(block: bytes, tags: Tags, inner: int, stop: int) -> int:
    """The row's number as its first cell that has one tells it; 0 where none does."""
    if not _ANY_R.search(block, inner, max(stop, inner)):
        return 0
    for match in tags.cell.finditer(block, inner, max(stop, inner)):
        if place := _CELL.fullmatch(valued(_R, match[1]) or b""):
            return int(place[2])
    return 0


class CellTag(NamedTuple):
    """A cell as it stands in a row: its column, style and type, its content, and its bytes' place."""

    column: int
    style: int
    type: bytes
    content: bytes
    start: int
    end: int


def cells(block: bytes, tags: Tags, start: int = 0, stop: int | None = None) -> Iterator[CellTag]:
    """The cells of one row (block[start:stop]), left to right as they stand."""
    column, at, stop = -1, start, len(block) if stop is None else stop
    usual, closing = tags.usual_cell.match, b"</%bc>" % tags.prefix.encode()
    while at < stop:
        match = usual(block, at)
        end = block.find(closing, match.end(), stop) if match and not match[4] else -1
        if match and (match[4] or end >= 0):
            inner = match.end()
            content, after = (b"", inner) if match[4] else (block[inner:end], end + len(closing))
            place = _column(match[1]) if match[1] else column + 1
            cell = CellTag(place, int(match[2] or 0), match[3] or b"n", content, at, after)
        else:
            match = tags.cell.search(block, at, stop)
            if match is None:
                return
            cell = _unusual(match, column + 1)
        if cell.column >= MAX_COLUMNS:
            raise damaged(_("it has a cell {match!r}", match=match[0][:40]))
        column, at = cell.column, cell.end
        yield cell


def _unusual(match: re.Match[bytes], next_column: int) -> CellTag:
    """A cell in another spelling: attributes missing or in another order."""
    attributes, content = match.groups()
    place = valued(_R, attributes)
    named = _CELL.fullmatch(place) if place else None
    column = _column(named[1]) if named else next_column
    style, kind = valued(_S, attributes), valued(_T, attributes)
    number = int(style) if style and style.isdigit() and len(style) <= MAX_DIGITS else 0
    return CellTag(column, number, kind or b"n", content or b"", match.start(), match.end())


@cache
def _column(name: bytes) -> int:
    return column_of(name.decode())
