"""`template`: an empty roster to fill in."""

from __future__ import annotations

import codecs
from pathlib import Path

from bulk_register.commands.terminal.console import print_result
from bulk_register.errors import OutputError
from bulk_register.language import N_, _
from bulk_register.output.excel.template_workbook import Column, blank_workbook
from bulk_register.paths import private_folder
from bulk_register.settings import command_line

TEXT, DATE = "@", "yyyy-mm-dd"
OPTIONAL = N_(
    "May stay empty. It is not sent to StartExam; it helps to notice two people under one identifier."
)


def columns() -> tuple[Column, ...]:
    """Return the columns of an empty roster, in the language in use."""
    more = _("May stay empty. More columns are welcome: they all come back unchanged.")
    identifier = _(
        "One row for each employee. Fill it in exactly as it stands in StartExam. Zeros in front stay."
    )
    optional = _(OPTIONAL)
    return (
        Column(_("Employee ID"), 18, TEXT, identifier),
        Column(_("Name"), 30, TEXT, optional),
        Column(_("E-mail"), 34, TEXT, optional),
        Column(_("Birth date"), 14, DATE, optional),
        Column(_("Department"), 26, TEXT, more),
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
            _(
                "{target} is there already, and stays as it is. Name a file that isn't there yet.",
                target=target,
            )
        ) from None
    except FileNotFoundError:
        raise OutputError(
            _("The folder {parent} doesn't exist. Make it, or name another.", parent=target.parent)
        ) from None
    except OSError as error:
        raise OutputError(
            _(
                "{target} can't be written ({strerror}). Name another file.",
                target=target,
                strerror=error.strerror,
            )
        ) from None
    words = command_line(["bulk-register", "check", str(target)])
    print_result(
        _(
            "Written: {target}\nFill it in and save it, one row for each employee. Then: {words}",
            target=target,
            words=words,
        )
    )
    return 0


def _content(target: Path) -> bytes:
    suffix = target.suffix.lower()
    if suffix == ".xlsx":
        return blank_workbook(columns())
    if suffix == ".csv":
        return codecs.BOM_UTF8 + (",".join(column.header for column in columns()) + "\r\n").encode()
    raise OutputError(_("{target} must end in .xlsx or .csv, like roster.xlsx.", target=target))
