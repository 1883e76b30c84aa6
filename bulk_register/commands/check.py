"""`check`, `tests` and `history`: what was understood, what there is, what was."""

from __future__ import annotations

import base64
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal.command import Invocation
from bulk_register.commands.terminal.console import print_note, print_result
from bulk_register.commands.terminal.progress import report_wait
from bulk_register.commands.terminal.prompts import ask_yes_no, stdin_is_terminal
from bulk_register.commands.terminal.summary import row_lines
from bulk_register.commands.terminal.text import count
from bulk_register.errors import DeclinedError, InputError
from bulk_register.ledger import Ledger
from bulk_register.output.results import local_text, roster_results
from bulk_register.records import Fix, Roster, RunRecord, Status
from bulk_register.run import connection_of, ledger_path, open_chosen_roster, write_problems
from bulk_register.run.report import blank_report, problems, roster_counts, roster_report
from bulk_register.settings import Settings
from bulk_register.startexam import StartExam

SHOWN, SHOWN_RUNS = 50, 20  # problems and runs on a terminal; a file or a pipe gets them all
NO_RUNS = "There is no earlier run. bulk-register run ROSTER begins one."
STATUSES = ("active", "archive", "deleted")  # API page "Get Tests"


def check(roster: str, settings: Settings, invocation: Invocation, named: Path | None = None) -> int:
    """Show how a roster is understood; returns 0, or 1 where a row has a problem.

    The rows with a problem are also written into the workbook `named`, with their reasons.
    """
    invocation.check_report(settings.report, [Path(roster)])
    with open_chosen_roster(roster, settings, lambda _: None) as found:
        wrong = problems(found, roster_results(found, allow_conflicts=settings.allow_conflicts))
        code = 1 if wrong else 0
        known = {**roster_report(found), **_findings(found), "problems": wrong}
        invocation.report(settings.report, blank_report(invocation.started, code) | known)
        if settings.report != "-" and not (settings.quiet and not wrong):
            print_result("\n".join(_check_lines(found, wrong, allow_conflicts=settings.allow_conflicts)))
        if named is not None and (wrong or not settings.quiet):
            told = f"No row has a problem, so {named} was not written."
            if wrong:
                told = f"The rows with a problem are in {write_problems(found, named, settings)}"
            (print_note if settings.report == "-" else print_result)(told)
    return code


def tests(settings: Settings, status: str | None) -> int:
    """List the account's tests."""
    if status not in (None, *STATUSES):
        raise InputError(f"--status is '{status}': it must be {', '.join(STATUSES[:-1])} or {STATUSES[-1]}.")
    found = StartExam(connection_of(settings), report_wait).tests()
    shown = [test for test in found if status in (None, test.status)]
    if not shown:
        print_result("StartExam has no tests in this account." if status is None else f"No test is {status}.")
        return 0
    rows = [
        ("TITLE", "IDENTIFIER", "STATUS"),
        *((test.title, test.identifier, test.status) for test in shown),
    ]
    print_result(_columns(rows))
    return 0


def history(settings: Settings, run: int | None) -> int:
    """Show earlier runs, or one of them."""
    with Ledger(ledger_path(settings), write=False) as ledger:
        runs = ledger.runs()
        if run is None:
            shown = SHOWN_RUNS if sys.stdout and sys.stdout.isatty() else len(runs)
            print_result(_columns(_run_rows(runs[:shown], ledger, settings)) if runs else NO_RUNS)
            if len(runs) > shown:
                print_result(
                    f"… and {count(len(runs) - shown, 'earlier run')}; send the output to a file to see all"
                )
            return 0
        record = pick(runs, run)
        print_result("\n".join(_run_lines(record, ledger, settings)))
    return 0


def forget(settings: Settings, runs: Sequence[int], before: str | None) -> int:
    """Delete runs, and all that became known in them, from the ledger; asks a person at a terminal first."""
    with Ledger(ledger_path(settings)) as ledger:
        found = ledger.runs()
        chosen = [pick(found, run).id for run in runs]
        if before is not None:
            until = _midnight(before, settings)
            chosen += [record.id for record in found if record.started < until]
        chosen = sorted(set(chosen))
        if chosen and stdin_is_terminal() and not settings.yes:
            known = "it" if len(chosen) == 1 else "them"
            if not ask_yes_no(f"Forget {_named(chosen)}, and the links that became known in {known}?"):
                raise DeclinedError("Nothing was forgotten.")
        ledger.forget(chosen)
    print_result(f"Forgotten: {count(len(chosen), 'run')}.")
    return 0


def _named(runs: Sequence[int]) -> str:
    if len(runs) == 1:
        return f"run {runs[0]}"
    return f"{len(runs)} runs ({runs[0]} to {runs[-1]})"


def pick(runs: list[RunRecord], number: int | None) -> RunRecord:
    """Return a run by its number, or the latest; raises MendError where there is none."""
    if not runs:
        raise InputError(NO_RUNS)
    found = [record for record in runs if number is None or record.id == number]
    if not found:
        raise InputError(f"There is no run {number}. bulk-register history lists them.")
    return found[0]


