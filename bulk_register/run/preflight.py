"""What a scheduled run looks at before it sends: which file is meant, and what the last run held."""

from __future__ import annotations

from pathlib import Path

from bulk_register.errors import GuardError, RosterError
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.records import RESULT_COLUMNS, Plan, Roster, Scope, known_header
from bulk_register.run.changes import PreviousRun, gone_since
from bulk_register.run.context import ledger_path, limits_of
from bulk_register.run.guards import check_age, check_missing, check_new, check_rows, newest_roster
from bulk_register.run.report import roster_counts
from bulk_register.settings import Settings, command_line


def resolve_roster(roster: str | Path, settings: Settings) -> Path:
    """Return the roster's file, of a folder or pattern the newest, if it is new enough."""

    def was_delivered(file: Path) -> bool:
        with Ledger(ledger_path(settings), write=False) as ledger:
            return ledger.delivery(file.resolve()) is not None

    path = newest_roster(str(roster), was_delivered)
    check_age(path, limits_of(settings))
    return path


def refuse_own_output(named: str | Path, found: Roster) -> None:
    """Raise GuardError where what was chosen from a folder or pattern is an output of this program."""
    path = found.source.path
    ours = {known_header(header) for header in found.source.headers}
    if path != Path(named).expanduser() and ours.issuperset(RESULT_COLUMNS):
        raise GuardError(
            _(
                "The newest file of {named} is {name}, which has the columns of an output of this "
                "program. Nothing was sent. Keep outputs in another folder (-o), or name the roster "
                "itself.",
                named=named,
                name=path.name,
            )
        )


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


def check_roster(roster: Roster, settings: Settings) -> None:
    """Let the guards look at a roster that was read; raises GuardError, and with `strict` RosterError."""
    counts = roster_counts(roster)
    check_rows(counts["rows"], limits_of(settings))
    invalid, differing = counts["invalid_rows"], 0 if settings.allow_conflicts else counts["conflicts"]
    if settings.strict and (invalid or differing):
        path = roster.source.path
        listing = command_line(["bulk-register", "check", str(path)])
        raise RosterError(
            _(
                "{name} has rows that can't be sent ({invalid:,}) or employees whose rows differ "
                "({differing:,}), and --strict was given: nothing was sent. This lists them:\n  {listing}",
                name=path.name,
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
