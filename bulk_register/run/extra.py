"""Some rows in files of their own: employees whom StartExam doesn't know, and those with a new link."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from bulk_register.delivery import output_path, place
from bulk_register.errors import LedgerError, OutputError
from bulk_register.ledger import Ledger
from bulk_register.records import LINKED, Delivered, Roster, Status, Tell, Warned
from bulk_register.report import Finished
from bulk_register.results import EVERY, roster_results
from bulk_register.settings import Settings
from bulk_register.workbook.excerpt import write_excerpt

# How a refusal says that StartExam doesn't know somebody; its wording isn't documented.
UNKNOWN_WORDS = re.compile(
    r"unknown|not\s+(be\s+)?(found|known|registered)|n[o']t\s+exist|no\s+such|doesn't\s+know|missing"
    r"|неизвест|не\s+(найден|существует|зарегистрирован)|отсутству",
    re.IGNORECASE,
)
_REFUSED = (
    "StartExam refused {people}: {path} holds them, a row each. Add these people in StartExam, then run the "
    "same command again"
)
_NEW = "{people} got a link in this run: {path} holds them, a row each"
_OUR_ENDING = re.compile(r"\.registered(-\d+)?$")


def unknown_path(output: Path) -> Path:
    """Return where the unknown employees of an output go: `staff.unknown.xlsx` beside it."""
    return output.with_name(f"{_OUR_ENDING.sub('', output.stem)}.unknown.xlsx")


def unknown_places(finished: Finished) -> np.ndarray:
    """Return the places in `results` of employees whom StartExam refused as unknown, their first rows.

    Where no refusal says so in words that we understand, those of all whom it refused.
    """
    rejected = np.flatnonzero(finished.results.status(EVERY) == Status.REJECTED)
    *_, notes = finished.results.texts(rejected)
    said = [bool(UNKNOWN_WORDS.search(note)) for note in notes]
    return _once(finished, rejected[said] if any(said) else rejected)


def _once(finished: Finished, places: np.ndarray) -> np.ndarray:
    """Return the first place of each employee: nobody is to get two mails."""
    codes = finished.outcome.plan.roster.employees.rows["employee"].to_numpy()[places]
    return places[np.sort(np.unique(codes, return_index=True)[1])]


def deliver_more(
    finished: Finished, target: Path, ledger: Ledger, settings: Settings, tell: Tell
) -> Finished:
    """Write the rows that belong in files of their own as well; the notes say where they are.

    Employees whom StartExam refused go beside the output, which belongs at `target`; those who got a link in
    this run into `only_new`, where that is set. A failure is a warning: the output has these rows too.
    """
    refused = unknown_places(finished)
    if len(refused):
        wanted = unknown_path(finished.output or target)
        finished = _deliver(finished, refused, wanted, _REFUSED, ledger, tell)
    if settings.only_new is not None:
        new = _once(finished, np.flatnonzero(finished.results.status(EVERY) == Status.REGISTERED))
        finished = _deliver(finished, new, Path(os.path.realpath(settings.only_new)), _NEW, ledger, tell)
    return finished


def write_problems(roster: Roster, named: Path, settings: Settings) -> Path:
    """Write the rows that can't be sent as they are into a workbook, to send back; returns where it is.

    A file that is there already is moved aside. Raises OutputError.
    """
    results = roster_results(roster, allow_conflicts=settings.allow_conflicts)
    wrong = np.flatnonzero(~np.isin(results.status(EVERY), [*LINKED, Status.IGNORED]))
    target = output_path(roster.source.path, "xlsx", named)
    if target.suffix.lower() != ".xlsx":
        raise OutputError(f"{named.name} must end in .xlsx: name it so.")
    identifiers = roster.employees.rows["identifier"].to_numpy()[wrong]
    part = results.take(wrong)
    return place(lambda draft: write_excerpt(roster.source, identifiers, part, draft), target, _nobodys).path


def _nobodys(_: Path) -> None:
    """No file counts as ours: without a ledger nothing is known of what was written before."""


def _deliver(
    finished: Finished, places: np.ndarray, wanted: Path, words: str, ledger: Ledger, tell: Tell
) -> Finished:  # fmt: skip
    try:
        placed = place(lambda draft: _write(finished, places, draft), wanted, ledger.delivery)
        tell(Delivered(placed.path, placed.notes))
        ledger.delivered(finished.run, placed.path, placed.sha256)
    except (OutputError, LedgerError) as error:
        tell(Warned(f"{wanted.name} could not be written: {error}"))
        return finished
    if len(places):
        people = "1 employee" if len(places) == 1 else f"{len(places):,} employees"
        note = words.format(people=people, path=placed.path)
    else:
        note = f"Nobody got a link in this run: {placed.path} has its headers only"
    return replace(finished, notes=(*finished.notes, note, *placed.notes))


def _write(finished: Finished, places: np.ndarray, draft: Path) -> None:
    roster = finished.outcome.plan.roster
    identifiers = roster.employees.rows["identifier"].to_numpy()[places]
    write_excerpt(roster.source, identifiers, finished.results.take(places), draft)
