"""What changed since the last run for the same exam: who is new, gone, or newly without a link."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from bulk_register.records import LINKED, Changes, Employees, Outcome

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class PreviousRun:
    """The last run for the same exam: its number, its roster's employees, and who got no link in it."""

    run: int
    employees: frozenset[str]
    failing: frozenset[str]


def gone_since(before: PreviousRun, employees: Employees) -> tuple[str, ...]:
    """Return who stood in the last run's roster and doesn't in this one."""
    return tuple(sorted(before.employees.difference(employees.identifiers)))


def changes_since(before: PreviousRun, outcome: Outcome, ending_days: int) -> Changes:
    """Set an outcome beside the last run; `ending_days`: how soon an end of a link is worth telling."""
    employees, statuses = outcome.plan.roster.employees, outcome.statuses
    linked = np.isin(statuses.status, LINKED)
    soon = linked & (statuses.valid_till < time.time() + ending_days * DAY_SECONDS)
    failing = np.flatnonzero(~linked)
    newly = [name not in before.failing for name in employees.identifiers[failing]]
    return Changes(
        before.run,
        sum(name not in before.employees for name in employees.identifiers),
        gone_since(before, employees),
        tuple(employees.first_rows[soon].tolist()),
        tuple(employees.first_rows[failing[newly]].tolist()),
        ending_days,
    )
