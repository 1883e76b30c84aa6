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

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
import pandas as pd

from bulk_register.package.values import MAX_CELL_CHARACTERS, MAX_HYPERLINKS, letters
from bulk_register.package.xml import attribute, text, texts
from bulk_register.records import RESULT_COLUMNS
from bulk_register.workbook.layout import LINK, Layout

MAX_URL = 2_079  # characters of an address or location in Excel; longer ones make it repair the file
MAX_LITERAL = 255  # characters of a text in a formula: Excel specifications and limits
_MAX_WIDTH, _MIN_WIDTH = 70, 12  # of a column, in characters


class Results:
    """The results in the order of their rows, ready for a worksheet whose elements have this prefix."""

    def __init__(self, results: pd.DataFrame, layout: Layout, other_links: int = 0, prefix: str = "") -> None:
        self.layout = layout
        self.prefix = prefix
        self.rows: list[int] = results["row"].tolist()
        self.columns: list[list[str]] = [results[name].tolist() for name in RESULT_COLUMNS]
        self.escaped = [texts([value[:MAX_CELL_CHARACTERS] for value in column]) for column in self.columns]
        self.positions = dict(zip(self.rows, range(len(self.rows)), strict=True))
        filled = (results[name].to_numpy(object) != "" for name in RESULT_COLUMNS)
        self._masks: list[int] = sum(
            held.astype(np.int64) << which for which, held in enumerate(filled)
        ).tolist()
        self._formats: dict[tuple[int, int, int], Callable[..., str]] = {}
        self._single: dict[tuple[int, bool, int], Callable[..., str]] = {}
        self.functions = sum(map(bool, self.columns[LINK])) + other_links > MAX_HYPERLINKS
        if self.functions:
            self.escaped.append(functions(self.columns[LINK]))
        self._values = list(zip(self.rows, *self.escaped, strict=True))

    @cached_property
    def widths(self) -> list[int]:
        """How wide each result column has to be for its header and texts."""
        return [
            min(max(_MIN_WIDTH, len(name) + 4, *map(len, column), 0) + 1, _MAX_WIDTH)
            for name, column in zip(RESULT_COLUMNS, self.columns, strict=True)
        ]

    def all(self, position: int, plain_style: int, link_style: int) -> bytes:
        """A row's result cells from left to right, where they stand side by side."""
        key = (self._masks[position], plain_style, link_style)
        make = self._formats.get(key)
        if make is None:
            make = self._formats[key] = self._format(*key).format
        return make(*self._values[position]).encode()

    def one(self, position: int, which: int, style: int) -> bytes:
        """One of a row's result cells."""
        key = (which, bool(self._masks[position] >> which & 1), style)
        make = self._single.get(key)
        if make is None:
            make = self._single[key] = self._cell(*key).format
        return make(*self._values[position]).encode()

    def header(self, which: int, row: int, style: int) -> bytes:
        """A header cell."""
        return self.text_cell(row, self.layout.columns[which], RESULT_COLUMNS[which], style)

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

    def _format(self, mask: int, plain_style: int, link_style: int) -> str:
        return "".join(
            self._cell(which, bool(mask >> which & 1), link_style if which == LINK else plain_style)
            for which in sorted(range(len(RESULT_COLUMNS)), key=lambda which: self.layout.columns[which])
        )

    def _cell(self, which: int, holds: bool, style: int) -> str:
        p, place = self.prefix, f'r="{letters(self.layout.columns[which])}{{0}}"{_style(style)}'
        value = f"{{{which + 1}}}"
        if not holds:
            return f"<{p}c {place}/>"
        if which == LINK and self.functions:
            return f'<{p}c {place} t="str"><{p}f>{{6}}</{p}f><{p}v>{value}</{p}v></{p}c>'
        return f'<{p}c {place} t="inlineStr"><{p}is><{p}t xml:space="preserve">{value}</{p}t></{p}is></{p}c>'

    def links(self) -> Iterator[tuple[str, str, str]]:
        """The hyperlink elements' cell, address and location; none if the links are functions."""
        if self.functions:
            return
        column = letters(self.layout.columns[LINK])
        for row, link in zip(self.rows, self.columns[LINK], strict=True):
            if link and len(link) <= MAX_URL:
                address, _, location = link.partition("#")
                yield f"{column}{row}", address, location


def _style(style: int) -> str:
    return f' s="{style}"' if style else ""


def functions(links: list[str]) -> list[str]:
    """The formulas that make cells links, escaped."""
    return texts([_function(link) for link in links])


def _function(link: str) -> str:
    if len(link) <= MAX_LITERAL and '"' not in link:
        return f'HYPERLINK("{link}")'
    parts = (link[at : at + MAX_LITERAL] for at in range(0, len(link), MAX_LITERAL))
    quoted = "&".join('"' + part.replace('"', '""') + '"' for part in parts)
    return f"HYPERLINK({quoted})"


def hyperlink(cell: str, relationship: str, location: str, prefix: str, r: str) -> str:
    """A hyperlink element."""
    place = f' location="{attribute(location)}"' if location else ""
    return f'<{prefix}hyperlink ref="{cell}" {r}:id="{relationship}"{place}/>'
