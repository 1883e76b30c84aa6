"""`results`: how the people of an output stand with their exams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.observer import reporting
from bulk_register.commands.terminal.results_words import nobody_line, standing_line
from bulk_register.commands.terminal.run_end import print_beside_report
from bulk_register.commands.terminal.signals import handle_signals
from bulk_register.commands.terminal.sync_words import first_row_lines
from bulk_register.commands.terminal.text import sentence
from bulk_register.exit_codes import EXIT_UNDONE
from bulk_register.language import _
from bulk_register.names import SETTINGS_FILE
from bulk_register.results.story import ResultsFinished, Wanted, file_of, results_of, results_report
from bulk_register.run import ledger_files, open_roster
from bulk_register.run.report import blank_report
from bulk_register.settings import Settings


def results(
    named: str, settings: Settings, invocation: Invocation, output: Path | None, finished_only: Path | None
) -> int:
    """Write an output with everybody's exam results; returns the exit code."""
    file, wanted = file_of(named, settings), Wanted(output, finished_only)
    config = Path(invocation.flags.get("config") or SETTINGS_FILE)
    taken = [file, config, *wanted, *ledger_files(settings)]
    invocation.check_report(settings.report, [path for path in taken if path])
    with (
        reporting(settings, invocation) as reporter,
        handle_signals(),
        open_roster(file, settings, reporter) as found,
    ):
        invocation.roster = found
        finished = results_of(found, settings, reporter, wanted)
        report = results_report(finished, found)
    times = ("started", "finished", "seconds")
    ended = blank_report(invocation.started, finished.exit_code)
    invocation.report(settings.report, {name: ended[name] for name in times} | report)
    if finished.exit_code or not settings.quiet:
        print_beside_report(settings, "\n".join(_lines(finished)), invocation)
    return finished.exit_code


def _lines(finished: ResultsFinished) -> Iterator[str]:
    for test in finished.tests:
        yield standing_line(test)
    if not finished.tests:
        yield nobody_line()
    yield from first_row_lines(finished.problems)
    if finished.exit_code == EXIT_UNDONE and finished.learnt.failed:
        yield _("StartExam could not be asked about everybody. Run the same command again.")
    yield from map(sentence, finished.notes)
    if finished.output:
        yield _("Output: {path}", path=finished.output)
