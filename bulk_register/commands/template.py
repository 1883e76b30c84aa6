"""`template`: an empty roster to fill in."""

from __future__ import annotations

import codecs
from pathlib import Path

from bulk_register.commands.terminal.console import print_result
from bulk_register.errors import OutputError
from bulk_register.output.excel.template_workbook import Column, blank_workbook
from bulk_register.paths import private_folder
from bulk_register.settings import command_line

TEXT, DATE = "@", "yyyy-mm-dd"
OPTIONAL = "May stay empty. It is not sent to StartExam; it helps to notice two people under one identifier."
COLUMNS = (
    Column(
        "Employee ID",
        18,
        TEXT,
        "One row for each employee. Fill it in exactly as it stands in StartExam. Zeros in front stay.",
    ),
    Column("Name", 30, TEXT, OPTIONAL),
    Column("E-mail", 34, TEXT, OPTIONAL),
    Column("Birth date", 14, DATE, OPTIONAL),
    Column("Department", 26, TEXT, "May stay empty. More columns are welcome: they all come back unchanged."),
)


def template(file: str) -> int:
    """Write an empty roster; returns 0. Raises OutputError, also where something is there already."""
    target = Path(file).expanduser()
    if target.is_dir():
        target = target / "roster.xlsx"
    with private_folder():  # openpyxl writes temporary files: where none can be, that is said
        content = _content(target)
    try:
        with target.open("xb") as opened:
            opened.write(content)
    except FileExistsError:
        raise OutputError(
            f"{target} is there already, and stays as it is. Name a file that isn't there yet."
        ) from None
    except FileNotFoundError:
        raise OutputError(f"The folder {target.parent} doesn't exist. Make it, or name another.") from None
    except OSError as error:
        raise OutputError(f"{target} can't be written ({error.strerror}). Name another file.") from None
    words = command_line(["bulk-register", "check", str(target)])
    print_result(f"Written: {target}\nFill it in and save it, one row for each employee. Then: {words}")
    return 0


def _content(target: Path) -> bytes:
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        return blank_workbook(COLUMNS)
    if suffix == ".csv":
        return codecs.BOM_UTF8 + (",".join(column.header for column in COLUMNS) + "\r\n").encode()
    raise OutputError(f"{target} must end in .xlsx or .csv, like roster.xlsx.")
