"""`doctor`: is everything in order for a run? One line each, with what to do where something isn't."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bulk_register.commands.checkup.check_line import CheckLine, State
from bulk_register.commands.checkup.ledger_lines import ledger_lines
from bulk_register.commands.checkup.machine_lines import folder_line, program_line, temporary_lines
from bulk_register.commands.checkup.settings_lines import secret_lines, setting_lines
from bulk_register.commands.checkup.startexam_lines import startexam_lines
from bulk_register.commands.terminal.console import print_result
from bulk_register.language import _, ngettext
from bulk_register.settings.explain import Explained, explain


def doctor(flags: Mapping[str, Any]) -> int:
    """Look at everything that a run needs; returns 0, or 2 where there is a problem."""
    explained = explain(flags)
    lines: list[CheckLine] = []
    for line in _all_lines(flags, explained):
        print_result(f"{_(line.state.value)}: {line.words}")
        lines.append(line)
    print_result("\n" + _verdict(lines))
    problems = sum(line.state is State.PROBLEM for line in lines)
    return 2 if problems else 0


def _verdict(lines: Sequence[CheckLine]) -> str:
    if problems := sum(line.state is State.PROBLEM for line in lines):
        return ngettext(
            "{number:,} problem. What to do stands in the line that begins with Problem.",
            "{number:,} problems. What to do stands in the lines that begin with Problem.",
            problems,
        )
    if any(line.state is State.NOTE for line in lines):
        return _("No problem. The lines that begin with Note are worth a look before a run.")
    return _("Everything is in order.")


def _all_lines(flags: Mapping[str, Any], explained: Explained) -> Iterator[CheckLine]:
    yield program_line()
    yield from setting_lines(flags, explained)
    yield from secret_lines(explained)
    yield from startexam_lines(flags, explained)
    yield from ledger_lines(flags)
    yield folder_line(Path.cwd())
    yield from temporary_lines()
