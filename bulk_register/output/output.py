"""What kind of output it will be, and whether it can be written at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bulk_register.errors import OutputError, one_line
from bulk_register.language import _
from bulk_register.output.delimited.writer import plan_delimited
from bulk_register.output.excel.in_place import NotRewritableError, plan_in_place
from bulk_register.output.excel.new_workbook import plan_new_workbook
from bulk_register.records import REGISTRATION, Columns, Output, Source

_DELIMITED = (".csv", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm")


def plan_output(
    source: Source, target: Path, columns: Columns = REGISTRATION, *, escape_formulas: bool = False
) -> Output:
    """Decide how the output is made and find what would make it fail; raises OutputError with the way out.

    The roster is read once for this; nothing depends on the results.
    """
    suffix = target.suffix.lower()
    if suffix in _DELIMITED:
        return plan_delimited(source, target, columns, escape_formulas=escape_formulas)
    if suffix not in _WORKBOOKS:
        raise OutputError(
            _(
                "The output {name} has to be an .xlsx, .xlsm or .csv file: name it so.",
                name=one_line(target.name),
            )
        )
    if source.format in ("xlsx", "xlsm"):
        try:
            return plan_in_place(source, target, columns)
        except NotRewritableError as reason:
            lost = _("The output is a new workbook with the roster's values only: {reason}.", reason=reason)
    else:
        lost = (
            ""
            if source.format == "csv"
            else _(
                "The output is a new .xlsx workbook with the roster's values only: an .{format} file's "
                "formats, other sheets and formulas can't be carried over.",
                format=source.format,
            )
        )
    new = plan_new_workbook(source, target, columns)
    return replace(new, notes=(lost, *new.notes)) if lost else new
