"""The head of a worksheet: its dimension and its columns' widths follow the new columns.

ECMA-376 part 1, 18.3.1.35 (dimension), 18.3.1.17 (cols), 18.3.1.13 (col).
"""

from __future__ import annotations

import re

from bulk_register.language import _
from bulk_register.ooxml.cell_values import bounds, reference
from bulk_register.ooxml.xml import Element, elements, splice, whole, with_attributes

_PADDING = 0.7109375  # what Excel adds to a width in characters for its margins (18.3.1.13)


_COL = re.compile(rb"<(?:\w+:)?col\s[^<>]*>")
_ATTRIBUTE = re.compile(rb"""(\w+)\s*=\s*["']([^"'<>]*)["']""")


def new_head(head: bytes, part: str, prefix: str, widths: dict[int, int], last_row: int) -> bytes:
    """The head with the result columns (by number from 0: width in characters) shown and wide enough."""
    found = elements(head + f"</{prefix}sheetData></{prefix}worksheet>".encode(), part)
    changes = []
    for one in found:
        if one.name == "dimension" and one.parent == 0:
            place = bounds(one.attributes.get("ref", ""))
            if place and widths:
                right, bottom = max(place[3], *widths), max(place[2], last_row)
                ref = reference(place[0], place[1], bottom, right)
                changes.append(
                    (one.start, one.inner, with_attributes(head[one.start : one.inner], {"ref": ref}))
                )
    group = next((index for index, one in enumerate(found) if one.name == "cols" and one.parent == 0), None)
    if not widths:
        return splice(head, changes)
    if group is None:
        data = next(one for one in found if one.name == "sheetData")
        cols = b"".join(_col(prefix, column, width) for column, width in sorted(widths.items()))
        changes.append(
            (data.start, data.start, f"<{prefix}cols>".encode() + cols + f"</{prefix}cols>".encode())
        )
    else:
        members = [one for one in found if one.parent == group and one.name == "col"]
        cols = b"".join(_merged(head, members, prefix, widths))
        changes.append((found[group].inner, found[group].stop, cols))
    return splice(head, changes)


def hidden_columns(head: bytes, width: int) -> list[int]:
    """Return the columns (from 0) of the first `width` ones that a worksheet's head hides."""
    hidden: set[int] = set()
    for tag in _COL.findall(head):
        found = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag)}
        first, last = found.get("min", ""), found.get("max", "")
        if found.get("hidden") in ("1", "true") and first.isdigit() and last.isdigit():
            hidden.update(range(int(first[:5]) - 1, min(int(last[:5]), width)))
    return sorted(hidden)


def _merged(head: bytes, members: list[Element], prefix: str, widths: dict[int, int]) -> list[bytes]:
    """The columns' settings with the result columns cut out of them and their own put in."""
    own = {column + 1: _col(prefix, column, width) for column, width in widths.items()}
    pieces: list[tuple[int, bytes]] = []
    for one in members:
        tag = head[one.start : one.end]
        first, last = (whole(one.attributes.get(side, "1"), _("column's number")) for side in ("min", "max"))
        covered = sorted(number for number in own if first <= number <= last)
        for number in covered:
            if "style" in one.attributes:
                own[number] = with_attributes(own[number], {"style": one.attributes["style"]})
        for number in [*covered, last + 1]:
            if first < number:
                pieces.append((first, with_attributes(tag, {"min": str(first), "max": str(number - 1)})))
            first = number + 1
    return [piece for _, piece in sorted([*pieces, *own.items()])]


def _col(prefix: str, column: int, width: int) -> bytes:
    number = column + 1
    return f'<{prefix}col min="{number}" max="{number}" width="{width + _PADDING}" customWidth="1"/>'.encode()
