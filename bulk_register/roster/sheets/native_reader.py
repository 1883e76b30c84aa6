"""The native reader, calamine: what it reads becomes columns, and all its failures become RosterErrors."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bulk_register.errors import RosterError
from bulk_register.garbage import garbage_kept
from bulk_register.language import _
from bulk_register.ooxml.archive import PROTECTED, damaged
from bulk_register.ooxml.cell_values import MAX_COLUMNS
from bulk_register.roster.sheets.value_grid import Columns

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_PANICS = "pyo3_runtime"  # of the exception that a failure inside the native reader becomes: no Exception


class NativeReader:
    """Reads a workbook's sheets. It is opened once for all, because what they share is read each time."""

    def __init__(self, copy: Path) -> None:
        self._copy = copy
        self._opened = ExitStack()
        self._open: CalamineWorkbook | None = None

    def sheets(self) -> list[tuple[str, bool]]:
        """The worksheets, and whether each can be seen."""
        from python_calamine import SheetTypeEnum, SheetVisibleEnum  # slow to load

        with self._workbook() as workbook:
            return [
                (one.name, one.visible == SheetVisibleEnum.Visible)
                for one in workbook.sheets_metadata
                if one.typ == SheetTypeEnum.WorkSheet
            ]

    def columns(self, sheet: str) -> Columns:
        """A sheet's cells by column, from the sheet's first row and column on."""
        with self._workbook() as workbook, ThreadPoolExecutor(1) as beside:
            reading = beside.submit(workbook.get_sheet_by_name, sheet)
            import pandas  # noqa: F401 - needed next; calamine lets go of Python's lock as long as it takes

            return _columns(reading.result())

    def close(self) -> None:
        """Let go of the file; it is opened again where more is read."""
        self._open = None
        self._opened.close()

    @contextmanager
    def _workbook(self) -> Iterator[CalamineWorkbook]:
        with _told():
            try:
                if self._open is None:
                    from python_calamine import CalamineWorkbook  # slow to load

                    self._open = self._opened.enter_context(CalamineWorkbook.from_path(self._copy))
                yield self._open
            except BaseException:  # nobody knows in what state the reader is then
                self.close()
                raise


@contextmanager
def _told() -> Iterator[None]:
    """Say the native reader's failures in plain words."""
    from python_calamine import CalamineError, PasswordError  # slow to load

    try:
        yield
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


def _columns(sheet: CalamineSheet) -> Columns:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return Columns(0)
    if end[1] >= MAX_COLUMNS:
        raise damaged(_("it has more than {max_columns:,} columns", max_columns=MAX_COLUMNS))
    columns = Columns(end[1] + 1)
    columns.skip_rows(start[0])
    with garbage_kept():  # the collector took a third of the time
        columns.extend(sheet.iter_rows(), start[1])
    return columns
