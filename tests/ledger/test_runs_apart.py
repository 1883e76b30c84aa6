"""What the ledger tells of one run or scope is nothing of those before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk_register.ledger import Ledger
from bulk_register.places import LedgerPlace
from bulk_register.records import Ending, Settlement, Status, StatusNote
from tests.support.ledgers import SCOPE, answer, batches, participant, record

SCOPES = [SCOPE._replace(center=center) for center in "abc"]
RUNS = range(
    1, 4
)  # each for a scope of its own; what is asked of the second is neither the first's nor third's


@pytest.fixture
def ledger(book: LedgerPlace) -> Iterator[Ledger]:
    with Ledger(book) as ledger:
        for number, scope in zip(RUNS, SCOPES, strict=True):
            first, second = batches(2, 2, prefix=scope.center)
            everybody = [*first.identifiers, *second.identifiers]
            assert ledger.begin(record(scope), [first, second], everybody) == number
            answer(ledger, number, first)
            for ended in (Ending.UNMATCHED, Ending.CONTRADICTED):
                raw = f"{scope.center} {ended}".encode()
                notes = [StatusNote(name, Status.UNKNOWN, ended) for name in second.identifiers]
                ledger.settled(
                    ledger.sent(number, second), Settlement(ended, statuses=notes, note=ended, raw=raw)
                )
        yield ledger


def known(ledger: Ledger) -> list[str]:
    return [name for scope in SCOPES for name in ledger.known(scope).employees]


def test_a_run_is_read_without_its_neighbours(ledger: Ledger) -> None:
    assert ledger.run(2).scope == SCOPES[1]
    assert ledger.planned(2) == {1: ("b-0", "b-1"), 2: ("b-2", "b-3")}
    assert {item.employee for item in ledger.statuses(2)} == {"b-2", "b-3"}
    assert [ended for _, _, ended, _ in ledger.requests(2)] == ["answered", "unmatched", "contradicted"]
    assert [kept.raw for kept in ledger.unmatched(2)] == [b"b unmatched", b"b contradicted"]
    assert ledger.lacking(ledger.run(2)) == {"b-2", "b-3"}


def test_a_scope_is_read_without_its_neighbours(ledger: Ledger) -> None:
    assert list(ledger.known(SCOPES[1]).employees) == ["b-0", "b-1"]
    assert ledger.working(SCOPES[1]) == {"b-0", "b-1"}
    assert ledger.contradicted(SCOPES[1]) == [(2, ("b-2", "b-3"), b"b contradicted")]
    assert ledger.last_roster(SCOPES[1]) == (2, ["b-0", "b-1", "b-2", "b-3"], False)
    assert ledger.untold(SCOPES[1]) == {"b-0": 2, "b-1": 2}


def test_answers_are_taken_back_from_their_own_run_alone(ledger: Ledger) -> None:
    given = [participant(f"{center}-0") for center in "abc"]
    assert ledger.answered_with(2, SCOPE.base_url, given) == [
        (["b-0", "b-1"], [participant("b-0"), participant("b-1")])
    ]
    ledger.withdraw(2, SCOPE.base_url, given)
    assert known(ledger) == ["a-0", "a-1", "b-1", "c-0", "c-1"]
    assert set(ledger.holders(SCOPE.base_url, given)) == {participant("a-0"), participant("c-0")}
    answer(ledger, 2, batches(2, prefix="b")[0])  # on a line of its own
    assert set(ledger.holders(SCOPE.base_url, given)) == set(given)


def test_an_answer_ends_the_standings_of_its_own_run_alone(ledger: Ledger) -> None:
    same = batches(2, prefix="b")[0]
    for number in RUNS:
        ledger.left(number, [StatusNote(name, Status.FAILED, "") for name in same.identifiers])
    answer(ledger, 2, same)
    assert [len(ledger.statuses(number)) for number in RUNS] == [4, 2, 4]


def test_what_is_changed_of_a_run_leaves_the_others_alone(ledger: Ledger) -> None:
    ledger.move_window(2, 5, 6, "{}")
    ledger.finish(2, 3, 1)
    assert [(run.valid_till, run.exit_code, run.open) for run in reversed(ledger.runs())] == [
        (2**31, None, 100),
        (6, 3, 1),
        (2**31, None, 100),
    ]
    for number in (1, 3):
        ledger.finish(number, 0, 0)
    ledger.resume(2, batches(2, 2, 1, prefix="more")[2:])
    assert [run.exit_code for run in reversed(ledger.runs())] == [0, None, 0]


def test_what_is_told_of_a_scope_leaves_the_others_untold(ledger: Ledger) -> None:
    ledger.told(SCOPES[1], {"b-1": 2})
    ledger.told(SCOPES[2], {"c-1": 3})
    ledger.told(SCOPES[0], {})
    assert [ledger.untold(scope) for scope in SCOPES] == [{}, {"b-1": 2}, {"c-1": 3}]
    ledger.told(SCOPES[1], {})
    assert [ledger.untold(scope) for scope in SCOPES] == [{}, {}, {"c-1": 3}]


def test_a_later_run_keeps_the_rosters_of_other_scopes(ledger: Ledger) -> None:
    ledger.begin(record(SCOPES[1]), [], ["b-0"])
    assert [ledger.last_roster(scope) for scope in SCOPES] == [
        (1, ["a-0", "a-1", "a-2", "a-3"], False),
        (4, ["b-0"], False),
        (3, ["c-0", "c-1", "c-2", "c-3"], False),
    ]


def test_a_run_is_forgotten_alone(ledger: Ledger, tmp_path: Path) -> None:
    for number in RUNS:
        ledger.delivered(number, tmp_path / f"{number}.csv", "0" * 64, 2)
    ledger.forget([2])
    assert [run.id for run in ledger.runs()] == [3, 1]
    assert known(ledger) == ["a-0", "a-1", "c-0", "c-1"]
    written = [ledger.delivered_by(tmp_path / f"{number}.csv") for number in RUNS]
    assert written == [1, None, 3]
