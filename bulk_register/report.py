"""The outcome by row, in numbers and as JSON: what people and programs learn of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from bulk_register.records import (
    LINKED,
    RESULT_COLUMNS,
    Changes,
    Outcome,
    Plan,
    Results,
    Roster,
    Standings,
    Status,
)

if TYPE_CHECKING:
    import pandas as pd

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

Places = slice | np.ndarray
EVERY = slice(None)

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
    results: Results
    output: Path | None
    notes: tuple[str, ...]  # about the output
    exit_code: int
    started: datetime
    finished: datetime
    changes: Changes | None = None  # None where there was no run before

    @cached_property
    def table(self) -> pd.DataFrame:
        """What the output adds, for each row with something in it: its `row` and RESULT_COLUMNS."""
        import pandas as pd  # slow to load

        columns = zip(RESULT_COLUMNS, self.results.texts(EVERY), strict=True)
        return pd.DataFrame({"row": self.results.rows, **dict(columns)})


def link(link_base: str, center: str, participant: str) -> str:
    """Return an exam link (API page "Register Employees"), both parts percent-encoded where needed."""
    return f"{link_base}/{quote(center, safe='')}#participant/{quote(participant, safe='')}"


def results_of(plan: Plan, standings: Standings, style: Style) -> Results:
    """Return what the output adds to the rows, from where everybody stands when they are asked for.

    Only `registered` and `already registered` rows have a link; a row whose identifier stands for different
    people has none unless `allow_conflicts`.
    """
    rows = plan.roster.employees.rows
    own, codes, own_note = (rows[name].to_numpy() for name in ("status", "employee", "note"))
    withheld = (own == Status.CONFLICT) & (not style.allow_conflicts)
    named = np.where(withheld, -1, codes)  # the employees whose standing is the row's
    prefix = link(style.link_base, plan.exam.center, "")
    asked = int(plan.exam.valid_till.timestamp())

    def status(places: Places) -> np.ndarray:
        return _plain(np.where(named[places] < 0, own[places], _taken(standings.status, named[places], "")))

    def texts(places: Places) -> tuple[np.ndarray, ...]:
        who, stands = named[places], status(places)
        linked, ends = np.isin(stands, LINKED), _taken(standings.valid_till, who, 0)
        participants = np.where(linked, _taken(standings.participant, who, ""), "")
        dated = np.where(linked | (stands == Status.EXPIRED), ends, 0)
        early = np.where((stands == Status.ALREADY_REGISTERED) & (ends < asked), ends, 0)
        notes = _joined(_taken(standings.note, who, ""), _early(early, style))
        return (
            participants,
            np.array([participant and prefix + participant for participant in participants], object),
            _by_distinct(dated, lambda end: local_text(end, style.zone)),
            stands,
            _joined(notes, own_note[places]),
        )

    return Results(rows["row"].to_numpy(), int((named >= 0).sum()), status, texts)


def exit_code(outcome: Outcome, results: Results, tolerated: tuple[str, ...] = ()) -> int:
    """Return the code that scripts go by; rows of a tolerated status need nobody's attention."""
    if outcome.signal:
        return 128 + outcome.signal
    undone = (*UNDONE, Status.UNKNOWN) if outcome.stopped else UNDONE
    if np.isin(outcome.standings.status, undone).any():
        return EXIT_UNDONE
    fine = np.isin(results.status(EVERY), [*LINKED, Status.IGNORED, *tolerated])
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
    counts = Counter(standings.status.tolist())
    return {_counted(status): counts[status] for status in COUNTED}


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


def problems(roster: Roster, results: Results) -> list[dict[str, Any]]:
    """Return every row that needs somebody's attention, and why."""
    places = np.flatnonzero(~np.isin(results.status(EVERY), [*LINKED, Status.IGNORED]))
    names = roster.employees.rows["identifier"].to_numpy()[places]
    *_, states, notes = results.texts(places)
    lines = zip(results.rows[places].tolist(), names, states, notes, strict=True)
    return [{"row": row, "employee": name, "status": state, "note": note} for row, name, state, note in lines]


def roster_results(roster: Roster, *, allow_conflicts: bool = False) -> Results:
    """Return results as far as the roster alone decides them: a status where a row has a problem."""
    rows = roster.employees.rows
    own, person = rows["status"].to_numpy(), rows["employee"].to_numpy() >= 0
    fine = (own == "") | (allow_conflicts & person & (own == Status.CONFLICT))
    status = _plain(np.where(fine, np.array(Status.REGISTERED, object), own))
    blank = np.full(len(rows), "", object)
    columns = (blank, blank, blank, status, rows["note"].to_numpy())
    return Results(
        rows["row"].to_numpy(), 0, status.__getitem__, lambda places: tuple(one[places] for one in columns)
    )


def local_text(seconds: int, zone: tzinfo | None) -> str:
    """Write a moment in a time zone (None: the machine's): `2026-12-01 23:59:59`."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _counted(status: Status) -> str:
    return status.value.replace(" ", "_")


def _taken(values: np.ndarray, codes: np.ndarray, missing: str | int) -> np.ndarray:
    """Return values by employee as values by row; `missing` where the row is nobody's."""
    if not len(values):
        return np.full(len(codes), missing, values.dtype)
    return np.where(codes >= 0, values.take(codes, mode="clip"), missing)


def _plain(statuses: np.ndarray) -> np.ndarray:
    """Return statuses as plain texts."""
    texts = {status: str(status.value) for status in Status} | {"": ""}
    return np.array([texts[status] for status in statuses], object)


def _by_distinct(values: np.ndarray, convert: Callable[[int], str]) -> np.ndarray:
    """Return a text for each number; "" for 0."""
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([convert(int(value)) if value else "" for value in distinct], object)[places]


def _early(ends: np.ndarray, style: Style) -> np.ndarray:
    """Return notes on known links that end earlier than asked for; 0 for all others."""
    return _by_distinct(
        ends, lambda end: f"the link ends {local_text(end, style.zone)}, earlier than asked for"
    )


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Join two columns of notes."""
    both = (first != "") & (second != "")
    joined = np.where(first != "", first, second).astype(object)
    joined[both] = [f"{one}; {two}" for one, two in zip(first[both], second[both], strict=True)]
    return joined
