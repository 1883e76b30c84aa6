"""The outcome by row, in numbers and as JSON: what people and programs learn of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bulk_register.exit_codes import EXIT_ATTENTION, EXIT_DONE, EXIT_SIGNAL, EXIT_UNDONE
from bulk_register.output.results import EVERY, RosterResults
from bulk_register.records import (
    LINKED,
    RESULT_COLUMNS,
    Changes,
    Outcome,
    Results,
    Roster,
    Status,
    Statuses,
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
    synced: int = 0  # employees who were added to StartExam or updated there
    surprises: tuple[str, ...] = ()  # of the notes, what somebody has to know though all went well
    profile: str | None = None  # of the settings file
    ending_days: int = 7  # how soon an end of a link is worth telling
    unwritten: str = ""  # why there is no output, "" where there is one

    def __repr__(self) -> str:
        """Return the numbers and nobody: what a program prints or logs goes to others."""
        return (
            f"Finished(run={self.run}, exit_code={self.exit_code}, {self.outcome.statuses.in_numbers()}, "
            f"output={str(self.output)!r})"
        )

    @property
    def reason(self) -> str:
        """Why the run is not done, in words; "" where it is."""
        outcome = self.outcome
        failed = outcome.failure if outcome.statuses.count(Status.FAILED) else ""
        return outcome.stopped or self.unwritten or failed

    @property
    def retry(self) -> bool:
        """Whether the same again, later, can help without anybody's doing."""
        undone = self.exit_code == EXIT_UNDONE or bool(self.outcome.signal)
        return undone and (self.outcome.passing or not self.outcome.stopped)

    @cached_property
    def table(self) -> pd.DataFrame:
        """What the output adds, for each row with something in it: its `row` and RESULT_COLUMNS."""
        import pandas as pd  # slow to load

        columns = dict(zip(RESULT_COLUMNS, self.results.texts(EVERY), strict=True))
        status = {"Registration Status": self.results.status(EVERY)}
        return pd.DataFrame({"row": self.results.rows, **columns, **status})


def exit_code(outcome: Outcome, results: Results, tolerated: tuple[str, ...] = ()) -> int:
    """Return the code that scripts go by; rows of a tolerated status need nobody's attention."""
    if outcome.signal:
        return EXIT_SIGNAL + outcome.signal
    undone = (*UNDONE, Status.UNKNOWN) if outcome.stopped else UNDONE
    if np.isin(outcome.statuses.status, undone).any():
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


def left_out_counts(roster: Roster, *, allow_conflicts: bool) -> tuple[int, int]:
    """Return how many rows can't be sent, and how many employees get no link because their rows differ."""
    counts = roster_counts(roster)
    return counts["invalid_rows"], 0 if allow_conflicts else counts["conflicts"]


def status_counts(statuses: Statuses) -> dict[str, int]:
    """Return how many employees have each status, by the report's names; they add up to all employees."""
    counts = Counter(statuses.status.tolist())
    return {status.key: counts[status] for status in COUNTED}


def blank_report(started: datetime, code: int) -> dict[str, Any]:
    """Return the report of something that ends now and of which nothing else is known."""
    finished = datetime.now(UTC)
    return {
        **dict.fromkeys(("run", "roster", "output", "center", "profile")),
        "tests": [],
        "test_titles": [],
        "started": started.isoformat(),
        "finished": finished.isoformat(),
        "seconds": round((finished - started).total_seconds(), 3),
        "exit_code": code,
        "reason": None,
        "retry": False,
        **dict.fromkeys(ROSTER_COUNTS, 0),
        **{status.key: 0 for status in COUNTED},
        **dict.fromkeys(("batches", "requests", "retries", "synced"), 0),
        "changes": None,
        "fixes": [],
        "warnings": [],
        "problems": [],
    }


def roster_report(roster: Roster) -> dict[str, Any]:
    """Return the report's part that is known once a roster has been read."""
    counts, found = roster_counts(roster), problems(roster, RosterResults(roster))
    about = {"roster": str(roster.source.path), "not_sent": counts["employees"]}
    return about | counts | findings_report(roster) | {"problems": found}


def findings_report(roster: Roster) -> dict[str, Any]:
    """Return what of a roster was read otherwise than it is written, and what is doubtful."""
    findings = roster.findings
    return {
        "fixes": [
            {"what": fix.what, "count": fix.count, "examples": [change._asdict() for change in fix.examples]}
            for fix in findings.fixes
        ],
        "warnings": list(findings.warnings),
    }


def report(finished: Finished) -> dict[str, Any]:
    """Return the report of a run as plain data, ready for JSON."""
    plan, outcome = finished.outcome.plan, finished.outcome
    return {
        "run": finished.run,
        "roster": str(plan.roster.source.path),
        "output": str(finished.output) if finished.output else None,
        "center": plan.exam.center,
        "profile": finished.profile,
        "tests": list(plan.exam.tests),
        "test_titles": list(plan.exam.titles),
        "started": finished.started.isoformat(),
        "finished": finished.finished.isoformat(),
        "seconds": round((finished.finished - finished.started).total_seconds(), 3),
        "exit_code": finished.exit_code,
        "reason": finished.reason or None,
        "retry": finished.retry,
        **roster_counts(plan.roster),
        **status_counts(outcome.statuses),
        "batches": len(plan.requested),
        "requests": outcome.requests,
        "retries": outcome.retries,
        "synced": finished.synced,
        "changes": asdict(finished.changes) if finished.changes else None,
        **findings_report(plan.roster),
        "problems": problems(plan.roster, finished.results),
    }


def problems(roster: Roster, results: Results) -> list[dict[str, Any]]:
    """Return every row that needs somebody's attention, and why."""
    places = np.flatnonzero(~np.isin(results.status(EVERY), [*LINKED, Status.IGNORED]))
    names = roster.employees.rows["identifier"].to_numpy()[places]
    *_links, notes = results.texts(places)
    lines = zip(results.rows[places].tolist(), names, results.status(places), notes, strict=True)
    return [{"row": row, "employee": name, "status": state, "note": note} for row, name, state, note in lines]
