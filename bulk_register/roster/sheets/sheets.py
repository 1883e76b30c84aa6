"""Workbooks become grids: XLSX and XLSM with an exact pass of ours beside calamine, the others by calamine
alone.
"""

from __future__ import annotations

from pathlib import Path

from bulk_register.errors import RosterError
from bulk_register.ooxml.archive import Archive, refuse_encrypted
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.records import Reading
from bulk_register.roster.grid import Grid, Sheets
from bulk_register.roster.sheets.native_reader import NativeReader
from bulk_register.roster.sheets.ods_reach import check_ods
from bulk_register.roster.sheets.ooxml_grid import OoxmlGrid
from bulk_register.roster.sheets.places import refuse_shared_parts
from bulk_register.roster.sheets.reach import SheetsRead
from bulk_register.roster.sheets.value_grid import ValueGrid
from bulk_register.roster.sheets.xls_reach import check_xls
from bulk_register.roster.sheets.xlsb_reach import check_xlsb


def open_ooxml(copy: Path, reading: Reading) -> Sheets:
    """The worksheets of an XLSX or XLSM file; a visible one is read when it is first asked for something.

    Raises RosterError, as the other ways of opening do, for a workbook that is protected with a password,
    damaged, or too large unpacked.
    """
    refuse_encrypted(copy)
    with WorkbookFile(copy, reading.max_bytes) as book:
        _verify(book)
        sheets = [one for one in book.sheets if one.kind == "worksheet"]
    refuse_shared_parts(one.part for one in sheets)
    reader, read = NativeReader(copy), SheetsRead()
    return Sheets(
        [OoxmlGrid(copy, one, reading.max_bytes, reader.columns, read) for one in sheets if one.visible],
        [one.name for one in sheets if not one.visible],
        reader.close,
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
    reader = NativeReader(copy)
    sheets = reader.sheets()
    grids: list[Grid] = [ValueGrid(copy, name, kind, reader.columns) for name, visible in sheets if visible]
    return Sheets(grids, [name for name, visible in sheets if not visible], reader.close)


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
