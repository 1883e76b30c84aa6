"""What happens on the way, in words and for programs; rows are named, people never."""

from __future__ import annotations

from typing import Any

from bulk_register.commands.terminal.text import exam_words
from bulk_register.language import (
    _,
    differing_employee_count,
    employee_count,
    ngettext,
    row_count,
    unsendable_row_count,
)
from bulk_register.records import (
    Delivered,
    Ending,
    Event,
    Exam,
    Plan,
    Planned,
    RequestDone,
    Roster,
    RosterRead,
    RunStarted,
    Settled,
    Status,
    Waiting,
    Warned,
    ending_words,
)
from bulk_register.run.report import left_out_counts
from bulk_register.settings import Settings

# how requests end whose employees somebody has to see to; single refused ones are the summary's
GONE_WRONG = (Ending.FAILED, Ending.LOST, Ending.UNMATCHED, Ending.CONTRADICTED, Ending.GIVEN_UP)


def exam_facts(exam: Exam) -> dict[str, Any]:
    """Return for a program what people are registered for."""
    return {"center": exam.center, "tests": list(exam.tests), "test_titles": list(exam.titles)}


def describe_event(event: Event) -> tuple[str, str]:
    """Return an event's level (info, debug, warning) and what it says; names rows, never people."""
    match event:
        case RosterRead(roster):
            rows, employees = len(roster.employees.rows), len(roster.employees)
            name = roster.source.path.name
            counted = {"rows": row_count(rows), "employees": employee_count(employees)}
            return "info", _("{name}: {rows}, {employees}", name=name, **counted)
        case Planned(plan):
            return "info", plan_words(plan)
        case RunStarted(run, exam):
            return "info", _("run {run}: {exam}", run=run, exam=exam_words(exam))
        case RequestDone():
            return "debug", _request_words(event)
        case Waiting():
            return "debug", _(
                "batch {batch}: sent again in {seconds:.1f} s", batch=event.batch, seconds=event.seconds
            )
        case Settled():
            lost = event.ended in GONE_WRONG and event.settled
            words = f"{_batch_words(event)}: {ending_words()[event.ended]}"
            return "warning" if lost else "debug", f"{words}: {event.reason}" if event.reason else words
        case Warned(message):
            return "warning", message
        case Delivered(path):
            return "info", _("written: {path}", path=path)


def reading_notes(roster: Roster) -> list[str]:
    """Return what was read otherwise than it is written, how often, and what is doubtful; names nobody."""
    fixes = [_("fixed ({count:,}): {what}", count=fix.count, what=fix.what) for fix in roster.findings.fixes]
    return [*fixes, *roster.findings.warnings]


def plan_words(plan: Plan) -> str:
    """Say what is going to be sent."""
    total, over = (sum(map(len, batches)) for batches in (plan.batches, plan.renewals))
    if not total and not over and (lost := plan.statuses.count(Status.UNKNOWN)):
        return ngettext(
            "nothing is to be sent: whether {number:,} employee got a new registration can't be known, so "
            "it is not asked for once more",
            "nothing is to be sent: whether {number:,} employees got a new registration can't be known, so "
            "it is not asked for once more",
            lost,
        )
    if not total and not over:
        return _("everybody's link is known already; nothing is to be sent")
    again, known = plan.asked_again, len(plan.roster.employees) - plan.new - plan.asked_again
    parts = [
        total - again and _to_be_registered(total - again, anew=plan.exam.reregister),
        again
        and ngettext(
            "{number:,} link is asked about again, and kept while it works",
            "{number:,} links are asked about again, and kept while they work",
            again,
        ),
        over
        and ngettext("{number:,} link is over and renewed", "{number:,} links are over and renewed", over),
        known
        and ngettext(
            "{number:,} more link is known already", "{number:,} more links are known already", known
        ),
    ]
    return "; ".join(part for part in parts if part)


def left_out_words(plan: Plan, settings: Settings) -> list[str]:
    """Say who on the roster gets no link whatever StartExam answers; nothing for nobody."""
    invalid, differing = left_out_counts(plan.roster, allow_conflicts=settings.allow_conflicts)
    words = [invalid and unsendable_row_count(invalid), differing and differing_employee_count(differing)]
    return [word for word in words if word]


def _to_be_registered(number: int, *, anew: bool) -> str:
    if anew:
        return ngettext(
            "{number:,} employee is to be registered anew",
            "{number:,} employees are to be registered anew",
            number,
        )
    return ngettext(
        "{number:,} employee is to be registered", "{number:,} employees are to be registered", number
    )


def _batch_words(event: RequestDone | Settled) -> str:
    return _("batch {batch} ({employees})", batch=event.batch, employees=employee_count(event.employees))


def _request_words(event: RequestDone) -> str:
    name = _batch_words(event) if event.batch else _("request")
    if event.attempt > 1:
        name = _("{request}, attempt {attempt}", request=name, attempt=event.attempt)
    state = _("status {status}", status=event.status) if event.status else _("no answer")
    words = _("{request}: {state} after {seconds:.2f} s", request=name, state=state, seconds=event.seconds)
    return f"{words}: {event.reason}" if event.reason else words
