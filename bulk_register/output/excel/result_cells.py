"""The results as pieces of a worksheet's XML.

Text goes into the cells as inline strings (ECMA-376 part 1, 18.3.1.53): the shared strings stay byte for
byte what they were and needn't be held in memory; Excel, LibreOffice, Google Sheets, openpyxl, calamine and
pandas read them (openpyxl itself writes all its text so).

Links are hyperlink elements (18.3.1.47) as long as Excel's limit of 65,530 in a sheet allows: the cell is
plain text, so every reader finds the link's text there, it stays clickable after sorting, and nothing is
calculated. All links with the same part before `#` share one relationship, the rest is the element's
`location`; EPPlus writes shared relationships as well, and Excel, LibreOffice and openpyxl resolve them by
id. Beyond the limit the link is the HYPERLINK function with its value stored, which has no limit, but which
is a formula to those who look for one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, cached_property
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from bulk_register.ooxml.cell_values import MAX_CELL_CHARACTERS, MAX_HYPERLINKS, letters
from bulk_register.ooxml.xml import attribute, text, texts
from bulk_register.output.layout import Layout
from bulk_register.records import Results

BLOCK_ROWS = 2_000  # whose results are asked for at once; the first block decides how wide columns are
MAX_URL = 2_079  # characters of an address or location in Excel; longer ones make it repair the file
MAX_LITERAL = 255  # characters of a text in a formula: Excel specifications and limits
EPOCH = datetime(1899, 12, 30)  # serial number 0; right from March 1900 on (ECMA-376 part 1, 18.17.4.1)
_MAX_WIDTH, _MIN_WIDTH = 70, 12  # of a column, in characters

_INT64_BITS = 63  # beyond them a mask takes Python's own integers

Make = Callable[[tuple[bytes, ...]], bytes]


class Looks(NamedTuple):
    """The cell styles of a row's results."""

    plain: int
    link: int
    moment: int | None  # None: the workbook has no formats, so moments stay texts
    number: int | None = None  # None: that of plain ones


class ResultCells:
    """The results as cells of a worksheet whose elements have this prefix, taken in their rows' order."""

    def __init__(self, results: Results, layout: Layout, other_links: int = 0, prefix: str = "") -> None:
        self.layout = layout
        self._which, self._names = layout.which, layout.headers
        self._serials = {which: place for place, which in enumerate(sorted(layout.which.moments))}
        self._long = 1 << len(self._names)  # set in a row's mask if its link is no literal
        self.prefix = prefix
        self.rows: list[int] = results.rows.tolist()
        self.functions = results.most_links + other_links > MAX_HYPERLINKS
        self.links: list[tuple[str, str]] = []  # cell and link of the rows so far, if they aren't functions
        self._results = results
        self._block = range(0)  # places of the rows at hand
        self._values: list[tuple[bytes, ...]] = []
        self._masks: list[int] = []
        self._makers: dict[tuple[int, Looks], Make] = {}
        self._single: dict[tuple[int, int, Looks], Make] = {}

    @cached_property
    def widths(self) -> list[int]:
        """How wide each result column has to be for its header and the texts of the first rows."""
        columns = self._results.texts(slice(BLOCK_ROWS))
        return [
            min(max(_MIN_WIDTH, len(name) + 4, *map(len, column), 0) + 1, _MAX_WIDTH)
            for name, column in zip(self._names, columns, strict=True)
        ]

    def place(self, row: int) -> int | None:
        """Where a row stands among those with results; None if it has none."""
        at = bisect_left(self.rows, row)
        return at if at < len(self.rows) and self.rows[at] == row else None

    def all(self, place: int, looks: Looks) -> bytes:
        """A row's result cells from left to right, where they stand side by side."""
        at = self._at(place)
        key = (self._masks[at], looks)
        make = self._makers.get(key)
        if make is None:
            make = self._makers[key] = _maker(self._row_pattern(*key))
        return make(self._values[at])

    def one(self, place: int, which: int, looks: Looks) -> bytes:
        """One of a row's result cells."""
        at = self._at(place)
        key = (which, self._masks[at], looks)
        make = self._single.get(key)
        if make is None:
            make = self._single[key] = _maker(self._cell_pattern(*key))
        return make(self._values[at])

    def _at(self, place: int) -> int:
        """Where in the block at hand a row is; another block is asked for where it isn't."""
        if place not in self._block:
            self._load(place - place % BLOCK_ROWS)
        return place - self._block.start

    def _load(self, start: int) -> None:
        rows = self.rows[start : start + BLOCK_ROWS]
        self._block = range(start, start + len(rows))
        columns = self._results.texts(slice(start, start + BLOCK_ROWS))
        kind = np.int64 if len(columns) < _INT64_BITS else object
        masks = sum((column != "").astype(kind) * (1 << which) for which, column in enumerate(columns))
        every = [column.tolist() for column in columns]
        every += [list(map(_serial, every[which])) for which in self._serials]
        links = [] if self._which.link is None else every[self._which.link]
        if links and not self.functions:
            name = letters(self.layout.columns[self._which.link or 0])
            found = zip(rows, links, strict=True)
            self.links += [(f"{name}{row}", link) for row, link in found if link and len(link) <= MAX_URL]
        elif not all(map(_is_literal, links)):
            masks += np.array([not _is_literal(link) for link in links], kind) * self._long
            every.append(list(map(_function, links)))
        self._masks = masks.tolist()
        numbers = _bytes(list(map(str, rows)))
        self._values = list(zip(numbers, *map(_bytes, map(_escaped, every)), strict=True))

    def header(self, which: int, row: int, style: int) -> bytes:
        """A header cell."""
        return self.text_cell(row, self.layout.columns[which], self._names[which], style)

    def text_cell(self, row: int, column: int, value: str, style: int) -> bytes:
        """A cell with text in it."""
        p = self.prefix
        return (
            f'<{p}c r="{letters(column)}{row}"{_style(style)} t="inlineStr"><{p}is><{p}t>{text(value)}</{p}t>'
            f"</{p}is></{p}c>"
        ).encode()

    def blank(self, row: int, column: int, style: int) -> bytes:
        """A cell with nothing in it."""
        return f'<{self.prefix}c r="{letters(column)}{row}"{_style(style)}/>'.encode()

    def _row_pattern(self, mask: int, looks: Looks) -> str:
        return "".join(
            self._cell_pattern(which, mask, looks)
            for which in sorted(range(len(self._names)), key=lambda which: self.layout.columns[which])
        )

    def _cell_pattern(self, which: int, mask: int, looks: Looks) -> str:
        """A cell with the row's values in braces: 0 its number, then its texts, the serial numbers of its
        moments, a long link's formula.
        """
        style = _style(self._style_of(which, looks))
        p, place = self.prefix, f'r="{letters(self.layout.columns[which])}{{0}}"{style}'
        value, behind = f"{{{which + 1}}}", len(self._names) + 1
        if not mask >> which & 1:
            return f"<{p}c {place}/>"
        if which in self._serials and looks.moment is not None:
            value = f"{{{behind + self._serials[which]}}}"
        if which in self._which.numbers or (which in self._serials and looks.moment is not None):
            return f"<{p}c {place}><{p}v>{value}</{p}v></{p}c>"
        if which == self._which.link and self.functions:
            formula = f"{{{behind + len(self._serials)}}}"
            function = formula if mask & self._long else f'HYPERLINK("{value}")'
            return f'<{p}c {place} t="str"><{p}f>{function}</{p}f><{p}v>{value}</{p}v></{p}c>'
        return f'<{p}c {place} t="inlineStr"><{p}is><{p}t xml:space="preserve">{value}</{p}t></{p}is></{p}c>'

    def _style_of(self, which: int, looks: Looks) -> int:
        if which == self._which.link:
            return looks.link
        if which in self._serials and looks.moment is not None:
            return looks.moment
        number = looks.number if which in self._which.numbers else None
        return looks.plain if number is None else number


