from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_register.output.results import EVERY, RosterResults, RunResults, SomeResults, Style, link
from bulk_register.records import (
    LINKED,
    RESULT_COLUMNS,
    Employees,
    Exam,
    Outcome,
    Plan,
    Roster,
    Scope,
    Source,
    Status,
    Statuses,
)
from bulk_register.run.report import (
    COUNTED,
    Finished,
    blank_report,
    exit_code,
    report,
    roster_counts,
    roster_report,
)

TILL = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
SECONDS = int(TILL.timestamp())
SEVEN = ("registered", "already_registered", "expired", "rejected", "failed", "unknown", "not_sent")

# What the contract names, in its order.
KEYS = ["run", "roster", "output", "center", "profile", "tests", "test_titles", "started"]
KEYS += ["finished", "seconds", "exit_code", "reason", "retry", "rows", "employees"]
KEYS += ["duplicate_rows", "invalid_rows", "ignored_rows", "conflicts", *SEVEN, "batches", "requests"]
KEYS += ["retries", "synced", "changes", "fixes", "warnings", "problems"]


def roster_of(lines: list[tuple[str, int]]) -> Roster:
    """A roster of lines (status, employee or -1)."""
    count = max((employee for _, employee in lines), default=-1) + 1
    rows = pd.DataFrame(
        {
            "row": np.arange(2, len(lines) + 2),
            "identifier": np.array([f"E{code}" if code >= 0 else "" for _, code in lines], object),
            "employee": np.array([code for _, code in lines], np.int64),
            "status": np.array([status for status, _ in lines], object),
            "note": np.array([f"fix {status}" if status else "" for status, _ in lines], object),
        }
    )
    names = np.array([f"E{code}" for code in range(count)], object)
    first = np.arange(count)
    path = Path("staff.csv")
    source = Source(path, path, "", "csv", 1, 2, 2, 1, 0, ("ID",), 0, lambda: iter(()))
    return Roster(source, Employees(rows, names, first))


def outcome_of(roster: Roster, given: list[Status], **changes: object) -> Outcome:
    statuses = Statuses.of(len(roster.employees))
    for code, status in enumerate(given):
        statuses.settle(np.array([code]), status)
        statuses.participant[code] = f"p-{code}"
        statuses.valid_till[code] = SECONDS
    exam = Exam("Центр 1", ("g",), TILL - timedelta(1), TILL)
    plan = Plan(exam, Scope(1, "", "", "", ""), roster, statuses, (), 0, 0)
    return replace(Outcome(plan, statuses), **changes)  # type: ignore[arg-type]


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    count = draw(st.integers(0, 8))
    lines = [(draw(st.sampled_from(["", "conflict"])), code) for code in range(count)]
    if count:
        lines += draw(st.lists(st.tuples(st.just(""), st.integers(0, count - 1)), max_size=5))
    lines += draw(st.lists(st.tuples(st.sampled_from(["invalid", "ignored"]), st.just(-1)), max_size=5))
    roster = roster_of(lines)
    given = draw(st.lists(st.sampled_from(COUNTED), min_size=count, max_size=count))
    return outcome_of(roster, given, signal=draw(st.sampled_from([0, 0, 2, 15])))


def finished_of(outcome: Outcome, style: Style) -> Finished:
    results = RunResults(outcome.plan, outcome.statuses, style)
    now = datetime.now(UTC)
    return Finished(1, outcome, results, Path("out.xlsx"), (), exit_code(outcome, results), now, now)


@given(outcomes(), st.booleans())
def test_the_numbers_always_add_up(outcome: Outcome, allow: bool) -> None:
    finished = finished_of(outcome, Style("https://l.example", allow_conflicts=allow))
    found = report(finished)
    assert list(found) == KEYS
    assert json.loads(json.dumps(found)) == found
    assert sum(found[name] for name in SEVEN) == found["employees"]
    people = found["rows"] - found["invalid_rows"] - found["ignored_rows"]
    assert people == found["employees"] + found["duplicate_rows"]
    linked = (finished.table["Exam Link"] != "").sum()
    assert len(found["problems"]) == found["rows"] - found["ignored_rows"] - linked
    assert found["exit_code"] == exit_code(outcome, finished.results)


@given(outcomes(), st.booleans())
def test_only_linked_rows_have_a_link_and_it_is_their_own(outcome: Outcome, allow: bool) -> None:
    results = finished_of(outcome, Style("https://l.example", allow_conflicts=allow)).table
    codes = outcome.plan.roster.employees.rows["employee"]
    for (_, row), code in zip(results.iterrows(), codes, strict=True):
        has = row["Registration Status"] in LINKED
        assert row["Participant ID"] == (f"p-{code}" if has else "")
        assert row["Exam Link"].endswith(f"#participant/p-{code}") == has
        assert bool(row["Link Valid Till"]) == (has or row["Registration Status"] == Status.EXPIRED)
        assert row["Registration Status"] in list(Status)


