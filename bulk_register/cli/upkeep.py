"""Commands around the job: the page, settings, earlier runs, the ledger, a stand-in to try things out."""

from __future__ import annotations

from typing import Annotated

import typer

from bulk_register.cli.program import command
from bulk_register.commands.terminal import options as o
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.language import _


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
