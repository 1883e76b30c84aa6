"""The roster's own workbook with the results: can it be grafted, and what will be lost.

One sheet is rewritten as it streams by, the few parts that lean on it follow, all else stays byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bulk_register.errors import OutputError, RosterError
from bulk_register.language import _
from bulk_register.ooxml.archive import damaged
from bulk_register.ooxml.archive_writer import rewrite
from bulk_register.ooxml.cell_values import MAX_COLUMNS
from bulk_register.ooxml.workbook import UNBOUNDED, WorkbookFile
from bulk_register.output.excel.changed_parts import ChangedParts
from bulk_register.output.excel.result_cells import ResultCells
from bulk_register.output.excel.sheet_hyperlinks import is_replaced
from bulk_register.output.excel.sheet_survey import SheetSurvey, survey_sheet
from bulk_register.output.layout import Layout, place_columns
from bulk_register.records import REGISTRATION, Columns, Results, Source


class NotRewritableError(Exception):
    """The package can be read but not rewritten safely; says why."""


@dataclass(frozen=True)
class InPlaceWorkbook:
    """A graft that can be written."""

    source: Source
    target: Path
    layout: Layout
    survey: SheetSurvey
    notes: tuple[str, ...]

    def write(self, results: Results, path: Path) -> None:
        """Write the roster's package with the results in its sheet."""
        with WorkbookFile(self.source.copy, UNBOUNDED) as book:
            others = sum(
                not is_replaced(one, self.layout, self.source.header_row) for one in self.survey.links
            )
            made = ResultCells(results, self.layout, others, self.survey.prefix)
            parts = ChangedParts(book, self.source, self.survey, made)
            changes, removed = parts.changes(self.target.suffix.lower())
            rewrite(book.archive, path, changes, removed)


def plan_in_place(source: Source, target: Path, columns: Columns = REGISTRATION) -> InPlaceWorkbook:
    """Measure the roster's sheet for a graft; raises NotGraftableError, or OutputError with the way out."""
    try:
        with WorkbookFile(source.copy, UNBOUNDED) as book:
            assert source.outline is not None
            found = survey_sheet(book, source.outline, source.header_row)
            notes = tuple(_notes(book, found, target.suffix.lower(), source))
            layout = _placed(source, found, columns)
            made = ResultCells(_NoResults(len(columns.names)), layout, 0, found.prefix)
            _rehearse(book, source, found, made, target)
    except RosterError as error:
        raise NotRewritableError(
            _("the roster's workbook can be read, but not rewritten safely ({error})", error=error)
        ) from error
    return InPlaceWorkbook(source, target, layout, found, notes)


def _placed(source: Source, found: SheetSurvey, columns: Columns) -> Layout:
    if not found.outline.in_order:
        raise NotRewritableError(_("the roster's rows don't stand in order in its file"))
    layout = place_columns(source, found.used_width, columns)
    if layout.width > MAX_COLUMNS:
        raise OutputError(
            _(
                "The roster and the results take {width:,} columns, a worksheet holds {max_columns:,}: "
                "name a .csv output instead (-o NAME.csv).",
                width=layout.width,
                max_columns=MAX_COLUMNS,
            )
        )
    return layout


class _NoResults:
    """Results of nobody: with them everything but the rows is made as it will be."""

    rows = np.zeros(0, np.int64)
    most_links = 0

    def __init__(self, columns: int) -> None:
        self._columns = columns

    def status(self, _places: slice | np.ndarray) -> np.ndarray:
        """Return no statuses."""
        return np.empty(0, object)

    def texts(self, _places: slice | np.ndarray) -> tuple[np.ndarray, ...]:
        """Return no texts."""
        return tuple(np.empty(0, object) for _ in range(self._columns))


def _rehearse(
    book: WorkbookFile, source: Source, found: SheetSurvey, made: ResultCells, target: Path
) -> None:
    """Make every part that changes but the rows; raises RosterError where one is damaged."""
    try:
        ChangedParts(book, source, found, made).rehearse(target.suffix.lower())
    except (ValueError, LookupError) as error:
        raise damaged(_("a part around its rows is not as it should be ({error})", error=error)) from error


def _notes(book: WorkbookFile, found: SheetSurvey, suffix: str, source: Source) -> Iterator[str]:
    if book.signed:
        yield _("The roster's digital signature can't survive a change: the output is not signed.")
    if found.protected:
        yield _(
            "The sheet {sheet!r} is protected: the results are added all the same, and it stays so.",
            sheet=source.sheet,
        )
    if suffix == ".xlsx" and book.related("vbaProject"):
        yield _(
            "An .xlsx workbook can't hold macros: the output is without them. Name it .xlsm to keep them."
        )
