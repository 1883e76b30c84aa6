"""The kinds of file that a roster may be, each declared once: name, endings, how it is told and opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bulk_register.language import N_
from bulk_register.records import Format, Reading
from bulk_register.roster.file.contents import Contents, no_roster, read_contents
from bulk_register.roster.grid import Sheets


@dataclass(frozen=True)
class FileFormat:
    """One kind of file; `open_sheets` is None where it is text."""

    name: Format
    title: str  # for people, to be translated
    endings: tuple[str, ...]  # of files' names, the usual one first
    is_it: Callable[[Contents], bool]  # asked in the order of FORMATS
    open_sheets: Callable[[Path, Reading], Sheets] | None = None


def _open_ooxml(copy: Path, reading: Reading) -> Sheets:
    from bulk_register.roster.sheets.sheets import open_ooxml  # slow to load, not needed for text

    return open_ooxml(copy, reading)


def _open_xlsb(copy: Path, reading: Reading) -> Sheets:
    from bulk_register.roster.sheets.sheets import open_xlsb  # the same

    return open_xlsb(copy, reading)


def _open_xls(copy: Path, _reading: Reading) -> Sheets:
    from bulk_register.roster.sheets.sheets import open_xls  # the same

    return open_xls(copy)


def _open_ods(copy: Path, reading: Reading) -> Sheets:
    from bulk_register.roster.sheets.sheets import open_ods  # the same

    return open_ods(copy, reading)


FORMATS = (
    FileFormat("csv", N_("delimited text"), (".csv", ".txt", ".tsv"), lambda found: found.is_text),
    FileFormat("ods", N_("OpenDocument spreadsheet (ODS)"), (".ods",), Contents.is_open_document, _open_ods),
    FileFormat("xlsb", N_("Excel binary workbook (XLSB)"), (".xlsb",), Contents.is_binary, _open_xlsb),
    FileFormat("xlsm", N_("Excel workbook with macros (XLSM)"), (".xlsm",), Contents.has_macros, _open_ooxml),
    FileFormat("xlsx", N_("Excel workbook (XLSX)"), (".xlsx",), Contents.is_ooxml, _open_ooxml),
    FileFormat("xls", N_("Excel 97-2003 workbook (XLS)"), (".xls",), Contents.is_old_excel, _open_xls),
)
ENDINGS = tuple(ending for one in FORMATS for ending in one.endings)


def file_format(name: Format) -> FileFormat:
    """The kind of file with this name."""
    return next(one for one in FORMATS if one.name == name)


def detect_format(snapshot: Path, max_bytes: int) -> FileFormat:
    """What kind of file the copy is. Raises RosterError, in plain words, for what can't be a roster."""
    found = read_contents(snapshot, max_bytes)
    for one in FORMATS:
        if one.is_it(found):
            return one
    raise no_roster(found, ENDINGS)
