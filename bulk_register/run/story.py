"""The story of a run: read, plan, confirm, send, deliver.

`register` is a new run, `finish_run` an earlier one that is finished; both end in `_send_and_deliver`.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from bulk_register.errors import DeclinedError, RosterError
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.plan import PlanOptions, make_plan
from bulk_register.records import (
    Exam,
    Outcome,
    Output,
    Plan,
    Planned,
    Roster,
    RunRecord,
    RunStarted,
    Submission,
    Tell,
)
from bulk_register.run.changes import PreviousRun, changes_since
from bulk_register.run.context import RunContext, exam_of, ledger_place, open_context, style_of
from bulk_register.run.earlier_run import (
    check_unchanged,
    moved_with,
    plan_options_for_rest,
    plan_options_of,
    restore_notes,
    suggest_command,
)
from bulk_register.run.early_output import written_early
from bulk_register.run.ending import warn_of_ends
from bulk_register.run.exam_lookup import said_titles, titled, with_identified_tests
from bulk_register.run.extended import named_as_extended, record_extended
from bulk_register.run.finish import Delivery, close_run, of_its_own
from bulk_register.run.lists import Lists, check_lists
from bulk_register.run.new_hires import new_hires, sync_first, told_of_sync
from bulk_register.run.observer import Confirm, Observer
from bulk_register.run.preflight import check_plan, check_roster, last_run, prepare_output
from bulk_register.run.renewal import send_plan
from bulk_register.run.report import Finished
from bulk_register.run.roster_opening import open_chosen_roster, open_roster
from bulk_register.run.roster_plan import plan_of, window_end, with_hires
from bulk_register.sending import Interruption, Reckon, SendOptions
from bulk_register.settings import Settings, check_complete
from bulk_register.syncing import Synced


def register_roster(
    roster: str | Path,
    settings: Settings,
    *,
    tell: Tell = lambda _: None,
    confirm: Confirm = lambda _: True,
    interruption: Interruption | None = None,
) -> Finished:
    """Register everybody on a roster and write the output beside it; the same story as `bulk-register run`.

    `settings` are what `load_settings` returns. `tell` hears each event (see `records.Event`), from one
    thread at a time; `confirm` is asked with the plan before anything is sent. Raises InputError where
    something given is wrong and DeclinedError where `confirm` said no (nothing was sent in either case),
    LedgerBusyError where another run uses the ledger. What `tell` raises once requests go out stops the run
    in order, and is raised when all that came is in ledger and output. Failures of StartExam are no errors:
    they are in the result.
    """
    check_complete(settings)
    return register(roster, settings, Observer(tell, confirm, interruption))


def register(roster: str | Path, settings: Settings, observer: Observer) -> Finished:
    """Register everybody on a roster: a new run. Raises like `register_roster`."""
    with open_chosen_roster(roster, settings, observer.tell) as found:
        check_roster(found, settings)
        output = prepare_output(found, settings)
        check_lists(found.source.path, output.target, settings)
        hires = new_hires(found, settings)
        named, settings = settings.tests, with_identified_tests(settings, observer.tell)
        with open_context(settings, found, observer.tell) as context:
            context.ledger.name_tests(said_titles(named, settings))
            output = of_its_own(output, found, context, settings)
            options = replace(plan_options_of(settings), extended=named_as_extended(found, settings))
            previous = last_run(context.ledger, context.scope)
            plan = _plan(found, context, options)
            _confirm(with_hires(plan, hires, context.ledger), previous, settings, observer)
            with context.ledger.held(context.scope):
                known, end = context.ledger.known(context.scope), window_end(context.exam)
                record_extended(context.ledger, context.scope.base_url, known, options.extended, end)
                plan = _plan(found, context, options)  # another run may have ended meanwhile
                synced = sync_first(plan, hires, context, settings, observer)
                record = _begin(synced.plan, output, context, settings)
                context.ledger.left(record.id, synced.notes)
                run = _Run(synced.plan, record, output, previous, partial(_reckon, settings), synced.synced)
                return _send_and_deliver(run, context, settings, observer)


def finish_run(record: RunRecord, settings: Settings, observer: Observer) -> Finished:
    """Finish an earlier run: the same story, for its employees who have no link yet.

    `settings` are the run's own (see `settings_of_run`). Raises like `register_roster`, and RosterError where
    the roster was changed since or the run's window is over.
    """
    if record.valid_till <= time.time():
        raise RosterError(
            _(
                "Run {run} can't be finished: the time in which its links work is over. {advice}",
                run=record.id,
                advice=suggest_command(record, settings),
            )
        )
    settings = settings.model_copy(update={"output": Path(record.output)})
    with open_roster(record.roster, settings, observer.tell) as found:
        check_unchanged(found, record, settings)
        # what stands in the way of a list is no reason to leave people without a link: no check_lists
        output = prepare_output(found, settings)
        hires = new_hires(found, settings)
        named, settings = settings.tests, with_identified_tests(settings, observer.tell)
        with open_context(settings, found, observer.tell) as context:
            context.ledger.name_tests(said_titles(named, settings))
            plan = _plan_rest(found, context, settings, record)
            _confirm(with_hires(plan, hires, context.ledger), None, settings, observer)
            with context.ledger.held(context.scope):
                plan = _plan_rest(found, context, settings, record)  # another run may have ended meanwhile
                synced = sync_first(plan, hires, context, settings, observer)
                context.ledger.resume(record.id, synced.plan.requested)
                context.ledger.left(record.id, synced.notes)
                run = _Run(synced.plan, record, output, synced=synced.synced)
                return _send_and_deliver(run, context, settings, observer)


def export_run(
    record: RunRecord, settings: Settings, named: Path | None, tell: Tell, moved: Path | None = None
) -> Finished:
    """Write an earlier run's output again, from the ledger and the unchanged roster; sends nothing.

    `named` is where to write it, `moved` where its roster is now, if either isn't where it was.
    """
    settings = settings.model_copy(update={"output": named or Path(record.output)})
    record = moved_with(record, moved, settings)
    with open_roster(record.roster, settings, tell) as found, Ledger(ledger_place(settings)) as ledger:
        check_unchanged(found, record, settings)
        output = prepare_output(found, settings)
        known = ledger.known(record.scope)
        options = PlanOptions(run=record.id, at=record.started)
        plan = make_plan(found, exam_of(settings), record.scope, known, options)
        restore_notes(plan, ledger.statuses(record.id))
        return Delivery(record, ledger, settings, tell).deliver(Outcome(plan, plan.statuses), output)


# --- within


@dataclass(frozen=True)
class _Run:
    """What is sent and delivered: a plan that the ledger holds, its record, and the output it ends in."""

    plan: Plan
    record: RunRecord
    output: Output
    previous: PreviousRun | None = None  # the last run for the same exam; None where a run is finished
    reckon: Reckon | None = None  # the window anew, by another clock; None where a run is finished
    synced: Synced | None = None


def _confirm(plan: Plan, previous: PreviousRun | None, settings: Settings, observer: Observer) -> None:
    """Let the guards and then the observer look at a plan; raises GuardError or DeclinedError."""
    observer.tell(Planned(plan))
    check_plan(plan, previous, settings)
    if plan.requested and not observer.confirm(plan):
        raise DeclinedError(_("Nothing was sent."))


def _send_and_deliver(run: _Run, context: RunContext, settings: Settings, observer: Observer) -> Finished:
    """Send a plan, write its output and lists, and record the end in the ledger."""
    plan, tell, ledger = run.plan, observer.tell, context.ledger
    tell(RunStarted(run.record.id, plan.exam))
    submission = Submission.of(plan, run.record.id)
    options = _send_options(context, settings, observer, run.reckon)
    observer.sending = True
    with written_early(run.output, submission, style_of(settings)) as early:
        outcome = told_of_sync(send_plan(submission, context, options, tell), run.synced)
        output = early if outcome.plan is plan else run.output  # the window has moved
        finished = Delivery(run.record, context.outputs, settings, tell).deliver(outcome, output)
    lists = Lists(run.output.target, ledger, settings, tell, context.outputs)
    finished = replace(lists.deliver(finished), synced=len(run.synced.done) if run.synced else 0)
    if run.previous is not None:
        finished = replace(finished, changes=changes_since(run.previous, outcome, settings.ending_days))
    finished = warn_of_ends(finished, ledger, settings, tell)
    close_run(finished, ledger, tell)
    observer.raise_held()
    return finished


def _plan(roster: Roster, context: RunContext, options: PlanOptions) -> Plan:
    exam = titled(context.exam, context.ledger.titles(context.exam.tests))
    return plan_of(roster, exam, context.scope, context.ledger, options)


def _plan_rest(roster: Roster, context: RunContext, settings: Settings, record: RunRecord) -> Plan:
    return _plan(roster, context, plan_options_for_rest(settings, context.ledger, record))


def _begin(plan: Plan, output: Output, context: RunContext, settings: Settings) -> RunRecord:
    """Record a new run with its batches and its roster's employees."""
    source, everybody = plan.roster.source, plan.roster.employees.identifiers.tolist()
    record = RunRecord(
        scope=plan.scope,
        settings=json.dumps(settings.for_rerun(), ensure_ascii=False),
        roster=str(source.path.absolute()),
        sha256=source.sha256,
        output=str(output.target),
        valid_from=int(plan.exam.valid_from.timestamp()),
        valid_till=int(plan.exam.valid_till.timestamp()),
        reregister=plan.exam.reregister,
        employees=len(plan.roster.employees),
        started=int(time.time()),
        open=plan.new,
    )
    return replace(record, id=context.ledger.begin(record, plan.requested, everybody))


def _send_options(
    context: RunContext, settings: Settings, interruption: Interruption, reckon: Reckon | None
) -> SendOptions:
    return SendOptions(
        settings.workers,
        settings.max_rejected,
        trusted=context.ledger.has_registrations(context.scope),
        deadline_seconds=settings.deadline,
        interruption=interruption,
        reckon=reckon,
    )


def _reckon(settings: Settings, now: datetime) -> tuple[Exam, str]:
    """Return the exam with the window that the settings mean at another moment, and them as JSON."""
    then = settings.at(now)
    return exam_of(then), json.dumps(then.for_rerun(), ensure_ascii=False)
