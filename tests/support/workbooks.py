"""Rosters as sources, and results for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import openpyxl

from bulk_register.output import plan_output
from bulk_register.records import RESULT_COLUMNS, Dialect, Format, Output, Reading, Results, Source
from bulk_register.roster.formats import file_format
from bulk_register.roster.grid import Sheets
from bulk_register.roster.text.encoding import TextEncoding
from bulk_register.roster.text.opening import open_text

BASE = "https://go.startexam.com/acme"


def opened(path: Path, kind: Format) -> Sheets:
    """The sheets of a workbook of this kind."""
    open_sheets = file_format(kind).open_sheets
    assert open_sheets is not None
    return open_sheets(path, Reading())


def book_source(path: Path, *, sheet: int = 0, header_row: int = 1, first_column: int = 0) -> Source:
    """The source of a workbook whose table begins at this header row and column."""
    kind: Format = path.suffix[1:]  # type: ignore[assignment]
    grid = opened(path, kind).visible[sheet]
    headers = grid.head(header_row)[header_row - 1][first_column:] if header_row else []
    while headers and not headers[-1]:
        headers.pop()
    last = max((row for row, count in enumerate(grid.filled, 1) if count), default=0)
    return Source(
        path, path, "", kind, header_row, header_row + 1, last, grid.width, first_column, tuple(headers),
        first_column, grid.lines, grid.name, outline=grid.outline,
    )  # fmt: skip


def book_of(sheets: Mapping[str, Sequence[Sequence[str]]], hide: str = "") -> bytes:
    """A workbook with these sheets, of which one may be hidden."""
    made, file = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name == hide else "visible"
    made.save(file)
    return file.getvalue()


def text_source(path: Path, dialect: Dialect) -> Source:
    """The source of a delimited text."""

    grid = open_text(TextEncoding(path, dialect.encoding, dialect.bom), Reading(delimiter=dialect.delimiter))
    [headers] = grid.head(1)
    return Source(
        path, path, "", "csv", 1, 2, len(grid.widths), grid.width, 0, tuple(headers), 0, grid.lines, None,
        dialect, grid.records,
    )  # fmt: skip


def results(rows: list[int], **columns: str) -> Results:
    """Results for these rows; `columns` (by result column) replace the usual text."""
    texts = [[columns.get(name, usual(name, row)) for row in rows] for name in RESULT_COLUMNS]
    return results_of_texts(rows, texts)


def results_of_texts(rows: list[int], texts: list[list[str]]) -> Results:
    """Results that are these texts, by result column."""
    return _Texts(np.array(rows, np.int64), [np.array(column, object) for column in texts])


class _Texts:
    """Results that are known beforehand."""

    def __init__(self, rows: np.ndarray, columns: list[np.ndarray]) -> None:
        self.rows, self._columns = rows, columns
        self.most_links = int((columns[1] != "").sum())

    def status(self, places: slice | np.ndarray) -> np.ndarray:
        return self._columns[3][places]

    def texts(self, places: slice | np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(column[places] for column in self._columns)


def usual(name: str, row: int) -> str:
    """What the results hold for a row."""
    return {
        "Participant ID": f"p{row:07d}",
        "Exam Link": f"{BASE}#participant/p{row:07d}",
        "Link Valid Till": "2026-12-31 23:59",
        "Registration Status": "registered",
        "Registration Note": "",
    }[name]


def expected_texts(row: int) -> list[str]:
    """A row's result cells as a text file holds them."""
    return [usual(name, row) for name in RESULT_COLUMNS]


def expected(row: int) -> list[str | datetime | None]:
    """A row's result cells as openpyxl reads them."""
    texts = {name: usual(name, row) or None for name in RESULT_COLUMNS}
    return list((texts | {"Link Valid Till": datetime.fromisoformat(usual("Link Valid Till", row))}).values())


def deliver(source: Source, path: Path, rows: list[int], **columns: str) -> Output:
    """Plan and write an output."""
    output = plan_output(source, path)
    output.write(results(rows, **columns), path)
    return output


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a package, checksums verified."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(before: Path, after: Path) -> set[str]:
    """The parts that differ, are new or gone."""
    old, new = parts(before), parts(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