def _maker(pattern: str) -> Make:
    """A function that puts a row's values into a pattern; twice as quick as formatting."""
    first, *more = re.split(r"\{(\d+)\}", pattern)
    pieces = [first.encode(), *(b"" if place % 2 == 0 else one.encode() for place, one in enumerate(more))]
    places = list(map(int, more[::2]))
    taken = itemgetter(*places) if len(places) > 1 else itemgetter(slice(1))  # one: the row's number

    def make(values: tuple[bytes, ...]) -> bytes:
        pieces[1::2] = taken(values)
        return b"".join(pieces)

    return make


@cache
def _serial(moment: str) -> str:
    """Return a moment's serial number (ECMA-376 part 1, 18.17.4.1), "" for none."""
    return str((datetime.fromisoformat(moment) - EPOCH) / timedelta(days=1)) if moment else ""


def _escaped(values: list[str]) -> list[str]:
    """Texts as they stand in the XML, none longer than a cell can hold."""
    longest = max(map(len, values), default=0)
    return texts(values if longest <= MAX_CELL_CHARACTERS else [one[:MAX_CELL_CHARACTERS] for one in values])


def _bytes(values: list[str]) -> list[bytes]:
    return "\0".join(values).encode().split(b"\0")  # escaped texts hold no zero


def _style(style: int) -> str:
    return f' s="{style}"' if style else ""


def _is_literal(link: str) -> bool:
    """Whether a link can stand in a formula as one text, as it is."""
    return len(link) <= MAX_LITERAL and '"' not in link


def _function(link: str) -> str:
    """The formula that makes a cell this link, in texts that are short enough."""
    parts = (link[at : at + MAX_LITERAL] for at in range(0, len(link), MAX_LITERAL))
    quoted = "&".join('"' + part.replace('"', '""') + '"' for part in parts)
    return f"HYPERLINK({quoted})"


def hyperlink(cell: str, relationship: str, location: str, prefix: str, r: str) -> str:
    """A hyperlink element."""
    place = f' location="{attribute(location)}"' if location else ""
    return f'<{prefix}hyperlink ref="{cell}" {r}:id="{relationship}"{place}/>'
