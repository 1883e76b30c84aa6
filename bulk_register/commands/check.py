"""`check`: how a roster is understood, and its problems; nothing is sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal.console import print_note, print_result
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.problem_lines import row_lines
from bulk_register.errors import one_line
from bulk_register.language import _, ngettext
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
    with open_chosen_roster(roster, settings, lambda _event: None) as found:
        wrong = problems(found, RosterResults(found, allow_conflicts=settings.allow_conflicts))
        code = 1 if wrong else 0
        understood = {"understood": dict(found.findings.understood)}
        known = {**roster_report(found), **understood, "problems": wrong}
        invocation.report(settings.report, blank_report(invocation.started, code) | known)
        if settings.report != "-" and not (settings.quiet and not wrong):
            print_result("\n".join(_check_lines(found, wrong, allow_conflicts=settings.allow_conflicts)))
        if named is not None and (wrong or not settings.quiet):
            told = _("No row has a problem, so {named} was not written.", named=named)
            if wrong:
                told = _(
                    "The rows with a problem are in {found}", found=write_problems(found, named, settings)
                )
            (print_note if settings.report == "-" else print_result)(told)
    return code


def _check_lines(roster: Roster, wrong: list[dict[str, Any]], *, allow_conflicts: bool) -> list[str]:
    findings = roster.findings
    understood = [(_(name), value) for name, value in findings.understood]
    width = max((len(name) for name, _value in understood), default=0) + 2
    lines = [one_line(roster.source.path)]
    lines += [f"  {name + ':':<{width}} {value}" for name, value in understood]
    lines += [line for fix in findings.fixes for line in _fix_lines(fix)]
    lines += [_("Warning: {message}", message=words) for words in findings.warnings]
    lines += _ignored_lines(roster)
    shown = SHOWN if sys.stdout and sys.stdout.isatty() else len(wrong)
    lines += row_lines(wrong[:shown])
    if len(wrong) > shown:
        lines.append(
            ngettext(
                "… and {number:,} more row with a problem: --report FILE lists them",
                "… and {number:,} more rows with a problem: --report FILE lists them",
                len(wrong) - shown,
            )
        )
    return [*lines, _verdict(roster, len(wrong), allow_conflicts=allow_conflicts)]


def _ignored_lines(roster: Roster) -> list[str]:
    rows = roster.employees.rows
    ignored = rows[rows["status"] == Status.IGNORED]
    lines = [
        _("Row {row}: ignored: {note}", row=row, note=note)
        for row, note in zip(ignored["row"], ignored["note"], strict=True)
    ]
    if more := max(len(lines) - SHOWN, 0):
        lines[SHOWN:] = [
            ngettext(
                "… and {number:,} more line that is ignored",
                "… and {number:,} more lines that are ignored",
                more,
            )
        ]
    return lines


def _verdict(roster: Roster, wrong: int, *, allow_conflicts: bool) -> str:
    """Say how many can be sent, who of them gets no link yet, and how many rows have a problem."""
    employees = len(roster.employees)
    if not wrong:
        return ngettext(
            "{number:,} employee can be sent, no row has a problem.",
            "{number:,} employees can be sent, no row has a problem.",
            employees,
        )
    words = ngettext("{number:,} employee can be sent", "{number:,} employees can be sent", employees)
    if conflicts := 0 if allow_conflicts else roster_counts(roster)["conflicts"]:
        withheld = ngettext(
            "{number:,} of them gets no link until its rows agree",
            "{number:,} of them get no link until their rows agree",
            conflicts,
        )
        words = f"{words} ({withheld})"
    return f"{words}; " + ngettext("{number:,} row has a problem.", "{number:,} rows have a problem.", wrong)


def _fix_lines(fix: Fix) -> list[str]:
    lines = [_("Fixed ({count:,}): {what}", count=fix.count, what=fix.what)]
    lines += [
        _("  row {row}: {before!r} → {after!r}", row=row, before=before, after=after)
        for row, before, after in fix.examples
    ]
    if more := fix.count - len(fix.examples):
        lines.append(_("  and {more:,} more", more=more))
    return lines
