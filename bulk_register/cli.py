"""The command line: words in, words and an exit code out."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bulk_register.commands.terminal import options as o
from bulk_register.commands.terminal.command import handles_errors
from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.streams import make_standard_streams_visible
from bulk_register.commands.terminal.usage import Command, Group
from bulk_register.language import _

if TYPE_CHECKING:
    from bulk_register.settings import Command as Kind
    from bulk_register.settings import Settings


# that are made before Python looks for cycles among them: a roster is many objects and no cycles, and with
# Python's own 700 a run of 100,000 rows spends 0.4 s on looking
YOUNG_OBJECTS = 100_000


def _example(command: str) -> str:
    """Return a command's example, which is not wrapped."""
    return "\b\n" + _("Example:") + f"\n  {command}"


app = typer.Typer(
    cls=Group,
    name="bulk-register",
    help=_("Register a roster of employees for a StartExam exam and get it back with everybody's exam link."),
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_("Try it:") + " bulk-register run staff.xlsx --sandbox",
)
command = partial(app.command, cls=Command)


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


def _settings(context: typer.Context, kind: Kind) -> Settings:
    """Return the settings of a command, from all the flags that were given."""
    from bulk_register.settings import Settings, load_settings  # pydantic is not needed for --help

    known = {*Settings.model_fields, "config", "profile"}
    said = {name: value for name, value in context.params.items() if name in known}
    return load_settings(said, command=kind)


@command(
    short_help=_("Register everybody on a roster and write it with their links."),
    epilog=_example("bulk-register run staff.xlsx --center moscow --test GUID --valid-till +10d"),
    help=_(
        "Read a roster, register everybody on it, and write it with their exam links.\n\nNothing is sent "
        "before the whole roster has been read and checked. Running the same command again is always "
        "safe, and sends only what is missing."
    ),
)
@handles_errors
def run(
    context: typer.Context,
    roster: o.Roster,
    center: o.Center = None,
    tests: o.Tests = None,
    valid_from: o.ValidFrom = None,
    valid_till: o.ValidTill = None,
    timezone: o.Timezone = None,
    proctoring: o.Proctoring = None,
    proctoring_parameters: o.ProctoringParameters = None,
    output: o.Output = None,
    sandbox: o.Sandbox = None,
    dry_run: o.DryRun = None,
    yes: o.Yes = None,
    id_column: o.IdColumn = None,
    sheet: o.Sheet = None,
    header_row: o.HeaderRow = None,
    no_header: o.NoHeader = None,
    encoding: o.Encoding = None,
    delimiter: o.Delimiter = None,
    skip_hidden: o.SkipHidden = None,
    max_size: o.MaxSize = None,
    escape_formulas: o.EscapeFormulas = None,
    strict: o.Strict = None,
    allow_conflicts: o.AllowConflicts = None,
    refresh: o.Refresh = None,
    reregister: o.Reregister = None,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
    account_id: o.AccountId = None,
    base_url: o.BaseUrl = None,
    ledger: o.LedgerFile = None,
    batch_size: o.BatchSize = None,
    workers: o.Workers = None,
    attempts: o.Attempts = None,
    timeout: o.Timeout = None,
    deadline: o.Deadline = None,
    max_rejected: o.MaxRejected = None,
    min_rows: o.MinRows = None,
    max_new: o.MaxNew = None,
    max_missing: o.MaxMissing = None,
    newer_than: o.NewerThan = None,
    tolerate: o.Tolerate = None,
    ending_days: o.EndingDays = None,
    only_new: o.OnlyNew = None,
    report: o.Report = None,
    log_format: o.LogFormat = None,
    quiet: o.Quiet = None,
    verbose: o.Verbose = None,
) -> int:
    """Read a roster, register everybody on it, and write it with their exam links."""
    settings = _settings(context, "run")
    from bulk_register.commands import run as implementation  # pandas and requests are slow to load

    return implementation.run(roster, settings, context.obj)


