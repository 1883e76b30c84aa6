"""The settings that say how a roster is read, and what is written and shown."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from bulk_register.language import LANGUAGES, N_
from bulk_register.settings.checked import CHARACTER, COLUMNS
from bulk_register.settings.setting import ALWAYS, EVERY_COMMAND, READING, Command, Group, Rerun, Setting
from bulk_register.settings.values import (
    COMMAND,
    ENCODING,
    FILE,
    FILE_OR_STDOUT,
    METRICS,
    SIZE,
    TEXT,
    TRUTH,
    one_of,
    whole,
)

LogFormat = Literal["text", "json"]

_READERS: Final = ("run", "sync", "check")
_KNOWING: Final = (*_READERS, "verify", "results")  # also what this program wrote
_QUIET: Final = ("run", "sync", "check", "rerun", "export", "verify", "results")
_ASKING: Final = ("run", "sync", "rerun", "results")
_RUNNING: Final[frozenset[Command]] = frozenset({"run", "ledger"})
_ROW = whole(1, 1_048_576, N_("a row's number, as the spreadsheet shows it"))

_roster = partial(Setting, group=Group.ROSTER, commands=_READERS, used_by=READING)
_written = partial(Setting, group=Group.WRITTEN)
_told = partial(Setting, group=Group.WRITTEN, used_by=ALWAYS, rerun=Rerun.CURRENT, repeated=False)


class RosterSettings:
    """The roster, the output and the words on the terminal."""

    id_column: Annotated[
        str | None,
        _roster(
            N_("The header of the column with employee identifiers."),
            TEXT,
            commands=_KNOWING,
        ),
    ] = None
    person_columns: Annotated[
        tuple[str, ...],
        _roster(
            N_("A column that tells people apart (those known as names, e-mail); say it again for more."),
            COLUMNS,
            commands=_KNOWING,
            singular="person_column",
        ),
    ] = ()
    sheet: Annotated[
        str | None,
        _roster(N_("The sheet that holds the roster."), TEXT, commands=_KNOWING),
    ] = None
    header_row: Annotated[
        int | None,
        _roster(N_("The row that holds the headers (found by itself)."), _ROW),
    ] = None
    no_header: Annotated[
        bool,
        _roster(N_("The first row is an employee; --id-column is a letter."), TRUTH),
    ] = False
    encoding: Annotated[
        str | None, _roster(N_("How a CSV file is encoded, like cp1251 (found by itself)."), ENCODING)
    ] = None
    delimiter: Annotated[
        str | None, _roster(N_("What separates columns: comma, semicolon, tab or pipe."), CHARACTER)
    ] = None
    skip_hidden: Annotated[bool, _roster(N_("Leave out rows that are hidden or filtered away."), TRUTH)] = (
        False
    )
    max_size: Annotated[int, _roster(N_("Refuse Excel files that unpack to more (2GB)."), SIZE)] = 2 * 1024**3
    strict: Annotated[
        bool, _roster(N_("Send nothing at all if any row has a problem."), TRUTH, commands=("run", "sync"))
    ] = False
    allow_conflicts: Annotated[
        bool,
        _roster(
            N_("Give links also to rows of one identifier that look like different people."),
            TRUTH,
            commands=("run",),
        ),
    ] = False
    output: Annotated[
        Path | None,
        _written(
            N_("Where to write it (beside the roster: NAME.registered.xlsx)."),
            FILE,
            group=Group.EVERYDAY,
            commands=("run", "export"),
            used_by=READING - {"results"},  # which writes another file
            short="-o",
        ),
    ] = None
    only_new: Annotated[
        Path | None, _written(N_("Also write a workbook of just those who got a link in this run."), FILE)
    ] = None
    escape_formulas: Annotated[
        bool,
        _written(
            N_("CSV: disarm cells that Excel would take for formulas."),
            TRUTH,
            commands=("run", "results"),
            used_by=frozenset({"run", "results"}),
        ),
    ] = False
    report: Annotated[
        str | None,
        _told(
            N_("Write a report for programs, as JSON; - prints it."),
            FILE_OR_STDOUT,
            commands=("run", "sync", "check", "rerun", "results"),
            used_by=READING,
        ),
    ] = None
    metrics: Annotated[
        Path | None,
        _told(
            N_("Write numbers for Prometheus, a .prom file of node_exporter's textfile collector."),
            METRICS,
            commands=("run", "rerun"),
            used_by=_RUNNING,
        ),
    ] = None
    on_failure: Annotated[
        str | None,
        _told(
            N_("Run this when the exit code isn't 0, with the report on its standard input."),
            COMMAND,
            commands=("run", "rerun"),
            used_by=_RUNNING,
        ),
    ] = None
    language: Annotated[
        str | None,
        _told(
            N_("The language of what is said and written (this system's)."),
            one_of(LANGUAGES),
            commands=EVERY_COMMAND,
        ),
    ] = None
    log_format: Annotated[
        LogFormat,
        _told(
            N_("How progress is told ({default})."),
            one_of(get_args(LogFormat)),
            commands=_ASKING,
        ),
    ] = "text"
    quiet: Annotated[
        bool, _told(N_("Say nothing unless something is wrong."), TRUTH, commands=_QUIET, short="-q")
    ] = False
    verbose: Annotated[
        bool,
        _told(
            N_("Show every request and every wait."),
            TRUTH,
            commands=_ASKING,
            short="-v",
        ),
    ] = False
