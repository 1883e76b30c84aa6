"""The command line: words in, words and an exit code out."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Annotated

import typer

from bulk_register.commands.terminal import options as o
from bulk_register.commands.terminal.command import handles_errors
from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.options import with_settings
from bulk_register.commands.terminal.streams import make_standard_streams_visible
from bulk_register.commands.terminal.usage import Command, Program
from bulk_register.language import _

# that are made before Python looks for cycles among them: a roster is many objects and no cycles, and with
# Python's own 700 a run of 100,000 rows spends 0.4 s on looking
YOUNG_OBJECTS = 100_000


app = typer.Typer(
    cls=Program,
    name="bulk-register",
    help=_("Register a roster of employees for a StartExam exam and get it back with everybody's exam link."),
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_("Try it:") + " bulk-register run staff.xlsx --sandbox",
)


def command(short_help: str, example: str, help: str) -> Callable[[Callable[..., int]], Callable[..., int]]:  # noqa: A002
    """Make a function a command, with the flags of its settings beside its own."""

    def register(function: Callable[..., int]) -> Callable[..., int]:
        epilog = "\b\n" + _("Example:") + f"\n  {example}"  # which is not wrapped
        app.command(cls=Command, short_help=short_help, epilog=epilog, help=help)(
            handles_errors(with_settings(function))
        )
        return function

    return register


def main() -> None:
    """Run the command line."""
    gc.set_threshold(YOUNG_OBJECTS)
    make_standard_streams_visible()
    try:
        app()
    finally:
        gc.freeze()  # or Python would look through all that is left once more before it ends


def _version(wanted: bool) -> None:
    if wanted:
        from bulk_register.commands.terminal.versions import program_words, surroundings  # slow to load

        print_result("\n".join([program_words(), *surroundings()]))
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help=_("Show the versions of the program and its libraries."),
        ),
    ] = False,
) -> None:
    pass


@command(
    short_help=_("Register everybody on a roster and write it with their links."),
    example="bulk-register run staff.xlsx --center moscow --test GUID --valid-till +10d",
    help=_(
        "Read a roster, register everybody on it, and write it with their exam links.\n\nNothing is sent "
        "before the whole roster has been read and checked. Running the same command again is always "
        "safe, and sends only what is missing."
    ),
)
def run(invocation: Invocation, roster: o.Roster) -> int:
    """Read a roster, register everybody on it, and write it with their exam links."""
    settings = invocation.settings("run")
    from bulk_register.commands import run as implementation  # pandas and requests are slow to load

    return implementation.run(roster, settings, invocation)


@command(
    short_help=_("Add a roster's employees to StartExam, or update them there."),
    example="bulk-register sync staff.xlsx --first 3",
    help=_(
        "Add a roster's employees to StartExam, or update those who have changed; registers nobody.\n\nThe "
        "settings employee_profile and [fields] say which columns go into which fields of StartExam's "
        "profile. Nobody is hidden or deleted. Exit code 0: all are there; 1: some rows need attention; 3: "
        "not done."
    ),
)
def sync(invocation: Invocation, roster: o.Roster, first: o.First = None) -> int:
    """Add a roster's employees to StartExam, or update those who have changed."""
    settings = invocation.settings("sync")
    from bulk_register.commands import sync as implementation  # pandas and requests are slow to load

    return implementation.sync(roster, settings, invocation, first)


@command(
    short_help=_("Show how a roster is understood, and its problems."),
    example="bulk-register check staff.xlsx",
    help=_(
        "Show how a roster is understood and every row with a problem; sends nothing.\n\nExit code 0: "
        "every row can be sent; 1: some can't; 2: the roster can't be used."
    ),
)
def check(invocation: Invocation, roster: o.Roster, problems: o.Problems = None) -> int:
    """Show how a roster is understood and every row with a problem."""
    settings = invocation.settings("check")
    from bulk_register.commands import check as implementation  # pandas is slow to load

    return implementation.check(roster, settings, invocation, problems)


