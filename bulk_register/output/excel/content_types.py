"""Workbooks with and without macros: they differ in the workbook part's content type."""

from __future__ import annotations

from bulk_register.ooxml.archive import canonical
from bulk_register.ooxml.archive_writer import CONTENT_TYPES
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import elements, splice, with_attributes

PLAIN = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"  # ECMA-376 part 1, 12.3.23
)
WITH_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"  # [MS-OFFMACRO2] 2.2.1.5


def content_types_for(book: WorkbookFile, suffix: str, removed: frozenset[str] = frozenset()) -> bytes:
    """The package's content types for a file with this suffix, without those of removed parts."""
    data = book.small(CONTENT_TYPES)
    changes = []
    for one in elements(data, CONTENT_TYPES):
        part = canonical(one.attributes.get("PartName", ""))
        if one.name == "Override" and part in removed:
            changes.append((one.start, one.end, b""))
        elif one.name == "Override" and part == canonical(book.workbook):
            kind = WITH_MACROS if suffix == ".xlsm" else PLAIN
            tag = with_attributes(data[one.start : one.inner], {"ContentType": kind})
            changes.append((one.start, one.inner, tag))
    return splice(data, changes)
