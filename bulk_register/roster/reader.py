"""The story of a roster: decode, cut into cells, locate the table, clean, sort, gather; and what came up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import NoReturn

import numpy as np

from bulk_register.errors import RosterError
from bulk_register.language import _, ngettext
from bulk_register.records import Doubt, Employees, Findings, Format, Reading, Roster, Source
from bulk_register.roster.description import describe
from bulk_register.roster.doubt_text import quoted
from bulk_register.roster.employees.debris import without_debris
from bulk_register.roster.employees.employees import Person, build_employees, near_duplicates
from bulk_register.roster.employees.identifiers import CleanedIdentifiers, check_identifiers
from bulk_register.roster.employees.row_kinds import RowKinds, classify_rows
from bulk_register.roster.employees.text_checks import check_letters, check_ragged_rows
from bulk_register.roster.file.snapshot import Snapshot
from bulk_register.roster.formats import FileFormat
from bulk_register.roster.grid import Grid
from bulk_register.roster.reading_warnings import odd_identifiers, too_large
from bulk_register.roster.sheets.selection import choose_sheet
from bulk_register.roster.sheets.sheet_evidence import detect_table_in
from bulk_register.roster.table.columns import NUMBER_RANK
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.nothing_known import NoIdentifierColumnError
from bulk_register.roster.table.person_columns import with_said_persons
from bulk_register.roster.text.encoding import TextEncoding, detect_encoding, possible_encodings
from bulk_register.roster.text.encoding_doubt import refuse_encodings
from bulk_register.roster.text.opening import open_text
from bulk_register.roster.text.text_grid import TextGrid
from bulk_register.roster.text.whole_lines import refuse_whole_lines

HEAD_LINES = 20  # in which headers may be misread


def parse_roster(path: Path, copy: Snapshot, kind: FileFormat, reading: Reading) -> Roster:
    """The roster in a copy of that kind. Raises RosterError where it can't be understood for certain."""
    grid: Grid
    if kind.open_sheets is None:
        grid = open_text(detect_encoding(copy.path, reading.encoding), reading)
        table = _located(grid, reading)
    else:
        with closing(kind.open_sheets(copy.path, reading)) as sheets:
            grid, table = choose_sheet(sheets, reading)
    table = with_said_persons(table, grid, reading.person_columns)
    if isinstance(grid, TextGrid):
        grid.keep(table.needed)
    people = [(what, cache(partial(_texts, grid, column))) for what, column in table.persons]
    apart = [one for one, where in zip(people, table.persons, strict=True) if where in table.told_apart]
    lines, cleaned, warnings = _judged(grid, table, people, reading)
    employees = build_employees(lines, cleaned, apart)
    _insist_on_employees(employees, table)
    source = _source(path, copy, kind.name, grid, table)
    warnings += [*odd_identifiers(cleaned, employees), *near_duplicates(employees), *too_large(source, grid)]
    understood = describe(source, table, employees, *_reading_of(grid, table, people))
    return Roster(source, employees, Findings(understood, cleaned.fixes, tuple(warnings), table.decisions))


def _located(grid: TextGrid, reading: Reading) -> Table:
    """The table; where its header can't be found because its letters may be wrong, that is what is said."""
    try:
        return detect_table_in(grid, reading)
    except NoIdentifierColumnError as error:
        head = grid.head(max(HEAD_LINES, error.doubt.row))
        rows = [head[error.doubt.row - 1]] if error.doubt.row else head
        texts = [cell for row in rows for cell in row if not cell.isascii()]
        if not grid.text.is_guess or not texts:
            raise
        _refuse_misread(grid.text, texts, error.doubt)


def _refuse_misread(text: TextEncoding, texts: list[str], doubt: Doubt) -> NoReturn:
    """Raise RosterDoubtError with the headers as they read in each likely encoding."""
    encodings = [text.encoding, *possible_encodings(text.path, text.encoding)]
    readings = {
        one: [cell.encode(text.encoding, "replace").decode(one, "replace")[:30] for cell in texts[:3]]
        for one in encodings
    }
    reason = _(
        "the encoding isn't certain, and the headers may be misread as {name}: {reason}",
        name=text.name,
        reason=doubt.reason,
    )
    refuse_encodings(
        reason,
        readings,
        row=doubt.row,
        remedy=_("If the letters are right: {remedy}", remedy=doubt.remedy),
    )


def _texts(grid: Grid, column: int) -> np.ndarray:
    return grid.texts([column])[0]


