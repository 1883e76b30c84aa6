"""What a person reads at the end: how many, what is wrong with whom, where it is, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

from bulk_register.commands.terminal.event_words import reading_notes
from bulk_register.commands.terminal.problem_lines import problem_lines
from bulk_register.commands.terminal.sync_words import done_line, ending_line, plan_line
from bulk_register.commands.terminal.text import capitalized, exam_words, sentence
from bulk_register.errors import one_line
from bulk_register.exit_codes import EXIT_UNDONE
from bulk_register.language import (
    _,
    employee_count,
    employees_at_most,
    grouped,
    ignored_line_count,
    ngettext,
    repeated_row_count,
    request_count,
    row_count,
    unsendable_row_count,
)
from bulk_register.output.results import EVERY, SANDBOX_URL, local_text
from bulk_register.records import (
    LINKED,
    Changes,
    Outcome,
    Plan,
    Roster,
    Status,
    status_words,
)
from bulk_register.run.report import COUNTED, Finished, problems, roster_counts, status_counts
from bulk_register.settings import command_line

MAX_NOTES = 10  # on how the roster was read


def summary(finished: Finished, command: Callable[[str], Sequence[str]], zone: tzinfo | None) -> str:
    """Return a run's summary; `command` returns the words of a command for this run, like rerun."""
    outcome, plan = finished.outcome, finished.outcome.plan
    counts = roster_counts(plan.roster)
    lines = [_roster_line(plan.roster.source.path.name, counts), capitalized(exam_words(plan.exam))]
    lines += [*_reading_lines(plan.roster), ""]
    withheld = (finished.results.status(EVERY) == Status.CONFLICT).any()
    counts["conflicts"] *= bool(withheld)
    lines += _table(counts | status_counts(outcome.statuses))
    if outcome.stopped:
        lines += ["", _("Stopped: {why}", why=sentence(outcome.stopped))]
    lines += problem_lines(problems(plan.roster, finished.results), outcome)
    lines += _change_lines(finished.changes)
    lines += [
        "",
        _effort_line(finished, zone),
        *_kept_lines(outcome),
        *(one_line(sentence(note)) for note in finished.notes),
    ]
    lines += [done_line(finished.synced)] if finished.synced else []
    if plan.scope.base_url == SANDBOX_URL:
        lines.append(_("This was the sandbox: nobody was registered, and the links lead nowhere."))
    lines.append(
        _("Output: {path}", path=one_line(finished.output))
        if finished.output
        else _("No output was written.")
    )
    if (finished.exit_code == EXIT_UNDONE or outcome.signal) and _somebody_lacks(outcome):
        lines += ["", _next_words(outcome), f"  {command_line(command('rerun'))}"]
    elif finished.output is None:
        lines += ["", _("To write the output:"), f"  {command_line(command('export'))}"]
    return "\n".join(lines)


def _reading_lines(roster: Roster) -> list[str]:
    """Return what was noticed while reading, as `check` says it with its rows."""
    notes = reading_notes(roster)
    lines = [f"  {sentence(capitalized(note))}" for note in notes[:MAX_NOTES]]
    if more := max(len(notes) - MAX_NOTES, 0):
        lines.append(
            ngettext(
                "  … and {number:,} more note (bulk-register check shows all)",
                "  … and {number:,} more notes (bulk-register check shows all)",
                more,
            )
        )
    return lines


def plan_summary(plan: Plan, words: str) -> str:
    """Return what a dry run found, beside the rows that have a problem."""
    lines = [_roster_line(plan.roster.source.path.name, roster_counts(plan.roster))]
    lines += [*_reading_lines(plan.roster), sentence(capitalized(words))]
    if plan.requested:
        lines.append(
            _(
                "That takes {requests} of up to {employees}.",
                requests=request_count(len(plan.requested)),
                employees=employees_at_most(max(map(len, plan.requested))),
            )
        )
    lines += [plan_line(plan.to_sync)] if plan.to_sync else []
    return "\n".join([*lines, _("This was a dry run: nothing was sent.")])


