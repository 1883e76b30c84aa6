"""A roster's employees added to StartExam and updated there, with nobody registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from bulk_register.errors import DeclinedError
from bulk_register.exit_codes import EXIT_ATTENTION, EXIT_DONE, EXIT_UNDONE
from bulk_register.language import _
from bulk_register.ledger import Ledger, synced
from bulk_register.records import Person, Roster, Status
from bulk_register.roster import person_texts
from bulk_register.run.context import connection_of, ledger_place
from bulk_register.run.new_hires import profile_under, sync_options
from bulk_register.run.observer import Observer
from bulk_register.run.preflight import check_roster
from bulk_register.run.report import roster_counts
from bulk_register.settings import Settings
from bulk_register.startexam import StartExam
from bulk_register.syncing import People, Synced, people_of, sync_people


@dataclass(frozen=True)
class SyncPlan:
    """Whom StartExam is to be told of, by their codes, and how many it has like this already."""

    roster: Roster
    due: dict[int, Person]
    unchanged: int
    left: int  # due as well, but not now: only the first few are wanted
    first_time: bool  # StartExam has accepted nobody under this profile and these fields yet

    def __repr__(self) -> str:
        return f"SyncPlan(due={len(self.due)}, unchanged={self.unchanged})"


@dataclass(frozen=True)
class SyncFinished:
    """How a sync ended."""

    plan: SyncPlan
    synced: Synced
    requests: int
    retries: int
    signal: int
    problems: tuple[dict[str, Any], ...]

    @property
    def exit_code(self) -> int:
        if self.signal:
            return 128 + self.signal
        if self.synced.stopped or self.synced.failed:
            return EXIT_UNDONE
        return EXIT_ATTENTION if self.problems else EXIT_DONE


Agree = Callable[[SyncPlan], bool]


def plan_sync(found: Roster, settings: Settings, ledger: Ledger, first: int | None = None) -> SyncPlan:
    """Decide whom StartExam is to be told of.

    Raises GuardError, and SettingsError where the roster lacks a header.
    """
    check_roster(found, settings)
    people = people_of(found, settings.fields)
    return _planned(found, people, {} if settings.refresh else synced(ledger, profile_under(settings)), first)


def sync_roster(
    found: Roster, settings: Settings, observer: Observer, agree: Agree, first: int | None = None
) -> SyncFinished:
    """Tell StartExam of a roster's employees who are new or changed; `first`: only of so many of them.

    Raises like `plan_sync`, and DeclinedError where `agree` says no.
    """
    with Ledger(ledger_place(settings)) as ledger:
        plan = plan_sync(found, settings, ledger, first)
        if plan.due and not agree(plan):
            raise DeclinedError(_("Nothing was sent."))
        client = StartExam(connection_of(settings), observer.tell, partial(person_texts, found))
        with ledger.held():
            plan = plan_sync(found, settings, ledger, first)  # another run may have ended meanwhile
            result = sync_people(list(plan.due.values()), ledger, client, sync_options(settings, observer))
    observer.raise_held()
    stopped = observer.signal if observer.times else 0
    problems = tuple(_problems(plan, result))
    return SyncFinished(plan, result, client.requests, client.retries, stopped, problems)


def sync_report(finished: SyncFinished, settings: Settings) -> dict[str, Any]:
    """Return a sync's part of the report."""
    plan, result = finished.plan, finished.synced
    return {
        "roster": str(plan.roster.source.path),
        "employee_profile": settings.employee_profile,
        "exit_code": finished.exit_code,
        **roster_counts(plan.roster),
        "synced": len(result.done),
        "unchanged": plan.unchanged,
        "rejected": len(result.refused),
        "failed": len(result.failed),
        "not_sent": len(plan.due) + plan.left - len(result.done) - len(result.refused) - len(result.failed),
        "requests": finished.requests,
        "retries": finished.retries,
        "problems": list(finished.problems),
    }


def _planned(found: Roster, people: People, known: dict[str, str], first: int | None) -> SyncPlan:
    due = people.due(known)
    now = dict(list(due.items())[:first])
    return SyncPlan(found, now, len(people.by_code) - len(due), len(due) - len(now), not known)


def _problems(plan: SyncPlan, result: Synced) -> Iterator[dict[str, Any]]:
    """Yield every row that needs somebody's attention, as the report of a run does."""
    rows = plan.roster.employees.rows
    own = np.isin(rows["status"].to_numpy(), [Status.INVALID, Status.CONFLICT])
    said = {code: _said(person.identifier, result) for code, person in plan.due.items()}
    columns = (rows[name].tolist() for name in ("row", "identifier", "employee", "status", "note"))
    for wrong, (row, identifier, code, status, note) in zip(own, zip(*columns, strict=True), strict=True):
        state, words = (str(status), note) if wrong else said.get(code, ("", ""))
        if state:
            yield {"row": row, "employee": identifier, "status": state, "note": words}


def _said(identifier: str, result: Synced) -> tuple[str, str]:
    if identifier in result.done:
        return "", ""
    if identifier in result.refused:
        return str(Status.REJECTED), result.refused[identifier]
    if identifier in result.failed:
        return str(Status.FAILED), result.failed[identifier]
    return str(Status.NOT_SENT), result.stopped
