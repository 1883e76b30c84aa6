"""`sync`: add a roster's employees to StartExam, or update them there."""

from __future__ import annotations

from bulk_register.commands.run import check_report_file
from bulk_register.commands.terminal import console
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.observer import noting_roster, reporting
from bulk_register.commands.terminal.prompts import ask_yes_no, stdin_is_terminal
from bulk_register.commands.terminal.run_end import print_beside_report
from bulk_register.commands.terminal.signals import handle_signals
from bulk_register.commands.terminal.sync_words import end_lines, first_row_lines, question_lines
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.run import Observer, ledger_place, open_chosen_roster
from bulk_register.run.report import blank_report
from bulk_register.run.sync_roster import SyncPlan, plan_sync, sync_report, sync_roster
from bulk_register.settings import Settings


def sync(roster: str, settings: Settings, invocation: Invocation, first: int | None) -> int:
    """Sync a roster's employees; returns the exit code."""
    check_report_file(roster, settings, invocation)
    with (
        reporting(settings, invocation) as reporter,
        handle_signals(hint=settings.log_format == "text") as interruption,
        open_chosen_roster(roster, settings, noting_roster(reporter, invocation)) as found,
    ):
        if settings.dry_run:
            with Ledger(ledger_place(settings), write=False) as ledger:
                return _show(plan_sync(found, settings, ledger, first), settings, invocation)

        def agree(plan: SyncPlan) -> bool:
            agreed = _agree(plan, settings)
            interruption.sending = True  # from now on a signal stops it in order
            return agreed

        finished = sync_roster(found, settings, Observer(reporter, interruption=interruption), agree, first)
    report = blank_report(invocation.started, finished.exit_code) | sync_report(finished, settings)
    invocation.report(settings.report, report)
    if finished.exit_code or not settings.quiet:
        lines = end_lines(finished, list(first_row_lines(finished.problems)))
        print_beside_report(settings, "\n".join(lines), invocation)
    return finished.exit_code


def _show(plan: SyncPlan, settings: Settings, invocation: Invocation) -> int:
    lines = [*question_lines(plan), _("This was a dry run: nothing was sent.")]
    print_beside_report(settings, "\n".join(lines), invocation)
    return 0


def _agree(plan: SyncPlan, settings: Settings) -> bool:
    if settings.yes or not stdin_is_terminal():
        return True
    if seen := console.visible_stream():
        print(console.wrapped("\n".join(question_lines(plan))), file=seen)
    return ask_yes_no(_("Send this to StartExam?"))
