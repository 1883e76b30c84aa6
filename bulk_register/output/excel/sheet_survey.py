"""What a graft must know of a worksheet: how far it reaches, and what stands in the way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bulk_register.ooxml.cell_values import bounds
from bulk_register.ooxml.pieces import prefix
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import Element, elements
from bulk_register.records import SheetOutline


@dataclass(frozen=True)
class SheetSurvey:
    """The worksheet's outline, and what its parts around the rows say."""

    outline: SheetOutline
    prefix: str
    used_width: int  # columns up to the last with something in it, in a merged range or a table
    filter_ref: str | None
    links: tuple[str, ...]  # the ranges that have hyperlinks
    protected: bool


def survey_sheet(book: WorkbookFile, outline: SheetOutline, header_row: int) -> SheetSurvey:
    """Look at what stands around a worksheet's rows; `header_row` is the roster's."""
    name = prefix(outline.head)
    after = elements(_root(outline.head) + f"<{name}sheetData>".encode() + outline.tail, outline.part)
    filters = [one for one in after if one.name == "autoFilter" and one.parent == 0]
    return SheetSurvey(
        outline,
        prefix=name,
        used_width=max(outline.width, _claimed(book, outline.part, after, header_row)),
        filter_ref=filters[0].attributes.get("ref") if filters else None,
        links=tuple(one.attributes.get("ref", "") for one in after if one.name == "hyperlink"),
        protected=any(
            one.name == "sheetProtection" and one.attributes.get("sheet") in ("1", "true") for one in after
        ),
    )


def _claimed(book: WorkbookFile, part: str, after: list[Element], header_row: int) -> int:
    """Columns that merged cells in the table's rows or tables take."""
    refs = [one.attributes.get("ref", "") for one in after if one.name == "mergeCell"]
    for one in book.relationships(part):
        if one.type == "table" and one.target in book.archive:
            refs += [elements(book.small(one.target), one.target)[0].attributes.get("ref", "")]
    places = [place for ref in refs if (place := bounds(ref)) and place[2] >= header_row]
    return max((place[3] + 1 for place in places), default=0)


def _root(head: bytes) -> bytes:
    match = re.search(rb"<(?:[\w.-]+:)?worksheet\b[^<>]*>", head)
    return match[0] if match else b"<worksheet>"
