"""How a run ended: its report, its summary, the last line of its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from bulk_register.commands.terminal import console
from bulk_register.commands.terminal.event_words import exam_facts
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.summary import summary
from bulk_register.commands.terminal.text import sentence
from bulk_register.exit_codes import EXIT_ATTENTION, EXIT_DONE
from bulk_register.language import _
from bulk_register.run import ledger_flags
from bulk_register.run.report import Finished, report, status_counts
from bulk_register.settings import Settings


def report_end(finished: Finished, settings: Settings, invocation: Invocation) -> int:
    """Write the report, print the summary and end the log of a run; returns its exit code."""
    finished = replace(finished, started=invocation.started)  # of this part, where a run is finished
    invocation.finished = finished
    if settings.report:
        invocation.report(settings.report, report(finished))
    words = summary(finished, partial(_command, finished, settings), settings.zone)
    print_end(settings, [words], finished, invocation)
    if settings.log_format == "json":
        _log_end(settings, finished, invocation)
    return finished.exit_code


def print_end(settings: Settings, lines: Sequence[str], finished: Finished, invocation: Invocation) -> None:
    """Print how a run ended; with `--quiet` only what somebody has to know."""
    if settings.quiet and not finished.exit_code:
        log = invocation.log if settings.log_format == "json" else console.log_text
        for note in finished.surprises:
            log("warning", sentence(note))
    else:
        print_beside_report(settings, "\n".join(lines), invocation)


def print_beside_report(settings: Settings, text: str, invocation: Invocation) -> None:
    """Print a result; where standard output has the report, as a note or a line of the log."""
    if settings.report != "-":
        console.print_result(text)
    elif settings.log_format == "json":
        invocation.log("info", text)
    else:
        console.print_note(text)


def _log_end(settings: Settings, finished: Finished, invocation: Invocation) -> None:
    """Write the last line of a log that a program reads: how the run ended, with its numbers."""
    code, outcome = finished.exit_code, finished.outcome
    if settings.quiet and not code:
        return
    level = {EXIT_DONE: "info", EXIT_ATTENTION: "warning"}.get(code, "error")
    facts: dict[str, Any] = {"event": "RunEnded", "run": finished.run, "exit_code": code}
    facts |= {"reason": finished.reason or None, "retry": finished.retry} | status_counts(outcome.statuses)
    facts |= exam_facts(outcome.plan.exam) | {"requests": outcome.requests, "retries": outcome.retries}
    invocation.log(level, _("run {run} ended with exit code {code}", run=finished.run, code=code), facts)


def _command(finished: Finished, settings: Settings, name: str) -> Sequence[str]:
    """Return a command for the run that has ended; in a sandbox that nothing is left of, to run again."""
    if settings.sandbox and settings.ledger is None:
        return ["bulk-register", "run", str(finished.outcome.plan.roster.source.path), "--sandbox"]
    return ["bulk-register", name, str(finished.run), *ledger_flags(settings)]
