"""What the ledger was told is what it tells."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_register.ledger import Ledger
from bulk_register.ledger.participant_index import ParticipantIndex
from bulk_register.ledger.sqlite_store import SqliteStore
from bulk_register.places import DatabaseAddress, LedgerPlace
from bulk_register.records import Ending, Holder, KnownLinks, Registrations, Settlement, Status, StatusNote
from tests.support.ledgers import SCOPE, answer, batches, filled, participant, record


def links(known: KnownLinks) -> dict[str, str]:
    assert len(known.employees) == len(known.participants) == len(known.valid_till) == len(known.runs)
    return dict(zip(known.employees, known.participants, strict=True))


def test_an_absent_ledger_is_made_for_writing_and_reads_as_empty_otherwise(book: LedgerPlace) -> None:
    for _ in range(2):
        with Ledger(book, write=False) as ledger:
            assert ledger.runs() == []
            assert len(ledger.known(SCOPE).employees) == 0
            assert isinstance(ledger.store, SqliteStore)
    with Ledger(book) as ledger:
        assert ledger.runs() == []
    with Ledger(book, write=False) as ledger:
        assert ledger.begin(record(), []) == 1 if isinstance(book, DatabaseAddress) else book.exists()


def test_what_was_answered_is_known_afterwards(book: LedgerPlace) -> None:
    run = filled(book, 500, 500, 203)
    with Ledger(book) as ledger:
        known = ledger.known(SCOPE)
        assert links(known) == {f"emp-{code}": participant(f"emp-{code}") for code in range(1203)}
        assert set(known.valid_till) == {2**31}
        assert set(known.runs) == {run}
        assert known.employees.dtype == known.participants.dtype == object
        assert known.valid_till.dtype == known.runs.dtype == np.int64
        assert ledger.has_registrations(SCOPE)


@pytest.mark.parametrize(
    "other",
    [
        SCOPE._replace(account_id=7),
        SCOPE._replace(base_url="https://elsewhere"),
        SCOPE._replace(center="Center"),
        SCOPE._replace(tests="another"),
        SCOPE._replace(proctoring="[]"),
    ],
)
def test_a_registration_belongs_to_its_scope_alone(book: LedgerPlace, other: object) -> None:
    filled(book, 10)
    with Ledger(book) as ledger:
        assert len(ledger.known(other).employees) == 0  # type: ignore[arg-type]
        assert not ledger.has_registrations(other)  # type: ignore[arg-type]


def test_strange_identifiers_come_back_as_they_were(book: LedgerPlace) -> None:
    names = ("'; DROP TABLE run; --", '"', "\\", "Ж" * 250, "😀", "a\u00a0b", "%_", "[]", "null", "0", "İ")
    batch = replace(batches(len(names))[0], identifiers=names)
    with Ledger(book) as ledger:
        run = ledger.begin(record(), [batch])
        answer(ledger, run, batch, [StatusNote(names[0], Status.UNKNOWN, "\u2028'\"")])
    with Ledger(book) as ledger:
        assert links(ledger.known(SCOPE)) == {name: participant(name) for name in names[1:]}
        assert ledger.planned(run) == {1: names}
        assert ledger.statuses(run) == [StatusNote(names[0], Status.UNKNOWN, "\u2028'\"")]


def test_what_is_recorded_together_is_all_there_or_nothing_of_it(book: LedgerPlace) -> None:
    planned = batches(5, 5, 5)
    with Ledger(book) as ledger:
        run = ledger.begin(record(), planned)
        with ledger.transaction(), Ledger(book, write=False) as reader:
            answer(ledger, run, planned[0])
            ledger.sent(run, planned[1])
            assert len(ledger.holders(SCOPE.base_url, [participant("emp-0")])) == 1
            assert reader.requests(run) == []
        with Ledger(book, write=False) as reader:
            assert len(reader.known(SCOPE).employees) == 5
        with suppress(ZeroDivisionError), ledger.transaction():
            answer(ledger, run, planned[1])
            assert len(ledger.known(SCOPE).employees) == 10
            raise ZeroDivisionError
        assert ledger.holders(SCOPE.base_url, [participant("emp-5")]) == {}
        assert len(ledger.known(SCOPE).employees) == 5
        assert [ended for _, _, ended, _ in ledger.requests(run)] == ["answered", None]
        answer(ledger, run, planned[2])  # where the lines that were taken back had been
        answer(ledger, run, planned[1])
        assert len(ledger.holders(SCOPE.base_url, [participant("emp-5"), participant("emp-10")])) == 2


def test_what_others_wrote_meanwhile_is_known(book: LedgerPlace) -> None:
    filled(book, 5)
    with Ledger(book) as ledger:
        assert len(ledger.known(SCOPE).employees) == 5
        filled(book, 7, prefix="new")
        assert len(ledger.known(SCOPE).employees) == 12
        assert ledger.known(SCOPE) is ledger.known(SCOPE)


def test_the_last_answer_counts(book: LedgerPlace) -> None:
    batch = batches(3)[0]
    with Ledger(book) as ledger:
        first = ledger.begin(record(valid_till=10), [batch])
        answer(ledger, first, batch)
        second = ledger.begin(record(valid_till=20), [batch])
        ledger.settled(
            ledger.sent(second, batch),
            Settlement(
                Ending.ANSWERED,
                [
                    Registrations(["emp-0"], ["new"], second),
                    Registrations(["emp-1"], ["other"], second, current=False),
                    Registrations(["emp-2"], [participant("emp-2")], first),
                ],
            ),
        )
        known = ledger.known(SCOPE)
        assert links(known) == {
            "emp-0": "new",
            "emp-1": participant("emp-1"),
            "emp-2": participant("emp-2"),
        }
        ends = dict(zip(known.employees, known.valid_till, strict=True))
        assert ends == {"emp-0": 20, "emp-1": 10, "emp-2": 10}
        held = ledger.holders(SCOPE.base_url, ["other", "new", participant("emp-0")])
        assert {name: holder.employee for name, holder in held.items()} == {
            "other": "emp-1",
            "new": "emp-0",
            participant("emp-0"): "emp-0",
        }


@pytest.mark.parametrize("reopened", [False, True])
def test_holders_are_found_whatever_the_case_and_the_scope(book: LedgerPlace, reopened: bool) -> None:
    batch = batches(4)[0]
    ledger = Ledger(book)
    assert ledger.holders(SCOPE.base_url, ["link-of-emp-1"]) == {}
    run = ledger.begin(record(SCOPE._replace(center="another"), valid_till=50), [batch])
    answer(ledger, run, batch)
    if reopened:
        with ledger:
            pass
        ledger = Ledger(book)
    with ledger:
        held = ledger.holders(SCOPE.base_url, ["LINK-of-EMP-1", "link-of-emp-3", "nobodys"])
        assert held == {
            "link-of-emp-1": Holder("emp-1", run, 50),
            "link-of-emp-3": Holder("emp-3", run, 50),
        }
        assert ledger.holders("https://elsewhere", ["link-of-emp-1"]) == {}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3000), max_size=40), max_size=12), st.integers(1, 50))
def test_holders_name_every_line_that_may_hold_somebody(lists: list[list[int]], most: int) -> None:
    from bulk_register.ledger import participant_index as module

    before, module.MAX_RECENT = module.MAX_RECENT, most
    try:
        holders = ParticipantIndex()
        first: dict[int, int] = {}
        for line, numbers in enumerate(lists):
            holders.add(line, [f"P-{number}" for number in numbers])
            for number in numbers:
                first.setdefault(number, line)
        for number in range(0, 3001, 7):
            holding = {line for line, numbers in enumerate(lists) if number in numbers}
            found = holders.lines([f"p-{number}"])
            assert found <= holding
            assert not holding or min(holding) in found
        assert holders.lines([f"p-{number}" for number in first]) >= set(first.values())
        assert holders.lines([]) == set()
    finally:
        module.MAX_RECENT = before


def test_standings_are_of_the_run_and_end_with_an_answer(book: LedgerPlace) -> None:
    whole = batches(6)[0]
    half, rest = whole.halves()
    with Ledger(book) as ledger:
        run = ledger.begin(record(), [whole])
        told = [StatusNote(name, Status.FAILED, "no answer") for name in whole.identifiers]
        ledger.settled(ledger.sent(run, whole), Settlement(Ending.FAILED, statuses=told, note="no answer"))
        other = ledger.begin(record(), [whole])
        ledger.settled(ledger.sent(other, whole), Settlement(Ending.FAILED, statuses=told))
        assert len(ledger.statuses(run)) == 6
        answer(ledger, run, half, [StatusNote("emp-0", Status.UNKNOWN, "null")])
        assert {item.employee: item.status for item in ledger.statuses(run)} == {
            "emp-0": Status.UNKNOWN,
            **dict.fromkeys(rest.identifiers, Status.FAILED),
        }
        assert len(ledger.statuses(other)) == 6
        answer(ledger, run, whole)
        assert ledger.statuses(run) == []
        ledger.left(run, [StatusNote("emp-1", Status.UNKNOWN, "left")])
        assert ledger.statuses(run) == [StatusNote("emp-1", Status.UNKNOWN, "left")]


def test_a_runs_requests_and_unmatched_answers_are_told(book: LedgerPlace) -> None:
    whole = batches(4)[0]
    half, rest = whole.halves()
    with Ledger(book) as ledger:
        run = ledger.begin(record(), [whole])
        raw = b'{"participantIds": ["\xff"]}'
        ledger.settled(ledger.sent(run, whole), Settlement(Ending.UNMATCHED, note="1 for 4", raw=raw))
        ledger.settled(ledger.sent(run, half), Settlement(Ending.UNMATCHED, note="empty", raw=b"{}"))
        ledger.sent(run, rest)
    with Ledger(book, write=False) as ledger:
        assert ledger.requests(run) == [
            (1, None, "unmatched", "1 for 4"),
            (1, half.identifiers, "unmatched", "empty"),
            (1, rest.identifiers, None, ""),
        ]
        kept = ledger.unmatched(run)
        assert [(each.batch, each.employees, each.fault, each.raw) for each in kept] == [
            (1, whole.identifiers, "1 for 4", raw),
            (1, half.identifiers, "empty", b"{}"),
        ]


def test_runs_come_latest_first_with_all_that_was_recorded(book: LedgerPlace) -> None:
    with Ledger(book) as ledger:
        first = ledger.begin(record(reregister=True), [])
        second = ledger.begin(record(SCOPE._replace(center="b"), open=3), [])
        ledger.finish(second, 1, 2)
        latest, older = ledger.runs()
    assert (latest.id, latest.scope.center, latest.exit_code, latest.open) == (second, "b", 1, 2)
    assert latest.finished
    assert older == replace(record(reregister=True), id=first)
    assert (older.finished, older.exit_code) == (None, None)


def test_a_run_is_open_while_somebody_has_no_link_that_works(book: LedgerPlace) -> None:
    planned = batches(4, 4)
    with Ledger(book) as ledger:
        run = ledger.begin(record(), planned)
        answer(ledger, run, planned[0])
        assert ledger.without_link(ledger.runs()[0]) == 4
        ledger.finish(run, 3, 4)
        assert ledger.without_link(ledger.runs()[0]) == 4
        other = ledger.begin(record(), [planned[1]])
        answer(ledger, other, planned[1])
        assert ledger.without_link(ledger.runs()[1]) == 0, "another run has got them their links since"
        anew = ledger.begin(record(reregister=True), planned)
        assert ledger.without_link(ledger.runs()[0]) == 8, "new registrations are asked for"
        answer(ledger, anew, planned[1])
        assert ledger.without_link(ledger.runs()[0]) == 4
        ledger.finish(anew, 0, 0)
        assert ledger.without_link(ledger.runs()[0]) == 0


def test_a_resumed_run_gets_more_batches_and_is_not_finished_any_more(book: LedgerPlace) -> None:
    planned = batches(2, 2)
    with Ledger(book) as ledger:
        run = ledger.begin(record(), planned[:1])
        ledger.finish(run, 3, 2)
        assert ledger.resume(run, planned[1:]) == run
        assert ledger.planned(run) == {1: ("emp-0", "emp-1"), 2: ("emp-2", "emp-3")}
        assert ledger.runs()[0].finished is None


def test_an_output_is_known_by_its_checksum(book: LedgerPlace, tmp_path: Path) -> None:
    with Ledger(book) as ledger:
        run = ledger.begin(record(), [])
        assert ledger.delivery(tmp_path / "out.xlsx") is None
        ledger.delivered(run, tmp_path / "out.xlsx", "aa")
        ledger.delivered(run, tmp_path / "out.xlsx", "bb")
        assert ledger.delivery(tmp_path / "out.xlsx") == "bb"
