"""`history`: earlier runs, and forgetting them."""

from __future__ import annotations

import base64
import sys
from collections.abc import Sequence
from datetime import date, datetime, time

from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.prompts import ask_yes_no, stdin_is_terminal
from bulk_register.commands.terminal.text import count, table
from bulk_register.errors import DeclinedError, InputError
from bulk_register.ledger import Ledger
from bulk_register.output.results import local_text
from bulk_register.records import RunRecord
from bulk_register.run import ledger_path
from bulk_register.run.earlier_run import NO_RUNS, pick_run
from bulk_register.settings import Settings

SHOWN_RUNS = 20  # on a terminal; a file or a pipe gets them all


def history(settings: Settings, run: int | None) -> int:
    """Show earlier runs, or one of them."""
    with Ledger(ledger_path(settings), write=False) as ledger:
        runs = ledger.runs()
        if run is None:
            shown = SHOWN_RUNS if sys.stdout and sys.stdout.isatty() else len(runs)
            print_result(table(_run_rows(runs[:shown], ledger, settings)) if runs else NO_RUNS)
            if len(runs) > shown:
                print_result(
                    f"… and {count(len(runs) - shown, 'earlier run')}; send the output to a file to see all"
                )
            return 0
        record = pick_run(runs, run)
        print_result("\n".join(_run_lines(record, ledger, settings)))
    return 0


def forget(settings: Settings, runs: Sequence[int], before: str | None) -> int:
    """Delete runs, and all that became known in them, from the ledger; asks a person at a terminal first."""
    with Ledger(ledger_path(settings)) as ledger:
        found = ledger.runs()
        chosen = [pick_run(found, run).id for run in runs]
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
