"""What a person reads at the end: how many, what is wrong with whom, where it is, what to do next."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Any

from bulk_register.commands.terminal.progress import reading_notes
from bulk_register.commands.terminal.text import count, exam_words, rows, sentence
from bulk_register.output.results import EVERY, SANDBOX_URL, local_text
from bulk_register.records import LINKED, Changes, Outcome, Plan, Roster, Status
from bulk_register.run.report import COUNTED, EXIT_UNDONE, Finished, problems, roster_counts, status_counts
from bulk_register.settings import command_line
from bulk_register.startexam import Redactor

MAX_PROBLEMS = 10  # kinds of problems in a summary
MAX_LINE = 240  # characters of one problem
OUR_WORDS = (Status.INVALID, Status.CONFLICT)  # whose notes are this program's, and name rows only

_REPEATED = re.compile(r"(; )?same employee as row \d+\Z")


def summary(finished: Finished, command: Callable[[str], Sequence[str]], zone: tzinfo | None) -> str:
    """Return a run's summary; `command` returns the words of a command for this run, like rerun."""
    outcome, plan = finished.outcome, finished.outcome.plan
    counts = roster_counts(plan.roster)
    exam = exam_words(plan.exam)
    lines = [_roster_line(plan.roster.source.path.name, counts), f"{exam[:1].upper()}{exam[1:]}"]
    lines += [*_reading_lines(plan.roster), ""]
    withheld = (finished.results.status(EVERY) == Status.CONFLICT).any()
    counts["conflicts"] *= bool(withheld)
    lines += _table(counts | status_counts(outcome.statuses))
    if outcome.stopped:
        lines += ["", f"Stopped: {sentence(outcome.stopped)}"]
    lines += _problem_lines(problems(plan.roster, finished.results), outcome)
    lines += _change_lines(finished.changes)
    lines += ["", _effort_line(finished, zone), *_kept_lines(outcome), *map(sentence, finished.notes)]
    if plan.scope.base_url == SANDBOX_URL:
        lines.append("This was the sandbox: nobody was registered, and the links lead nowhere.")
    lines.append(f"Output: {finished.output}" if finished.output else "No output was written.")
    if (finished.exit_code == EXIT_UNDONE or outcome.signal) and _somebody_lacks(outcome):
        lines += ["", _next_words(outcome), f"  {command_line(command('rerun'))}"]
    elif finished.output is None:
        lines += ["", "To write the output:", f"  {command_line(command('export'))}"]
    return "\n".join(lines)


def _reading_lines(roster: Roster) -> list[str]:
    """Return what was noticed while reading, as `check` says it with its rows."""
    notes = reading_notes(roster)
    return [f"  {sentence(_begun(note))}" for note in notes[:MAX_PROBLEMS]] + (
        [f"  … and {count(len(notes) - MAX_PROBLEMS, 'more note')} (bulk-register check shows all)"]
        if len(notes) > MAX_PROBLEMS
        else []
    )


def plan_summary(plan: Plan, words: str) -> str:
    """Return what a dry run found, beside the rows that have a problem."""
    lines = [_roster_line(plan.roster.source.path.name, roster_counts(plan.roster))]
    lines += [*_reading_lines(plan.roster), sentence(_begun(words))]
    if plan.batches:
        size = max(map(len, plan.batches))
        lines.append(f"That takes {count(len(plan.batches), 'request')} of up to {count(size, 'employee')}.")
    return "\n".join([*lines, "This was a dry run: nothing was sent."])


