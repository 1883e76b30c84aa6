"""The flags, once: every command that takes one takes it from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bulk_register.commands.terminal import completion as completing


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
        help="The roster: a CSV or Excel file. Of a folder, or a pattern in quotes, the newest one.",
    ),
]


def _file(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise typer.BadParameter(f"'{text}': there is no such user; write the whole path.") from None


def _number(text: str) -> int:
    if not text.isdecimal():
        raise typer.BadParameter(f"'{text}' is not the number of a run; bulk-register history lists them.")
    return int(text)


Run = Annotated[
    int | None,
    typer.Argument(
        metavar="RUN",
        parser=_number,
        help="A run's number; the latest if none is given.",
        autocompletion=completing.runs,
    ),
]

# --- how the roster is read
IdColumn = Annotated[
    str | None, typer.Option(metavar="NAME", help="The header of the column with employee identifiers.")
]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="The sheet that holds the roster.")]
HeaderRow = Annotated[
    str | None, typer.Option(metavar="N", help="The row that holds the headers (found by itself).")
]
NoHeader = Annotated[
    bool | None, typer.Option("--no-header", help="The first row is an employee; --id-column is a letter.")
]
Encoding = Annotated[
    str | None, typer.Option(metavar="NAME", help="How a CSV file is encoded, like cp1251 (found by itself).")
]
Delimiter = Annotated[
    str | None,
    typer.Option(metavar="CHARACTER", help="What separates columns: comma, semicolon, tab or pipe."),
]
SkipHidden = Annotated[
    bool | None, typer.Option("--skip-hidden", help="Leave out rows that are hidden or filtered away.")
]
MaxSize = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Refuse Excel files that unpack to more (2GB).")
]
Strict = Annotated[
    bool | None, typer.Option("--strict", help="Send nothing at all if any row has a problem.")
]

# --- what is written
Output = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Where to write it (beside the roster: NAME.registered.xlsx)."
    ),
]
Problems = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=_file,
        help="Write the rows with a problem into a workbook.",
    ),
]
Report = Annotated[
    str | None, typer.Option(metavar="FILE", help="Write a report for programs, as JSON; - prints it.")
]
EscapeFormulas = Annotated[
    bool | None,
    typer.Option("--escape-formulas", help="CSV: disarm cells that Excel would take for formulas."),
]
LogFormat = Annotated[
    str | None,
    typer.Option(
        metavar="text|json",
        help="How progress is told (text).",
        autocompletion=completing.choices("text", "json"),
    ),
]
Quiet = Annotated[bool | None, typer.Option("--quiet", "-q", help="Say nothing unless something is wrong.")]
Verbose = Annotated[bool | None, typer.Option("--verbose", "-v", help="Show every request and every wait.")]

# --- settings
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        parser=_file,
        help="The settings file (bulk_register.toml in this folder).",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The profile to use from the settings file.",
        autocompletion=completing.profiles,
    ),
]
AccountId = Annotated[str | None, typer.Option(metavar="N", help="The number of the StartExam account.")]
BaseUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="StartExam's address (https://api.startexam.com).")
]
LedgerFile = Annotated[
    str | None, typer.Option("--ledger", metavar="FILE", help="The file that remembers who has a link.")
]

# --- the exam
Center = Annotated[str | None, typer.Option(metavar="NAME", help="The center's unique name in StartExam.")]
Tests = Annotated[
    list[str] | None,
    typer.Option("--test", metavar="TEST", help="The test's identifier or title; say it again for more."),
]
ValidFrom = Annotated[str | None, typer.Option(metavar="WHEN", help="When the links begin to work (now).")]
ValidTill = Annotated[
    str | None, typer.Option(metavar="WHEN", help="When they end: 2026-12-01, '2026-12-01 18:00', +10d.")
]
Timezone = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The time zone of such times, like Europe/Berlin (this computer's).",
        autocompletion=completing.zones,
    ),
]
Proctoring = Annotated[
    bool | None, typer.Option("--proctoring/--no-proctoring", help="Whether the exam is proctored (no).")
]
ProctoringParameters = Annotated[
    list[str] | None,
    typer.Option(
        "--proctoring-parameter", metavar="NAME=VALUE", help="Like Type=Offline; say it again for more."
    ),
]

# --- how it is sent
BatchSize = Annotated[str | None, typer.Option(metavar="N", help="Employees in a request, 1 to 500 (500).")]
Workers = Annotated[str | None, typer.Option(metavar="N", help="Requests at the same time, 1 to 32 (4).")]
Attempts = Annotated[str | None, typer.Option(metavar="N", help="How often a request is tried (6).")]
Timeout = Annotated[str | None, typer.Option(metavar="SECONDS", help="How long an answer may take (60).")]
Deadline = Annotated[str | None, typer.Option(metavar="TIME", help="Stop the run after this time, like 2h.")]
MaxRejected = Annotated[
    str | None, typer.Option(metavar="N", help="Stop when more employees than this are refused (50).")
]

# --- what a scheduled run bears
MinRows = Annotated[str | None, typer.Option(metavar="N", help="Send nothing if the roster has fewer rows.")]
MaxNew = Annotated[str | None, typer.Option(metavar="N", help="Send nothing if more employees are new.")]
MaxMissing = Annotated[
    str | None,
    typer.Option(metavar="PERCENT", help="Send nothing if more of the last run's employees are gone."),
]
NewerThan = Annotated[
    str | None, typer.Option(metavar="TIME", help="Send nothing if the roster's file is older, like 26h.")
]
Tolerate = Annotated[
    list[str] | None,
    typer.Option(
        metavar="STATUS",
        help="Rows with this status are no reason for exit code 1; repeat.",
        autocompletion=completing.choices("invalid", "conflict", "rejected", "expired", "unknown"),
    ),
]
EndingDays = Annotated[
    str | None, typer.Option(metavar="N", help="Tell whose links end within so many days (7).")
]
OnlyNew = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Also write a workbook of just those who got a link in this run."),
]

AllowConflicts = Annotated[
    bool | None,
    typer.Option(
        "--allow-conflicts", help="Give links also to rows of one identifier that look like different people."
    ),
]

# --- what only a person says
Refresh = Annotated[
    bool | None, typer.Option("--refresh", help="Ask again also about those whose link is known.")
]
Reregister = Annotated[
    bool | None, typer.Option("--reregister", help="Make a new registration for everybody, known or not.")
]
DryRun = Annotated[bool | None, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")]
Sandbox = Annotated[
    bool | None, typer.Option("--sandbox", help="Try it out: needs no account, registers nobody.")
]
Yes = Annotated[bool | None, typer.Option("--yes", "-y", help="Don't ask first.")]

# --- of one command only
Forget = Annotated[
    list[int] | None,
    typer.Option(
        metavar="RUN", help="Delete a run and what became known in it.", autocompletion=completing.runs
    ),
]
ForgetBefore = Annotated[
    str | None, typer.Option(metavar="DATE", help="Delete all runs that began before this day.")
]
TestStatus = Annotated[
    str | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help="Only active, archive or deleted ones.",
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
        help="Keep the key in this file (in the keyring).",
    ),
]
SecretFromStdin = Annotated[
    bool, typer.Option("--secret-from-stdin", help="Read the secret key from standard input.")
]
NewConfig = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        parser=_file,
        help="Where to write (bulk_register.toml in this folder).",
    ),
]
InitYes = Annotated[
    bool, typer.Option("--yes", "-y", help="Ask nothing, and replace a settings file (the old one is kept).")
]
NewRoster = Annotated[
    str, typer.Argument(metavar="FILE", parser=_roster, help="The file to write, .xlsx or .csv.")
]
Written = Annotated[
    str, typer.Argument(metavar="FILE", parser=_roster, help="What run wrote, like staff.registered.xlsx.")
]
Ask = Annotated[
    bool,
    typer.Option(
        "--ask",
        help="Ask StartExam as well. It registers nobody: only employees who have a link are asked about, "
        "each under the window the link has.",
    ),
]
