"""Workbooks become grids: XLSX and XLSM with an exact pass of ours beside calamine, the others by calamine
alone.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.ooxml.archive import PROTECTED, Archive, damaged, refuse_encrypted
from bulk_register.ooxml.cell_values import MAX_COLUMNS
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.records import Reading
from bulk_register.roster.grid import Grid, Sheets
from bulk_register.roster.sheets.ods_reach import check_ods
from bulk_register.roster.sheets.ooxml_grid import OoxmlGrid
from bulk_register.roster.sheets.value_grid import Columns, ValueGrid
from bulk_register.roster.sheets.xls_reach import check_xls
from bulk_register.roster.sheets.xlsb_reach import check_xlsb

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_PANICS = "pyo3_runtime"  # of the exception that a failure inside the native reader becomes: no Exception


def open_ooxml(copy: Path, reading: Reading) -> Sheets:
    """The worksheets of an XLSX or XLSM file; a visible one is read when it is first asked for something.

    Raises RosterError, as the other ways of opening do, for a workbook that is protected with a password,
    damaged, or too large unpacked.
    """
    refuse_encrypted(copy)
    with WorkbookFile(copy, reading.max_bytes) as book:
        _verify(book)
        sheets = [one for one in book.sheets if one.kind == "worksheet"]
    return Sheets(
        [OoxmlGrid(copy, one, reading.max_bytes, read_columns) for one in sheets if one.visible],
        [one.name for one in sheets if not one.visible],
    )


def open_xlsb(copy: Path, reading: Reading) -> Sheets:
    """The worksheets of an XLSB file."""
    with _verified(copy, reading) as archive:
        check_xlsb(archive)
    return _by_value(copy, "xlsb")


def open_ods(copy: Path, reading: Reading) -> Sheets:
    """The tables of an ODS file."""
    with _verified(copy, reading) as archive:
        check_ods(archive)
    return _by_value(copy, "ods")


def open_xls(copy: Path) -> Sheets:
    """The worksheets of an XLS file."""
    refuse_encrypted(copy)
    check_xls(copy)
    return _by_value(copy, "xls")


def _by_value(copy: Path, kind: str) -> Sheets:
    sheets = _sheets(copy)
    grids: list[Grid] = [ValueGrid(copy, name, kind, read_columns) for name, visible in sheets if visible]
    return Sheets(grids, [name for name, visible in sheets if not visible])


def _verified(copy: Path, reading: Reading) -> Archive:
    """The archive, its parts unpacked once: calamine doesn't check them."""
    refuse_encrypted(copy)
    archive = Archive(copy, reading.max_bytes)
    try:
        for name in archive.names():
            if name.endswith((".xml", ".bin", ".rels")):
                for _ in archive.chunks(name):
                    pass
    except RosterError:
        archive.close()
        raise
    return archive


def _verify(book: WorkbookFile) -> None:
    """Check the parts that calamine will read without checking them; the sheets' own pass checks the
    sheets.
    """
    for kind in ("sharedStrings", "styles"):
        part = book.related(kind)
        if part:
            for _ in book.archive.chunks(part):
                pass


def _sheets(copy: Path) -> list[tuple[str, bool]]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum  # slow to load

    with _workbook(copy) as workbook:
        return [
            (one.name, one.visible == SheetVisibleEnum.Visible)
            for one in workbook.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet
        ]


@contextmanager
def _workbook(copy: Path) -> Iterator[CalamineWorkbook]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # slow to load

    try:
        with CalamineWorkbook.from_path(copy) as workbook:
            yield workbook
    except PasswordError as error:
        raise RosterError(_(PROTECTED)) from error
    except RosterError:
        raise
    except (CalamineError, OSError) as error:
        if "limit exceeded" in str(error):
            raise RosterError(
                _(
                    "a sheet reaches too far down or right, nearly all of it empty: delete the stray cells "
                    "far out, and save it."
                )
            ) from error
        raise damaged(_("it can't be read ({error})", error=error)) from error
    except (ValueError, ArithmeticError, LookupError, TypeError, SystemError) as error:
        raise damaged(_("a value in it can't be read ({error})", error=error)) from error
    except BaseException as error:
        if type(error).__module__ != _PANICS:
            raise
        raise damaged(_("it breaks off or contradicts itself where it can't be read any further")) from error


def read_columns(copy: Path, sheet: str) -> Columns:
    """A sheet's cells by column, from the sheet's first row and column on."""
    with _workbook(copy) as workbook, ThreadPoolExecutor(1) as beside:
        reading = beside.submit(workbook.get_sheet_by_name, sheet)
        import pandas  # noqa: F401 - needed next; calamine lets go of Python's lock for as long as it takes

        return _columns(reading.result())


def _columns(sheet: CalamineSheet) -> Columns:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return Columns(0)
    if end[1] >= MAX_COLUMNS:
        raise damaged(_("it has more than {max_columns:,} columns", max_columns=MAX_COLUMNS))
    columns = Columns(end[1] + 1)
    columns.skip_rows(start[0])
    with _garbage_kept():
        columns.extend(sheet.iter_rows(), start[1])
    return columns


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Spare the collector, which would look through all cells again and again: a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
