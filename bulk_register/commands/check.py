"""`check`: how a roster is understood, and its problems; nothing is sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal.command import Invocation
from bulk_register.commands.terminal.console import print_note, print_result
from bulk_register.commands.terminal.summary import row_lines
from bulk_register.commands.terminal.text import count
from bulk_register.output.results import RosterResults
from bulk_register.records import Fix, Roster, Status
from bulk_register.run import open_chosen_roster, write_problems
from bulk_register.run.report import blank_report, problems, roster_counts, roster_report
from bulk_register.settings import Settings

SHOWN = 50  # problems on a terminal; a file or a pipe gets them all


def check(roster: str, settings: Settings, invocation: Invocation, named: Path | None = None) -> int:
    """Show how a roster is understood; returns 0, or 1 where a row has a problem.

    The rows with a problem are also written into the workbook `named`, with their reasons.
    """
    invocation.check_report(settings.report, [Path(roster)])
    with open_chosen_roster(roster, settings, lambda _: None) as found:
        wrong = problems(found, RosterResults(found, allow_conflicts=settings.allow_conflicts))
        code = 1 if wrong else 0
        understood = {"understood": dict(found.findings.understood)}
        known = {**roster_report(found), **understood, "problems": wrong}
        invocation.report(settings.report, blank_report(invocation.started, code) | known)
        if settings.report != "-" and not (settings.quiet and not wrong):
            print_result("\n".join(_check_lines(found, wrong, allow_conflicts=settings.allow_conflicts)))
        if named is not None and (wrong or not settings.quiet):
            told = f"No row has a problem, so {named} was not written."
            if wrong:
                told = f"The rows with a problem are in {write_problems(found, named, settings)}"
            (print_note if settings.report == "-" else print_result)(told)
    return code


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
