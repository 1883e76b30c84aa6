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

from bulk_register.commands.terminal import console as voice
from bulk_register.commands.terminal.command import Case
from bulk_register.commands.terminal.progress import Listener, listener, plan_words
from bulk_register.commands.terminal.prompts import agreed, at_keyboard
from bulk_register.commands.terminal.signals import listening
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


def run(roster: str, settings: Settings, case: Case) -> int:
    """Register a roster; returns the exit code."""
    _check_report(roster, settings, case)
    if settings.dry_run:
        return _try(roster, settings, case)
    return _attended(settings, case, lambda ears: register_roster(roster, settings, **ears))


def finish(record: RunRecord, settings: Settings, case: Case) -> int:
    """Finish an earlier run; returns the exit code."""
    case.known |= {"run": record.id}
    case.flags["roster"] = record.roster
    _check_report(record.roster, settings, case)
    return _attended(settings, case, lambda ears: finish_run(record, settings, **ears))


def export(record: RunRecord, settings: Settings, named: Path | None) -> int:
    """Write a run's output again; returns the exit code."""
    with _ear(settings) as ear:
        finished = export_run(record, settings, named, ear)
    _say_end(settings, [*map(sentence, finished.notes), f"Output: {finished.output}"], finished)
    return 0 if finished.output else finished.exit_code


def _check_report(roster: str, settings: Settings, case: Case) -> None:
    config = Path(case.flags.get("config") or SETTINGS_FILE)
    taken = [Path(roster), config, settings.output, ledger_path(settings), settings.secret_key_file]
    case.check_report(settings.report, [path for path in taken if path])


@contextmanager
def _ear(settings: Settings, *, quiet: bool = False) -> Iterator[Listener]:
    """Open who hears what happens."""
    format_, hush = settings.log_format, settings.quiet or quiet
    ear = listener(log_format=format_, quiet=hush, verbose=settings.verbose and not quiet)
    try:
        yield ear
    finally:
        ear.close()


def _attended(settings: Settings, case: Case, story: Callable[[dict[str, Any]], Finished]) -> int:
    with _ear(settings) as ear, listening(hint=settings.log_format == "text") as interruption:
        told = _heard(ear, case)

        def tell(event: Event) -> None:
            if isinstance(event, RunStarted):
                interruption.sending = True
            told(event)

        ears = {"tell": tell, "confirm": _question(settings, case), "interruption": interruption}
        finished = replace(story(ears), started=case.started)  # of this part, where a run is finished
    if settings.report:
        case.report(settings.report, report(finished))
    _say_end(settings, [summary(finished, partial(_command, finished, settings), settings.zone)], finished)
    if settings.log_format == "json":
        _log_end(settings, finished)
    return finished.exit_code


def _heard(ear: Tell, case: Case) -> Tell:
    """Return who hears of a run: the ear, and the case for its report."""

    def tell(event: Event) -> None:
        if isinstance(event, RosterRead):
            case.roster = event.roster
        try:
            ear(event)
        except OSError:  # nobody reads standard error any more
            voice.silence(sys.stderr)

    return tell


def _log_end(settings: Settings, finished: Finished) -> None:
    """Write the last line of a log that a program reads: how the run ended, with its numbers."""
    code, outcome = finished.exit_code, finished.outcome
    if settings.quiet and not code:
        return
    level = {EXIT_DONE: "info", EXIT_ATTENTION: "warning"}.get(code, "error")
    facts = {"event": "RunEnded", "run": finished.run, "exit_code": code} | status_counts(outcome.standings)
    facts |= {"requests": outcome.requests, "retries": outcome.retries}
    voice.log_json(level, f"run {finished.run} ended with exit code {code}", facts)


def _say_end(settings: Settings, lines: Sequence[str], finished: Finished) -> None:
    """Say how a run ended; with `--quiet` only what somebody has to know."""
    if settings.quiet and not finished.exit_code:
        for note in finished.surprises:
            say_aside = voice.log_json if settings.log_format == "json" else voice.log_text
            say_aside("warning", sentence(note))
    else:
        _say_result(settings, "\n".join(lines))


def _say_result(settings: Settings, words: str) -> None:
    """Print a result; beside a report on standard output, as words that are no result."""
    if settings.report != "-":
        voice.say(words)
    elif settings.log_format == "json":
        voice.log_json("info", words)
    else:
        voice.aside(words)


def _try(roster: str, settings: Settings, case: Case) -> int:
    """Show what a run would send; returns 0, or 1 where a row has a problem."""
    with _ear(settings, quiet=True) as ear:
        plan = dry_run(roster, settings, _heard(ear, case))
    results = roster_results(plan.roster, allow_conflicts=settings.allow_conflicts)
    wrong = problems(plan.roster, results)
    code = 1 if wrong else 0
    counts = status_counts(plan.standings)
    known = roster_report(plan.roster) | counts | {"batches": len(plan.batches), "problems": wrong}
    case.report(settings.report, blank_report(case.started, code) | known)
    if wrong or not settings.quiet:
        exam = ["What would be sent:", *_exam_lines(plan, settings)]
        _say_result(settings, "\n".join([*row_lines(wrong), *exam, plan_summary(plan, plan_words(plan))]))
    return code


def _question(settings: Settings, case: Case) -> Callable[[Plan], bool]:
    """Return who is asked before anything is sent: the person at the terminal, if there is one."""

    def confirm(plan: Plan) -> bool:
        if settings.yes or settings.sandbox or not at_keyboard():
            return True
        if seen := voice.screen():
            print(voice.fitted("\n".join(_question_lines(plan, settings))), file=seen)
        asked = datetime.now(UTC)
        answer = agreed("Send this to StartExam?")
        case.started += datetime.now(UTC) - asked  # the time that a person thinks is none of the run's
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
