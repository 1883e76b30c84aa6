"""The exam results of a run, as plain data: the output's private copy is gone when they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulk_register.errors import InputError
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.ooxml.cell_values import shown
from bulk_register.page.chart import Chart, chart_of
from bulk_register.page.jobs import Job
from bulk_register.paths import private_folder
from bulk_register.records import Roster, RunRecord
from bulk_register.results.learn import Learnt
from bulk_register.results.story import ResultsFinished, Wanted, results_of
from bulk_register.results.table import percents, status_of
from bulk_register.run import export_run, ledger_place, open_roster
from bulk_register.run.earlier_run import pick_run
from bulk_register.settings import Settings, settings_of_run

MAX_ROWS = 2000  # on the page; the workbook has them all


@dataclass(frozen=True)
class Standing:
    """How somebody stands with a test; `status` is one of `ExamStatus`, or "" where it can't be told."""

    status: str
    percent: float | None
    level: str


@dataclass(frozen=True)
class ResultRow:
    """A row of the output; None for a test that its link isn't for."""

    row: int
    employee: str
    name: str
    standings: tuple[Standing | None, ...]
    note: str


@dataclass(frozen=True)
class Seen:
    """The results of a run's output."""

    run: int
    name: str
    tests: tuple[dict[str, Any], ...]  # in numbers
    charts: tuple[Chart | None, ...]  # by test; None where nobody has a result
    rows: tuple[ResultRow, ...]
    more: int
    failed: int  # participants whom StartExam could not be asked about
    why: str
    files: tuple[Path, ...]  # the workbook, and those who have finished

    @property
    def titles(self) -> tuple[str, ...]:
        """What the tests are called, or else their identifiers."""
        return tuple(test["title"] or test["test"] for test in self.tests)


class ResultsJob(Job):
    """StartExam is asked about everybody of a run's output; the files that come of it go with `close`."""

    def __init__(self, record: RunRecord, settings: Settings) -> None:
        super().__init__()
        self.run = record.id
        self.seen: Seen | None = None
        self._record, self._settings = record, settings
        self._kept = ExitStack()

    def close(self) -> None:
        """Remove the files."""
        self._kept.close()

    def _story(self) -> None:
        folder = self._kept.enter_context(private_folder())
        settings = self._settings
        of_run = settings_of_run(self._record.settings, settings)
        of_run = of_run.model_copy(update={"refresh": settings.refresh, "output": None})
        file = _output(self._record, of_run, folder)
        with open_roster(file, of_run, lambda _: None) as found:
            stem = file.name.removesuffix(file.suffix).removesuffix(".registered")
            wanted = Wanted(folder, folder / f"{stem}.finished.xlsx")
            self.seen = _seen(self.run, found, results_of(found, of_run, lambda _: None, wanted), wanted)


def _output(record: RunRecord, settings: Settings, folder: Path) -> Path:
    """Return the run's output: where it was written, or else written again, into `folder`."""
    path = Path(record.output)
    if path.is_file():
        return path
    inner = folder / "output"
    inner.mkdir(mode=0o700)
    again = export_run(record, settings, inner / path.name, lambda _: None).output
    if again is None:
        raise InputError(_("This output could not be written again."))
    return again


def _seen(run: int, found: Roster, finished: ResultsFinished, wanted: Wanted) -> Seen:
    rows = tuple(_rows(found, finished))
    learnt, people = finished.learnt, finished.participants
    charts = (chart_of(percents(people, learnt, test["test"])) for test in finished.tests)
    files = (finished.output, wanted.finished_only)
    return Seen(
        run,
        found.source.path.name,
        finished.tests,
        tuple(charts),
        rows[:MAX_ROWS],
        max(0, len(rows) - MAX_ROWS),
        len(learnt.failed),
        learnt.stopped or next(iter(learnt.failed.values()), ""),
        tuple(file for file in files if file is not None and file.is_file()),
    )


def _rows(found: Roster, finished: ResultsFinished) -> Iterator[ResultRow]:
    """Yield every row with an employee, as it stands in the output."""
    names, people = _names(found), finished.participants
    notes = {problem["row"]: problem["note"] for problem in finished.problems}
    tests = [test["test"] for test in finished.tests]
    rows = found.employees.rows
    for row, employee in zip(rows["row"].tolist(), rows["identifier"].tolist(), strict=True):
        participant = people.by_row.get(row)
        if participant is None and row not in notes:
            continue
        own = people.found[participant].tests if participant else ()
        standings = (
            _standing(participant or "", test, finished.learnt) if test in own else None for test in tests
        )
        yield ResultRow(row, employee, names.get(row, ""), tuple(standings), notes.get(row, ""))


def _standing(participant: str, test: str, learnt: Learnt) -> Standing:
    session = learnt.sessions.get(participant, {}).get(test)
    over = session is not None and session.over
    return Standing(
        status_of(participant, test, learnt),
        session.percent if session and over else None,
        session.level if session and over else "",
    )


def _names(found: Roster) -> dict[int, str]:
    """Return what people are called, by row; reads the output again."""
    columns: Sequence[int] = [column for what, column in found.source.persons if what == "name"]
    if not columns:
        return {}
    return {
        row: " ".join(filter(None, (shown(line.cells[at]) for at in columns if at < len(line.cells))))
        for row, line in enumerate(found.source.lines(), 1)
    }


def asked_results(number: int, settings: Settings) -> ResultsJob:
    """Return the work of asking for the results of a run. Raises InputError where there is none."""
    with Ledger(ledger_place(settings), write=False) as ledger:
        return ResultsJob(pick_run(ledger.runs(), number), settings)
