"""Single rows of a grid, looked at closely."""

from __future__ import annotations

from collections.abc import Iterable

from bulk_register.roster.grid import Grid
from bulk_register.roster.table.detection import Table

Cells = dict[int, str]  # a row's cells that hold something, by column


def row_texts(grid: Grid, rows: Iterable[int], table: Table) -> dict[int, Cells]:
    """These rows' cells, without the columns of an earlier output."""
    wanted = iter(sorted(rows))
    found: dict[int, Cells] = {}
    row = next(wanted, None)
    for number, line in enumerate(grid.lines() if row else (), 1):
        if number == row:
            texts = enumerate("" if cell is None else str(cell).strip() for cell in line.cells)
            found[number] = {place: text for place, text in texts if text and place not in table.results}
            row = next(wanted, None)
            if row is None:
                break
    return found