@given(outcomes(), st.booleans(), st.data())
def test_results_of_some_rows_are_those_of_all_of_them(
    outcome: Outcome, allow: bool, data: st.DataObject
) -> None:
    finished = finished_of(outcome, Style("https://l.example", allow_conflicts=allow))
    count = len(finished.results.rows)
    places = data.draw(st.lists(st.integers(0, count - 1), unique=True).map(sorted)) if count else []
    chosen = np.array(places, np.int64)
    part = finished.table.iloc[chosen]
    some = SomeResults(finished.results, chosen)
    assert some.rows.tolist() == part["row"].tolist()
    assert SomeResults(finished.results, chosen, chosen + 7).rows.tolist() == (chosen + 7).tolist()
    assert some.status(EVERY).tolist() == part["Registration Status"].tolist()
    for name, texts in zip(RESULT_COLUMNS, some.texts(slice(0, count)), strict=True):
        assert texts.tolist() == part[name].tolist()


@given(outcomes())
def test_before_sending_nobody_is_sent_and_the_numbers_add_up_as_well(outcome: Outcome) -> None:
    found = blank_report(TILL, 2) | roster_report(outcome.plan.roster)
    assert list(found) == KEYS
    assert sum(found[name] for name in SEVEN) == found["employees"]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    ("lines", "given", "changes", "code"),
    [
        ([("", 0)], ["registered"], {}, 0),
        ([("", 0), ("ignored", -1)], ["already registered"], {}, 0),
        ([], [], {}, 0),
        ([("", 0), ("invalid", -1)], ["registered"], {}, 1),
        ([("conflict", 0)], ["registered"], {}, 1),
        ([("", 0)], ["rejected"], {}, 1),
        ([("", 0)], ["expired"], {}, 1),
        ([("", 0)], ["unknown"], {}, 1),
        ([("", 0), ("", 1)], ["rejected", "failed"], {}, 3),
        ([("", 0), ("", 1)], ["registered", "not sent"], {}, 3),
        ([("", 0)], ["unknown"], {"stopped": "why"}, 3),
        ([("", 0)], ["registered"], {"stopped": "too late to matter"}, 0),
        ([("", 0)], ["not sent"], {"signal": 2}, 130),
        ([("", 0)], ["failed"], {"signal": 15, "stopped": "why"}, 143),
    ],
)
def test_the_exit_code_says_what_became_of_the_run(
    lines: list[tuple[str, int]], given: list[str], changes: dict[str, object], code: int
) -> None:
    outcome = outcome_of(roster_of(lines), [Status(status) for status in given], **changes)
    assert finished_of(outcome, Style("https://l.example")).exit_code == code


def test_conflicts_count_employees_and_are_no_problem_where_allowed() -> None:
    roster = roster_of([("conflict", 0), ("conflict", 0), ("", 1)])
    assert roster_counts(roster)["conflicts"] == 1
    assert list(RosterResults(roster).status(EVERY)) == ["conflict", "conflict", "registered"]
    allowed = RosterResults(roster, allow_conflicts=True)
    assert list(allowed.status(EVERY)) == ["registered"] * 3
    assert len(allowed.texts(EVERY)) == len(RESULT_COLUMNS)


def test_a_link_quotes_both_its_parts() -> None:
    assert link("https://go.x", "a b/ц", "p#1") == "https://go.x/a%20b%2F%D1%86#participant/p%231"


def test_the_links_of_the_output_are_quoted_too() -> None:
    outcome = outcome_of(roster_of([("", 0)]), [Status.REGISTERED])
    outcome.statuses.participant[0] = "a~b._-9"
    found = finished_of(outcome, Style("https://go.x")).table
    assert found["Exam Link"][0] == link("https://go.x", "Центр 1", "a~b._-9")


def test_the_end_is_written_in_the_time_zone_and_an_early_one_is_told() -> None:
    roster = roster_of([("", code) for code in range(5)])
    known = Status.ALREADY_REGISTERED
    outcome = outcome_of(roster, [Status.REGISTERED, known, known, known, Status.EXPIRED])
    outcome.statuses.valid_till[1:] = SECONDS - 86400, SECONDS, SECONDS + 86400, SECONDS - 86400
    outcome.statuses.note[:] = ""
    found = finished_of(outcome, Style("https://go.x", ZoneInfo("Asia/Tokyo"))).table
    before, asked, after = "2026-12-31 08:59:59", "2027-01-01 08:59:59", "2027-01-02 08:59:59"
    assert list(found["Link Valid Till"]) == [asked, before, asked, after, before]
    notes = list(found["Registration Note"])
    assert notes == ["", "the link ends 2026-12-31 08:59:59, earlier than asked for", "", "", ""]
