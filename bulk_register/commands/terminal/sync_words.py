"""What is said of employees who are added to StartExam or updated there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bulk_register.commands.terminal.problem_lines import row_lines
from bulk_register.commands.terminal.text import sentence
from bulk_register.language import _, ngettext
from bulk_register.run.sync_roster import SyncFinished, SyncPlan

MAX_LISTED = 20  # rows with a problem
FEW = 5  # so many people are a first try already


def plan_line(number: int) -> str:
    """Say how many employees are synced before anybody is registered."""
    return ngettext(
        "{number:,} employee is added to StartExam or updated there first.",
        "{number:,} employees are added to StartExam or updated there first.",
        number,
    )


def done_line(number: int) -> str:
    """Say how many employees were synced."""
    return ngettext(
        "{number:,} employee was added to StartExam or updated there.",
        "{number:,} employees were added to StartExam or updated there.",
        number,
    )


def ending_line(links: int, days: int) -> str:
    """Say, once, that links end soon and what can be done."""
    return ngettext(
        "{number:,} link ends within {days}, which is said once. Extend it in StartExam, then say "
        "bulk-register run --extended, or let --renew-expired make a new one once it is over.",
        "{number:,} links end within {days}, which is said once. Extend them in StartExam, then say "
        "bulk-register history RUN --extended WHEN, or let --renew-expired make new ones once they are over.",
        links,
        days=ngettext("{number:,} day", "{number:,} days", days),
    )


def question_lines(plan: SyncPlan) -> Iterator[str]:
    """Yield what a person reads before a sync."""
    yield ngettext(
        "{number:,} employee is to be added to StartExam or updated there.",
        "{number:,} employees are to be added to StartExam or updated there.",
        len(plan.due),
    )
    yield from _unchanged(plan)
    if plan.first_time and len(plan.due) > FEW:
        yield _(
            "This is the first time with this profile and these fields. StartExam doesn't say what becomes "
            "of employees who aren't in a request: try a few first (--first 3) and look at StartExam then."
        )


def end_lines(finished: SyncFinished, shown: Sequence[str]) -> Iterator[str]:
    """Yield the summary of a sync; `shown` are lines about rows with a problem."""
    yield done_line(len(finished.synced.done))
    yield from _unchanged(finished.plan)
    if finished.plan.left:
        yield ngettext(
            "{number:,} more is left for the next time (--first).",
            "{number:,} more are left for the next time (--first).",
            finished.plan.left,
        )
    yield from shown
    if finished.synced.stopped:
        yield _("Stopped: {reason}", reason=sentence(finished.synced.stopped))
        yield _("Running the same command again is safe, and sends only what is missing.")


def first_row_lines(problems: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each row with a problem, up to a number that can be read."""
    yield from row_lines(problems[:MAX_LISTED])
    if len(problems) > MAX_LISTED:
        yield ngettext(
            "… and {number:,} more row (--report lists all)",
            "… and {number:,} more rows (--report lists all)",
            len(problems) - MAX_LISTED,
        )


def _unchanged(plan: SyncPlan) -> Iterator[str]:
    if plan.unchanged:
        number = plan.unchanged
        yield ngettext("{number:,} is there already.", "{number:,} are there already.", number)
