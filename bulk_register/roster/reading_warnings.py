"""Warnings about a roster that was read: what is sent although it is odd, what no workbook could hold."""

from __future__ import annotations

from collections.abc import Iterator

from bulk_register.language import _, ngettext
from bulk_register.ooxml.cell_values import MAX_COLUMNS, MAX_ROWS
from bulk_register.records import RESULT_COLUMNS, Employees, Source
from bulk_register.roster.employees.identifiers import CleanedIdentifiers, named_rows
from bulk_register.roster.grid import Grid
from bulk_register.roster.text.text_grid import TextGrid


def odd_identifiers(cleaned: CleanedIdentifiers, employees: Employees) -> Iterator[str]:
    """Warnings about identifiers that are sent although something about them is odd."""
    rows = employees.rows
    sent = set(rows["row"][rows["employee"] >= 0].tolist()) if cleaned.oddities else set()
    found: dict[str, list[int]] = {}
    for row, oddity in cleaned.oddities.items():
        if row in sent:
            found.setdefault(oddity, []).append(row)
    for oddity, places in found.items():
        yield ngettext(
            "{number:,} identifier has {oddity} ({rows}); sent as written.",
            "{number:,} identifiers have {oddity} ({rows}); sent as written.",
            len(places),
            oddity=oddity,
            rows=named_rows(places),
        )


def too_large(source: Source, grid: Grid) -> Iterator[str]:
    """Warnings about what a workbook as the output couldn't hold."""
    columns = source.first_column + len(source.headers) + len(RESULT_COLUMNS)
    if source.last_row > MAX_ROWS:
        yield _(
            "A workbook's sheet holds {max_rows:,} rows, fewer than the roster has: name a .csv output "
            "with -o.",
            max_rows=MAX_ROWS,
        )
    if columns > MAX_COLUMNS:
        yield _(
            "A workbook's sheet holds {max_columns:,} columns, fewer than the output needs: name a .csv "
            "output with -o.",
            max_columns=MAX_COLUMNS,
        )
    if isinstance(grid, TextGrid) and grid.long_cells:
        yield _(
            "A cell in {rows} is longer than a workbook's may be: name a .csv output with -o.",
            rows=named_rows(grid.long_cells),
        )
