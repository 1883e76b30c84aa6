"""Cell styles for the new cells, added to the roster's own: their neighbour's without its number format.

ECMA-376 part 1, 18.8.10 (cellXfs), 18.8.45 (xf), 18.8.22 (font). What was added before is found and used
again, so that feeding an output back adds nothing.
"""

from __future__ import annotations

import re

from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import Element, declared, elements, prefix_of, splice, with_attributes
from bulk_register.output.excel.result_cells import Looks
from bulk_register.records import Columns

MAX_CELL_STYLES = 65_490  # Excel specifications and limits: unique cell formats
MOMENT_FORMAT = "22"  # date and time as the reader's own system writes them (18.8.30)
_LINK_COLOUR = 'rgb="FF0563C1"'
# the order in which Excel writes a font, and which validators ask for (CT_Font, 18.8.22)
_FONT_ORDER = (
    "b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign", "sz", "color", "name",
    "family", "charset", "scheme",
)  # fmt: skip


class Styles:
    """The workbook's cell styles; `part` is None where it has none (all cells are then style 0)."""

    def __init__(self, book: WorkbookFile) -> None:
        self.part = book.related("styles")
        self._plain: dict[int, int] = {}
        self._link: dict[int, int] = {}
        self._moment: dict[int, int | None] = {}
        self._xfs = self._fonts = _Pool([])
        if self.part is None:
            return
        self._data = book.small(self.part)
        found = elements(self._data, self.part)
        self._prefix = prefix_of(self._data, found[0])
        self._xfs_group, self._xfs = self._group(found, "cellXfs", "xf")
        self._fonts_group, self._fonts = self._group(found, "fonts", "font")
        self._found = found
        if self._xfs_group is None or self._fonts_group is None:
            self.part = None

    def _group(self, found: list[Element], group: str, member: str) -> tuple[Element | None, _Pool]:
        index = next((i for i, one in enumerate(found) if one.name == group and one.parent == 0), None)
        if index is None:
            return None, _Pool([])
        members = [one for one in found if one.parent == index and one.name == member]
        return found[index], _Pool([self._data[one.start : one.end] for one in members])

    def plain(self, neighbour: int) -> int:
        """The style of a text cell beside a cell of this style."""
        if neighbour not in self._plain:
            self._plain[neighbour] = self._derived(neighbour, link=False)
        return self._plain[neighbour]

    def link(self, neighbour: int) -> int:
        """The style of a link beside a cell of this style."""
        if neighbour not in self._link:
            self._link[neighbour] = self._derived(neighbour, link=True)
        return self._link[neighbour]

    def moment(self, neighbour: int) -> int | None:
        """The style of a moment beside a cell of this style; None where the workbook has no styles."""
        if neighbour not in self._moment:
            self._moment[neighbour] = None if self.part is None else self._derived(neighbour, moment=True)
        return self._moment[neighbour]

    def looks(self, plain: int) -> Looks:
        """The styles of a row's results, whose plain ones have this style."""
        return Looks(plain, self.link(plain), self.moment(plain))

    def look(self, plain: int, columns: Columns, which: int) -> Looks:
        """The style of one of these columns' cells as Looks, without making styles that no cell has."""
        link = self.link(plain) if which == columns.link else plain
        return Looks(plain, link, self.moment(plain) if which in columns.moments else None)

    def rehearse(self) -> None:
        """Take every font apart, as a link beside a cell in it would have it done."""
        if self.part is not None:
            for font in self._fonts.all:
                self._as_link(font)

    def _derived(self, neighbour: int, *, link: bool = False, moment: bool = False) -> int:
        if self.part is None or neighbour >= len(self._xfs.all):
            return neighbour if self.part is None else 0
        xf = self._xfs.all[neighbour]
        opened = xf[: _end_of_tag(xf)]
        changes: dict[str, str | None] = {"numFmtId": "0", "applyNumberFormat": None, "quotePrefix": None}
        if moment:
            changes |= {"numFmtId": MOMENT_FORMAT, "applyNumberFormat": "1"}
        if link:
            changes |= {"fontId": str(self._link_font(opened)), "applyFont": "1"}
        return self._xfs.number(with_attributes(opened, changes) + xf[len(opened) :], neighbour)

    def _link_font(self, xf: bytes) -> int:
        match = re.search(rb"""\sfontId\s*=\s*["'](\d{1,9})["']""", xf)
        number = int(match[1]) if match else 0
        there = self._fonts.all
        base = there[number] if number < len(there) else b"<%bfont/>" % self._prefix.encode()
        return self._fonts.number(self._as_link(base), number)

    def _as_link(self, font: bytes) -> bytes:
        p = self._prefix
        parts = _font_parts(font, p)
        parts["u"] = f"<{p}u/>".encode()
        parts["color"] = f"<{p}color {_LINK_COLOUR}/>".encode()
        return _font(parts, p)

    def grown(self) -> list[bytes] | None:
        """The styles part with what was added; None if that is nothing."""
        changes = []
        for group, pool in ((self._fonts_group, self._fonts), (self._xfs_group, self._xfs)):
            if group and pool.new:
                opened = with_attributes(self._data[group.start : group.inner], {"count": str(len(pool.all))})
                changes += [(group.start, group.inner, opened), (group.stop, group.stop, b"".join(pool.new))]
        return [declared(splice(self._data, changes))] if changes else None


class _Pool:
    """Styles or fonts with their numbers: those that are there, and those that are added."""

    def __init__(self, there: list[bytes]) -> None:
        self.all = there
        self.new: list[bytes] = []
        self._numbers = {one: number for number, one in reversed(list(enumerate(there)))}

    def number(self, one: bytes, otherwise: int) -> int:
        """Return its number, added if need be; `otherwise` where no more fit."""
        if one not in self._numbers:
            if len(self.all) >= MAX_CELL_STYLES:
                return otherwise
            self._numbers[one] = len(self.all)
            self.all.append(one)
            self.new.append(one)
        return self._numbers[one]


def _end_of_tag(xf: bytes) -> int:
    match = re.match(rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""", xf)
    return match.end() if match else len(xf)


def _font_parts(font: bytes, prefix: str) -> dict[str, bytes]:
    namespaces = f' xmlns:{prefix[:-1]}="x"' if prefix else ""
    wrapped = f"<w{namespaces}>".encode() + font + b"</w>"
    return {one.name: wrapped[one.start : one.end] for one in elements(wrapped, "font") if one.parent == 1}


def _font(parts: dict[str, bytes], prefix: str) -> bytes:
    last = len(_FONT_ORDER)
    names = sorted(parts, key=lambda name: _FONT_ORDER.index(name) if name in _FONT_ORDER else last)
    return f"<{prefix}font>".encode() + b"".join(parts[name] for name in names) + f"</{prefix}font>".encode()


def with_ordered_fonts(data: bytes, part: str) -> bytes:
    """A styles part with the children of its fonts in Excel's order, which openpyxl doesn't keep."""
    fonts = [one for one in elements(data, part) if one.name == "font"]
    new = [_font(_font_parts(data[one.start : one.end], ""), "") for one in fonts]
    return splice(data, [(one.start, one.end, font) for one, font in zip(fonts, new, strict=True)])
