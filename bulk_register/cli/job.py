"""Commands of the job itself: a roster goes in, and comes back with links and results."""

from __future__ import annotations

from bulk_register.cli.program import command
from bulk_register.commands.terminal import options as o
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.language import _


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
