"""Some rows of a roster as a workbook of their own, with all their columns and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from bulk_register.language import every_language
from bulk_register.ooxml.cell_values import shown
from bulk_register.ooxml.pieces import pieces
from bulk_register.ooxml.workbook import UNBOUNDED, WorkbookFile
from bulk_register.output.excel.new_workbook import plan_new_workbook
from bulk_register.output.results import SomeResults
from bulk_register.records import REGISTRATION, RESULT_COLUMNS, Cell, Columns, Line, Results, Source


@dataclass(frozen=True)
class Excerpt:
    """A new workbook with the header and only the rows of `results`, each with its results.

    `identifiers` (object) goes by row of `results`: the cells of the identifier column become these texts, so
    that a zero shown by a number format alone isn't lost. The rows `last` come behind all others.
    """

    source: Source
    identifiers: np.ndarray
    results: Results
    last: Collection[int] = ()
    columns: Columns = REGISTRATION

    def write(self, path: Path) -> None:
        """Write it to a new file; raises OutputError where no workbook holds it."""
        first = 2 if self.source.header_row else 1
        rows = dict(zip(self.results.rows.tolist(), self.identifiers.tolist(), strict=True))
        part = replace(
            self.source,
            header_row=first - 1,
            first_row=first,
            last_row=first + len(rows) - 1,
            lines=lambda: _lines(self.source, rows, self.last),
        )
        apart = np.isin(self.results.rows, list(self.last))
        order = np.concatenate([np.flatnonzero(~apart), np.flatnonzero(apart)])
        numbers = np.arange(first, first + len(rows), dtype=np.int64)
        plan_new_workbook(part, path, self.columns).write(SomeResults(self.results, order, numbers), path)


def rows_without_address(source: Source, rows: Container[int]) -> set[int]:
    """Return those of some rows that have no e-mail address, where the roster has a column for it.

    A mail merge that meets a blank address may give the next person's link to somebody else.
    """
    columns = [column for what, column in source.persons if what == "e-mail"]
    if not columns:
        return set()
    return {
        row
        for row, line in enumerate(source.lines(), 1)
        if row in rows and not any(shown(cell).strip() for cell in map(partial(_cell, line), columns))
    }


def _cell(line: Line, column: int) -> Cell:
    return line.cells[column] if column < len(line.cells) else None


def has_headers_only(path: Path) -> bool:
    """Tell whether a workbook's first sheet has the results' headers, and no row beside theirs."""
    with WorkbookFile(path, UNBOUNDED) as book:
        part = book.sheets[0].part
        data = b"".join(piece.data for piece in islice(pieces(book.large(part), part), 2))
    return data.count(b"<row ") == 1 and any(
        f">{header}<".encode() in data for header in every_language(RESULT_COLUMNS[0])
    )


def _lines(source: Source, rows: dict[int, str], last: Container[int]) -> Iterator[Line]:
    if source.header_row:
        yield Line([None] * source.first_column + list(source.headers))
    kept = []
    for row, line in enumerate(source.lines(), 1):
        if row in rows:
            cells = list(line.cells)
            cells += [None] * (source.id_column + 1 - len(cells))
            cells[source.id_column] = rows[row]
            if row in last:
                kept.append(line._replace(cells=cells))
            else:
                yield line._replace(cells=cells)
    yield from kept