@command(
    short_help=_("Show how a roster is understood, and its problems."),
    epilog=_example("bulk-register check staff.xlsx"),
    help=_(
        "Show how a roster is understood and every row with a problem; sends nothing.\n\nExit code 0: "
        "every row can be sent; 1: some can't; 2: the roster can't be used."
    ),
)
@handles_errors
def check(
    context: typer.Context,
    roster: o.Roster,
    id_column: o.IdColumn = None,
    sheet: o.Sheet = None,
    header_row: o.HeaderRow = None,
    no_header: o.NoHeader = None,
    encoding: o.Encoding = None,
    delimiter: o.Delimiter = None,
    skip_hidden: o.SkipHidden = None,
    max_size: o.MaxSize = None,
    problems: o.Problems = None,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
    report: o.Report = None,
    quiet: o.Quiet = None,
) -> int:
    """Show how a roster is understood and every row with a problem."""
    settings = _settings(context, "check")
    from bulk_register.commands import check as implementation  # pandas is slow to load

    return implementation.check(roster, settings, context.obj, problems)


@command(
    short_help=_("Finish an earlier run."),
    epilog=_example("bulk-register rerun"),
    help=_("Finish an earlier run: ask again for those who have no link yet, and write the same output."),
)
@handles_errors
def rerun(
    context: typer.Context,
    run: o.Run = None,
    ledger: o.LedgerFile = None,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
    report: o.Report = None,
    log_format: o.LogFormat = None,
    yes: o.Yes = None,
    quiet: o.Quiet = None,
    verbose: o.Verbose = None,
) -> int:
    """Finish an earlier run: ask again for those who have no link yet, and write the same output."""
    settings = _settings(context, "ledger")
    from bulk_register.commands import rerun as implementation  # pandas and requests are slow to load

    return implementation.rerun(run, settings, context.obj)


@command(
    short_help=_("Show earlier runs, or forget them."),
    epilog=_example("bulk-register history 12"),
    help=_("Show earlier runs; for one run its requests, and the answers that could not be matched."),
)
@handles_errors
def history(
    context: typer.Context,
    run: o.Run = None,
    forget: o.Forget = None,
    forget_before: o.ForgetBefore = None,
    yes: o.Yes = None,
    ledger: o.LedgerFile = None,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
) -> int:
    """Show earlier runs."""
    settings = _settings(context, "ledger")
    from bulk_register.commands import history as implementation  # pandas is slow to load

    if forget or forget_before:
        return implementation.forget(settings, forget or [], forget_before)
    return implementation.history(settings, run)


@command(
    short_help=_("Write an earlier run's output again."),
    epilog=_example("bulk-register export 12 -o links.csv"),
    help=_("Write an earlier run's output again, from the ledger and the unchanged roster; sends nothing."),
)
@handles_errors
def export(
    context: typer.Context,
    run: o.Run = None,
    output: o.Output = None,
    ledger: o.LedgerFile = None,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
    quiet: o.Quiet = None,
) -> int:
    """Write an earlier run's output again, from the ledger and the unchanged roster."""
    settings = _settings(context, "ledger")
    from bulk_register.commands import export as implementation  # pandas is slow to load

    return implementation.export(run, settings, named=output is not None)


@command(
    short_help=_("List the account's tests."),
    epilog=_example("bulk-register tests --status active"),
    help=_("List the account's tests with their identifiers."),
)
@handles_errors
def tests(
    context: typer.Context,
    status: o.TestStatus = None,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
    base_url: o.BaseUrl = None,
    account_id: o.AccountId = None,
    attempts: o.Attempts = None,
    timeout: o.Timeout = None,
) -> int:
    """List the account's tests with their identifiers."""
    settings = _settings(context, "tests")
    from bulk_register.commands import tests as implementation  # requests is slow to load

    return implementation.tests(settings, status)


