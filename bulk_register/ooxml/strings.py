"""Texts of SpreadsheetML: runs put together, reading aids left out (ECMA-376 part 1, 18.4.8, 18.4.6)."""

from __future__ import annotations

import re

from bulk_register.ooxml.cells import Tags
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import untext

_SIMPLE = re.compile(rb'<t(?: xml:space="preserve")?>([^<]*)</t>')  # nearly all
_ITEM = re.compile(rb"<((?:[\w.-]+:)?)si\b[^<>]*?(?:/>|>([^<]*+(?:<(?!/?\1si\b)[^<]*+)*+)</\1si\s*>)")


def run_text(content: bytes, tags: Tags) -> str:
    """The text of a shared or inline string; outer white space counts only where it says so (`xml:space`)."""
    if b"rPh" in content:
        content = tags.phonetic.sub(b"", content)
    return "".join(
        untext(value or b"") if b"preserve" in attributes else untext(value or b"").strip(" \t\r\n")
        for attributes, value in tags.text.findall(content)
    )


def shared_strings(book: WorkbookFile) -> list[str]:
    """The workbook's shared strings; empty where it has none."""
    part = book.related("sharedStrings")
    if part is None:
        return []
    data = book.small(part)
    found = []
    tags: dict[bytes, Tags] = {}
    for prefix, content in _ITEM.findall(data):
        simple = _SIMPLE.fullmatch(content)
        if simple and b"&" not in content and b"_x" not in content:
            found.append(untext(simple[1].strip(b" \t\r\n") if simple[0].startswith(b"<t>") else simple[1]))
        else:
            if prefix not in tags:
                tags[prefix] = Tags(prefix.decode())
            found.append(run_text(content, tags[prefix]))
    return found
