"""`rerun` and `export`: which earlier run is meant, and what it can still be used for."""

from __future__ import annotations

from bulk_register.commands import run as running
from bulk_register.commands.check import pick
from bulk_register.commands.terminal.command import Invocation
from bulk_register.commands.terminal.console import log_json, print_result
from bulk_register.ledger import Ledger
from bulk_register.records import RunRecord
from bulk_register.run import ledger_path
from bulk_register.run.report import blank_report
from bulk_register.settings import Settings, settings_of_run


def rerun(run: int | None, settings: Settings, invocation: Invocation) -> int:
    """Finish a run; returns its exit code, or 0 where there is nothing to finish."""
    with Ledger(ledger_path(settings), write=False) as ledger:
        runs = ledger.runs()
        record = pick(runs, run)
        open_runs = [other for other in runs if other.id != record.id and _is_open(other, ledger)]
        if not _is_open(record, ledger):
            everybody = {"employees": record.employees, "already_registered": record.employees}
            invocation.known |= {
                "run": record.id,
                "roster": record.roster,
                "output": record.output,
            } | everybody
            invocation.report(settings.report, blank_report(invocation.started, 0) | invocation.known)
            if settings.log_format == "json" and not settings.quiet:
                facts = {"event": "RunEnded", "run": record.id, "exit_code": 0} | everybody
                log_json("info", f"run {record.id}: nothing is left to do", facts)
            if settings.report != "-":
                print_result("\n".join(_finished_lines(record, open_runs)))
            return 0
    return running.finish(record, settings_of_run(record.settings, settings), invocation)


def export(run: int | None, settings: Settings, *, named: bool) -> int:
    """Write a run's output again, to where it was or (`named`) to the settings' output; returns 0."""
    with Ledger(ledger_path(settings), write=False) as ledger:
        record = pick(ledger.runs(), run)
    of_run = settings_of_run(record.settings, settings, secret=False)
    return running.export(record, of_run, settings.output if named else None)


def _finished_lines(record: RunRecord, open_runs: list[RunRecord]) -> list[str]:
    lines = [f"Nothing is left to do in run {record.id}: everybody has a link."]
    if open_runs:
        numbers = ", ".join(str(other.id) for other in open_runs)
        lines.append(
            f"Earlier runs that are not finished: {numbers}. To finish one: bulk-register rerun NUMBER"
        )
    return lines


def _is_open(record: RunRecord, ledger: Ledger) -> bool:
    """Tell whether any of a run's employees has no link that works, as the ledger stands now."""
    return ledger.without_link(record) > 0
