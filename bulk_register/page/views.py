"""What the pages of a run and of earlier runs show, as plain data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal.event_words import (
    left_out_words,
    plan_words,
)
from bulk_register.commands.terminal.text import capitalized, sentence, short_tests
from bulk_register.exit_codes import EXIT_UNDONE
from bulk_register.language import _, grouped, minute_text, ngettext
from bulk_register.ledger import Ledger
from bulk_register.output.delivery import checksum
from bulk_register.output.results import EVERY
from bulk_register.page.faults import plain
from bulk_register.page.jobs import At, RunJob
from bulk_register.page.reading import MAX_SHOWN
from bulk_register.records import LINKED, Plan, RunRecord, Status
from bulk_register.run import is_overtaken
from bulk_register.run.report import (
    COUNTED,
    Finished,
    problems,
    roster_counts,
    status_counts,
)
from bulk_register.settings import Settings

MINUTE = 60


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    done: int
    total: int
    words: str
    left: str
    waiting: str


@dataclass(frozen=True)
class Ended:
    """A run that has come to its end."""

    counts: tuple[tuple[str, int], ...]
    withheld: int  # of them, because their rows differ
    problems: tuple[dict[str, Any], ...]
    more_problems: int
    stopped: str
    notes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]  # names and purposes of what to download, the output first
    can_finish: bool
    all_linked: bool
    run: int


@dataclass(frozen=True)
class EarlierRun:
    """A line of the list of earlier runs."""

    number: int
    started: str
    roster: str
    people: int
    state: str
    exam: str
    has_output: bool  # as it was left
    can_export: bool  # it may be written again
    can_finish: bool


def question(plan: Plan, settings: Settings) -> dict[str, Any]:
    """Return what is asked before anything is sent."""
    exam = plan.exam
    return {
        "number": sum(map(len, plan.requested)),
        "words": capitalized(sentence(plan_words(plan))),
        "left_out": left_out_words(plan, settings),
        "tests": short_tests(exam.tests, exam.titles_by_test),
        "center": exam.center,
        "starts": minute_text(exam.valid_from.timestamp(), settings.zone),
        "ends": minute_text(exam.valid_till.timestamp(), settings.zone),
        "zone": settings.timezone or "",
        "name": plan.roster.source.path.name,
    }


def progress(job: RunJob) -> Progress:
    """Return how far a run is, in numbers and words."""
    done, total = job.progress.done, job.progress.total
    words = _("{done:,} of {total:,}", done=done, total=total)
    left = job.seconds_left()
    return Progress(done, total, words, "" if left is None else _left(left), job.waiting)


def _left(seconds: float) -> str:
    if seconds >= MINUTE:
        minutes = round(seconds / MINUTE)
        return ngettext("About {number:,} minute left", "About {number:,} minutes left", minutes)
    return ngettext("About {number:,} second left", "About {number:,} seconds left", max(1, round(seconds)))


def ended(job: RunJob, finished: Finished, files: Sequence[Path]) -> Ended:
    """Return how a run ended; `files` are there to be downloaded."""
    outcome = finished.outcome
    counts = status_counts(outcome.statuses)
    named = [(str(status), counts[status.replace(" ", "_")]) for status in COUNTED]
    if withheld := int((finished.results.status(EVERY) == Status.CONFLICT).any()):
        withheld = roster_counts(outcome.plan.roster)["conflicts"]
    wrong = problems(outcome.plan.roster, finished.results)
    lacking = len(outcome.plan.roster.employees) - sum(map(outcome.statuses.count, LINKED))
    undone = finished.exit_code == EXIT_UNDONE or outcome.signal
    return Ended(
        tuple((name, number) for name, number in named if number or name == Status.REGISTERED),
        withheld,
        tuple(wrong[:MAX_SHOWN]),
        max(0, len(wrong) - MAX_SHOWN),
        _stopped(finished),
        _notes(job, finished, files),
        tuple((file.name, _purpose(file)) for file in files),
        bool(undone and lacking),
        not lacking and not wrong,
        finished.run,
    )


def _notes(job: RunJob, finished: Finished, files: Sequence[Path]) -> tuple[str, ...]:
    """Return what there is to know of the files, without our folders; lists speak for themselves."""
    folders = {str(file.parent) + os.sep for file in files}
    notes = []
    for note in (*job.warnings, *finished.notes):
        if any(file.name in note for file in files[1:]):
            continue
        for folder in folders:
            note = note.replace(folder, "")
        notes.append(plain(sentence(note)))
    return tuple(dict.fromkeys(notes))


def _stopped(finished: Finished) -> str:
    outcome = finished.outcome
    if not outcome.reached:
        return _(
            "StartExam could not be reached. Check the network, or ask your IT department whether this "
            "computer may reach it. Then finish the rest here."
        )
    return _("Stopped: {why}", why=sentence(outcome.stopped)) if outcome.stopped else ""


def _purpose(file: Path) -> str:
    if ".new (before " in file.name:
        return _("Those who got a new link before, a row each")
    if file.name.endswith(".new.xlsx"):
        return _("Those with a new link, a row each")
    if file.stem.endswith(".unknown"):
        return _("Those whom StartExam doesn't know; add them there, then register again")
    return _("Your roster, with everybody's link")


def earlier_runs(ledger: Ledger, settings: Settings) -> list[EarlierRun]:
    """Return all runs, the latest first."""
    runs = ledger.runs()
    return [_earlier(record, runs, ledger, settings) for record in runs]


def _earlier(record: RunRecord, runs: list[RunRecord], ledger: Ledger, settings: Settings) -> EarlierRun:
    lacking = ledger.without_link(record)
    overtaken = bool(lacking) and is_overtaken(record, runs, ledger)
    tests = record.scope.tests.split()
    return EarlierRun(
        record.id,
        minute_text(record.started, settings.zone),
        Path(record.roster).name,
        record.employees,
        _state(record, lacking, overtaken=overtaken),
        f"{short_tests(tests, ledger.titles(tests))}, {record.scope.center}",
        kept_output(ledger, record) is not None,
        Path(record.roster).exists(),
        bool(lacking) and not overtaken and Path(record.roster).exists(),
    )


def _state(record: RunRecord, lacking: int, *, overtaken: bool) -> str:
    if overtaken:
        return _("overtaken by a later run")
    if lacking:
        return ngettext("{number:,} without a link", "{number:,} without a link", lacking)
    return _("cut off") if record.finished is None else _("complete")


def kept_output(ledger: Ledger, record: RunRecord) -> Path | None:
    """Return a run's output where it lies as this program left it; None where it doesn't."""
    path = Path(record.output)
    known = ledger.delivery(path)
    if known is None or ledger.delivered_by(path) != record.id or not path.is_file():
        return None
    return path if checksum(path) == known else None


def live(job: RunJob) -> dict[str, Any]:
    """Return what the progress page shows, for its script."""
    seen = progress(job)
    return {
        "done": seen.done,
        "total": seen.total,
        "words": seen.words,
        "left": seen.left,
        "waiting": seen.waiting,
        "stopping": bool(job.interruption.times) and job.at == At.SENDING,
        "percent": grouped(100 * seen.done / seen.total if seen.total else 0, ".0f"),
    }
