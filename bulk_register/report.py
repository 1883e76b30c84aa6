"""The outcome by row, in numbers and as JSON: what people and programs learn of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from bulk_register.records import LINKED, RESULT_COLUMNS, Changes, Outcome, Roster, Standings, Status

COUNTED = (
    Status.REGISTERED,
    Status.ALREADY_REGISTERED,
    Status.EXPIRED,
    Status.REJECTED,
    Status.FAILED,
    Status.UNKNOWN,
    Status.NOT_SENT,
)
UNDONE = (Status.FAILED, Status.NOT_SENT)
ROSTER_COUNTS = ("rows", "employees", "duplicate_rows", "invalid_rows", "ignored_rows", "conflicts")

EXIT_DONE, EXIT_ATTENTION, EXIT_WRONG, EXIT_UNDONE, EXIT_BUSY, EXIT_BUG = 0, 1, 2, 3, 4, 70


@dataclass(frozen=True)
class Style:
    """How results are written for people."""

    link_base: str
    zone: tzinfo | None = None  # None: the machine's
    allow_conflicts: bool = False


@dataclass(frozen=True)
class Finished:
    """A run that has come to its end."""

    run: int
    outcome: Outcome
    results: pd.DataFrame  # see `results_by_row`
    output: Path | None
    notes: tuple[str, ...]  # about the output
    exit_code: int
    started: datetime
    finished: datetime
    changes: Changes | None = None  # None where there was no run before


def link(link_base: str, center: str, participant: str) -> str:
    """Return an exam link (API page "Register Employees"), both parts percent-encoded where needed."""
    return f"{link_base}/{quote(center, safe='')}#participant/{quote(participant, safe='')}"


def results_by_row(outcome: Outcome, style: Style) -> pd.DataFrame:
    """Return what the output adds: `row` and RESULT_COLUMNS for each row with something in it.

    Only `registered` and `already registered` rows have a link; a row whose identifier stands for different
    people has none unless `allow_conflicts`.
    """
    roster, standings = outcome.plan.roster, outcome.standings
    rows, codes = roster.employees.rows, roster.employees.rows["employee"].to_numpy()
    person = codes >= 0
    withheld = (rows["status"].to_numpy() == Status.CONFLICT) & (not style.allow_conflicts)
    status = np.where(person, _taken(standings.status, codes), rows["status"].to_numpy())
    status[withheld] = Status.CONFLICT
    linked = np.isin(status, LINKED)
    dated = linked | (status == Status.EXPIRED)
    participants = np.where(linked, _taken(standings.participant, codes), "")
    prefix = link(style.link_base, outcome.plan.exam.center, "")
    ends = np.where(dated, _taken(_local_texts(standings.valid_till, style.zone), codes), "")
    notes = np.where(person & ~withheld, _taken(_employee_notes(outcome, style), codes), "")
    columns = (
        participants,
        np.array([participant and prefix + participant for participant in participants], object),
        ends,
        status.astype(str).astype(object),
        _joined(notes, rows["note"].to_numpy()),
    )
    return pd.DataFrame({"row": rows["row"].to_numpy(), **dict(zip(RESULT_COLUMNS, columns, strict=True))})


def exit_code(outcome: Outcome, results: pd.DataFrame, tolerated: tuple[str, ...] = ()) -> int:
    """Return the code that scripts go by; rows of a tolerated status need nobody's attention."""
    if outcome.signal:
        return 128 + outcome.signal
    undone = (*UNDONE, Status.UNKNOWN) if outcome.stopped else UNDONE
    if np.isin(outcome.standings.status, undone).any():
        return EXIT_UNDONE
    fine = results["Registration Status"].isin([*LINKED, Status.IGNORED, *tolerated])
    return EXIT_DONE if fine.all() else EXIT_ATTENTION


def roster_counts(roster: Roster) -> dict[str, int]:
    """Return the report's numbers that are known once a roster has been read."""
    rows = roster.employees.rows
    codes = rows["employee"].to_numpy()
    conflicting = codes[(rows["status"].to_numpy() == Status.CONFLICT) & (codes >= 0)]
    counts = (
        len(rows),
        len(roster.employees),
        int((codes >= 0).sum()) - len(roster.employees),
        int((rows["status"] == Status.INVALID).sum()),
        int((rows["status"] == Status.IGNORED).sum()),
        len(np.unique(conflicting)),
    )
    return dict(zip(ROSTER_COUNTS, counts, strict=True))


def status_counts(standings: Standings) -> dict[str, int]:
    """Return how many employees have each status, by the report's names; they add up to all employees."""
    return {_counted(status): standings.count(status) for status in COUNTED}