def _findings(roster: Roster) -> dict[str, Any]:
    findings = roster.findings
    return {
        "understood": dict(findings.understood),
        "fixes": [
            {"what": fix.what, "count": fix.count, "examples": [change._asdict() for change in fix.examples]}
            for fix in findings.fixes
        ],
        "warnings": list(findings.warnings),
    }


def _check_lines(roster: Roster, wrong: list[dict[str, Any]], *, allow_conflicts: bool) -> list[str]:
    findings = roster.findings
    width = max((len(name) for name, _ in findings.understood), default=0) + 2
    lines = [str(roster.source.path)]
    lines += [f"  {name + ':':<{width}} {value}" for name, value in findings.understood]
    lines += [line for fix in findings.fixes for line in _fix_lines(fix)]
    lines += [f"Warning: {words}" for words in findings.warnings]
    lines += _ignored_lines(roster)
    shown = SHOWN if sys.stdout and sys.stdout.isatty() else len(wrong)
    lines += row_lines(wrong[:shown])
    if len(wrong) > shown:
        lines.append(
            f"… and {count(len(wrong) - shown, 'more row')} with a problem: --report FILE lists them"
        )
    conflicts = 0 if allow_conflicts else roster_counts(roster)["conflicts"]
    lack = "gets no link until its" if conflicts == 1 else "get no link until their"
    withheld = f" ({conflicts:,} of them {lack} rows agree)" if conflicts else ""
    lines.append(f"{count(len(roster.employees), 'employee')} can be sent{withheld}{_verdict(len(wrong))}.")
    return lines


def _ignored_lines(roster: Roster) -> list[str]:
    rows = roster.employees.rows
    ignored = rows[rows["status"] == Status.IGNORED]
    lines = [f"Row {row}: ignored: {note}" for row, note in zip(ignored["row"], ignored["note"], strict=True)]
    more = [f"… and {count(len(lines) - SHOWN, 'more line')} that are ignored"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more


def _verdict(wrong: int) -> str:
    return f"; {count(wrong, 'row has', 'rows have')} a problem" if wrong else ", no row has a problem"


def _fix_lines(fix: Fix) -> list[str]:
    examples = [f"  row {row}: {before!r} → {after!r}" for row, before, after in fix.examples]
    more = fix.count - len(fix.examples)
    return [f"Fixed ({fix.count:,}): {fix.what}", *examples, *([f"  and {more:,} more"] if more else [])]


def _run_rows(runs: list[RunRecord], ledger: Ledger, settings: Settings) -> Sequence[tuple[str, ...]]:
    header = ("RUN", "STARTED", "EMPLOYEES", "WITHOUT LINK", "STATE", "ROSTER")
    return [header] + [
        (
            str(record.id),
            local_text(record.started, settings.zone),
            f"{record.employees:,}",
            f"{missing:,}",
            _state(record, missing),
            record.roster,
        )
        for record in runs
        for missing in [ledger.without_link(record)]
    ]


def _state(record: RunRecord, missing: int) -> str:
    if record.finished is None:
        return "not ended"
    return "open" if missing else "complete"


def _run_lines(record: RunRecord, ledger: Ledger, settings: Settings) -> list[str]:
    state = _state(record, ledger.without_link(record))
    lines = [
        f"Run {record.id}, {local_text(record.started, settings.zone)}: {state}"
        + (f", exit code {record.exit_code}" if record.exit_code is not None else ""),
        f"  roster: {record.roster}",
        f"  output: {record.output}",
        f"  center: {record.scope.center}, test: {record.scope.tests}",
        f"  window: {local_text(record.valid_from, settings.zone)} to "
        f"{local_text(record.valid_till, settings.zone)}",
    ]
    planned = ledger.planned(record.id)
    for number, part, ended, note in ledger.requests(record.id):
        size = len(part or planned.get(number, ()))
        words = (
            f"  batch {number} ({count(size, 'employee')}): {ended or 'under way when the run was cut off'}"
        )
        lines.append(words + (f": {note}" if note else ""))
    for item in ledger.unmatched(record.id):
        lines += [
            "",
            f"Not matched (batch {item.batch}): {item.fault}",
            f"  asked: {', '.join(item.employees)}",
        ]
        lines.append(f"  answered: {_readable(item.raw)}")
    return lines


def _readable(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "Base64 " + base64.b64encode(raw).decode()
    return "".join(character if character.isprintable() else " " for character in text)


def _midnight(text: str, settings: Settings) -> int:
    try:
        return int(datetime.combine(date.fromisoformat(text), time(), settings.zone).timestamp())
    except (ValueError, OverflowError, OSError):
        raise InputError(f"--forget-before is '{text}': it must be a date like 2026-12-01.") from None


def _columns(rows: Sequence[tuple[str, ...]]) -> str:
    """Lay rows out in columns; the last column is not padded."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[-1]])
        for row in rows
    )
