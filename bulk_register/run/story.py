"""The story of a run: read, plan, confirm, send, deliver. One callback hears what happens on the way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bulk_register.errors import DeclinedError, RosterError
from bulk_register.ledger import Ledger, lock
from bulk_register.output import Output, plan_output
from bulk_register.output.destinations import output_path
from bulk_register.paths import private_folder
from bulk_register.plan import PlanOptions, make_plan
from bulk_register.records import (
    Event,
    Outcome,
    Plan,
    Planned,
    Reading,
    Roster,
    RosterRead,
    RunRecord,
    RunStarted,
    Submission,
    Tell,
)
from bulk_register.roster import read_roster
from bulk_register.run.changes import changes_since
from bulk_register.run.context import RunContext, exam_of, ledger_path, open_context, scope_under, style_of
from bulk_register.run.earlier_run import check_unchanged, plan_options_of, restore_notes, suggest_command
from bulk_register.run.early_output import written_early
from bulk_register.run.exam_lookup import with_identified_tests
from bulk_register.run.finish import close_run, deliver
from bulk_register.run.lists import Lists, check_lists
from bulk_register.run.preflight import check_plan, check_roster, last_run, refuse_own_output, resolve_roster
from bulk_register.run.report import (
    Finished,
)
from bulk_register.sending import Interruption, NoInterruption, SendOptions, send
from bulk_register.settings import Settings

Confirm = Callable[[Plan], bool]


def register_roster(
    roster: str | Path,
    settings: Settings,
    *,
    tell: Tell = lambda _: None,
    confirm: Confirm = lambda _: True,
    interruption: Interruption | None = None,
) -> Finished:
    """Register everybody on a roster and write the output beside it; the same story as `bulk-register run`.

    `tell` hears each event (see `records.Event`), from one thread at a time; `confirm` is asked with the plan
    before anything is sent. Raises MendError where something given is wrong and DeclinedError where `confirm`
    said no (nothing was sent in either case), LedgerBusyError where another run uses the ledger. Failures of
    StartExam are no errors: they are in the result.
    """
    return _story(roster, settings, None, _Observer(tell, confirm, interruption or NoInterruption()))


def finish_run(
    record: RunRecord,
    settings: Settings,
    *,
    tell: Tell = lambda _: None,
    confirm: Confirm = lambda _: True,
    interruption: Interruption | None = None,
) -> Finished:
    """Finish an earlier run: the same story, for its employees who have no link yet.

    `settings` are the run's own (see `settings_of_run`). Raises like `register_roster`, and RosterError where
    the roster was changed since or the run's window is over.
    """
    if record.valid_till <= time.time():
        raise RosterError(
            f"Run {record.id} can't be finished: the time in which its links work is over. "
            f"{suggest_command(record, settings)}"
        )
    settings = settings.model_copy(update={"output": Path(record.output)})
    return _story(record.roster, settings, record, _Observer(tell, confirm, interruption or NoInterruption()))


def export_run(record: RunRecord, settings: Settings, named: Path | None, tell: Tell) -> Finished:
    """Write an earlier run's output again, from the ledger and the unchanged roster; sends nothing."""
    settings = settings.model_copy(update={"output": named or Path(record.output)})
    with open_roster(record.roster, settings, tell) as found, Ledger(ledger_path(settings)) as ledger:
        check_unchanged(found, record, settings)
        output = prepare_output(found, settings)
        known = ledger.known(record.scope)
        options = PlanOptions(run=record.id, at=record.started)
        plan = make_plan(found, exam_of(settings), record.scope, known, options)
        restore_notes(plan, ledger.statuses(record.id))
        return deliver(Outcome(plan, plan.statuses), record, output, ledger, settings, tell)


def dry_run(roster: str | Path, settings: Settings, tell: Tell = lambda _: None) -> Plan:
    """Tell what `register_roster` would send, without sending, writing or making anything."""
    with open_chosen_roster(roster, settings, tell) as found:
        check_roster(found, settings)
        check_lists(found.source.path, prepare_output(found, settings).target, settings)
        settings = with_identified_tests(settings, tell)
        exam, scope = exam_of(settings), scope_under(settings)
        with Ledger(ledger_path(settings), write=False) as ledger:
            plan = make_plan(found, exam, scope, ledger.known(scope), plan_options_of(settings, ledger, None))
            before = last_run(ledger, scope)
        tell(Planned(plan))
        check_plan(plan, before, settings)
        return plan


