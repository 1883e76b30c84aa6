"""Which sheet of a workbook is the roster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bulk_register.errors import RosterError
from bulk_register.records import Format, Reading
from bulk_register.roster.grid import Grid
from bulk_register.roster.table.detection import HEAD_ROWS, NoIdentifierColumnError, Table, detect_table

LISTED = 20  # sheets that a message names at most


def choose_sheet(copy: Path, kind: Format, reading: Reading) -> tuple[Grid, Table]:
    """The visible sheet that was named, or the only one with an identifier column, and its table.

    Raises RosterError where none or several sheets may be meant.
    """
    from bulk_register.roster.sheets.sheets import (
        hidden_sheet_names,
        open_sheets,
    )  # slow to load, not needed for text

    sheets = open_sheets(copy, kind, reading)
    if reading.sheet is not None:
        sheet = _named(sheets, hidden_sheet_names(copy, kind, reading), reading.sheet)
        return sheet, detect_table_in(sheet, reading)
    sheets = [sheet for sheet in sheets if sheet.filled.any()]
    if not sheets:
        raise RosterError("the workbook has no visible sheet with anything in it: it holds no employees.")
    if len(sheets) == 1:
        return sheets[0], detect_table_in(sheets[0], reading)
    return _only_one(sheets, reading)


def detect_table_in(grid: Grid, reading: Reading) -> Table:
    """The table in the grid, looked for in as many rows as the reading asks for."""
    return detect_table(grid.head(max(HEAD_ROWS, reading.header_row or 0)), reading)


def _named(sheets: Sequence[Grid], hidden: Sequence[str], name: str) -> Grid:
    found = [sheet for sheet in sheets if sheet.name == name]
    found = found or [
        sheet for sheet in sheets if str(sheet.name).strip().casefold() == name.strip().casefold()
    ]
    if len(found) == 1:
        return found[0]
    if name.strip().casefold() in (one.strip().casefold() for one in hidden):
        raise RosterError(
            f"--sheet {name}: this sheet is hidden. Unhide it in the workbook, or name another: "
            f"{_names(sheets)}."
        )
    raise RosterError(f"--sheet {name}: there is no such sheet. The workbook has: {_names(sheets)}.")


def _only_one(sheets: Sequence[Grid], reading: Reading) -> tuple[Grid, Table]:
    """The sheet with the strongest identifier header and lines under it; two of them are refused."""
    found: list[tuple[Grid, Table]] = []
    reasons: list[str] = []
    for sheet in sheets:
        try:
            table = detect_table_in(sheet, reading)
        except NoIdentifierColumnError as error:
            reasons.append(f'Sheet "{sheet.name}": {error}')
            continue
        except RosterError as error:
            raise RosterError(
                f'sheet "{sheet.name}": {error} If another sheet is meant, name it with --sheet.'
            ) from error
        if sheet.filled[table.first_row - 1 :].any():
            found.append((sheet, table))
    if not found and reasons:
        raise NoIdentifierColumnError(
            f"no sheet has a column that is known to hold the employee identifiers. {reasons[0]} The "
            f"sheets are: {_names(sheets)}; name the right one with --sheet."
        )
    if not found:
        raise RosterError("no sheet has anything below its header: the roster holds no employees.")
    best = min(table.rank for _, table in found)
    strongest = [one for one in found if one[1].rank == best]
    if len(strongest) > 1:
        raise RosterError(
            f"more than one sheet could be the roster: {_names([sheet for sheet, _ in strongest])}. Name "
            "the right one with --sheet."
        )
    return strongest[0]


def _names(sheets: Sequence[Grid]) -> str:
    names = [f'"{sheet.name}"' for sheet in sheets]
    return ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
