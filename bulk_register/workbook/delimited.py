"""CSV output: the roster's own records byte for byte, or a workbook's cells as they are seen, and five
fields.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

from bulk_register.errors import OutputError
from bulk_register.package.book import UNBOUNDED, Book
from bulk_register.package.values import shown
from bulk_register.records import RESULT_COLUMNS, Dialect, Line, Source
from bulk_register.workbook.layout import Layout, place
from bulk_register.workbook.sheet_survey import survey_sheet
from bulk_register.workbook.survey import survey

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, "CSV Injection"
_FOR_EXCEL = Dialect("utf-8", ",", "\r\n", codecs.BOM_UTF8)
_GIVE_BACK = "bulk_register.give_back"
_LINE_END = re.compile(r"(?:\r\n|\n|\r)?\Z")


def _give_back(error: UnicodeError) -> tuple[bytes, int]:
    """Encode the roster's own bytes, which a lone surrogate stands for (PEP 383), and "?" for all else."""
    assert isinstance(error, UnicodeEncodeError)
    codes = map(ord, error.object[error.start : error.end])
    return bytes(code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else 0x3F for code in codes), error.end


codecs.register_error(_GIVE_BACK, _give_back)


@dataclass(frozen=True)
class Text:
    """A delimited output that can be written."""

    source: Source
    layout: Layout
    dialect: Dialect
    guards: bool
    notes: tuple[str, ...] = field(default=())

    @cached_property
    def _to_quote(self) -> re.Pattern[str]:
        return re.compile(f'["\r\n{re.escape(self.dialect.delimiter)}]')

    def write(self, results: pd.DataFrame, path: Path) -> None:
        """Write the text; characters of our notes that the roster's encoding lacks become question marks."""
        encode = partial(_encoder(self.dialect).encode, final=False)
        with path.open("wb") as file:
            file.write(self.dialect.bom)
            for record in self._records(results):
                file.write(encode(record))

    def _records(self, results: pd.DataFrame) -> Iterator[str]:
        rows = results["row"].tolist()
        columns = [results[name].tolist() for name in RESULT_COLUMNS]
        found = iter(zip(rows, *columns, strict=True))
        next_row, *values = next(found, (0, *RESULT_COLUMNS))
        blank = [""] * len(RESULT_COLUMNS)
        merge = self._merged if self.source.format == "csv" else self._written
        for row, line in enumerate(self.source.lines(), 1):
            if row == next_row:
                yield merge(line, values, True)
                next_row, *values = next(found, (0, *RESULT_COLUMNS))
            elif row == self.source.header_row:
                yield merge(line, list(RESULT_COLUMNS), True)
            else:
                yield merge(line, blank, False)

    def _written(self, line: Line, values: list[str], _has_result: bool) -> str:
        """A workbook's row, as wide as all the others."""
        cells = [shown(cell) for cell in line.cells[: self.layout.width]]
        cells += [""] * (self.layout.width - len(cells))
        for column, value in zip(self.layout.columns, values, strict=True):
            cells[column] = value
        delimiter = self.dialect.delimiter
        return delimiter.join(self._field(cell, False) for cell in cells) + self.dialect.line_end

    def _merged(self, line: Line, values: list[str], has_result: bool) -> str:
        """The roster's own record with the results put in; a line without results stays as short as it is."""
        raw = line.raw
        spans = None
        if self.layout.filled_in_place or (self.guards and self._may_start_formula(raw)):
            spans = field_spans(raw, self.dialect.delimiter)
            short = max(self.layout.filled_in_place, default=-1) + 1 - len(spans)
            if has_result and short > 0:
                raw = _before_end(raw, self.dialect.delimiter * short)
                spans = field_spans(raw, self.dialect.delimiter)
            raw = self._with_replaced(raw, spans, values)
        missing = [v for v, added in zip(values, self.layout.added, strict=True) if added]
        if not missing:
            return raw
        count = len(spans) if spans is not None else self._count(raw)
        if not has_result and count < self.layout.first_added:
            return raw
        body = raw.rstrip("\r\n")
        quoted = body.startswith('"') and body.endswith('"') and _all_quoted(raw, self.dialect.delimiter)
        fields = [self._field(value, quoted) for value in missing]
        pad = self.dialect.delimiter * (self.layout.first_added - count)
        return _before_end(raw, pad + "".join(self.dialect.delimiter + value for value in fields))

    def _with_replaced(self, raw: str, spans: list[tuple[int, int]], values: list[str]) -> str:
        new = {
            c: v for c, v in zip(self.layout.columns, values, strict=True) if c in self.layout.filled_in_place
        }
        if self.source.header_row and values == list(RESULT_COLUMNS):
            new = {}
        pieces, at = [], 0
        for column, (start, end) in enumerate(spans):
            old = raw[start:end]
            value = new.get(column, self._guarded(old) if self.guards else old)
            if column in new:
                value = self._field(value, old.startswith('"'))
            pieces += [raw[at:start], value]
            at = end
        return "".join([*pieces, raw[at:]])

    def _guarded(self, old: str) -> str:
        value = _unquoted(old)
        return self._field(value, old.startswith('"')) if value.startswith(FORMULA_STARTS) else old

    def _may_start_formula(self, raw: str) -> bool:
        starts = "".join(FORMULA_STARTS)
        return bool(re.search(f'(?:^|["\n]|{re.escape(self.dialect.delimiter)})[{re.escape(starts)}]', raw))

    def _field(self, value: str, quoted: bool) -> str:
        if self.guards and value.startswith(FORMULA_STARTS):
            value = "'" + value
        if quoted or self._to_quote.search(value):
            return '"' + value.replace('"', '""') + '"'
        return value

    def _count(self, raw: str) -> int:
        if '"' in raw:
            return len(field_spans(raw, self.dialect.delimiter))
        record = raw.rstrip("\r\n").rpartition("\n")[2].rpartition("\r")[2]
        return record.count(self.dialect.delimiter) + 1