@contextmanager
def open_chosen_roster(roster: str | Path, settings: Settings, tell: Tell) -> Iterator[Roster]:
    """Read a roster, of a folder or pattern the newest; raises GuardError where that can't be meant."""
    with open_roster(resolve_roster(roster, settings), settings, tell) as found:
        refuse_own_output(roster, found)
        yield found


@contextmanager
def open_roster(roster: str | Path, settings: Settings, tell: Tell) -> Iterator[Roster]:
    """Read a roster from a private copy, which is there as long as the context is open."""
    reading = Reading(
        settings.id_column,
        settings.sheet,
        settings.header_row,
        settings.no_header,
        settings.encoding,
        settings.delimiter,
        settings.skip_hidden,
        settings.max_size,
    )
    with private_folder() as folder:
        found = read_roster(Path(roster).expanduser(), reading, folder)
        tell(RosterRead(found))
        yield found


def prepare_output(roster: Roster, settings: Settings) -> Output:
    """Find everything that would make the output fail; raises OutputError."""
    source = roster.source
    target = output_path(source.path, source.format, settings.output, sandbox=settings.sandbox)
    return plan_output(source, target, escape_formulas=settings.escape_formulas)


# --- within


@dataclass(frozen=True)
class _Observer:
    """Who hears of a run, is asked, and may interrupt it."""

    tell: Tell
    confirm: Confirm
    interruption: Interruption


def _story(roster: str | Path, settings: Settings, earlier: RunRecord | None, ears: _Observer) -> Finished:
    tell = _one_at_a_time(ears.tell)
    opened = open_roster if earlier else open_chosen_roster
    with opened(roster, settings, tell) as found:
        if earlier:
            check_unchanged(found, earlier, settings)
        else:
            check_roster(found, settings)
        output = prepare_output(found, settings)
        if not earlier:  # what stands in the way of a list is no reason to leave people without a link
            check_lists(found.source.path, output.target, settings)
        settings = with_identified_tests(settings, tell)
        with open_context(settings, tell) as context:
            plan = _plan(found, context, settings, earlier)
            tell(Planned(plan))
            before = None if earlier else last_run(context.ledger, context.scope)
            check_plan(plan, before, settings)
            if plan.batches and not ears.confirm(plan):
                raise DeclinedError("Nothing was sent.")
            with lock(context.ledger.path):
                plan = _plan(found, context, settings, earlier)  # another run may have ended meanwhile
                record = _begin(plan, output, context, settings, earlier)
                tell(RunStarted(record.id))
                manner = _options(context, settings, ears.interruption)
                submission = Submission(plan, record.id, plan.statuses.copy())
                with written_early(output, submission, style_of(settings)) as drafting:
                    outcome = send(submission, context.ledger, context.client, manner, tell)
                    finished = deliver(outcome, record, drafting, context.ledger, settings, tell)
                finished = Lists(output.target, context.ledger, settings, tell).deliver(finished)
                if before is not None:
                    changes = changes_since(before, outcome, settings.ending_days)
                    finished = replace(finished, changes=changes)
                close_run(finished, context.ledger, tell)
                return finished


def _plan(roster: Roster, context: RunContext, settings: Settings, earlier: RunRecord | None) -> Plan:
    known = context.ledger.known(context.scope)
    return make_plan(
        roster, context.exam, context.scope, known, plan_options_of(settings, context.ledger, earlier)
    )


def _begin(
    plan: Plan, output: Output, context: RunContext, settings: Settings, earlier: RunRecord | None
) -> RunRecord:
    if earlier is not None:
        context.ledger.resume(earlier.id, plan.batches)
        return earlier
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
    return replace(record, id=context.ledger.begin(record, plan.batches, everybody))


def _options(context: RunContext, settings: Settings, interruption: Interruption) -> SendOptions:
    return SendOptions(
        settings.workers,
        settings.max_rejected,
        trusted=context.ledger.has_registrations(context.scope),
        deadline_seconds=settings.deadline,
        interruption=interruption,
    )


def _one_at_a_time(tell: Tell) -> Tell:
    lock = threading.Lock()

    def guarded(event: Event) -> None:
        with lock:
            tell(event)

    return guarded
