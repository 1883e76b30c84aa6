"""`history`: which runs there were, for which exam, and what became of them; and forgetting them."""

from __future__ import annotations

import base64
import shutil
import sys
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.prompts import ask_yes_no, stdin_is_terminal
from bulk_register.commands.terminal.text import named_tests, short_tests, table
from bulk_register.errors import DeclinedError, InputError
from bulk_register.language import N_, _, employee_count, grouped, ngettext, recalled
from bulk_register.ledger import Ledger
from bulk_register.output.results import local_text
from bulk_register.records import RunRecord, ending_words
from bulk_register.run import is_overtaken, ledger_place
from bulk_register.run.earlier_run import NO_RUNS, pick_run
from bulk_register.run.extended import extend_run
from bulk_register.settings import Settings
from bulk_register.settings.when import iso_day

SHOWN = 20  # runs on a terminal; a file or a pipe gets them all
WIDTH = 80  # columns of the list of runs, unless a terminal is wider

_HEADERS = (N_("RUN"), N_("STARTED"), N_("PEOPLE"), N_("STATE"), N_("CENTER"), N_("TEST"), N_("ROSTER"))
_FIXED = 4  # so many of these columns are shown whole


def history(settings: Settings, run: int | None) -> int:
    """Show earlier runs, or one of them."""
    with Ledger(ledger_place(settings), write=False) as ledger:
        runs = ledger.runs()
        if run is not None:
            print_result("\n".join(_run_lines(pick_run(runs, run), runs, ledger, settings)))
            return 0
        terminal = bool(sys.stdout and sys.stdout.isatty())
        shown = SHOWN if terminal else len(runs)
        width = max(WIDTH, shutil.get_terminal_size().columns) if terminal else WIDTH
        rows = [
            tuple(map(_, _HEADERS)),
            *(_run_row(record, runs, ledger, settings) for record in runs[:shown]),
        ]
        print_result(_table(rows, width) if runs else _(NO_RUNS))
        if len(runs) > shown:
            print_result(
                ngettext(
                    "… and {number:,} earlier run; send the output to a file to see all",
                    "… and {number:,} earlier runs; send the output to a file to see all",
                    len(runs) - shown,
                )
            )
    return 0


def forget(settings: Settings, runs: Sequence[int], before: str | None) -> int:
    """Delete runs, and all that became known in them, from the ledger; asks a person at a terminal first."""
    with Ledger(ledger_place(settings)) as ledger:
        found = ledger.runs()
        chosen = [pick_run(found, run).id for run in runs]
        if before is not None:
            until = _midnight(before, settings)
            chosen += [record.id for record in found if record.started < until]
        chosen = sorted(set(chosen))
        asked = chosen and stdin_is_terminal() and not settings.yes
        if asked and not ask_yes_no(_forget_question(chosen)):
            raise DeclinedError(_("Nothing was forgotten."))
        ledger.forget(chosen)
    print_result(ngettext("Forgotten: {number:,} run.", "Forgotten: {number:,} runs.", len(chosen)))
    return 0


def extend(settings: Settings, run: int | None, when: str) -> int:
    """Believe that all links of a run were extended in StartExam."""
    with Ledger(ledger_place(settings)) as ledger:
        record = pick_run(ledger.runs(), run)
        links, till = extend_run(ledger, record, when, settings)
    print_result(
        ngettext(
            "{number:,} link of run {run} ends {end} from now on.",
            "{number:,} links of run {run} end {end} from now on.",
            links,
            run=record.id,
            end=local_text(till, settings.zone),
        )
    )
    return 0


def _forget_question(runs: Sequence[int]) -> str:
    if len(runs) == 1:
        return _("Forget run {run}, and the links that became known in it?", run=runs[0])
    return ngettext(
        "Forget {number:,} run ({first} to {last}), and the links that became known in it?",
        "Forget {number:,} runs ({first} to {last}), and the links that became known in them?",
        len(runs),
        first=runs[0],
        last=runs[-1],
    )


def _run_row(
    record: RunRecord, runs: Sequence[RunRecord], ledger: Ledger, settings: Settings
) -> tuple[str, ...]:
    tests = record.scope.tests.split()
    return (
        str(record.id),
        local_text(record.started, settings.zone)[: len("2026-12-01 23:59")],
        grouped(record.employees),
        _state(record, runs, ledger),
        record.scope.center,
        short_tests(tests, ledger.titles(tests)),
        Path(record.roster).name,
    )


def _state(record: RunRecord, runs: Sequence[RunRecord], ledger: Ledger) -> str:
    """Say whether everybody in a run has a link by now, and if not, how many lack one."""
    missing = ledger.without_link(record)
    if missing and is_overtaken(record, runs, ledger):
        return _("overtaken")
    if missing:
        return ngettext("{number:,} open", "{number:,} open", missing)
    return _("cut off") if record.finished is None else _("complete")


def _run_lines(record: RunRecord, runs: Sequence[RunRecord], ledger: Ledger, settings: Settings) -> list[str]:
    tests = record.scope.tests.split()
    headline = _(
        "Run {run}, {started}: {state}",
        run=record.id,
        started=local_text(record.started, settings.zone),
        state=_state(record, runs, ledger),
    )
    if record.exit_code is not None:
        headline += _(", exit code {exit_code}", exit_code=record.exit_code)
    window = _(
        "{valid_from} to {valid_till}",
        valid_from=local_text(record.valid_from, settings.zone),
        valid_till=local_text(record.valid_till, settings.zone),
    )
    pairs = [
        (_("roster:"), record.roster),
        (_("output:"), record.output),
        (_("center:"), record.scope.center),
        (_("test:"), named_tests(tests, ledger.titles(tests))),
        (_("window:"), window),
    ]
    lines = [headline, *(f"  {line}" for line in table(pairs).splitlines())]
    planned = ledger.planned(record.id)
    for number, part, ended, note in ledger.requests(record.id):
        employees = employee_count(len(part or planned.get(number, ())))
        state = ending_words()[ended] if ended else _("under way when the run was cut off")
        words = _("batch {batch} ({employees})", batch=number, employees=employees)
        lines.append(f"  {words}: {state}" + (f": {recalled(note)}" if note else ""))
    for item in ledger.unmatched(record.id):
        lines += [
            "",
            _("Not matched (batch {batch}): {fault}", batch=item.batch, fault=recalled(item.fault)),
            _("  asked: {employees}", employees=", ".join(item.employees)),
            _("  answered: {answer}", answer=_readable(item.raw)),
        ]
    return lines


def _readable(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "Base64 " + base64.b64encode(raw).decode()
    return "".join(character if character.isprintable() else " " for character in text)


def _midnight(text: str, settings: Settings) -> int:
    try:
        return int(datetime.combine(date.fromisoformat(iso_day(text)), time(), settings.zone).timestamp())
    except (ValueError, OverflowError, OSError):
        raise InputError(
            _("--forget-before is '{text}': it must be a date like 2026-12-01.", text=text)
        ) from None


def _table(rows: Sequence[tuple[str, ...]], width: int) -> str:
    """Lay rows out in columns; the last ones are cut where the lines would be wider."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADERS))]
    room = width - sum(widths[:_FIXED]) - 2 * (len(widths) - 1)
    while sum(widths[_FIXED:]) > max(room, 3 * len(_HEADERS[-1])):
        widths[widths.index(max(widths[_FIXED:]), _FIXED)] -= 1
    cut = [[_cut(cell, size) for cell, size in zip(row, widths, strict=True)] for row in rows]
    return "\n".join(
        "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip() for row in cut
    )


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
