"""Some rows of a roster as a workbook of their own, with all their columns and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from bulk_register.ooxml.cells import pieces
from bulk_register.ooxml.workbook import UNBOUNDED, WorkbookFile
from bulk_register.output.excel.new_workbook import plan_new_workbook
from bulk_register.output.results import SomeResults
from bulk_register.records import RESULT_COLUMNS, Line, Results, Source


def write_excerpt(source: Source, identifiers: np.ndarray, results: Results, path: Path) -> None:
    """Write a new workbook with the header and only the rows of `results`, each with its results.

    `identifiers` (object) goes by row of `results`: the cells of the identifier column become these texts, so
    that a zero shown by a number format alone isn't lost. Raises OutputError where no workbook holds it.
    """
    first = 2 if source.header_row else 1
    rows = dict(zip(results.rows.tolist(), identifiers.tolist(), strict=True))
    part = replace(
        source,
        header_row=first - 1,
        first_row=first,
        last_row=first + len(rows) - 1,
        lines=lambda: _lines(source, rows),
    )
    numbers = np.arange(first, first + len(rows), dtype=np.int64)
    plan_new_workbook(part, path).write(SomeResults(results, np.arange(len(rows)), numbers), path)


def has_headers_only(path: Path) -> bool:
    """Tell whether a workbook's first sheet has the results' headers, and no row beside theirs."""
    with WorkbookFile(path, UNBOUNDED) as book:
        part = book.sheets[0].part
        data = b"".join(piece.data for piece in islice(pieces(book.large(part), part), 2))
    return data.count(b"<row ") == 1 and f">{RESULT_COLUMNS[0]}<".encode() in data


def _lines(source: Source, rows: dict[int, str]) -> Iterator[Line]:
    if source.header_row:
        yield Line([None] * source.first_column + list(source.headers))
    for row, line in enumerate(source.lines(), 1):
        if row in rows:
            cells = list(line.cells)
            cells += [None] * (source.id_column + 1 - len(cells))
            cells[source.id_column] = rows[row]
            yield Line(cells)
