"""What a scheduled run looks at before it sends: which file is meant, and what the last run held."""

from __future__ import annotations

from pathlib import Path

from bulk_register.changes import Before, gone_since
from bulk_register.guards import check_age, check_missing, check_new, newest_roster
from bulk_register.ledger import Ledger
from bulk_register.records import Plan, RunRecord, Scope
from bulk_register.run.desk import ledger_path, limits_of
from bulk_register.settings import Settings


def meant_roster(roster: str | Path, settings: Settings, earlier: RunRecord | None) -> Path:
    """Return the roster's file; for a new run the newest of a folder or pattern, if it is new enough."""
    if earlier is not None:
        return Path(roster)

    def was_delivered(file: Path) -> bool:
        with Ledger(ledger_path(settings), write=False) as ledger:
            return ledger.delivery(file.resolve()) is not None

    path = newest_roster(str(roster), was_delivered)
    check_age(path, limits_of(settings))
    return path


def last_run(ledger: Ledger, scope: Scope) -> Before | None:
    """Return the last run for the same exam, as far as the ledger holds it."""
    found = ledger.last_roster(scope)
    if found is None:
        return None
    run, employees = found
    return Before(run, frozenset(employees), frozenset(item.employee for item in ledger.standings(run)))


def check_plan(plan: Plan, before: Before | None, settings: Settings) -> None:
    """Let the guards of scheduled runs look at a plan; raises GuardError."""
    limits = limits_of(settings)
    check_new(plan.new, limits)
    if before is not None:
        gone = gone_since(before, plan.roster.employees)
        check_missing(len(gone), len(before.employees), limits)
