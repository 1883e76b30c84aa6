"""`rerun`: finish an earlier run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bulk_register.commands.run import check_report_file
from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.observer import observed
from bulk_register.commands.terminal.run_end import report_end
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.records import RunRecord
from bulk_register.run import finish_run, ledger_place, unfinished
from bulk_register.run.earlier_run import pick_run
from bulk_register.settings import Settings, settings_of_run


def rerun(run: int | None, settings: Settings, invocation: Invocation) -> int:
    """Finish a run; returns its exit code, or 0 where there is nothing to finish."""
    with Ledger(ledger_place(settings), write=False) as ledger:
        record = pick_run(ledger.runs(), run)
        invocation.know(run=record.id, roster=record.roster, center=record.scope.center)
        if not ledger.without_link(record):
            _report_nothing_left(record, unfinished(ledger), settings, invocation)
            return 0
    of_run = settings_of_run(record.settings, settings)
    invocation.know(profile=of_run.profile)
    check_report_file(record.roster, of_run, invocation)
    with observed(of_run, invocation) as observer:
        finished = finish_run(record, of_run, observer)
    return report_end(finished, of_run, invocation)


def _report_nothing_left(
    record: RunRecord, others: Sequence[RunRecord], settings: Settings, invocation: Invocation
) -> None:
    """Report that everybody in a run has a link, and which `others` are not finished."""
    everybody = {"employees": record.employees, "already_registered": record.employees}
    tests: dict[str, Any] = {"tests": record.scope.tests.split()}
    invocation.known |= {"output": record.output} | tests | everybody
    invocation.report(settings.report, invocation.content(0))
    if settings.log_format == "json" and not settings.quiet:
        facts = {"event": "RunEnded", "exit_code": 0, "reason": None, "retry": False}
        facts |= tests | everybody
        invocation.log("info", _("run {run}: nothing is left to do", run=record.id), facts)
    if settings.report != "-":
        print_result("\n".join(_nothing_left_lines(record, others)))


def _nothing_left_lines(record: RunRecord, others: Sequence[RunRecord]) -> list[str]:
    lines = [_("Nothing is left to do in run {run}: everybody has a link.", run=record.id)]
    if others:
        numbers = ", ".join(str(other.id) for other in others)
        lines.append(
            _(
                "Earlier runs that are not finished: {numbers}. To finish one: bulk-register rerun NUMBER",
                numbers=numbers,
            )
        )
    return lines
