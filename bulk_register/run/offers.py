"""What a run could do besides what it was told, in numbers, for a person who is asked."""

from __future__ import annotations

from dataclasses import replace

from bulk_register.ledger import Ledger
from bulk_register.records import Plan
from bulk_register.run.earlier_run import plan_options_of
from bulk_register.run.new_hires import new_hires
from bulk_register.run.roster_plan import plan_of
from bulk_register.settings import Settings


def renewable(plan: Plan, ledger: Ledger, settings: Settings) -> int:
    """Return how many employees of a plan have a link that is over, whom --renew-expired registers anew."""
    options = replace(plan_options_of(settings), renew=True)
    return sum(map(len, plan_of(plan.roster, plan.exam, plan.scope, ledger, options).renewals))


def unsynced(plan: Plan, ledger: Ledger, settings: Settings) -> int:
    """Return how many of those whom a plan registers --sync adds to StartExam or updates there first.

    Raises SettingsError where the roster lacks a header.
    """
    hires = new_hires(plan.roster, settings.model_copy(update={"sync": True}))
    return len(hires.due(plan, ledger)) if hires else 0