@command(
    short_help=_("Finish an earlier run."),
    example="bulk-register rerun",
    help=_("Finish an earlier run: ask again for those who have no link yet, and write the same output."),
)
def rerun(invocation: Invocation, run: o.Run = None) -> int:
    """Finish an earlier run."""
    settings = invocation.settings("ledger")
    from bulk_register.commands import rerun as implementation  # pandas and requests are slow to load

    return implementation.rerun(run, settings, invocation)


@command(
    short_help=_("Show earlier runs, or forget them."),
    example="bulk-register history 12",
    help=_("Show earlier runs; for one run its requests, and the answers that could not be matched."),
)
def history(
    invocation: Invocation,
    run: o.Run = None,
    forget: o.Forget = None,
    forget_before: o.ForgetBefore = None,
    extended_to: o.ExtendedTo = None,
) -> int:
    """Show earlier runs."""
    settings = invocation.settings("ledger")
    from bulk_register.commands import history as implementation  # pandas is slow to load

    if forget or forget_before:
        return implementation.forget(settings, forget or [], forget_before)
    if extended_to:
        return implementation.extend(settings, run, extended_to)
    return implementation.history(settings, run)


@command(
    short_help=_("Write an earlier run's output again."),
    example="bulk-register export 12 -o links.csv",
    help=_("Write an earlier run's output again, from the ledger and the unchanged roster; sends nothing."),
)
def export(invocation: Invocation, run: o.Run = None, roster: o.MovedRoster = None) -> int:
    """Write an earlier run's output again, from the ledger and the unchanged roster."""
    settings = invocation.settings("ledger")
    from bulk_register.commands import export as implementation  # pandas is slow to load

    return implementation.export(run, settings, invocation, roster)


@command(
    short_help=_("List the account's tests."),
    example="bulk-register tests --status active",
    help=_("List the account's tests with their identifiers."),
)
def tests(invocation: Invocation, status: o.TestStatus = None) -> int:
    """List the account's tests with their identifiers."""
    settings = invocation.settings("tests")
    from bulk_register.commands import tests as implementation  # requests is slow to load

    return implementation.tests(settings, status)


@command(
    short_help=_("First steps: write the settings file, keep the secret key."),
    example="bulk-register init",
    help=_(
        "Ask for the account, center, test, window and time zone, and write bulk_register.toml.\n\nThe "
        "secret key is tried with one harmless request and kept in the computer's keyring, or in a file "
        "that only you can read. Scripts give every answer as a flag, and the key in STARTEXAM_SECRET_KEY."
    ),
)
def init(
    invocation: Invocation,
    keep_in: o.SecretFile = None,
    from_stdin: o.SecretFromStdin = False,
    roster: o.MatchedRoster = None,
    config: o.NewConfig = None,
    yes: o.InitYes = False,
) -> int:
    """Ask for the account, center, test, window and time zone, and write bulk_register.toml."""
    from bulk_register.commands import init as implementation  # requests is slow to load

    said = invocation.said
    given = implementation.Given(
        config=config,
        account_id=said["account_id"] or "",
        center=said["center"] or "",
        tests=said["tests"] or (),
        valid_till=said["valid_till"] or "",
        timezone=said["timezone"] or "",
        base_url=said["base_url"] or "",
        secret_file=keep_in,
        secret_from_stdin=from_stdin,
        roster=roster,
        employee_profile=said["employee_profile"] or "",
        yes=yes,
    )
    return implementation.init(given)


@command(
    short_help=_("Check that everything is in order."),
    example="bulk-register doctor",
    help=_(
        "Check settings, secret key, StartExam, clock, tests and files; sends one harmless "
        "request.\n\nOne line each, beginning with OK, Note or Problem. Exit code 0: no problem; 2: there "
        "is one."
    ),
)
def doctor(invocation: Invocation) -> int:
    """Check settings, secret key, StartExam, clock, tests and files."""
    from bulk_register.commands import doctor as implementation  # pandas and requests are slow to load

    return implementation.doctor(invocation.said)


@command(
    short_help=_("Write an empty roster to fill in."),
    example="bulk-register template roster.xlsx",
    help=_(
        "Write an empty roster to fill in: an Excel workbook, or CSV if the name ends so. Replaces no file."
    ),
)
def template(invocation: Invocation, file: o.NewRoster = "roster.xlsx") -> int:
    """Write an empty roster to fill in."""
    from bulk_register.commands import template as implementation  # openpyxl is slow to load

    return implementation.template(file)