def _change_lines(changes: Changes | None) -> list[str]:
    """Return what changed since the last run, where anything did."""
    if changes is None:
        return []
    ending = ngettext(
        "with a link that ends within {number:,} day",
        "with a link that ends within {number:,} days",
        changes.ending_days,
    )
    found = [
        (changes.new, _("new on the roster")),
        (len(changes.gone), _("gone")),
        (len(changes.newly_failing_rows), _("newly without a link")),
        (len(changes.ending_rows), ending),
    ]
    told = [f"{grouped(number)} {words}" for number, words in found if number]
    since = _(
        "Employees since run {run}, the last one for this exam: {changes}.",
        run=changes.since_run,
        changes=", ".join(told),
    )
    lines = ["", since] if told else []
    if changes.warned_rows:
        lines.append(ending_line(len(changes.warned_rows), changes.ending_days))
    return lines


def _kept_lines(outcome: Outcome) -> list[str]:
    """Say of known links that were to reach further, and don't, that they keep their end."""
    statuses, asked = outcome.statuses, int(outcome.plan.exam.valid_till.timestamp())
    known = statuses.status == Status.ALREADY_REGISTERED
    early = int((known & (statuses.valid_till < asked)).sum())
    if not outcome.plan.asked_again or not early:
        return []
    return [
        ngettext(
            "{number:,} known link ends earlier than asked for (StartExam keeps a link's first end; "
            "--reregister makes new ones).",
            "{number:,} known links end earlier than asked for (StartExam keeps a link's first end; "
            "--reregister makes new ones).",
            early,
        )
    ]


def _effort_line(finished: Finished, zone: tzinfo | None) -> str:
    outcome = finished.outcome
    requests = request_count(outcome.requests)
    seconds = (finished.finished - finished.started).total_seconds()
    words = _("{requests}, {seconds:.1f} s.", requests=requests, seconds=seconds)
    if outcome.retries:
        words = _(
            "{requests} ({retries:,} repeated), {seconds:.1f} s.",
            requests=requests,
            retries=outcome.retries,
            seconds=seconds,
        )
    if not outcome.statuses.count(Status.REGISTERED):
        return words
    end = local_text(int(outcome.plan.exam.valid_till.timestamp()), zone)
    if zone:
        return words + " " + _("New links end {end} ({zone}).", end=end, zone=zone)
    return words + " " + _("New links end {end}.", end=end)


def _somebody_lacks(outcome: Outcome) -> bool:
    return sum(map(outcome.statuses.count, LINKED)) < len(outcome.plan.roster.employees)


def _next_words(outcome: Outcome) -> str:
    if not outcome.reached:
        return _(
            "StartExam could not be reached. Check the network, or ask your IT department whether this "
            "computer may reach it. Then finish with:"
        )
    if outcome.stopped and not outcome.signal and not outcome.statuses.count(Status.REGISTERED):
        return _(
            "Nobody was registered. If the center, the test or another setting was wrong, fix it and use "
            "run again. If all of them were right, finish with:"
        )
    return _("Not everybody has a link yet. To finish:")


def _roster_line(name: str, counts: dict[str, int]) -> str:
    repeated, invalid, ignored = (counts[key] for key in ("duplicate_rows", "invalid_rows", "ignored_rows"))
    extra = [
        repeated and repeated_row_count(repeated),
        invalid and unsendable_row_count(invalid),
        ignored and ignored_line_count(ignored),
    ]
    rows_read, employees = row_count(counts["rows"]), employee_count(counts["employees"])
    words = _("{name}: {rows}, {employees}", name=one_line(name), rows=rows_read, employees=employees)
    return words + (f" ({', '.join(part for part in extra if part)})" if any(extra) else "")


def _table(counts: dict[str, int]) -> list[str]:
    """Return a line for each status that occurs, with how many employees have it."""
    words = status_words()
    named = [(words[status], counts[status.key]) for status in COUNTED]
    registered = words[Status.REGISTERED]
    named += [(_("of these, withheld ({status})", status=words[Status.CONFLICT]), counts["conflicts"])]
    shown = [(name, number) for name, number in named if number or name == registered]
    width = max(len(name) for name, _number in shown) + 2
    return [f"  {name:<{width}}{grouped(number):>9}" for name, number in shown]
