"""The results of an output: who can be asked about, what is learnt, and the same file with more columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bulk_register.errors import InputError, OutputError
from bulk_register.exit_codes import EXIT_ATTENTION, EXIT_DONE, EXIT_UNDONE
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.output import plan_output
from bulk_register.output.delivery import replace_file
from bulk_register.output.destinations import beside, check_list, check_name, output_path
from bulk_register.output.excel.excerpt import Excerpt
from bulk_register.output.results import SomeResults
from bulk_register.records import Columns, Delivered, Output, Roster, Tell, Warned
from bulk_register.results.learn import Asking, Learnt, learn
from bulk_register.results.participants import Participants, participants_of
from bulk_register.results.table import ExamResults, columns_for, exam_results, in_numbers, tests_of
from bulk_register.roster import person_texts
from bulk_register.run import connection_of, ledger_files, ledger_flags, ledger_place
from bulk_register.run.earlier_run import pick_run
from bulk_register.settings import Settings, command_line
from bulk_register.startexam import StartExam


@dataclass(frozen=True)
class ResultsFinished:
    """Results that were written."""

    participants: Participants
    learnt: Learnt
    tests: tuple[dict[str, Any], ...]  # in numbers
    problems: tuple[dict[str, Any], ...]
    exit_code: int
    requests: int
    retries: int
    output: Path | None
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"ResultsFinished(exit_code={self.exit_code}, people={len(self.participants.found)})"


class Wanted(NamedTuple):
    """The files that a person named, None where there is none."""

    output: Path | None = None  # a file or a folder
    finished_only: Path | None = None


NOTHING_NAMED = Wanted()


Put = Callable[[Callable[[Path], None], Path], tuple[Path, tuple[str, ...]]]


@dataclass(frozen=True)
class _Places:
    """Where things go."""

    output: Output
    columns: Columns
    finished_only: Path | None


def file_of(named: str, settings: Settings) -> Path:
    """Return the output that is meant: a file, or by a run's number the file that the run wrote."""
    if not named.isdecimal() or Path(named).exists():
        return Path(named)
    with Ledger(ledger_place(settings), write=False) as ledger:
        path = Path(pick_run(ledger.runs(), int(named)).output)
    if not path.is_file():
        words = command_line(["bulk-register", "export", named, *ledger_flags(settings)])
        raise InputError(
            _(
                "The output of run {number} is gone ({path}). This writes it again:\n  {command}",
                number=named,
                path=path,
                command=words,
            )
        )
    return path


def results_of(
    found: Roster, settings: Settings, tell: Tell, wanted: Wanted = NOTHING_NAMED
) -> ResultsFinished:
    """Ask how the people of an output stand with their exams, and write it with that.

    Raises RosterError where it is none, OutputError before anything is asked, LedgerError.
    """
    with Ledger(ledger_place(settings)) as ledger:
        participants = participants_of(found, ledger, settings)
        tests = tests_of(participants)
        titles = ledger.titles(tests)
        places = _places(found, settings, columns_for(tests, titles), wanted)
        client = StartExam(connection_of(settings), tell, partial(person_texts, found))
        learnt = learn(participants.found, ledger, Asking(client, settings.workers, settings.refresh))
        results = exam_results(found, participants, learnt, tests, settings.zone)
        finished = ResultsFinished(
            participants,
            learnt,
            tuple(in_numbers(participants, learnt, tests, titles)),
            tuple(_problems(found, participants, learnt)),
            _exit_code(participants, learnt, results),
            client.requests,
            client.retries,
            None,
        )
        run = next((one.run for one in participants.found.values()), 0)
        try:
            path, notes = _deliver(found, results, places, partial(_put, run=run, ledger=ledger, tell=tell))
        except OutputError as error:
            tell(Warned(str(error)))
            return replace(finished, exit_code=EXIT_UNDONE)
        return replace(finished, output=path, notes=(*places.output.notes, *notes))


def results_report(finished: ResultsFinished, found: Roster) -> dict[str, Any]:
    """Return the report's part that is about results."""
    keys = ("finished", "closed_by_timeout", "started", "not_started", "unknown")
    return {
        "file": str(found.source.path),
        "output": str(finished.output) if finished.output else None,
        "exit_code": finished.exit_code,
        "rows": len(found.employees.rows),
        "participants": len(finished.participants.found),
        "without_link": len(finished.participants.without_link),
        **{f"people_{key}": sum(test[key] for test in finished.tests) for key in keys},
        "tests": list(finished.tests),
        "requests": finished.requests,
        "retries": finished.retries,
        "problems": list(finished.problems),
    }


# --- within


def _places(found: Roster, settings: Settings, columns: Columns, wanted: Wanted) -> _Places:
    """Find everything that would make the files fail; raises OutputError."""
    source, finished_only = found.source, wanted.finished_only
    target = output_path(source.path, source.format, beside(source.path, "results", wanted.output))
    check_name(target, _("output"), _("name another file with -o"))
    if finished_only is not None:
        check_list(finished_only, [source.path, target, *ledger_files(settings)], "--finished-only")
    output = plan_output(source, target, columns, escape_formulas=settings.escape_formulas)
    return _Places(output, columns, finished_only)


def _put(
    write: Callable[[Path], None], target: Path, *, run: int, ledger: Ledger, tell: Tell
) -> tuple[Path, tuple[str, ...]]:
    """Write a file to its place; returns where it is, and what there is to say of that."""
    placed = replace_file(write, target, ledger.delivery)
    ledger.delivered(run, placed.path, placed.sha256)
    tell(Delivered(placed.path, placed.notes))
    return placed.path, placed.notes


def _deliver(found: Roster, results: ExamResults, places: _Places, put: Put) -> tuple[Path, tuple[str, ...]]:
    """Write the output, and the list where one is wanted; returns where the output is, and what to say."""
    path, notes = put(lambda draft: places.output.write(results, draft), places.output.target)
    if places.finished_only is None:
        return path, notes
    over = np.flatnonzero(results.over)
    names = found.employees.rows["identifier"].to_numpy()[over]
    only = Excerpt(found.source, names, SomeResults(results, over), columns=places.columns)
    _list, more = put(only.write, places.finished_only)
    return path, notes + more


def _exit_code(participants: Participants, learnt: Learnt, results: ExamResults) -> int:
    if learnt.failed:
        return EXIT_UNDONE
    everybody = set(participants.by_row) | set(participants.faults) | set(participants.without_link)
    over = set(results.rows[results.over].tolist())
    return EXIT_DONE if everybody <= over else EXIT_ATTENTION


def _problems(found: Roster, participants: Participants, learnt: Learnt) -> list[dict[str, Any]]:
    """Return every row of which nothing could be learnt, and why."""
    no_link = _("there is no link in this row")
    said = {row: ("", note) for row, note in participants.faults.items()}
    said |= dict.fromkeys(participants.without_link, ("", no_link))
    for row, name in participants.by_row.items():
        if name in learnt.failed:
            said[row] = "failed", learnt.failed[name]
        elif name in learnt.unsure:
            said[row] = "", _("StartExam's report tells of one of the tests only")
    rows = found.employees.rows
    names = dict(zip(rows["row"].tolist(), rows["identifier"].tolist(), strict=True))
    return [
        {"row": row, "employee": names[row], "status": status, "note": note}
        for row, (status, note) in sorted(said.items())
    ]
