"""The flags, once: every command that takes one takes it from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bulk_register.commands.terminal import completion as completing
from bulk_register.language import LANGUAGES, _

# under which titles `--help` shows them, the everyday ones first
EXAM, OUTPUT, ROSTER = _("The exam"), _("What is written"), _("How the roster is read")
CARE, ACCOUNT = _("Trying, asking, renewing"), _("The account and the settings")
SENDING, SCHEDULED = _("How it is sent"), _("Scheduled runs")


def _roster(text: str) -> str:
    try:
        return str(Path(text).expanduser())
    except RuntimeError:  # "~$staff.xlsx" is no user's folder but what Excel leaves beside an open file
        return str(Path(text).absolute())


Roster = Annotated[
    str,
    typer.Argument(
        metavar="ROSTER",
        parser=_roster,
        help=_("The roster: a CSV or Excel file. Of a folder, or a pattern in quotes, the newest one."),
    ),
]


def _file(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise typer.BadParameter(
            _("'{text}': there is no such user; write the whole path.", text=text)
        ) from None


def _number(text: str) -> int:
    if not text.isdecimal():
        raise typer.BadParameter(
            _("'{text}' is not the number of a run; bulk-register history lists them.", text=text)
        )
    return int(text)


Run = Annotated[
    int | None,
    typer.Argument(
        metavar="RUN",
        parser=_number,
        help=_("A run's number; the latest if none is given."),
        autocompletion=completing.runs,
    ),
]

# --- how the roster is read
IdColumn = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help=_("The header of the column with employee identifiers."), rich_help_panel=ROSTER
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(metavar="NAME", help=_("The sheet that holds the roster."), rich_help_panel=ROSTER),
]
HeaderRow = Annotated[
    str | None,
    typer.Option(
        metavar="N", help=_("The row that holds the headers (found by itself)."), rich_help_panel=ROSTER
    ),
]
NoHeader = Annotated[
    bool | None,
    typer.Option(
        "--no-header",
        help=_("The first row is an employee; --id-column is a letter."),
        rich_help_panel=ROSTER,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=_("How a CSV file is encoded, like cp1251 (found by itself)."),
        rich_help_panel=ROSTER,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        metavar="CHARACTER",
        help=_("What separates columns: comma, semicolon, tab or pipe."),
        rich_help_panel=ROSTER,
    ),
]
SkipHidden = Annotated[
    bool | None,
    typer.Option(
        "--skip-hidden", help=_("Leave out rows that are hidden or filtered away."), rich_help_panel=ROSTER
    ),
]
MaxSize = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", help=_("Refuse Excel files that unpack to more (2GB)."), rich_help_panel=ROSTER
    ),
]
Strict = Annotated[
    bool | None,
    typer.Option("--strict", help=_("Send nothing at all if any row has a problem."), rich_help_panel=ROSTER),
]

# --- what is written
Output = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help=_("Where to write it (beside the roster: NAME.registered.xlsx)."),
        rich_help_panel=OUTPUT,
    ),
]
Problems = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=_file,
        help=_("Write the rows with a problem into a workbook."),
    ),
]
Report = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help=_("Write a report for programs, as JSON; - prints it."), rich_help_panel=OUTPUT
    ),
]
EscapeFormulas = Annotated[
    bool | None,
    typer.Option(
        "--escape-formulas",
        help=_("CSV: disarm cells that Excel would take for formulas."),
        rich_help_panel=OUTPUT,
    ),
]
LogFormat = Annotated[
    str | None,
    typer.Option(
        metavar="text|json",
        help=_("How progress is told (text)."),
        autocompletion=completing.choices("text", "json"),
        rich_help_panel=SCHEDULED,
    ),
]
Quiet = Annotated[
    bool | None,
    typer.Option(
        "--quiet", "-q", help=_("Say nothing unless something is wrong."), rich_help_panel=SCHEDULED
    ),
]
Verbose = Annotated[
    bool | None,
    typer.Option("--verbose", "-v", help=_("Show every request and every wait."), rich_help_panel=SCHEDULED),
]

# --- settings
Language = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(LANGUAGES),
        help=_("The language of what is said and written (this system's)."),
        autocompletion=completing.choices(*LANGUAGES),
        rich_help_panel=ACCOUNT,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        parser=_file,
        help=_("The settings file (bulk_register.toml in this folder)."),
        rich_help_panel=ACCOUNT,
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=_("The profile to use from the settings file."),
        autocompletion=completing.profiles,
        rich_help_panel=ACCOUNT,
    ),
]
AccountId = Annotated[
    str | None,
    typer.Option(metavar="N", help=_("The number of the StartExam account."), rich_help_panel=ACCOUNT),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help=_("StartExam's address (https://api.startexam.com)."), rich_help_panel=ACCOUNT
    ),
]
LedgerFile = Annotated[
    str | None,
    typer.Option(
        "--ledger", metavar="FILE", help=_("The file that remembers who has a link."), rich_help_panel=ACCOUNT
    ),
]

# --- the exam
Center = Annotated[
    str | None,
    typer.Option(metavar="NAME", help=_("The center's unique name in StartExam."), rich_help_panel=EXAM),
]
Tests = Annotated[
    list[str] | None,
    typer.Option(
        "--test",
        metavar="TEST",
        help=_("The test's identifier or title; say it again for more."),
        rich_help_panel=EXAM,
    ),
]
ValidFrom = Annotated[
    str | None,
    typer.Option(metavar="WHEN", help=_("When the links begin to work (now)."), rich_help_panel=EXAM),
]
ValidTill = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN", help=_("When they end: 2026-12-01, '2026-12-01 18:00', +10d."), rich_help_panel=EXAM
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=_("The time zone of such times, like Europe/Berlin (this computer's)."),
        autocompletion=completing.zones,
        rich_help_panel=EXAM,
    ),
]
Proctoring = Annotated[
    bool | None,
    typer.Option(
        "--proctoring/--no-proctoring", help=_("Whether the exam is proctored (no)."), rich_help_panel=EXAM
    ),
]
ProctoringParameters = Annotated[
    list[str] | None,
    typer.Option(
        "--proctoring-parameter",
        metavar="NAME=VALUE",
        help=_("Like Type=Offline; say it again for more."),
        rich_help_panel=EXAM,
    ),
]

# --- how it is sent
BatchSize = Annotated[
    str | None,
    typer.Option(metavar="N", help=_("Employees in a request, 1 to 500 (500)."), rich_help_panel=SENDING),
]
Workers = Annotated[
    str | None,
    typer.Option(metavar="N", help=_("Requests at the same time, 1 to 32 (4)."), rich_help_panel=SENDING),
]
Attempts = Annotated[
    str | None,
    typer.Option(metavar="N", help=_("How often a request is tried (6)."), rich_help_panel=SENDING),
]
Timeout = Annotated[
    str | None,
    typer.Option(metavar="SECONDS", help=_("How long an answer may take (60)."), rich_help_panel=SENDING),
]
Deadline = Annotated[
    str | None,
    typer.Option(metavar="TIME", help=_("Stop the run after this time, like 2h."), rich_help_panel=SENDING),
]
MaxRejected = Annotated[
    str | None,
    typer.Option(
        metavar="N", help=_("Stop when more employees than this are refused (50)."), rich_help_panel=SENDING
    ),
]

# --- what a scheduled run bears
MinRows = Annotated[
    str | None,
    typer.Option(
        metavar="N", help=_("Send nothing if the roster has fewer rows."), rich_help_panel=SCHEDULED
    ),
]
MaxNew = Annotated[
    str | None,
    typer.Option(metavar="N", help=_("Send nothing if more employees are new."), rich_help_panel=SCHEDULED),
]
MaxMissing = Annotated[
    str | None,
    typer.Option(
        metavar="PERCENT",
        help=_("Send nothing if more of the last run's employees are gone."),
        rich_help_panel=SCHEDULED,
    ),
]
NewerThan = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help=_("Send nothing if the roster's file is older, like 26h."),
        rich_help_panel=SCHEDULED,
    ),
]
Tolerate = Annotated[
    list[str] | None,
    typer.Option(
        metavar="STATUS",
        help=_("Rows with this status are no reason for exit code 1; repeat."),
        autocompletion=completing.choices("invalid", "conflict", "rejected", "expired", "unknown"),
        rich_help_panel=SCHEDULED,
    ),
]
EndingDays = Annotated[
    str | None,
    typer.Option(
        metavar="N", help=_("Tell whose links end within so many days (7)."), rich_help_panel=SCHEDULED
    ),
]
OnlyNew = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help=_("Also write a workbook of just those who got a link in this run."),
        rich_help_panel=OUTPUT,
    ),
]

AllowConflicts = Annotated[
    bool | None,
    typer.Option(
        "--allow-conflicts",
        help=_("Give links also to rows of one identifier that look like different people."),
        rich_help_panel=ROSTER,
    ),
]

# --- what only a person says
Refresh = Annotated[
    bool | None,
    typer.Option(
        "--refresh", help=_("Ask again also about those whose link is known."), rich_help_panel=CARE
    ),
]
Reregister = Annotated[
    bool | None,
    typer.Option(
        "--reregister", help=_("Make a new registration for everybody, known or not."), rich_help_panel=CARE
    ),
]
DryRun = Annotated[
    bool | None,
    typer.Option("--dry-run", help=_("Show what would be sent, and send nothing."), rich_help_panel=CARE),
]
Sandbox = Annotated[
    bool | None,
    typer.Option(
        "--sandbox", help=_("Try it out: needs no account, registers nobody."), rich_help_panel=CARE
    ),
]
Yes = Annotated[bool | None, typer.Option("--yes", "-y", help=_("Don't ask first."), rich_help_panel=CARE)]

# --- of one command only
Forget = Annotated[
    list[int] | None,
    typer.Option(
        metavar="RUN", help=_("Delete a run and what became known in it."), autocompletion=completing.runs
    ),
]
ForgetBefore = Annotated[
    str | None, typer.Option(metavar="DATE", help=_("Delete all runs that began before this day."))
]
TestStatus = Annotated[
    str | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help=_("Only active, archive or deleted ones."),
        autocompletion=completing.choices("active", "archive", "deleted"),
    ),
]

# --- of init, doctor, template and verify
SecretFile = Annotated[
    Path | None,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        parser=_file,
        help=_("Keep the key in this file (in the keyring)."),
    ),
]
SecretFromStdin = Annotated[
    bool, typer.Option("--secret-from-stdin", help=_("Read the secret key from standard input."))
]
NewConfig = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        parser=_file,
        help=_("Where to write (bulk_register.toml in this folder)."),
    ),
]
InitYes = Annotated[
    bool,
    typer.Option("--yes", "-y", help=_("Ask nothing, and replace a settings file (the old one is kept).")),
]
NewRoster = Annotated[
    str, typer.Argument(metavar="FILE", parser=_roster, help=_("The file to write, .xlsx or .csv."))
]
Written = Annotated[
    str, typer.Argument(metavar="FILE", parser=_roster, help=_("What run wrote, like staff.registered.xlsx."))
]
Ask = Annotated[
    bool,
    typer.Option(
        "--ask",
        help=_(
            "Ask StartExam as well. It registers nobody: only employees who have a link are asked "
            "about, each under the window the link has."
        ),
    ),
]