def blank_report(started: datetime, code: int) -> dict[str, Any]:
    """Return the report of something that ends now and of which nothing else is known."""
    finished = datetime.now(UTC)
    return {
        **dict.fromkeys(("run", "roster", "output")),
        "started": started.isoformat(),
        "finished": finished.isoformat(),
        "seconds": round((finished - started).total_seconds(), 3),
        "exit_code": code,
        **dict.fromkeys(ROSTER_COUNTS, 0),
        **{_counted(status): 0 for status in COUNTED},
        **dict.fromkeys(("batches", "requests", "retries"), 0),
        "changes": None,
        "problems": [],
    }


def roster_report(roster: Roster) -> dict[str, Any]:
    """Return the report's part that is known once a roster has been read."""
    counts, found = roster_counts(roster), problems(roster, roster_results(roster))
    about = {"roster": str(roster.source.path), "not_sent": counts["employees"]}
    return about | counts | {"problems": found}


def report(finished: Finished) -> dict[str, Any]:
    """Return the report of a run as plain data, ready for JSON."""
    plan, outcome = finished.outcome.plan, finished.outcome
    return {
        "run": finished.run,
        "roster": str(plan.roster.source.path),
        "output": str(finished.output) if finished.output else None,
        "started": finished.started.isoformat(),
        "finished": finished.finished.isoformat(),
        "seconds": round((finished.finished - finished.started).total_seconds(), 3),
        "exit_code": finished.exit_code,
        **roster_counts(plan.roster),
        **status_counts(outcome.standings),
        "batches": len(plan.batches),
        "requests": outcome.requests,
        "retries": outcome.retries,
        "changes": asdict(finished.changes) if finished.changes else None,
        "problems": problems(plan.roster, finished.results),
    }


def problems(roster: Roster, results: pd.DataFrame) -> list[dict[str, Any]]:
    """Return every row that needs somebody's attention, and why."""
    status = results["Registration Status"].to_numpy()
    places = np.flatnonzero(~np.isin(status, [*LINKED, Status.IGNORED]))
    names = roster.employees.rows["identifier"].to_numpy()
    lines = zip(
        results["row"].to_numpy()[places],
        names[places],
        status[places],
        results["Registration Note"].to_numpy()[places],
        strict=True,
    )
    return [
        {"row": int(row), "employee": name, "status": state, "note": note} for row, name, state, note in lines
    ]


def roster_results(roster: Roster, *, allow_conflicts: bool = False) -> pd.DataFrame:
    """Return results as far as the roster alone decides them: a status where a row has a problem."""
    rows = roster.employees.rows
    status, person = rows["status"].to_numpy(), rows["employee"].to_numpy() >= 0
    fine = (status == "") | (allow_conflicts & person & (status == Status.CONFLICT))
    columns = dict.fromkeys(RESULT_COLUMNS, np.full(len(rows), "", object))
    columns["Registration Status"] = np.where(fine, Status.REGISTERED, status).astype(object)
    columns["Registration Note"] = rows["note"].to_numpy()
    return pd.DataFrame({"row": rows["row"].to_numpy(), **columns})


def local_text(seconds: int, zone: tzinfo | None) -> str:
    """Write a moment in a time zone (None: the machine's): `2026-12-01 23:59:59`."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _counted(status: Status) -> str:
    return status.value.replace(" ", "_")


def _taken(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return values by employee as values by row; "" where the row is nobody's."""
    padded: np.ndarray = np.append(values, np.array([""], object))
    return padded[codes]  # type: ignore[no-any-return]


def _local_texts(moments: np.ndarray, zone: tzinfo | None) -> np.ndarray:
    return _by_distinct(moments, lambda moment: local_text(moment, zone) if moment else "")


def _by_distinct(values: np.ndarray, convert: Callable[[int], str]) -> np.ndarray:
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([convert(int(value)) for value in distinct] + [""], object)[places]


def _employee_notes(outcome: Outcome, style: Style) -> np.ndarray:
    """Return each employee's note; a known link that ends earlier than asked for says so."""
    standings = outcome.standings
    asked = int(outcome.plan.exam.valid_till.timestamp())
    early = (standings.status == Status.ALREADY_REGISTERED) & (standings.valid_till < asked)
    if not early.any():
        return standings.note
    ends = _by_distinct(
        np.where(early, standings.valid_till, 0),
        lambda end: f"the link ends {local_text(end, style.zone)}, earlier than asked for" if end else "",
    )
    return _joined(standings.note, ends)


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Join two columns of notes."""
    both = (first != "") & (second != "")
    joined = np.where(first != "", first, second).astype(object)
    joined[both] = [f"{one}; {two}" for one, two in zip(first[both], second[both], strict=True)]
    return joined