def prepare(source: Source, *, escape_formulas: bool) -> Text:
    """Measure the roster for a delimited output."""
    layout = place(source, _width(source))
    dialect = source.dialect if source.format == "csv" and source.dialect else _FOR_EXCEL
    try:
        _encoder(dialect)
    except LookupError as error:
        raise OutputError(
            f"The output can't be written in the roster's encoding {dialect.encoding}."
        ) from error
    return Text(source, layout, dialect, escape_formulas)


def _width(source: Source) -> int:
    """Columns up to the last used one; quicker than through its rows where the source is an OOXML sheet."""
    if source.format in ("xlsx", "xlsm"):
        with Book(source.copy, UNBOUNDED) as book:
            part = next((one.part for one in book.sheets if one.name == source.sheet), None)
            if part is not None:
                return survey_sheet(book, part, source.header_row).used_width
    return survey(source.lines()).width


def _encoder(dialect: Dialect) -> codecs.IncrementalEncoder:
    name = codecs.lookup(dialect.encoding).name
    if name in ("utf-16", "utf-32"):  # these would write a byte order mark of their own
        big = dialect.bom in (codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
        name += "-be" if big else "-le"
    return codecs.getincrementalencoder("utf-8" if name == "utf-8-sig" else name)(_GIVE_BACK)


def _end_of(raw: str) -> str:
    found = _LINE_END.search(raw)
    return found[0] if found else ""


def _all_quoted(raw: str, delimiter: str) -> bool:
    return all(raw.startswith('"', start) for start, _ in field_spans(raw, delimiter))


def _before_end(raw: str, more: str) -> str:
    end = _end_of(raw)
    return raw[: len(raw) - len(end)] + more + end


def field_spans(raw: str, delimiter: str) -> list[tuple[int, int]]:
    """Where the fields of the last record in `raw` begin and end, quotes included and the line end not."""
    spans: list[tuple[int, int]] = []
    at, end = 0, len(raw) - len(_end_of(raw))
    while True:
        start = at
        if raw.startswith('"', at):
            at = _after_quotes(raw, at + 1)
        while at < end and raw[at] not in (delimiter, "\r", "\n"):
            at += 1
        spans.append((start, at))
        if at >= end:
            return spans
        if raw[at] != delimiter:  # a line that isn't a row, such as `sep=;`, stands before the record
            spans = []
            at += raw.startswith("\r\n", at)
        at += 1


def _after_quotes(raw: str, at: int) -> int:
    while (close := raw.find('"', at)) >= 0:
        if not raw.startswith('""', close):
            return close + 1
        at = close + 2
    return len(raw)


def _unquoted(raw: str) -> str:
    return raw[1:].removesuffix('"').replace('""', '"') if raw.startswith('"') else raw
