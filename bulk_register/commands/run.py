"""`run`, `rerun` and `export`: the story with a person or a scheduler listening."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal import console as console
from bulk_register.commands.terminal.command import Invocation
from bulk_register.commands.terminal.progress import ProgressReporter, plan_words, progress_reporter
from bulk_register.commands.terminal.prompts import ask_yes_no, stdin_is_terminal
from bulk_register.commands.terminal.signals import handle_signals
from bulk_register.commands.terminal.summary import plan_summary, row_lines, summary
from bulk_register.commands.terminal.text import count, sentence
from bulk_register.output.results import local_text, roster_results
from bulk_register.records import Event, Plan, RosterRead, RunRecord, RunStarted, Tell
from bulk_register.run import dry_run, export_run, finish_run, ledger_flags, ledger_path, register_roster
from bulk_register.run.report import (
    EXIT_ATTENTION,
    EXIT_DONE,
    Finished,
    blank_report,
    problems,
    report,
    roster_counts,
    roster_report,
    status_counts,
)
from bulk_register.settings import SETTINGS_FILE, Settings


def run(roster: str, settings: Settings, invocation: Invocation) -> int:
    """Register a roster; returns the exit code."""
    _check_report(roster, settings, invocation)
    if settings.dry_run:
        return _try(roster, settings, invocation)
    return _attended(settings, invocation, lambda ears: register_roster(roster, settings, **ears))


def finish(record: RunRecord, settings: Settings, invocation: Invocation) -> int:
    """Finish an earlier run; returns the exit code."""
    invocation.known |= {"run": record.id}
    invocation.flags["roster"] = record.roster
    _check_report(record.roster, settings, invocation)
    return _attended(settings, invocation, lambda ears: finish_run(record, settings, **ears))


def export(record: RunRecord, settings: Settings, named: Path | None) -> int:
    """Write a run's output again; returns the exit code."""
    with _ear(settings) as ear:
        finished = export_run(record, settings, named, ear)
    _say_end(settings, [*map(sentence, finished.notes), f"Output: {finished.output}"], finished)
    return 0 if finished.output else finished.exit_code


def _check_report(roster: str, settings: Settings, invocation: Invocation) -> None:
    config = Path(invocation.flags.get("config") or SETTINGS_FILE)
    taken = [Path(roster), config, settings.output, ledger_path(settings), settings.secret_key_file]
    invocation.check_report(settings.report, [path for path in taken if path])


@contextmanager
def _ear(settings: Settings, *, quiet: bool = False) -> Iterator[ProgressReporter]:
    """Open who hears what happens."""
    format_, hush = settings.log_format, settings.quiet or quiet
    ear = progress_reporter(log_format=format_, quiet=hush, verbose=settings.verbose and not quiet)
    try:
        yield ear
    finally:
        ear.close()


def _attended(settings: Settings, invocation: Invocation, story: Callable[[dict[str, Any]], Finished]) -> int:
    with _ear(settings) as ear, handle_signals(hint=settings.log_format == "text") as interruption:
        told = _heard(ear, invocation)

        def tell(event: Event) -> None:
            if isinstance(event, RunStarted):
                interruption.sending = True
            told(event)

        ears = {"tell": tell, "confirm": _question(settings, invocation), "interruption": interruption}
        finished = replace(story(ears), started=invocation.started)  # of this part, where a run is finished
    if settings.report:
        invocation.report(settings.report, report(finished))
    _say_end(settings, [summary(finished, partial(_command, finished, settings), settings.zone)], finished)
    if settings.log_format == "json":
        _log_end(settings, finished)
    return finished.exit_code


def _heard(ear: Tell, invocation: Invocation) -> Tell:
    """Return who hears of a run: the ear, and the case for its report."""

    def tell(event: Event) -> None:
        if isinstance(event, RosterRead):
            invocation.roster = event.roster
        try:
            ear(event)
        except OSError:  # nobody reads standard error any more
            console.silence(sys.stderr)

    return tell


