"""One pass over a worksheet before it is grafted: how far it reaches, and what stands in the way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import gt

from bulk_register.package.book import Book
from bulk_register.package.cells import Tags, pieces, prefix
from bulk_register.package.reach import Reach
from bulk_register.package.values import bounds
from bulk_register.package.xml import Element, elements


@dataclass(frozen=True)
class SheetSurvey:
    """What a graft must know of a worksheet."""

    prefix: str
    used_width: int  # columns up to the last with something in it, in a merged range or a table
    last_row: int
    in_order: bool  # every row stands below the one before
    filter_ref: str | None
    links: tuple[str, ...]  # the ranges that have hyperlinks
    protected: bool


def survey_sheet(book: Book, part: str, header_row: int) -> SheetSurvey:
    """Measure a worksheet; `header_row` is the roster's."""
    width = last_row = 0
    in_order = True
    head = tail = b""
    tags = Tags()
    for kind, data in pieces(book.large(part), part):
        if kind == "head":
            head, tags = data, Tags(prefix(data))
        elif kind == "tail":
            tail = data
        else:
            reach = Reach(tags)
            numbers = reach.numbers(data, last_row)
            in_order &= all(map(gt, numbers, [last_row, *numbers]))
            last_row = numbers[-1] if numbers else last_row
            width = reach.beyond(data, width)
    after = elements(_root(head) + f"<{tags.prefix}sheetData>".encode() + tail, part)
    filters = [one for one in after if one.name == "autoFilter" and one.parent == 0]
    return SheetSurvey(
        prefix=tags.prefix,
        used_width=max(width, _claimed(book, part, after, header_row)),
        last_row=last_row,
        in_order=in_order,
        filter_ref=filters[0].attributes.get("ref") if filters else None,
        links=tuple(one.attributes.get("ref", "") for one in after if one.name == "hyperlink"),
        protected=any(
            one.name == "sheetProtection" and one.attributes.get("sheet") in ("1", "true") for one in after
        ),
    )


def _claimed(book: Book, part: str, after: list[Element], header_row: int) -> int:
    """Columns that merged cells in the table's rows or tables take."""
    refs = [one.attributes.get("ref", "") for one in after if one.name == "mergeCell"]
    for one in book.relationships(part):
        if one.type == "table" and one.target in book.archive:
            refs += [elements(book.small(one.target), one.target)[0].attributes.get("ref", "")]
    places = [place for ref in refs if (place := bounds(ref)) and place[2] >= header_row]
    return max((place[3] + 1 for place in places), default=0)


def _root(head: bytes) -> bytes:
    match = re.search(rb"<(?:[\w.-]+:)?worksheet\b[^>]*>", head)
    return match[0] if match else b"<worksheet>"