def row_lines(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return a line for each row with a problem."""
    return [f"Row {item['row']}: {item['status']}: {item['note']}" for item in found]


def _change_lines(changes: Changes | None) -> list[str]:
    """Return what changed since the last run, where anything did."""
    if changes is None:
        return []
    found = [
        (changes.new, "new on the roster"),
        (len(changes.gone), "gone"),
        (len(changes.newly_failing_rows), "newly without a link"),
        (len(changes.ending_rows), f"with a link that ends within {count(changes.ending_days, 'day')}"),
    ]
    told = [f"{number:,} {words}" for number, words in found if number]
    since = f"Employees since run {changes.since_run}, the last one for this exam"
    return ["", f"{since}: {', '.join(told)}."] if told else []


def _kept_lines(outcome: Outcome) -> list[str]:
    """Say of known links that were to reach further, and don't, that they keep their end."""
    statuses, asked = outcome.statuses, int(outcome.plan.exam.valid_till.timestamp())
    known = statuses.status == Status.ALREADY_REGISTERED
    early = int((known & (statuses.valid_till < asked)).sum())
    if not outcome.plan.asked_again or not early:
        return []
    links = count(early, "known link ends", "known links end")
    why = "StartExam keeps a link's first end; --reregister makes new ones"
    return [f"{links} earlier than asked for ({why})."]


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _effort_line(finished: Finished, zone: tzinfo | None) -> str:
    outcome = finished.outcome
    seconds = (finished.finished - finished.started).total_seconds()
    words = f"{count(outcome.requests, 'request')}, {seconds:.1f} s."
    if outcome.retries:
        words = f"{count(outcome.requests, 'request')} ({outcome.retries:,} repeated), {seconds:.1f} s."
    if not outcome.statuses.count(Status.REGISTERED):
        return words
    named = f" ({zone})" if zone else ""
    return f"{words} New links end {local_text(int(outcome.plan.exam.valid_till.timestamp()), zone)}{named}."


def _somebody_lacks(outcome: Outcome) -> bool:
    return sum(map(outcome.statuses.count, LINKED)) < len(outcome.plan.roster.employees)


def _next_words(outcome: Outcome) -> str:
    if not outcome.reached:
        return (
            "StartExam could not be reached. Check the network, or ask your IT department whether this "
            "computer may reach it. Then finish with:"
        )
    if outcome.stopped and not outcome.signal and not outcome.statuses.count(Status.REGISTERED):
        return (
            "Nobody was registered. If the center, the test or another setting was wrong, fix it and use "
            "run again. If all of them were right, finish with:"
        )
    return "Not everybody has a link yet. To finish:"


def _roster_line(name: str, counts: dict[str, int]) -> str:
    words = f"{name}: {count(counts['rows'], 'row')}, {count(counts['employees'], 'employee')}"
    extra = [
        count(counts[key], *nouns)
        for key, nouns in (
            ("duplicate_rows", ("repeated row", "repeated rows")),
            ("invalid_rows", ("row that can't be sent", "rows that can't be sent")),
            ("ignored_rows", ("line left out", "lines left out")),
        )
        if counts[key]
    ]
    return words + (f" ({', '.join(extra)})" if extra else "")


def _table(counts: dict[str, int]) -> list[str]:
    """Return a line for each status that occurs, with how many employees have it."""
    named: list[tuple[str, int]] = [(str(status), counts[status.replace(" ", "_")]) for status in COUNTED]
    named += [(f"of these, withheld ({Status.CONFLICT})", counts["conflicts"])]
    shown = [(name, number) for name, number in named if number or name == Status.REGISTERED]
    width = max(len(name) for name, _ in shown) + 2
    return [f"  {name:<{width}}{number:>9,}" for name, number in shown]


def _problem_lines(found: list[dict[str, Any]], outcome: Outcome) -> list[str]:
    """Return a line for each kind of problem, with its rows; people are not named."""
    if not found:
        return []
    plan = outcome.plan
    redactor = Redactor(plan.roster.employees.identifiers.tolist, tests=plan.exam.tests)
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in found:
        note = _REPEATED.sub("", item["note"])
        if note == outcome.stopped:
            note = ""
        elif item["status"] not in OUR_WORDS:
            note = redactor.for_log(note, [item["employee"]])
        kinds.setdefault((item["status"], note), []).append(item)
    lines = ["", f"{count(len(found), 'row')} without a link (the column Registration Note says why):"]
    for (status, note), items in list(kinds.items())[:MAX_PROBLEMS]:
        where = rows([item["row"] for item in items])
        lines.append(_short(f"  {where}: {status}" + (f": {note}" if note else "")))
    more = sum(len(items) for items in list(kinds.values())[MAX_PROBLEMS:])
    return lines + ([f"  … and {count(more, 'more row')}"] if more else [])


def _short(line: str) -> str:
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"
