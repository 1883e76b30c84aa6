"""The grid of an XLSX or XLSM sheet: calamine's values, and beside them what it can't tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from bulk_register.errors import RosterError
from bulk_register.language import N_, _, ngettext
from bulk_register.ooxml.cell_values import EXACT_BELOW, as_shown
from bulk_register.ooxml.formats import NumberFormat, cell_formats
from bulk_register.ooxml.workbook import Sheet, WorkbookFile
from bulk_register.records import Change, Fix, Line, SheetOutline
from bulk_register.roster.grid import IdentifierCells
from bulk_register.roster.sheets.ooxml_rows import exact_lines
from bulk_register.roster.sheets.ooxml_scan import Range, Scan, column_cells, scan, value_text
from bulk_register.roster.sheets.reach import SheetsRead
from bulk_register.roster.sheets.value_grid import Columns, ValueGrid, value_faults

EXAMPLES = 5
UNCALCULATED = N_("a formula that was never calculated: open the workbook in Excel, save it, and run again")
ERROR = N_("the error value {value}, not an identifier")


class OoxmlGrid(ValueGrid):
    """A visible worksheet of an XLSX or XLSM file."""

    def __init__(
        self,
        copy: Path,
        sheet: Sheet,
        max_bytes: int,
        read: Callable[[str], Columns],
        others: SheetsRead,
    ) -> None:
        super().__init__(copy, sheet.name, "xlsx", read)
        self._sheet = sheet
        self._max_bytes = max_bytes
        self._others = others

    def _book(self) -> WorkbookFile:
        return WorkbookFile(self.copy, self._max_bytes)

    @cached_property
    def _scan(self) -> Scan:
        with self._book() as book:
            found = scan(book, self._sheet.part)
            self._others.add(book, self._sheet.name, found)
        return found

    @property
    def outline(self) -> SheetOutline:
        """What stands around the rows."""
        return self._scan.outline

    def _load(self) -> Columns:
        found = self._scan  # first: it verifies the bytes that calamine doesn't
        try:
            columns = self._read(self._sheet.name)
        except RosterError:
            columns = self._exactly()
        for row, column, value in found.errors:
            columns.put(row, column, value)
        return columns

    def _exactly(self) -> Columns:
        """By our own reader, which is slower but bears more than calamine."""
        columns = Columns(self.outline.width)
        with self._book() as book:
            lines = exact_lines(book, self._sheet.part, self.outline.width)
            columns.extend((line.cells for line in lines), 0)
        return columns

    @property
    def hidden(self) -> np.ndarray | None:
        """Which rows are hidden, by hand or by a filter."""
        hidden = np.zeros(self.columns.height, bool)
        rows = np.array(self._scan.hidden, np.int64) - 1
        hidden[rows[rows < len(hidden)]] = True
        return hidden

    def identifiers(self, column: int) -> IdentifierCells:
        """This column as the person sees it: number formats, formulas and merged cells reckoned with."""
        values = self.columns.cells[column]
        text = self._texts(column)
        faults = value_faults(values)
        faults |= {row: _(ERROR, value=value) for row, at, value in self._scan.errors if at == column}
        reader = _Column(text, faults)
        with self._book() as book:
            formats = cell_formats(book)
            numbers = any(one.kind != "general" for one in formats) and any(
                value.__class__ in (int, float) for value in values
            )
            blanks = self._scan.formulas and ("" in values or (book.recalculates and 0 in values))
            if numbers or blanks:
                for row, cell, tags in column_cells(book, self._sheet.part, column):
                    formula = tags.formula.search(cell.content) is not None
                    stored = value_text(cell, tags)
                    reader.see(row, _format_of(cell.style, formats), stored if cell.type == b"n" else None)
                    if formula and (
                        (not stored and cell.type != b"str") or (book.recalculates and stored == "0")
                    ):
                        faults[row] = _(UNCALCULATED)
        reader.merge(self._scan, column)
        return IdentifierCells(text, faults, reader.fixes(), reader.warnings())

    def lines(self) -> Iterator[Line]:
        """Every row again from the file, typed; numbers that a format pads are the text that is seen."""
        with self._book() as book:
            width = max(self.outline.width, self.width)  # calamine's too: cells may stand out of order
            yield from exact_lines(book, self._sheet.part, width, seen=True)


def _format_of(style: int, formats: list[NumberFormat]) -> NumberFormat | None:
    return formats[style] if style < len(formats) else None


def _from_above(merged: Range) -> tuple[int, int]:
    """Orders merged cells by their first row, the tallest first."""
    return merged[0], -merged[2]


class _Column:
    """Corrects a column's texts by what its cells say, and counts what was done."""

    def __init__(self, text: np.ndarray, faults: dict[int, str]) -> None:
        self._text = text
        self._faults = faults
        self._padded: Counter[str] = Counter()
        self._others: Counter[str] = Counter()
        self._examples: dict[str, list[Change]] = {}
        self._merged = 0

    def see(self, row: int, format_: NumberFormat | None, stored: str | None) -> None:
        """Read a number as its format shows it."""
        if format_ is None or not stored or row in self._faults or format_.kind not in ("padded", "other"):
            return
        try:
            number = as_shown(float(stored))
        except ValueError:  # calamine has read it as text
            return
        if format_.kind == "other" or not number.is_integer() or abs(number) >= EXACT_BELOW:
            self._others[format_.code] += 1
            return
        before, after = self._text[row - 1], format_.show(int(number))
        if before != after:
            self._text[row - 1] = after
            self._padded[format_.code] += 1
            self._examples.setdefault(format_.code, []).append(Change(row, before, after))

    def merge(self, found: Scan, column: int) -> None:
        """Give the cells under a merged one its text; only their first holds it (18.3.1.55)."""
        if not found.merged:
            return
        filled = np.flatnonzero(self._text != "")  # as array indexes, as all below
        done = 0  # rows above it belong to a merged cell already; ranges may lie over one another
        for first, left, last, right in sorted(found.merged, key=_from_above):
            start, stop = first - 1, min(last, len(self._text))
            if not left == column <= right or start < done or first >= stop or not self._text[start]:
                continue
            below = np.searchsorted(filled, first)
            if below < len(filled) and filled[below] < stop:
                continue
            self._text[first:stop] = self._text[start]
            self._merged += stop - first
            done = stop
            if first in self._faults:
                self._faults |= dict.fromkeys(range(first + 1, stop + 1), self._faults[first])

    def fixes(self) -> tuple[Fix, ...]:
        """The number formats that were applied."""
        return tuple(
            Fix(
                _("shown as the number format {code} shows it", code=code),
                count,
                tuple(self._examples[code][:EXAMPLES]),
            )
            for code, count in self._padded.items()
        )

    def warnings(self) -> tuple[str, ...]:
        """What wasn't read as it is shown, and merged cells."""
        formats = tuple(
            ngettext(
                "{number:,} identifier is a number with the number format {code}, read without it as plain "
                "digits.",
                "{number:,} identifiers are numbers with the number format {code}, read without it as plain "
                "digits.",
                count,
                code=code,
            )
            for code, count in self._others.items()
        )
        if not self._merged:
            return formats
        merged = ngettext(
            "{number:,} row takes its identifier from a merged cell above.",
            "{number:,} rows take their identifier from a merged cell above.",
            self._merged,
        )
        return (*formats, merged)
