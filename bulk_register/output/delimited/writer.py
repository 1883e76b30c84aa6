"""CSV output: the roster's own records byte for byte, or a workbook's cells as they are seen, and five
fields.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, islice
from pathlib import Path

from bulk_register.errors import OutputError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import shown
from bulk_register.output.delimited.fields import all_quoted, before_end, field_spans, is_quoted, unquoted
from bulk_register.output.layout import Layout, place_columns
from bulk_register.records import REGISTRATION, Columns, Dialect, Line, Results, Source

BLOCK_ROWS = 2_000  # of a workbook, written together
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # OWASP, "CSV Injection"
_FOR_EXCEL = Dialect("utf-8", ",", "\r\n", codecs.BOM_UTF8)
_GIVE_BACK = "bulk_register.give_back"


def _give_back(error: UnicodeError) -> tuple[bytes, int]:
    """Encode the roster's own bytes, which a lone surrogate stands for (PEP 383), and "?" for all else."""
    assert isinstance(error, UnicodeEncodeError)
    codes = map(ord, error.object[error.start : error.end])
    return bytes(code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else 0x3F for code in codes), error.end


codecs.register_error(_GIVE_BACK, _give_back)


@dataclass(frozen=True)
class DelimitedText:
    """A delimited output that can be written."""

    source: Source
    target: Path
    layout: Layout
    dialect: Dialect
    guards: bool
    notes: tuple[str, ...] = ()

    @cached_property
    def _to_quote(self) -> re.Pattern[str]:
        return re.compile(f'["\r\n{re.escape(self.dialect.delimiter)}]')

    def write(self, results: Results, path: Path) -> None:
        """Write the text; characters of our notes that the roster's encoding lacks become question marks."""
        encode = partial(_encoder(self.dialect).encode, final=False)
        with path.open("wb") as file:
            file.write(self.dialect.bom)
            for piece in self._pieces(results):
                file.write(encode(piece))

    def _pieces(self, results: Results) -> Iterator[str]:
        rows: list[int] = results.rows.tolist()
        row, place = 1, 0
        for block, even in self._blocks():
            stop = bisect_left(rows, row + len(block), place)
            columns = [column.tolist() for column in results.texts(slice(place, stop))]
            if even and stop - place == len(block) and self._plainly_added(columns):
                yield self._appended(block, columns)
            else:
                values = map(list, zip(*columns, strict=True))
                yield from self._one_by_one(enumerate(block, row), zip(rows[place:stop], values, strict=True))
            row, place = row + len(block), stop

    def _blocks(self) -> Iterator[tuple[list[str], bool]]:
        """The roster's records, some at a time, and whether results go right behind what they are."""
        behind = self.layout.first_added == self.source.width and not self.layout.filled_in_place
        quick = behind and not self.guards
        if self.source.records is not None:
            yield from ((records.raw, records.even and quick) for records in self.source.records())
            return
        lines = islice(self.source.lines(), self.source.last_row)  # below it there are formats at the most
        while block := [self._record(line) for line in islice(lines, BLOCK_ROWS)]:
            yield block, quick and '"' not in "".join(block)

    def _record(self, line: Line) -> str:
        """A workbook's row as a record, as wide as all the others."""
        cells = [shown(cell) for cell in line.cells[: self.source.width]]
        cells += [""] * (self.source.width - len(cells))
        return self.dialect.delimiter.join(map(self._quoted, cells)) + self.dialect.line_end

    def _plainly_added(self, columns: Sequence[Sequence[str]]) -> bool:
        return not any(self._to_quote.search("".join(column)) for column in columns)

    def _appended(self, block: list[str], columns: Sequence[Sequence[str]]) -> str:
        """Records that all have as many fields as the longest, each with its results behind them."""
        bodies = [raw.rstrip("\r\n") for raw in block]
        ends = [raw[len(body) :] for raw, body in zip(block, bodies, strict=True)]
        delimiters = [self.dialect.delimiter] * len(block)
        fields = (one for column in columns for one in (delimiters, column))
        return "".join(chain.from_iterable(zip(bodies, *fields, ends, strict=True)))

    def _one_by_one(
        self, records: Iterable[tuple[int, str]], results: Iterator[tuple[int, list[str]]]
    ) -> Iterator[str]:
        blank = [""] * len(self.layout.headers)
        next_row, values = next(results, (0, blank))
        for row, raw in records:
            if row == next_row:
                yield self._merged(raw, values, True)
                next_row, values = next(results, (0, blank))
            elif row == self.source.header_row:
                yield self._merged(raw, list(self.layout.headers), True)
            elif row < self.source.header_row:
                yield self._above(raw)
            else:
                yield self._merged(raw, blank, False)

    def _above(self, raw: str) -> str:
        """A line above the header, which has no columns."""
        if not self.guards or not self._may_start_formula(raw):
            return raw
        return self._with_replaced(raw, field_spans(raw, self.dialect), {})

    def _merged(self, raw: str, values: list[str], has_result: bool) -> str:
        """The roster's own record with the results put in; a line without results stays as short as it is."""
        spans = None
        if self.layout.filled_in_place or (self.guards and self._may_start_formula(raw)):
            spans = field_spans(raw, self.dialect)
            short = max(self.layout.filled_in_place, default=-1) + 1 - len(spans)
            if has_result and short > 0:
                raw = before_end(raw, self.dialect.delimiter * short)
                spans = field_spans(raw, self.dialect)
            raw = self._with_replaced(raw, spans, self._in_place(values))
        missing = [v for v, added in zip(values, self.layout.added, strict=True) if added]
        if not missing:
            return raw
        count = len(spans) if spans is not None else self._count(raw)
        if not has_result and count < self.layout.first_added:
            return raw
        body = raw.rstrip("\r\n")
        quoted = body.startswith('"') and body.endswith('"') and all_quoted(raw, self.dialect)
        fields = [self._field(value, quoted) for value in missing]
        pad = self.dialect.delimiter * (self.layout.first_added - count)
        return before_end(raw, pad + "".join(self.dialect.delimiter + value for value in fields))

    def _in_place(self, values: list[str]) -> dict[int, str]:
        """The results that go into columns of the roster, by column; its own headers stay."""
        if self.source.header_row and values == list(self.layout.headers):
            return {}
        by_column = zip(self.layout.columns, values, strict=True)
        return {column: value for column, value in by_column if column in self.layout.filled_in_place}

    def _with_replaced(self, raw: str, spans: list[tuple[int, int]], new: dict[int, str]) -> str:
        pieces, at = [], 0
        for column, (start, end) in enumerate(spans):
            old = raw[start:end]
            value = new.get(column, self._guarded(old) if self.guards else old)
            if column in new:
                value = self._field(value, is_quoted(old, self.dialect))
            pieces += [raw[at:start], value]
            at = end
        return "".join([*pieces, raw[at:]])

    def _guarded(self, old: str) -> str:
        value = unquoted(old, self.dialect)
        quoted = is_quoted(old, self.dialect)
        return self._field(value, quoted) if value.startswith(FORMULA_STARTS) else old

    def _may_start_formula(self, raw: str) -> bool:
        starts, blanks = "".join(FORMULA_STARTS), " *" if self.dialect.skip_space else ""
        before = f'(?:^|["\n]|{re.escape(self.dialect.delimiter)}){blanks}'
        return bool(re.search(f"{before}[{re.escape(starts)}]", raw))

    def _field(self, value: str, quoted: bool) -> str:
        if self.guards and value.startswith(FORMULA_STARTS):
            value = "'" + value
        return self._quoted(value, quoted)

    def _quoted(self, value: str, quoted: bool = False) -> str:
        if quoted or self._to_quote.search(value):
            return '"' + value.replace('"', '""') + '"'
        return value

    def _count(self, raw: str) -> int:
        if '"' in raw:
            return len(field_spans(raw, self.dialect))
        record = raw.rstrip("\r\n").rpartition("\n")[2].rpartition("\r")[2]
        return record.count(self.dialect.delimiter) + 1


def plan_delimited(
    source: Source, target: Path, columns: Columns = REGISTRATION, *, escape_formulas: bool
) -> DelimitedText:
    """Lay out a delimited output; raises OutputError if it can't be written in the roster's encoding.

    A workbook's rows are read once as they will be for writing: what is wrong with them shows now.
    """
    dialect = source.dialect or _FOR_EXCEL
    try:
        _encoder(dialect)
    except LookupError as error:
        raise OutputError(
            _("The output can't be written in the roster's encoding {encoding}.", encoding=dialect.encoding)
        ) from error
    if source.records is None:
        deque(source.lines(), 0)
    layout = place_columns(source, source.width, columns)
    return DelimitedText(source, target, layout, dialect, escape_formulas)


def _encoder(dialect: Dialect) -> codecs.IncrementalEncoder:
    name = codecs.lookup(dialect.encoding).name
    if name in ("utf-16", "utf-32"):  # these would write a byte order mark of their own
        big = dialect.bom in (codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
        name += "-be" if big else "-le"
    return codecs.getincrementalencoder("utf-8" if name == "utf-8-sig" else name)(_GIVE_BACK)
