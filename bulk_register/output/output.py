"""What kind of output it will be, whether it can be written at all, and writing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bulk_register.errors import OutputError
from bulk_register.output.delimited import writer as delimited
from bulk_register.output.excel import in_place as in_place
from bulk_register.output.excel import new_workbook as new_workbook
from bulk_register.records import Results, Source

Kind = Literal["graft", "workbook", "csv"]
_TEXT = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Output:
    """An output that can be written: `kind` says how, `notes` what of the roster it can't keep."""

    kind: Kind
    target: Path
    notes: tuple[str, ...]
    writer: Callable[[Results, Path], None]


def plan_output(source: Source, target: Path, *, escape_formulas: bool = False) -> Output:
    """Decide how the output is made and find what would make it fail; raises OutputError with the way out.

    The roster is read once for this; nothing depends on the results.
    """
    suffix = target.suffix.lower()
    if suffix in _TEXT:
        text = delimited.prepare(source, escape_formulas=escape_formulas)
        return Output("csv", target, text.notes, text.write)
    if suffix not in _BOOKS:
        raise OutputError(f"The output {target.name} has to be an .xlsx, .xlsm or .csv file: name it so.")
    reasons: list[str] = []
    if source.format in ("xlsx", "xlsm"):
        try:
            grafted = in_place.prepare(source, suffix)
            return Output("graft", target, grafted.notes, grafted.write)
        except in_place.NotRewritableError as reason:
            reasons.append(f"The output is a new workbook with the roster's values only: {reason}.")
    elif source.format != "csv":
        reasons.append(
            f"The output is a new .xlsx workbook with the roster's values only: an .{source.format} file's "
            "formats, other sheets and formulas can't be carried over."
        )
    new = new_workbook.prepare(source, suffix)
    return Output("workbook", target, (*reasons, *new.notes), new.write)


def write(output: Output, results: Results, path: Path) -> None:
    """Write the whole spreadsheet to `path`, a new file.

    The texts of `results` are asked for block by block in the rows' order. Rows that aren't among them get
    blank result cells.
    """
    output.writer(results, path)
