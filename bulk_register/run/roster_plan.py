"""Whom a run asks about, by what the ledger knows and what a person says of extended links."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bulk_register.ledger import Ledger
from bulk_register.plan import PlanOptions, make_plan
from bulk_register.records import Exam, Plan, Planned, Roster, Scope, Tell
from bulk_register.run.context import exam_of, ledger_place, scope_under
from bulk_register.run.earlier_run import plan_options_of
from bulk_register.run.exam_lookup import said_titles, titled, with_identified_tests
from bulk_register.run.extended import named_as_extended, with_extended
from bulk_register.run.lists import check_lists
from bulk_register.run.new_hires import NewHires, new_hires
from bulk_register.run.preflight import check_plan, check_roster, last_run, prepare_output
from bulk_register.run.renewal import lost_renewals
from bulk_register.run.roster_opening import open_chosen_roster
from bulk_register.settings import Settings


def dry_run(roster: str | Path, settings: Settings, tell: Tell = lambda _: None) -> Plan:
    """Tell what `register` would send, without sending, writing or making anything."""
    with open_chosen_roster(roster, settings, tell) as found:
        check_roster(found, settings)
        check_lists(found.source.path, prepare_output(found, settings).target, settings)
        hires = new_hires(found, settings)
        named, settings = settings.tests, with_identified_tests(settings, tell)
        scope = scope_under(settings)
        with Ledger(ledger_place(settings), write=False) as ledger:
            exam = titled(exam_of(settings), ledger.titles(settings.tests) | said_titles(named, settings))
            options = replace(plan_options_of(settings), extended=named_as_extended(found, settings))
            plan = with_hires(plan_of(found, exam, scope, ledger, options), hires, ledger)
            previous = last_run(ledger, scope)
        tell(Planned(plan))
        check_plan(plan, previous, settings)
        return plan


def plan_of(roster: Roster, exam: Exam, scope: Scope, ledger: Ledger, options: PlanOptions) -> Plan:
    """Return whom a roster's run asks about. Renewals that were lost are never asked for again."""
    known = with_extended(ledger.known(scope), options.extended, window_end(exam))
    if options.renew:
        options = replace(options, renewed=lost_renewals(ledger, scope))
    return make_plan(roster, exam, scope, known, options)


def window_end(exam: Exam) -> int:
    """Return when new links end, in seconds since 1970 UTC."""
    return int(exam.valid_till.timestamp())


def with_hires(plan: Plan, hires: NewHires | None, ledger: Ledger) -> Plan:
    """Return a plan that tells how many employees are synced first."""
    return replace(plan, to_sync=len(hires.due(plan, ledger))) if hires else plan
