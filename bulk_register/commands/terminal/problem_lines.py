"""What is wrong with whom: a line for each kind of problem, with its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bulk_register.commands.terminal.text import rows
from bulk_register.language import _, ngettext
from bulk_register.records import Outcome, Status, repeated_note_pattern, result_headers, status_words
from bulk_register.startexam import Redactor

MAX_PROBLEMS = 10  # kinds of problems in a summary
MAX_LINE = 240  # characters of one problem
OUR_WORDS = (Status.INVALID, Status.CONFLICT)  # whose notes are this program's, and name rows only


def problem_lines(found: list[dict[str, Any]], outcome: Outcome) -> list[str]:
    """Return a line for each kind of problem, with its rows; people are not named."""
    if not found:
        return []
    plan = outcome.plan
    redactor = Redactor(plan.roster.employees.identifiers.tolist, tests=plan.exam.tests)
    repeated, words = repeated_note_pattern(), status_words()
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in found:
        note = repeated.sub("", item["note"])
        if note == outcome.stopped:
            note = ""
        elif item["status"] not in OUR_WORDS:
            note = redactor.for_log(note, [item["employee"]])
        kinds.setdefault((item["status"], note), []).append(item)
    headline = ngettext(
        "{number:,} row without a link (the column {column} says why):",
        "{number:,} rows without a link (the column {column} says why):",
        len(found),
        column=result_headers()[-1],
    )
    lines = ["", headline]
    for (status, note), items in list(kinds.items())[:MAX_PROBLEMS]:
        where = rows([item["row"] for item in items])
        lines.append(_short(f"  {where}: {words[status]}" + (f": {note}" if note else "")))
    if more := sum(len(items) for items in list(kinds.values())[MAX_PROBLEMS:]):
        lines.append(ngettext("  … and {number:,} more row", "  … and {number:,} more rows", more))
    return lines


def _short(line: str) -> str:
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"


def row_lines(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return a line for each row with a problem."""
    return [_row_line(item, status_words()) for item in found]


def _row_line(item: dict[str, Any], words: Mapping[str, str]) -> str:
    row, note = item["row"], item["note"]
    if not item["status"]:
        return _("Row {row}: {note}", row=row, note=note)
    return _("Row {row}: {status}: {note}", row=row, status=words[item["status"]], note=note)
