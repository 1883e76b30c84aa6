"""The parts of a package that change when results are grafted into one of its sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bulk_register.ooxml.archive import canonical
from bulk_register.ooxml.archive_writer import CONTENT_TYPES, Content
from bulk_register.ooxml.cell_values import bounds
from bulk_register.ooxml.cells import Tags
from bulk_register.ooxml.pieces import pieces
from bulk_register.ooxml.workbook import WorkbookFile, relationships_of
from bulk_register.ooxml.xml import declared, elements, splice
from bulk_register.output.excel.changed_rows import ChangedRows
from bulk_register.output.excel.content_types import content_types_for
from bulk_register.output.excel.result_cells import ResultCells
from bulk_register.output.excel.sheet_head import new_head
from bulk_register.output.excel.sheet_hyperlinks import Links
from bulk_register.output.excel.sheet_survey import SheetSurvey
from bulk_register.output.excel.styles import Styles
from bulk_register.output.excel.tables import grown, grown_filter_name, grown_table
from bulk_register.records import Source

_SIGNATURES = "_xmlsignatures/"
_MACROS = ("vbaProject", "vbaProjectSignature", "vbaProjectSignatureAgile", "vbaProjectSignatureV3")


class ChangedParts:
    """Makes the changed parts; the sheet comes before the styles that it turns out to need."""

    def __init__(self, book: WorkbookFile, source: Source, survey: SheetSurvey, made: ResultCells) -> None:
        self._book = book
        self._part = part = survey.outline.part
        self._source = source
        self._survey = survey
        self._made = made
        self._styles = Styles(book)
        self._links = Links(book, part, made, source.header_row)
        layout = made.layout
        self._names = [name for name, added in zip(layout.headers, layout.added, strict=True) if added]
        last = layout.first_added + len(self._names) - 1
        ref = survey.filter_ref if self._names else None
        self._filter = grown(ref, source.header_row, layout.first_added, last) if ref else None

    def changes(self, suffix: str) -> tuple[dict[str, Content], frozenset[str]]:
        """The changed parts by name, and the names of those that go; `suffix` is the output's."""
        book = self._book
        changes: dict[str, Content] = {self._part: self._sheet}
        if self._styles.part:
            changes[self._styles.part] = self._styles.grown
        changes[self._links.part] = self._links.relationships
        changes |= self._tables()
        chain = book.related("calcChain")
        calculation = self._calculation_chain(chain) if chain else None
        if chain and calculation:
            changes[chain] = declared(calculation)
        if self._filter and self._survey.filter_ref:
            named = grown_filter_name(book, self._source.sheet or "", self._survey.filter_ref, self._filter)
            changes |= {book.workbook: declared(named)} if named else {}
        removed = self._removed(suffix, chain if calculation == b"" else None)
        for owner in ("", book.workbook):
            if without := self._without(owner, removed):
                changes[relationships_of(owner)] = declared(without)
        types = content_types_for(book, suffix, removed)
        if types != book.small(CONTENT_TYPES):
            changes[CONTENT_TYPES] = declared(types)
        return changes, removed

    def rehearse(self, suffix: str) -> None:
        """Make what surrounds the rows and throw it away; fails as the making would."""
        self.changes(suffix)
        self._styles.rehearse()
        self._links.rehearse()
        outline = self._survey.outline
        new_head(outline.head, self._part, self._survey.prefix, self._widths(), outline.last_row)
        self._links.tail(outline.head, self._with_filter(outline.tail))

    def _removed(self, suffix: str, chain: str | None) -> frozenset[str]:
        names = [name for name in self._book.archive.names() if name.startswith(_SIGNATURES)]
        if suffix == ".xlsx":
            names += [one.target for one in self._book.links.values() if one.type in _MACROS]
        names += [relationships_of(name) for name in names] + [chain or ""]
        return frozenset(canonical(name) for name in names if name in self._book.archive)

    def _without(self, owner: str, removed: frozenset[str]) -> bytes | None:
        """A part's relationships without those to removed parts; None if there are none such."""
        gone = {
            one.id for one in self._book.relationships(owner) if one.target in removed and not one.external
        }
        if not gone:
            return None
        data = self._book.small(relationships_of(owner))
        found = elements(data, relationships_of(owner))
        return splice(data, [(one.start, one.end, b"") for one in found if one.attributes.get("Id") in gone])

    def _tables(self) -> dict[str, Content]:
        changed: dict[str, Content] = {}
        for one in self._book.relationships(self._part):
            if one.type == "table" and self._names:
                first = self._made.layout.first_added
                data = self._book.small(one.target)
                new = grown_table(data, one.target, self._source.header_row, first, self._names)
                changed |= {one.target: declared(new)} if new else {}
        return changed

    def _calculation_chain(self, chain: str) -> bytes | None:
        """The order of calculation without cells that are formulas no more; b"" if it has to go; None if it
        stays.

        ECMA-376 part 1, 18.6.1: an entry without `i` is on the sheet of the one before it. Where links become
        formulas the whole part goes, and the reader makes it anew, as it may.
        """
        if self._made.functions:
            return b""
        data = self._book.small(chain)
        sheet = self._sheet_id()
        changes, left, on = [], 0, ""
        kept_on = ""
        for one in elements(data, chain)[1:]:
            if one.name != "c":
                continue
            on = one.attributes.get("i", on)
            place = bounds(one.attributes.get("r", ""))
            if on == sheet and place and self._overwrites(place[0], place[1]):
                changes.append((one.start, one.end, b""))
                continue
            left += 1
            if "i" not in one.attributes and on != kept_on:
                tag = data[one.start : one.end].replace(b"/>", f' i="{on}"/>'.encode())
                changes.append((one.start, one.end, tag))
            kept_on = on
        return (splice(data, changes) if left else b"") if changes else None

    def _overwrites(self, row: int, column: int) -> bool:
        return row > self._source.header_row and column in self._made.layout.columns

    def _sheet_id(self) -> str:
        found = [one for one in self._book.workbook_elements if one.name == "sheet"]
        return next(
            one.attributes.get("sheetId", "") for one in found if one.attributes["name"] == self._source.sheet
        )

    def _sheet(self) -> Iterator[bytes]:
        tags = Tags(self._survey.prefix)
        grafted = ChangedRows(self._made, self._styles, tags, self._source.header_row)
        head = b""
        for kind, data in pieces(self._book.large(self._part), self._part):
            if kind == "head":
                head = data
                bottom = self._survey.outline.last_row
                yield declared(new_head(data, self._part, tags.prefix, self._widths(), bottom))
            elif kind == "rows":
                yield grafted.block(data)
            else:
                yield grafted.rest()
                yield self._links.tail(head, self._with_filter(data))

    def _widths(self) -> dict[int, int]:
        layout = self._made.layout
        every = zip(layout.columns, layout.added, self._made.widths, strict=True)
        return {column: width for column, added, width in every if added}

    def _with_filter(self, tail: bytes) -> bytes:
        """The tail with the sheet's own filter grown; it is the first filter there (CT_Worksheet)."""
        new = self._filter
        if new is None:
            return tail
        pattern = re.compile(rb"""(<(?:[\w.-]+:)?autoFilter\b[^<>]*?\sref\s*=\s*["'])[^"']*""")
        return pattern.sub(lambda match: match[1] + new.encode(), tail, count=1)