@command(
    short_help=_("Check the links of an output before they are mailed."),
    example="bulk-register verify staff.registered.xlsx",
    help=_(
        "Check that each link is its own row's and works: against the ledger, with --ask against "
        "StartExam too.\n\nIt finds links of other people, unknown and sandbox links, links that are "
        "over, and changed ones. Exit code 0: all is well; 1: some rows are not fit to be mailed; 2: the "
        "file can't be used."
    ),
)
def verify(invocation: Invocation, file: o.Written, ask: o.Ask = False) -> int:
    """Check that each link is its own row's and works."""
    settings = invocation.settings("ledger")
    asking = invocation.settings("tests") if ask else None
    from bulk_register.commands import verify as implementation  # pandas is slow to load

    return implementation.verify(file, settings, asking)


@command(
    short_help=_("Do the whole job in the browser."),
    example="bulk-register page --sandbox",
    help=_(
        "Serve a page on this computer, for you alone, on which the whole job is done; Ctrl-C ends it.\n\n"
        "Closing the browser stops nothing: the page shows where things are when you come back."
    ),
)
def page(
    invocation: Invocation,
    port: o.Port = 0,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser/--no-browser", help=_("Open the page in the browser, or only print its address.")
        ),
    ] = True,
) -> int:
    """Serve a page on this computer, on which the whole job is done."""
    from bulk_register.page import open_page  # only this command needs a server of its own

    return open_page(port, invocation.said, browser=browser)


@command(
    short_help=_("Copy the ledger to another place, or back it up."),
    example="bulk-register ledger backup ledger-backup.sqlite3",
    help=_(
        "Copy the ledger: move FROM TO takes all of it from one place to another that holds none (a file, "
        "or a database as postgresql://USER@HOST/NAME), backup FILE writes it as it is now into a new file, "
        "also while a run uses it.\n\nWhat was there stays. A backup is a ledger: name it with --ledger to "
        "look into it, or move it back."
    ),
)
def ledger(invocation: Invocation, action: o.LedgerAction, places: o.LedgerPlaces) -> int:
    """Copy the ledger to another place, or back it up."""
    settings = invocation.settings("ledger")
    from bulk_register.commands import ledger as implementation  # pandas is slow to load

    return implementation.ledger(action, places, settings)


@command(
    short_help=_("Write an output again with everybody's exam results."),
    example="bulk-register results staff.registered.xlsx",
    help=_(
        "Write what run wrote once more, with columns that tell how everybody stands with the exam.\n\nA "
        "result stands only in the rows of its own employee; exams that are over aren't asked about again. "
        "Exit code 0: everybody has finished; 1: some haven't; 3: StartExam could not be asked."
    ),
)
def results(
    invocation: Invocation,
    file: o.Registered,
    written: o.ResultsOutput = None,
    finished_only: o.FinishedOnly = None,
    refresh: o.AskAgain = None,
) -> int:
    """Write what run wrote once more, with columns that tell how everybody stands with the exam."""
    settings = invocation.settings("results")
    from bulk_register.commands import results as implementation  # pandas and requests are slow to load

    return implementation.results(file, settings, invocation, written, finished_only)


@command(
    short_help=_("Start a local stand-in for StartExam."),
    example="bulk-register sandbox --port 8080 --latency 0.1",
    help=_("Start a local stand-in for StartExam, to try things out; Ctrl-C ends it."),
)
def sandbox(
    invocation: Invocation,
    port: o.Port = 0,
    latency: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help=_("How long an answer takes."))
    ] = 0,
    fail_rate: Annotated[
        float, typer.Option(min=0, max=1, metavar="SHARE", help=_("The share of requests that fail, 0 to 1."))
    ] = 0,
    seed: Annotated[int | None, typer.Option(metavar="N", help=_("Makes failures repeatable."))] = None,
) -> int:
    """Start a local stand-in for StartExam, to try things out."""
    from bulk_register.commands import sandbox as implementation  # only this command needs a server

    return implementation.serve(port, latency, fail_rate, seed)
