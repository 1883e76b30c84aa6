"""Which sheet of a workbook is the roster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from bulk_register.errors import RosterDoubtError, RosterError, one_line
from bulk_register.language import _
from bulk_register.records import Decision, Doubt, Matter, Reading
from bulk_register.roster.doubt_text import quoted, refuse
from bulk_register.roster.grid import Grid, Sheets
from bulk_register.roster.sheets.sheet_evidence import SheetView, detect_table_in, may_be_roster, view_sheet
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.nothing_known import NoIdentifierColumnError

MAX_SHEETS = 250  # that are looked through for the roster
LISTED = 20  # sheets that a message names at most


def choose_sheet(found: Sheets, reading: Reading) -> tuple[Grid, Table]:
    """The visible sheet that was named, or the only one with an identifier column, and its table.

    Raises RosterError where none or several sheets may be meant.
    """
    sheets = found.visible
    if reading.sheet is not None:
        sheet = _named(sheets, found.hidden, reading.sheet)
        return sheet, detect_table_in(sheet, reading)
    if len(sheets) > MAX_SHEETS:
        raise RosterError(
            _(
                "the workbook has {sheets:,} visible sheets, too many to look through: name the right "
                "one with --sheet.",
                sheets=len(sheets),
            )
        )
    sheets = [sheet for sheet in sheets if sheet.filled.any()]
    if not sheets:
        raise RosterError(_("the workbook has no visible sheet with anything in it: it holds no employees."))
    if len(sheets) == 1:
        return sheets[0], detect_table_in(sheets[0], reading)
    return _only_one(sheets, reading)


def _named(sheets: Sequence[Grid], hidden: Sequence[str], name: str) -> Grid:
    found = [sheet for sheet in sheets if sheet.name == name]
    found = found or [
        sheet for sheet in sheets if str(sheet.name).strip().casefold() == name.strip().casefold()
    ]
    if len(found) == 1:
        return found[0]
    if name.strip().casefold() in (one.strip().casefold() for one in hidden):
        raise RosterError(
            _(
                "--sheet {name}: this sheet is hidden. Unhide it in the workbook, or name another: {sheets}.",
                name=one_line(name),
                sheets=_names(sheets),
            )
        )
    raise RosterError(
        _(
            "--sheet {name}: there is no such sheet. The workbook has: {sheets}.",
            name=one_line(name),
            sheets=_names(sheets),
        )
    )


def _only_one(sheets: Sequence[Grid], reading: Reading) -> tuple[Grid, Table]:
    """The one sheet that may be the roster.

    Raises RosterDoubtError where several may be, and what a sheet was refused for where no other may be.
    """
    views = [view_sheet(sheet, reading) for sheet in sheets]
    read = [view for view in views if view.table is not None and view.lines]
    certain = [view for view in read if view.is_named]
    best = min(read, key=lambda view: (not view.is_named, view.rank, -view.lines), default=None)
    for view in views:
        if view.error is not None and view.doubtful and not (certain and not view.shows_people):
            _refuse_as_in(view)
    if best is None or best.table is None:
        _refuse_all(sheets, views)
    rivals = [view for view in views if view is not best and may_be_roster(view, best)]
    if rivals:
        _refuse_rivals([best, *rivals])
    decision = Decision(
        Matter.SHEET, best.candidate(), tuple(view.candidate() for view in views if view is not best)
    )
    return best.sheet, replace(best.table, decisions=(decision, *best.table.decisions))


def _refuse_as_in(view: SheetView) -> NoReturn:
    """Raise what the sheet was refused for, with its name."""
    words = _(
        'sheet "{sheet}": {reason} If another sheet is meant, name it with --sheet.',
        sheet=one_line(view.sheet.name),
        reason=view.error,
    )
    if isinstance(view.error, RosterDoubtError):
        raise RosterDoubtError(words, replace(view.error.doubt, sheet=str(view.sheet.name))) from view.error
    raise RosterError(words) from view.error


def _refuse_all(sheets: Sequence[Grid], views: Sequence[SheetView]) -> NoReturn:
    errors = [view for view in views if view.error is not None]
    if not errors:
        raise RosterError(_("no sheet has anything below its header: the roster holds no employees."))
    first = next((view for view in errors if view.shows_people), errors[0])
    if not isinstance(first.error, NoIdentifierColumnError):
        _refuse_as_in(first)
    doubt = Doubt(
        Matter.SHEET,
        _("no sheet has a column that is known to hold the employee identifiers."),
        tuple(view.candidate() for view in views),
        _(
            'Sheet "{name}": {error}\nThe sheets are: {sheets}; name the right one with --sheet.',
            name=one_line(first.sheet.name),
            error=first.error,
            sheets=_names(sheets),
        ),
    )
    raise NoIdentifierColumnError(f"{doubt.reason} {doubt.remedy}", doubt)


def _refuse_rivals(views: Sequence[SheetView]) -> NoReturn:
    names = _names([view.sheet for view in views])
    reason = _(
        "more than one sheet could be the roster: {names}. Name the right one with --sheet.", names=names
    )
    refuse(Doubt(Matter.SHEET, reason, tuple(view.candidate() for view in views)))


def _names(sheets: Sequence[Grid]) -> str:
    names = [quoted(str(sheet.name)) for sheet in sheets]
    more = max(len(names) - LISTED, 0)
    return ", ".join(names[:LISTED]) + (_(" and {more:,} more", more=more) if more else "")
