"""Excel tables, filters and defined names that hold the roster grow by the new columns (ECMA-376 part 1,
18.5).
"""

from __future__ import annotations

from collections.abc import Iterable

from bulk_register.language import _
from bulk_register.ooxml.cell_values import bounds, letters, reference
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import Element, attribute, elements, prefix_of, splice, whole, with_attributes

Change = tuple[int, int, bytes]


def grown(ref: str, header_row: int, first: int, last: int) -> str | None:
    """The range with columns `first` to `last` if it begins in the header row and ends before them."""
    place = bounds(ref)
    if place is None or place[0] != header_row or place[3] != first - 1:
        return None
    return reference(place[0], place[1], place[2], last)


def grown_table(data: bytes, part: str, header_row: int, first: int, names: Iterable[str]) -> bytes | None:
    """A table part with columns of these names from `first` on; None if the table isn't one to grow."""
    found = elements(data, part)
    root = found[0]
    new = list(names)
    last = first + len(new) - 1
    ref = grown(root.attributes.get("ref", ""), header_row, first, last)
    group = next(
        (index for index, one in enumerate(found) if one.name == "tableColumns" and one.parent == 0), None
    )
    queried = root.attributes.get("tableType", "worksheet") != "worksheet"  # its columns are the query's
    if ref is None or group is None or queried or root.attributes.get("headerRowCount", "1") == "0":
        return None
    changes: list[Change] = [
        (root.start, root.inner, with_attributes(data[root.start : root.inner], {"ref": ref}))
    ]
    for one in found:
        if one.name == "autoFilter" and one.parent == 0:
            changes += _ref_changed(data, one, grown(one.attributes.get("ref", ""), header_row, first, last))
    columns = [one for one in found if one.parent == group and one.name == "tableColumn"]
    return splice(data, [*changes, *_columns_added(data, found[group], columns, new)])


def _columns_added(data: bytes, group: Element, columns: list[Element], names: list[str]) -> list[Change]:
    used = [whole(one.attributes.get("id", "0"), _("table column's number")) for one in columns]
    p = prefix_of(data, group)
    new = "".join(
        f'<{p}tableColumn id="{max(used, default=0) + number}" name="{attribute(name)}"/>'
        for number, name in enumerate(names, 1)
    )
    opened = with_attributes(data[group.start : group.inner], {"count": str(len(columns) + len(names))})
    return [(group.start, group.inner, opened), (group.stop, group.stop, new.encode())]


def _ref_changed(data: bytes, one: Element, ref: str | None) -> list[Change]:
    if ref is None:
        return []
    return [(one.start, one.inner, with_attributes(data[one.start : one.inner], {"ref": ref}))]


def filter_change(data: bytes, one: Element, header_row: int, first: int, last: int) -> list[Change]:
    """The sheet's own filter, grown if it ends right before the new columns."""
    return _ref_changed(data, one, grown(one.attributes.get("ref", ""), header_row, first, last))


def grown_filter_name(book: WorkbookFile, sheet: str, old: str, new: str) -> bytes | None:
    """The workbook with the hidden name of this sheet's filter (18.2.5) grown; None if there is none."""
    index = next(i for i, one in enumerate(book.sheets) if one.name == sheet)
    for one in book.workbook_elements:
        if one.name != "definedName" or one.attributes.get("name") != "_xlnm._FilterDatabase":
            continue
        raw = book.workbook_xml[one.inner : one.stop]
        if one.attributes.get("localSheetId") == str(index) and raw.endswith(_absolute(old)):
            value = raw.removesuffix(_absolute(old)) + _absolute(new)
            return splice(book.workbook_xml, [(one.inner, one.stop, value)])
    return None


def _absolute(ref: str) -> bytes:
    place = bounds(ref)
    if place is None:
        return ref.encode()
    return f"!${letters(place[1])}${place[0]}:${letters(place[3])}${place[2]}".encode()