def _log_end(settings: Settings, finished: Finished) -> None:
    """Write the last line of a log that a program reads: how the run ended, with its numbers."""
    code, outcome = finished.exit_code, finished.outcome
    if settings.quiet and not code:
        return
    level = {EXIT_DONE: "info", EXIT_ATTENTION: "warning"}.get(code, "error")
    facts = {"event": "RunEnded", "run": finished.run, "exit_code": code} | status_counts(outcome.statuses)
    facts |= {"requests": outcome.requests, "retries": outcome.retries}
    console.log_json(level, f"run {finished.run} ended with exit code {code}", facts)


def _say_end(settings: Settings, lines: Sequence[str], finished: Finished) -> None:
    """Say how a run ended; with `--quiet` only what somebody has to know."""
    if settings.quiet and not finished.exit_code:
        for note in finished.surprises:
            say_aside = console.log_json if settings.log_format == "json" else console.log_text
            say_aside("warning", sentence(note))
    else:
        _say_result(settings, "\n".join(lines))


def _say_result(settings: Settings, words: str) -> None:
    """Print a result; beside a report on standard output, as words that are no result."""
    if settings.report != "-":
        console.print_result(words)
    elif settings.log_format == "json":
        console.log_json("info", words)
    else:
        console.print_note(words)


def _try(roster: str, settings: Settings, invocation: Invocation) -> int:
    """Show what a run would send; returns 0, or 1 where a row has a problem."""
    with _ear(settings, quiet=True) as ear:
        plan = dry_run(roster, settings, _heard(ear, invocation))
    results = roster_results(plan.roster, allow_conflicts=settings.allow_conflicts)
    wrong = problems(plan.roster, results)
    code = 1 if wrong else 0
    counts = status_counts(plan.statuses)
    known = roster_report(plan.roster) | counts | {"batches": len(plan.batches), "problems": wrong}
    invocation.report(settings.report, blank_report(invocation.started, code) | known)
    if wrong or not settings.quiet:
        exam = ["What would be sent:", *_exam_lines(plan, settings)]
        _say_result(settings, "\n".join([*row_lines(wrong), *exam, plan_summary(plan, plan_words(plan))]))
    return code


def _question(settings: Settings, invocation: Invocation) -> Callable[[Plan], bool]:
    """Return who is asked before anything is sent: the person at the terminal, if there is one."""

    def confirm(plan: Plan) -> bool:
        if settings.yes or settings.sandbox or not stdin_is_terminal():
            return True
        if seen := console.visible_stream():
            print(console.wrapped("\n".join(_question_lines(plan, settings))), file=seen)
        asked = datetime.now(UTC)
        answer = ask_yes_no("Send this to StartExam?")
        invocation.started += datetime.now(UTC) - asked  # the time that a person thinks is none of the run's
        return answer

    return confirm


def _exam_lines(plan: Plan, settings: Settings) -> list[str]:
    exam = plan.exam
    end = local_text(int(exam.valid_till.timestamp()), settings.zone)
    return [
        f"  center:     {exam.center}",
        f"  test:       {', '.join(settings.tests or exam.tests)}",
        f"  links end:  {end} ({settings.timezone or 'the time of this computer'})",
    ]


def _question_lines(plan: Plan, settings: Settings) -> list[str]:
    lines = [f"{plan.roster.source.path.name}: {sentence(plan_words(plan))}", *_exam_lines(plan, settings)]
    if left_out := _left_out(plan, settings):
        lines.append(f"  without a link: {left_out} (bulk-register check lists them)")
    if plan.exam.reregister:
        lines.append("  Everybody gets a new registration, also those who have one.")
    return lines


def _left_out(plan: Plan, settings: Settings) -> str:
    """Say who on the roster gets no link whatever StartExam answers, "" for nobody."""
    counts = roster_counts(plan.roster)
    parts = [
        (counts["invalid_rows"], "row that can't be sent", "rows that can't be sent"),
        (
            0 if settings.allow_conflicts else counts["conflicts"],
            "employee whose rows differ",
            "employees whose rows differ",
        ),
    ]
    return ", ".join(count(*part) for part in parts if part[0])


def _command(finished: Finished, settings: Settings, name: str) -> Sequence[str]:
    """Return a command for the run that has ended; in a sandbox that nothing is left of, to run again."""
    if settings.sandbox and settings.ledger is None:
        return ["bulk-register", "run", str(finished.outcome.plan.roster.source.path), "--sandbox"]
    return ["bulk-register", name, str(finished.run), *ledger_flags(settings)]
