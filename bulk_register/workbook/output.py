"""What kind of output it will be, whether it can be written at all, and writing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from bulk_register.errors import OutputError
from bulk_register.records import Source
from bulk_register.workbook import delimited, fresh, graft

Kind = Literal["graft", "workbook", "csv"]
_TEXT = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Output:
    """An output that can be written: `kind` says how, `notes` what of the roster it can't keep."""

    kind: Kind
    target: Path
    notes: tuple[str, ...]
    writer: Callable[[pd.DataFrame, Path], None]


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
            grafted = graft.prepare(source, suffix)
            return Output("graft", target, grafted.notes, grafted.write)
        except graft.NotGraftableError as reason:
            reasons.append(f"The output is a new workbook with the roster's values only: {reason}.")
    elif source.format != "csv":
        reasons.append(
            f"The output is a new .xlsx workbook with the roster's values only: an .{source.format} file's "
            "formats, other sheets and formulas can't be carried over."
        )
    new = fresh.prepare(source, suffix)
    return Output("workbook", target, (*reasons, *new.notes), new.write)


def write(output: Output, results: pd.DataFrame, path: Path) -> None:
    """Write the whole spreadsheet to `path`, a new file.

    `results`: int64 column `row` (the spreadsheet's rows, ascending) and an object column of text for each of
    RESULT_COLUMNS. Rows that aren't listed get blank result cells.
    """
    output.writer(results, path)
