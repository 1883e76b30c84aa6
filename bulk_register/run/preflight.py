"""What a run looks at before it sends: the roster, the output, the plan, and what the last run held."""

from __future__ import annotations

from bulk_register.errors import RosterError, one_line
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.output import plan_output
from bulk_register.output.destinations import check_name, output_path
from bulk_register.records import Output, Plan, Roster, Scope
from bulk_register.run.changes import PreviousRun, gone_since
from bulk_register.run.context import limits_of
from bulk_register.run.guards import check_missing, check_new, check_rows
from bulk_register.run.report import left_out_counts, roster_counts
from bulk_register.settings import Settings, command_line


def last_run(ledger: Ledger, scope: Scope) -> PreviousRun | None:
    """Return the last run for the same exam, as far as the ledger holds it."""
    found = ledger.last_roster(scope)
    if found is None:
        return None
    run, employees, complete = found
    failing = {item.employee for item in ledger.statuses(run)}
    if not complete:  # whom it did not come to has no standing
        failing.update(set(employees).difference(ledger.known(scope).employees))
    return PreviousRun(run, frozenset(employees), frozenset(failing))


def prepare_output(roster: Roster, settings: Settings) -> Output:
    """Find everything that would make the output fail; raises OutputError."""
    source = roster.source
    check_name(source.path.absolute(), _("roster"), _("rename it"))
    target = output_path(source.path, source.format, settings.output, sandbox=settings.sandbox)
    check_name(target, _("output"), _("name another file with -o"))
    return plan_output(source, target, escape_formulas=settings.escape_formulas)


def check_roster(roster: Roster, settings: Settings) -> None:
    """Let the guards look at a roster that was read; raises GuardError, and with `strict` RosterError."""
    check_rows(roster_counts(roster)["rows"], limits_of(settings))
    invalid, differing = left_out_counts(roster, allow_conflicts=settings.allow_conflicts)
    if settings.strict and (invalid or differing):
        path = roster.source.path
        listing = command_line(["bulk-register", "check", str(path)])
        raise RosterError(
            _(
                "{name} has rows that can't be sent ({invalid:,}) or employees whose rows differ "
                "({differing:,}), and --strict was given: nothing was sent. This lists them:\n  {listing}",
                name=one_line(path.name),
                invalid=invalid,
                differing=differing,
                listing=listing,
            )
        )


def check_plan(plan: Plan, before: PreviousRun | None, settings: Settings) -> None:
    """Let the guards of scheduled runs look at a plan; raises GuardError."""
    limits = limits_of(settings)
    check_new(plan.new, limits)
    if before is not None:
        gone = gone_since(before, plan.roster.employees)
        check_missing(len(gone), len(before.employees), limits)