def _judged(
    grid: Grid, table: Table, persons: Sequence[Person], reading: Reading
) -> tuple[RowKinds, CleanedIdentifiers, list[str]]:
    """The lines sorted and the identifiers cleaned, with what there is to say about them."""
    cells = grid.identifiers(table.id_column)
    cleaned = check_identifiers(cells, table.first_row)
    lines = classify_rows(grid, table, cleaned)
    warnings = list(cells.warnings)
    refuse_whole_lines(table, cleaned.texts[lines.people - 1], grid.filled[lines.people - 1])
    if isinstance(grid, TextGrid):
        lines, ragged = check_ragged_rows(grid, table, cleaned, lines)
        warnings += [*ragged, *check_letters(grid, persons, table)]
    lines, hidden = _without_hidden(grid, lines, reading)
    return lines, without_debris(cleaned, lines.people), [*warnings, *hidden]


def _without_hidden(grid: Grid, lines: RowKinds, reading: Reading) -> tuple[RowKinds, list[str]]:
    """The lines, the hidden ones left out if that was asked for; and a word about them."""
    people = lines.people
    hidden = people[grid.hidden[people - 1]].tolist() if grid.hidden is not None else []
    if not hidden:
        return lines, []
    counts = {"hidden": len(hidden), "rows": len(people)}
    if not reading.skip_hidden:
        return lines, [
            _(
                "{hidden:,} of {rows:,} rows are hidden, by hand or by a filter, and registered all the "
                "same; "
                "--skip-hidden leaves them out.",
                **counts,
            )
        ]
    left_out = dict.fromkeys(hidden, _("hidden in the sheet, and left out by --skip-hidden"))
    words = _(
        "{hidden:,} of {rows:,} rows are hidden, by hand or by a filter, and left out by --skip-hidden.",
        **counts,
    )
    return replace(lines, ignored=lines.ignored | left_out), [words]


def _insist_on_employees(employees: Employees, table: Table) -> None:
    rows = employees.rows
    if not len(rows):
        raise RosterError(
            _(
                "the roster holds no employees: there is nothing below its header in row {row}.",
                row=table.header_row,
            )
            if table.header_row
            else _("the roster holds no employees: there is nothing in it.")
        )
    if not len(employees):
        raise RosterError(
            ngettext(
                "the roster holds no employees: its {number:,} line has no valid identifier (row {row}: "
                "{note}). If the identifiers are in another column, name it with --id-column.",
                "the roster holds no employees: none of its {number:,} lines has a valid identifier (row "
                "{row}: {note}). If the identifiers are in another column, name it with --id-column.",
                len(rows),
                row=rows["row"].iloc[0],
                note=rows["note"].iloc[0],
            )
        )
    numbers = map(str, range(1, len(employees) + 1))
    if table.rank == NUMBER_RANK and employees.identifiers.tolist() == list(numbers):
        raise RosterError(
            _(
                "the column {header} only counts the rows (1, 2, 3, …), and no column is known to hold "
                "the employee identifiers. Name the right one with --id-column; that may be this one.",
                header=quoted(table.headers[table.id_column - table.first_column]),
            )
        )


def _source(path: Path, copy: Snapshot, kind: Format, grid: Grid, table: Table) -> Source:
    return Source(
        path=path,
        copy=copy.path,
        sha256=copy.sha256,
        format=kind,
        header_row=table.header_row,
        first_row=table.first_row,
        last_row=int(np.flatnonzero(grid.filled)[-1]) + 1,
        width=grid.width,
        first_column=table.first_column,
        headers=table.headers,
        id_column=table.id_column,
        lines=grid.lines,
        sheet=grid.name,
        dialect=grid.dialect if isinstance(grid, TextGrid) else None,
        records=grid.records if isinstance(grid, TextGrid) else None,
        outline=grid.outline,
        persons=table.persons,
        compared=tuple(column for _what, column in table.told_apart),
    )


def _reading_of(grid: Grid, table: Table, persons: Sequence[Person]) -> tuple[TextEncoding | None, str]:
    """How the text was decoded, with some names to look at if that was a guess."""
    if not isinstance(grid, TextGrid):
        return None, ""
    if not grid.text.is_guess:
        return grid.text, ""
    columns = (load() for what, load in persons if what == "name")
    names = (text.strip() for column in columns for text in column[table.header_row :].tolist())
    return grid.text, ", ".join(dict.fromkeys(islice((name for name in names if not name.isascii()), 3)))