@command(
    short_help=_("First steps: write the settings file, keep the secret key."),
    epilog=_example("bulk-register init"),
    help=_(
        "Ask for the account, center, test, window and time zone, and write bulk_register.toml.\n\nThe "
        "secret key is tried with one harmless request and kept in the computer's keyring, or in a file "
        "that only you can read. Scripts give every answer as a flag, and the key in STARTEXAM_SECRET_KEY."
    ),
)
@handles_errors
def init(
    account_id: o.AccountId = None,
    center: o.Center = None,
    tests: o.Tests = None,
    valid_till: o.ValidTill = None,
    timezone: o.Timezone = None,
    base_url: o.BaseUrl = None,
    keep_in: o.SecretFile = None,
    from_stdin: o.SecretFromStdin = False,
    config: o.NewConfig = None,
    yes: o.InitYes = False,
    language: o.Language = None,
) -> int:
    """Ask for the account, center, test, window and time zone, and write bulk_register.toml."""
    from bulk_register.commands import init as implementation  # requests is slow to load

    given = implementation.Given(
        config=config,
        account_id=account_id or "",
        center=center or "",
        tests=tests or (),
        valid_till=valid_till or "",
        timezone=timezone or "",
        base_url=base_url or "",
        secret_file=keep_in,
        secret_from_stdin=from_stdin,
        yes=yes,
    )
    return implementation.init(given)


@command(
    short_help=_("Check that everything is in order."),
    epilog=_example("bulk-register doctor"),
    help=_(
        "Check settings, secret key, StartExam, clock, tests and files; sends one harmless "
        "request.\n\nOne line each, beginning with OK, Note or Problem. Exit code 0: no problem; 2: there "
        "is one."
    ),
)
@handles_errors
def doctor(
    context: typer.Context,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
    ledger: o.LedgerFile = None,
    base_url: o.BaseUrl = None,
    account_id: o.AccountId = None,
) -> int:
    """Check settings, secret key, StartExam, clock, tests and files."""
    from bulk_register.commands import doctor as implementation  # pandas and requests are slow to load

    return implementation.doctor(context.params)


@command(
    short_help=_("Write an empty roster to fill in."),
    epilog=_example("bulk-register template roster.xlsx"),
    help=_(
        "Write an empty roster to fill in: an Excel workbook, or CSV if the name ends so. Replaces no file."
    ),
)
@handles_errors
def template(file: o.NewRoster = "roster.xlsx", language: o.Language = None) -> int:
    """Write an empty roster to fill in: an Excel workbook, or CSV if the name ends so."""
    from bulk_register.commands import template as implementation  # openpyxl is slow to load

    return implementation.template(file)


@command(
    short_help=_("Check the links of an output before they are mailed."),
    epilog=_example("bulk-register verify staff.registered.xlsx"),
    help=_(
        "Check that each link is its own row's and works: against the ledger, with --ask against "
        "StartExam too.\n\nIt finds links of other people, unknown and sandbox links, links that are "
        "over, and changed ones. Exit code 0: all is well; 1: some rows are not fit to be mailed; 2: the "
        "file can't be used."
    ),
)
@handles_errors
def verify(
    context: typer.Context,
    file: o.Written,
    ask: o.Ask = False,
    id_column: o.IdColumn = None,
    sheet: o.Sheet = None,
    ledger: o.LedgerFile = None,
    config: o.Config = None,
    profile: o.Profile = None,
    language: o.Language = None,
    base_url: o.BaseUrl = None,
    account_id: o.AccountId = None,
    quiet: o.Quiet = None,
) -> int:
    """Check that each link is its own row's and works."""
    settings = _settings(context, "ledger")
    asking = _settings(context, "tests") if ask else None
    from bulk_register.commands import verify as implementation  # pandas is slow to load

    return implementation.verify(file, settings, asking)


@command(
    short_help=_("Start a local stand-in for StartExam."),
    epilog=_example("bulk-register sandbox --port 8080 --latency 0.1"),
    help=_("Start a local stand-in for StartExam, to try things out; Ctrl-C ends it."),
)
@handles_errors
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("The port; 0 takes a free one."))] = 0,
    latency: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help=_("How long an answer takes."))
    ] = 0,
    fail_rate: Annotated[
        float, typer.Option(min=0, max=1, metavar="SHARE", help=_("The share of requests that fail, 0 to 1."))
    ] = 0,
    seed: Annotated[int | None, typer.Option(metavar="N", help=_("Makes failures repeatable."))] = None,
    language: o.Language = None,
) -> int:
    """Start a local stand-in for StartExam, to try things out."""
    from bulk_register.commands import sandbox as implementation  # only this command needs a server

    return implementation.serve(port, latency, fail_rate, seed)
