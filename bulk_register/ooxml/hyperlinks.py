"""Where the hyperlinks of a worksheet lead, which need not be what their cells say."""

from __future__ import annotations

import re
from pathlib import Path

from bulk_register.ooxml.cell_values import bounds
from bulk_register.ooxml.pieces import pieces
from bulk_register.ooxml.workbook import UNBOUNDED, WorkbookFile
from bulk_register.ooxml.xml import elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?worksheet\b[^<>]*>")
_DATA_END = re.compile(rb"</((?:[\w.-]+:)?)sheetData\s*>")


def hyperlinks(copy: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Return the addresses of single cells by row (from 1) and column (from 0) of an OOXML file's sheet."""
    with WorkbookFile(copy, UNBOUNDED) as book:
        part = next((one.part for one in book.sheets if one.name == sheet), "")
        targets = {one.id: one.target for one in book.relationships(part) if one.type == "hyperlink"}
        if not targets:
            return {}
        head, *_, tail = [piece for piece in pieces(book.large(part), part) if piece.kind != "rows"]
        found = elements(_without_rows(head.data, tail.data), part)
    addresses: dict[tuple[int, int], str] = {}
    for one in found:
        place = bounds(one.attributes.get("ref", "")) if one.name == "hyperlink" else None
        target = next(
            (targets.get(text, "") for name, text in one.attributes.items() if name.endswith(":id")), ""
        )
        if place and target:
            location = one.attributes.get("location", "")
            addresses[place[0], place[1]] = f"{target}#{location}" if location else target
    return addresses


def _without_rows(head: bytes, tail: bytes) -> bytes:
    root, end = _ROOT.search(head), _DATA_END.match(tail)
    opening = root[0] if root else b"<worksheet>"
    prefix = end[1] if end else b""
    return opening + b"<%bsheetData>" % prefix + tail
