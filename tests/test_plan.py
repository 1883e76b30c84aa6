"""Who is asked about, and who is not: roster and ledger become a plan."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_register.plan import PlanOptions, folded, make_plan, scope_of
from bulk_register.records import KnownLinks, Plan, Status
from tests.support.clients import EXAM
from tests.support.plans import known_of, people, roster_of

NOW = int(time.time())
OVER, WORKS, LONG = NOW - 100, NOW + 100_000, int(EXAM.valid_till.timestamp())
SCOPE = scope_of(1, "https://api.startexam.com", EXAM)


def plan_of(names: list[str], known: KnownLinks, aim: PlanOptions, *, reregister: bool = False) -> Plan:
    return make_plan(roster_of(names), replace(EXAM, reregister=reregister), SCOPE, known, aim)


def asked(plan: Plan) -> list[str]:
    return [name for batch in plan.batches for name in batch.identifiers]


def test_everybody_new_is_asked_about_in_the_rosters_order() -> None:
    names = people(1203)[::-1]
    plan = plan_of(names, known_of(), PlanOptions())
    assert [len(batch) for batch in plan.batches] == [500, 500, 203]
    assert [batch.number for batch in plan.batches] == [1, 2, 3]
    assert asked(plan) == names
    assert not any(batch.part for batch in plan.batches)
    assert (plan.new, plan.asked_again) == (1203, 0)
    assert set(plan.statuses.status) == {Status.NOT_SENT}


def test_a_link_that_works_is_not_asked_for_again_and_one_that_is_over_is() -> None:
    plan = plan_of(["a", "b", "c"], known_of(("a", WORKS, 1), ("b", OVER, 1), ("x", WORKS, 1)), PlanOptions())
    assert asked(plan) == ["b", "c"]
    assert list(plan.statuses.status) == [Status.ALREADY_REGISTERED, Status.NOT_SENT, Status.NOT_SENT]
    assert list(plan.statuses.participant) == ["p-a", "p-b", ""]
    assert list(plan.statuses.valid_till) == [WORKS, OVER, 0]


@pytest.mark.parametrize(
    ("aim", "who", "again"),
    [
        (PlanOptions(), ["over", "new"], 0),
        (PlanOptions(extend=True), ["over", "short", "new"], 1),
        (PlanOptions(refresh=True), ["over", "short", "long", "new"], 2),
    ],
)
def test_refresh_and_reregister_ask_again_about_whom_they_say(
    aim: PlanOptions, who: list[str], again: int
) -> None:
    known = known_of(("over", OVER, 1), ("short", WORKS, 1), ("long", LONG, 1))
    plan = plan_of(["over", "short", "long", "new"], known, aim)
    assert asked(plan) == who
    assert (plan.new, plan.asked_again) == (2, again)
    assert list(plan.statuses.status).count(Status.ALREADY_REGISTERED) == 2


def test_what_a_runs_first_part_got_counts_as_registered_still() -> None:
    plan = plan_of(["a", "b"], known_of(("a", WORKS, 7), ("b", WORKS, 6)), PlanOptions(run=7))
    assert list(plan.statuses.status) == [Status.REGISTERED, Status.ALREADY_REGISTERED]
    assert plan.batches == ()


def test_reregister_asks_about_everybody_but_those_whom_the_run_has_asked_about() -> None:
    known = known_of(("a", WORKS, 7), ("b", WORKS, 6))
    plan = plan_of(["a", "b", "c", "d"], known, PlanOptions(run=7, lost=frozenset("d")), reregister=True)
    assert asked(plan) == ["b", "c"]
    assert list(plan.statuses.status) == [
        Status.REGISTERED,
        Status.NOT_SENT,
        Status.NOT_SENT,
        Status.UNKNOWN,
    ]
    assert list(plan.statuses.participant) == ["p-a", "", "", ""]
    assert asked(plan_of(["a", "b"], known, PlanOptions(), reregister=True)) == ["a", "b"]


def test_an_earlier_moment_counts_where_a_run_is_written_out_again() -> None:
    plan = plan_of(["a", "b"], known_of(("a", OVER, 7), ("b", OVER, 6)), PlanOptions(run=7, at=OVER - 1))
    assert list(plan.statuses.status) == [Status.REGISTERED, Status.ALREADY_REGISTERED]


def test_the_scope_does_not_depend_on_order_or_case() -> None:
    one = replace(
        EXAM, tests=("AAAA", "bbbb"), proctoring=True, proctoring_parameters=(("b", "2"), ("a", "1"))
    )
    two = replace(
        EXAM, tests=("BBBB", "aaaa"), proctoring=True, proctoring_parameters=(("a", "1"), ("b", "2"))
    )
    assert scope_of(1, "u", one) == scope_of(1, "u", two)
    assert len({scope_of(1, "u", one), scope_of(1, "u", replace(one, proctoring=False)), SCOPE}) == 3
    window = replace(one, valid_till=datetime(2040, 1, 1, tzinfo=UTC))
    assert scope_of(1, "u", window) == scope_of(1, "u", one)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(1, 500), st.booleans(), st.booleans(), st.booleans())
def test_every_employee_is_asked_about_once_or_has_a_link(
    data: st.DataObject, size: int, extend: bool, refresh: bool, reregister: bool
) -> None:
    names = people(data.draw(st.integers(0, 60)))
    strangers = [*names, "x", "y"]
    lines = data.draw(
        st.lists(
            st.tuples(st.sampled_from(strangers), st.sampled_from([OVER, WORKS, LONG]), st.integers(1, 3)),
            unique_by=lambda line: line[0],
        )
    )
    lost = data.draw(st.frozensets(st.sampled_from(strangers)))
    aim = PlanOptions(
        size, extend, refresh, data.draw(st.sampled_from([0, 2])), lost=lost if reregister else frozenset()
    )
    plan = plan_of(names, known_of(*lines), aim, reregister=reregister)
    who = asked(plan)
    assert len(set(who)) == len(who)
    assert all(0 < len(batch) <= size for batch in plan.batches)
    for batch in plan.batches:
        assert [names[code] for code in batch.codes] == list(batch.identifiers)
    assert plan.new + plan.asked_again >= len(who)
    for name, status, participant in zip(names, plan.statuses.status, plan.statuses.participant, strict=True):
        linked = status in (Status.REGISTERED, Status.ALREADY_REGISTERED)
        assert participant in ("", f"p-{name}")
        assert linked or name in who or status == Status.UNKNOWN
        if linked:
            assert participant
        if status == Status.UNKNOWN:
            assert name in lost
            assert name not in who


def test_a_lost_request_keeps_nobody_from_a_link_that_works() -> None:
    known = known_of(("a", WORKS, 7), ("b", OVER, 7), ("c", WORKS, 3))
    plan = plan_of(["a", "b", "c"], known, PlanOptions(run=7, lost=frozenset("ab")))
    assert list(plan.statuses.status) == [Status.REGISTERED, Status.UNKNOWN, Status.ALREADY_REGISTERED]
    assert asked(plan) == []


@pytest.mark.parametrize("size", [1, 2, 5, 500])
def test_no_request_holds_two_identifiers_that_are_the_same_but_for_case_or_spelling(size: int) -> None:
    names = ["a1", "A1", "b", "ａ１", "B", "c", "STRASSE", "straße", "C1", "c2"]
    plan = plan_of(names, known_of(), PlanOptions(batch_size=size))
    assert sorted(asked(plan)) == sorted(names)
    assert [batch.number for batch in plan.batches] == list(range(1, len(plan.batches) + 1))
    for batch in plan.batches:
        assert batch.identifiers == tuple(np.array(names, object)[batch.codes])
        assert len({folded(name) for name in batch.identifiers}) == len(batch)
    others = plan_of([name.upper() for name in people(1200)], known_of(), PlanOptions())
    assert [len(batch) for batch in others.batches] == [500, 500, 200]
