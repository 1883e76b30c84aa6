"""A worksheet's hyperlinks: the old ones of the result column go, the new ones come."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bulk_register.ooxml.cell_values import bounds
from bulk_register.ooxml.workbook import STRICT, TRANSITIONAL, WorkbookFile, relationships_of
from bulk_register.ooxml.xml import Element, attribute, declared, elements, splice
from bulk_register.output.excel.result_cells import ResultCells, hyperlink
from bulk_register.output.layout import Layout

# what may stand after the hyperlinks in a worksheet (CT_Worksheet, ECMA-376 part 1, 18.3.1.99)
_AFTER = (
    "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties",
    "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing", "legacyDrawingHF",
    "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
    "AlternateContent",
)  # fmt: skip
_EMPTY = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


class Links:
    """The hyperlinks of one worksheet and their relationships, which are known once its rows are written."""

    def __init__(self, book: WorkbookFile, part: str, made: ResultCells, header_row: int) -> None:
        self._made = made
        self._header_row = header_row
        self._part = part
        name = relationships_of(part)
        self.part = relationships_of(book.archive.spelled(part))
        self._old = book.small(name) if name in book.archive else _EMPTY
        self._strict = b"purl.oclc.org/ooxml" in book.workbook_xml
        self._known = {
            one.target: one.id for one in book.relationships(part) if one.type == "hyperlink" and one.external
        }
        self._ids = {one.id for one in book.relationships(part)}
        self._new: dict[str, str] = {}

    def _id(self, address: str) -> str:
        if address in self._known:
            return self._known[address]
        number = len(self._ids) + 1
        while f"rId{number}" in self._ids:
            number += 1
        self._ids.add(f"rId{number}")
        self._known[address] = self._new[address] = f"rId{number}"
        return f"rId{number}"

    def relationships(self) -> list[bytes] | None:
        """The worksheet's relationships with the new addresses; None if there are none, and they stay."""
        return [declared(self._grown())] if self._new else None

    def rehearse(self) -> None:
        """Look for the place where new addresses would go."""
        self._grown()

    def _grown(self) -> bytes:
        root = elements(self._old, "relationships")[0]
        prefix = re.match(rb"<([\w.-]+:)?", self._old[root.start :])
        p = (prefix[1] or b"").decode() if prefix else ""
        kind = f"{STRICT if self._strict else TRANSITIONAL}/hyperlink"
        new = "".join(
            f'<{p}Relationship Id="{id_}" Type="{kind}" Target="{attribute(address)}" TargetMode="External"/>'
            for address, id_ in self._new.items()
        ).encode()
        if root.stop == root.end:  # an empty tag
            opened = self._old[root.start : root.inner - 2].rstrip()
            return self._old[: root.start] + opened + b">" + new + f"</{p}Relationships>".encode()
        return splice(self._old, [(root.stop, root.stop, new)])

    def tail(self, head: bytes, tail: bytes) -> bytes:
        """What stands after the rows, with the hyperlinks."""
        p = self._made.prefix
        opening = _root_tag(head)
        found = elements(opening + f"<{p}sheetData>".encode() + tail, self._part)
        shift = len(opening) + len(f"<{p}sheetData>")
        children = [one for one in found if one.parent == 0 and one.start >= shift]
        there = next((one for one in children if one.name == "hyperlinks"), None)
        start = tail[there.start - shift : there.inner - shift] if there else f"<{p}hyperlinks>".encode()
        r = _relationship_prefix(opening) or _relationship_prefix(start)
        if not r:
            namespace = f' xmlns:r="{STRICT if self._strict else TRANSITIONAL}">'
            start = start.rstrip(b"/>") + namespace.encode()
        kept = self._kept(found, there, tail, shift) if there else b""
        new = kept + b"".join(self._elements(r or "r"))
        whole = start.replace(b"/>", b">") + new + f"</{p}hyperlinks>".encode() if new else b""
        if there:
            return splice(tail, [(there.start - shift, there.end - shift, whole)])
        at = next((one.start for one in children if one.name in _AFTER), found[0].stop) - shift
        return splice(tail, [(at, at, whole)])

    def _elements(self, r: str) -> Iterator[bytes]:
        for cell, link in self._made.links:
            address, _, location = link.partition("#")
            yield hyperlink(cell, self._id(address), location, self._made.prefix, r).encode()

    def _kept(self, found: list[Element], there: Element, tail: bytes, shift: int) -> bytes:
        """The hyperlinks that aren't on cells of the link column which we write."""
        parent, layout = found.index(there), self._made.layout
        return b"".join(
            tail[one.start - shift : one.end - shift]
            for one in found
            if one.parent == parent
            and not is_replaced(one.attributes.get("ref", ""), layout, self._header_row)
        )


def is_replaced(ref: str, layout: Layout, header_row: int) -> bool:
    """Whether a hyperlink is one of an earlier output, on cells of the link column that we fill in place."""
    link, place = layout.which.link, bounds(ref)
    if link is None or place is None or layout.added[link]:
        return False
    return place[0] > header_row and place[1] == place[3] == layout.columns[link]


def _root_tag(head: bytes) -> bytes:
    match = re.search(rb"<(?:[\w.-]+:)?worksheet\b[^>]*>", head)
    return match[0] if match else b"<worksheet>"


def _relationship_prefix(root: bytes) -> str:
    match = re.search(
        rb"""xmlns:([\w.-]+)\s*=\s*["'][^"']*/officeDocument/(?:2006/)?relationships["']""", root
    )
    return match[1].decode() if match else ""
