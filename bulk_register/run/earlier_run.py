"""What an earlier run still lacks, and whether it can be finished."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bulk_register.errors import InputError, RosterError
from bulk_register.language import N_, _, recalled
from bulk_register.ledger import Ledger
from bulk_register.output.delivery import checksum
from bulk_register.plan import PlanOptions
from bulk_register.records import Ending, Plan, Roster, RunRecord, Scope, Status, StatusNote
from bulk_register.run.context import ledger_flags
from bulk_register.settings import Settings, command_line, flags_of, given_names
from bulk_register.startexam import utc_text

NO_RUNS = N_("There is no earlier run. bulk-register run ROSTER begins one.")

NEW_WINDOW = "+10d"  # where the run's own is over


def unfinished(ledger: Ledger) -> list[RunRecord]:
    """Return the runs that are worth finishing, the latest first.

    In them somebody has no link that works, and no later run has overtaken them: none with the same roster
    gave those people links for the same exam, or asks for them itself.
    """
    runs = ledger.runs()
    return [run for run in runs if not is_overtaken(run, runs, ledger) and ledger.lacking(run)]


def is_overtaken(record: RunRecord, runs: Sequence[RunRecord], ledger: Ledger) -> bool:
    """Tell whether a later run with the same roster has made it needless to finish this one."""
    later = [run for run in runs if run.id > record.id and _same_roster(run, record)]
    lacking = ledger.lacking(record) if later else set()
    if not lacking:
        return False
    wrong = _refused_altogether(record, ledger)
    for run in later:
        if wrong or alike(run.scope, record.scope):
            lacking -= ledger.working(run.scope)
        if run.scope == record.scope:
            lacking.difference_update(*ledger.planned(run.id).values())
    return not lacking


def _same_roster(one: RunRecord, two: RunRecord) -> bool:
    return one.roster == two.roster or one.sha256 == two.sha256


def alike(one: Scope, two: Scope) -> bool:
    """Tell whether registrations are for the same exam, whatever account, address or proctoring."""
    return one.center.casefold() == two.center.casefold() and one.tests == two.tests


def _refused_altogether(record: RunRecord, ledger: Ledger) -> bool:
    """Tell whether StartExam took nobody: the center or the test was wrong, and nobody wants it so."""
    if ledger.has_registrations(record.scope):
        return False
    ends = {ended for _batch, _part, ended, _note in ledger.requests(record.id)}
    return Ending.REFUSED in ends and ends <= {Ending.REFUSED, Ending.NOT_SENT}


def check_unchanged(roster: Roster, earlier: RunRecord, settings: Settings) -> None:
    if roster.source.sha256 != earlier.sha256:
        raise RosterError(
            _(
                "{path} was changed since run {run}, so that can't be finished or written again. {advice}",
                path=roster.source.path,
                run=earlier.id,
                advice=suggest_command(earlier, settings),
            )
        )


def moved_with(record: RunRecord, moved: Path | None, settings: Settings) -> RunRecord:
    """Return a run whose roster may lie elsewhere now; raises RosterError where that isn't its roster."""
    if moved is None:
        if not os.path.exists(record.roster):  # noqa: PTH110 - unlike Path's, False where we may not look
            words = ["bulk-register", "export", str(record.id), *ledger_flags(settings), "--roster", "FILE"]
            raise RosterError(
                _(
                    "The roster of run {run} is not at {path} any more. Say where it is now:\n  {command}",
                    run=record.id,
                    path=record.roster,
                    command=command_line(words),
                )
            )
        return record
    if moved.is_file() and checksum(moved) != record.sha256:
        raise RosterError(
            _(
                "{path} is not the roster of run {run}, or was changed since. Name with --roster the file as "
                "it was then.",
                path=moved,
                run=record.id,
            )
        )
    return replace(record, roster=str(moved.absolute()))


def suggest_command(record: RunRecord, settings: Settings) -> str:
    """Return the `run` command that does what finishing a run can't, with the words that lead to it."""
    over = record.valid_till <= time.time()
    till = NEW_WINDOW if over else utc_text(datetime.fromtimestamp(record.valid_till, UTC))
    same = settings.model_copy(update={"output": Path(record.output), "ledger": None})
    words = ["bulk-register", "run", record.roster, *flags_of(same, given_names())]
    if record.valid_from > time.time():
        words += ["--valid-from", utc_text(datetime.fromtimestamp(record.valid_from, UTC))]
    words += ["--valid-till", till]
    words += ledger_flags(settings)
    if record.reregister:
        lead = (
            _(
                "Use this instead, with the end that you want (it goes without --reregister, which would "
                "renew everybody's link once more)"
            )
            if over
            else _(
                "Use this instead (it goes without --reregister, which would renew everybody's link once "
                "more)"
            )
        )
    else:
        lead = _("Use this instead, with the end that you want") if over else _("Use this instead")
    return f"{lead}:\n  {command_line(words)}"


def plan_options_of(settings: Settings) -> PlanOptions:
    """Return how a new run is planned."""
    absolute = settings.valid_till is not None and settings.valid_till.absolute
    return PlanOptions(
        settings.batch_size, extend=absolute, refresh=settings.refresh, renew=settings.renew_expired
    )


def plan_options_for_rest(settings: Settings, ledger: Ledger, earlier: RunRecord) -> PlanOptions:
    """Return how the rest of an earlier run is planned."""
    planned = ledger.planned(earlier.id)
    return PlanOptions(
        settings.batch_size,
        run=earlier.id,
        first_batch=max(planned, default=0) + 1,
        lost=lost_in(ledger, earlier, planned) if earlier.reregister else frozenset(),
        renew=settings.renew_expired,
    )


def lost_in(ledger: Ledger, earlier: RunRecord, planned: dict[int, tuple[str, ...]]) -> frozenset[str]:
    """Return whose new registration was asked for in a run without our ever learning of it."""
    lost = {item.employee for item in ledger.statuses(earlier.id) if item.status is Status.UNKNOWN}
    for number, part, ended, _note in ledger.requests(earlier.id):
        if ended is None:
            lost.update(part or planned[number])
    return frozenset(lost)


def restore_notes(plan: Plan, statuses: list[StatusNote]) -> None:
    """Write down why a run's employees got no link in it."""
    codes = {name: code for code, name in enumerate(plan.roster.employees.identifiers)}
    for item in statuses:
        code = codes.get(item.employee, -1)
        if code >= 0 and plan.statuses.status[code] == Status.NOT_SENT:
            plan.statuses.settle(np.array([code]), item.status, recalled(item.note))


def pick_run(runs: list[RunRecord], number: int | None) -> RunRecord:
    """Return a run by its number, or the latest; raises InputError where there is none."""
    if not runs:
        raise InputError(_(NO_RUNS))
    found = [record for record in runs if number is None or record.id == number]
    if not found:
        raise InputError(_("There is no run {number}. bulk-register history lists them.", number=number))
    return found[0]
