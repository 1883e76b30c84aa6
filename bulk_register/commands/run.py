"""`run`: register a roster."""

from __future__ import annotations

from pathlib import Path

from bulk_register.commands.terminal.event_words import plan_words
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.observer import exam_lines, noting_roster, observed, reporting
from bulk_register.commands.terminal.problem_lines import row_lines
from bulk_register.commands.terminal.run_end import print_beside_report, report_end
from bulk_register.commands.terminal.summary import plan_summary
from bulk_register.language import _
from bulk_register.names import SETTINGS_FILE
from bulk_register.output.results import RosterResults
from bulk_register.run import dry_run, ledger_files, register
from bulk_register.run.report import blank_report, problems, roster_report, status_counts
from bulk_register.settings import Settings


def run(roster: str, settings: Settings, invocation: Invocation) -> int:
    """Register a roster; returns the exit code."""
    check_report_file(roster, settings, invocation)
    if settings.dry_run:
        return _show_plan(roster, settings, invocation)
    with observed(settings, invocation) as observer:
        finished = register(roster, settings, observer)
    return report_end(finished, settings, invocation)


def check_report_file(roster: str, settings: Settings, invocation: Invocation) -> None:
    """Find what would make the report fail, or make it overwrite another file; raises OutputError."""
    config = Path(invocation.flags.get("config") or SETTINGS_FILE)
    ledger = [] if settings.sandbox and settings.ledger is None else ledger_files(settings)
    taken = [Path(roster), config, settings.output, *ledger, settings.secret_key_file]
    invocation.check_report(settings.report, [path for path in taken if path])


def _show_plan(roster: str, settings: Settings, invocation: Invocation) -> int:
    """Show what a run would send; returns 0, or 1 where a row has a problem."""
    with reporting(settings, invocation, quiet=True) as reporter:
        plan = dry_run(roster, settings, noting_roster(reporter, invocation))
    results = RosterResults(plan.roster, allow_conflicts=settings.allow_conflicts)
    wrong = problems(plan.roster, results)
    code = 1 if wrong else 0
    counts = status_counts(plan.statuses)
    about = {"center": plan.exam.center, "profile": settings.profile}
    sent = {"batches": len(plan.requested), "problems": wrong}
    known = about | roster_report(plan.roster) | counts | sent
    invocation.report(settings.report, blank_report(invocation.started, code) | known)
    if wrong or not settings.quiet:
        exam = [_("What would be sent:"), *exam_lines(plan, settings)]
        lines = [*row_lines(wrong), *exam, plan_summary(plan, plan_words(plan))]
        print_beside_report(settings, "\n".join(lines), invocation)
    return code
