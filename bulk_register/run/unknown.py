"""Employees whom StartExam doesn't know, in a file of their own, for whoever adds them there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from bulk_register.delivery import place
from bulk_register.errors import LedgerError, OutputError
from bulk_register.ledger import Ledger
from bulk_register.records import Delivered, Roster, Status, Tell, Warned
from bulk_register.report import Finished
from bulk_register.workbook.excerpt import write_excerpt

# How a refusal says that StartExam doesn't know somebody; its wording isn't documented.
UNKNOWN_WORDS = re.compile(
    r"unknown|not\s+(be\s+)?(found|known|registered)|n[o']t\s+exist|no\s+such|doesn't\s+know|missing"
    r"|неизвест|не\s+(найден|существует|зарегистрирован)|отсутству",
    re.IGNORECASE,
)
_OUR_ENDING = re.compile(r"\.(registered|sandbox)(-\d+)?$")


def unknown_path(output: Path) -> Path:
    """Return where the unknown employees of an output go: `staff.unknown.xlsx` beside it."""
    return output.with_name(f"{_OUR_ENDING.sub('', output.stem)}.unknown.xlsx")


def unknown_places(finished: Finished) -> np.ndarray:
    """Return the places in `results` of employees whom StartExam refused as unknown.

    Where no refusal says so in words that we understand, those of all whom it refused.
    """
    rejected = (finished.results["Registration Status"] == Status.REJECTED).to_numpy()
    notes = finished.results["Registration Note"].to_numpy()
    said = np.fromiter((bool(UNKNOWN_WORDS.search(note)) for note in notes), bool, len(notes))
    chosen = rejected & said
    return np.flatnonzero(chosen if chosen.any() else rejected)


def deliver_unknown(finished: Finished, target: Path, ledger: Ledger, tell: Tell) -> tuple[str, ...]:
    """Write the unknown employees' rows beside the output at `target`; returns notes for the person.

    Where there are none, nothing is written and nothing that lies there is touched. A failure is told as a
    warning: the output has these rows as well.
    """
    places = unknown_places(finished)
    if not len(places):
        return ()
    try:
        placed = place(
            lambda draft: _write(finished.outcome.plan.roster, finished, places, draft),
            unknown_path(target),
            ledger.delivery,
        )
        tell(Delivered(placed.path, placed.notes))
        ledger.delivered(finished.run, placed.path, placed.sha256)
    except (OutputError, LedgerError) as error:
        tell(Warned(f"The list of employees whom StartExam doesn't know could not be written: {error}"))
        return ()
    return (_words(len(places), placed.path), *placed.notes)


def _write(roster: Roster, finished: Finished, places: np.ndarray, draft: Path) -> None:
    identifiers = roster.employees.rows["identifier"].to_numpy()[places]
    write_excerpt(roster.source, identifiers, finished.results.iloc[places], draft)


def _words(number: int, path: Path) -> str:
    who = "1 row is" if number == 1 else f"{number:,} rows are"
    return (
        f"{who} of employees whom StartExam refused: {path} holds them. Add these people in StartExam, then "
        "run the same command again"
    )
