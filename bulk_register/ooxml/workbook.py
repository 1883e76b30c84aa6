"""A SpreadsheetML package: its workbook, sheets and the parts they lean on (ECMA-376 part 1, 12.3)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import unquote

from bulk_register.language import _
from bulk_register.ooxml.archive import Archive, canonical, damaged
from bulk_register.ooxml.xml import Element, elements, plain

TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
UNBOUNDED = 1 << 62  # bytes; for a copy that was measured when it was first read


class Relationship(NamedTuple):
    """A line of a part's relationships; `target` is a part's name unless it is external."""

    id: str
    type: str  # the last word of the type's address: worksheet, styles, table, hyperlink, …
    target: str
    external: bool


class Sheet(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    part: str
    kind: str  # worksheet, chartsheet, dialogsheet, xlMacrosheet, …
    visible: bool


class WorkbookFile:
    """An XLSX or XLSM file as parts. Raises RosterError where it is broken."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.archive = Archive(path, max_bytes)
        try:
            self._open()
        except BaseException:
            self.archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def _open(self) -> None:
        main = [one for one in self.relationships("") if one.type == "officeDocument"]
        self.workbook = main[0].target if main else "xl/workbook.xml"
        self.workbook_xml = self.small(self.workbook)
        self.workbook_elements = elements(self.workbook_xml, self.workbook)
        self.links = {one.id: one for one in self.relationships(self.workbook)}
        self.sheets = [self._sheet(one) for one in self.workbook_elements if one.name == "sheet"]
        if not self.sheets:
            raise damaged(_("it has no sheets"))

    def _sheet(self, element: Element) -> Sheet:
        link = self.links.get(element.attributes.get("r:id", ""))
        if link is None:
            return Sheet(element.attributes.get("name", ""), "", "missing", False)
        visible = element.attributes.get("state", "visible") == "visible"
        return Sheet(element.attributes.get("name", ""), link.target, link.type, visible)

    @property
    def date1904(self) -> bool:
        """Whether days count from 1904 instead of 1900 (18.2.28)."""
        properties = [one for one in self.workbook_elements if one.name == "workbookPr"]
        return bool(properties) and properties[0].attributes.get("date1904") in ("1", "true", "on")

    @property
    def recalculates(self) -> bool:
        """Whether formulas are left to be calculated on opening, so that stored results mean nothing."""
        settings = [one for one in self.workbook_elements if one.name == "calcPr"]
        return bool(settings) and settings[0].attributes.get("fullCalcOnLoad") in ("1", "true", "on")

    def related(self, kind: str) -> str | None:
        """The workbook's part of this kind (styles, sharedStrings, calcChain, …), if it is there."""
        parts = [one.target for one in self.links.values() if one.type == kind and not one.external]
        return next((part for part in parts if part in self.archive), None)

    def small(self, part: str) -> bytes:
        """A small part whole, as plain UTF-8."""
        return b"".join(plain(self.archive.chunks(part), part))

    def large(self, part: str) -> Iterator[bytes]:
        """A large part in pieces, as plain UTF-8."""
        return plain(self.archive.chunks(part), part)

    def relationships(self, part: str) -> list[Relationship]:
        """What a part (the package itself for "") leans on; empty where it has no relationships."""
        name = relationships_of(part)
        if name not in self.archive:
            return []
        found = elements(self.small(name), name)
        return [_relationship(one.attributes, part) for one in found if one.name == "Relationship"]

    @property
    def signed(self) -> bool:
        """Whether the package carries a digital signature."""
        return any(one.type == "origin" for one in self.relationships(""))


def relationships_of(part: str) -> str:
    """The name of the part that holds this part's relationships (ECMA-376 part 2, 6.5.2.3)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relationship(attributes: dict[str, str], part: str) -> Relationship:
    target = attributes.get("Target", "")
    external = attributes.get("TargetMode") == "External"
    if not external:
        target = _resolved(unquote(target).replace("\\", "/"), part)
    kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
    return Relationship(attributes.get("Id", ""), kind, target, external)


def _resolved(target: str, part: str) -> str:
    joined = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target))
    return canonical(joined)
