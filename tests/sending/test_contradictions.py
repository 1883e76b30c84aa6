"""Answers that can't be right, over real sockets into a real ledger: nobody gets another's link."""

from __future__ import annotations

import random
import unicodedata
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bulk_register.ledger import Ledger
from bulk_register.plan import PlanOptions
from bulk_register.records import Status
from bulk_register.sending import SendOptions
from bulk_register.startexam.answers import read_participants
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Registrar, Request
from tests.support.ledgers import no_room_beyond, sqlite_of
from tests.support.plans import Listener, Office, Sent, people
from tests.support.simulated_service import PLACEHOLDERS, spelled


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def truth(server: HostileServer) -> dict[str, str]:
    return {employee: each for (_, _, employee), each in server.registrations.items()}


def first_for_all(*groups: set[str]) -> Reaction:
    """The employees of a group are one for the service: they get the participant of the one it met first."""

    def change(ids: list[Any], request: Request, registrar: Registrar) -> list[Any]:
        found = {employee: each for (_, _, employee), each in registrar.registrations.items()}
        for names in groups:
            shared = next((each for employee, each in found.items() if employee in names), "")
            pairs = zip(request.employees, ids, strict=True)
            ids = [shared if name in names else each for name, each in pairs]
        return ids

    return Reaction(change=change)


@pytest.mark.parametrize("placeholder", [*PLACEHOLDERS, "d344c6b0854d-44b1-be5a-478de4679ee9", 7, True])
def test_what_is_no_guid_is_nobodys_participant(book: Path, placeholder: object) -> None:
    def change(ids: list[Any], request: Request, _: Registrar) -> list[Any]:
        pairs = zip(request.employees, ids, strict=True)
        return [placeholder if name == "emp-00003" else each for name, each in pairs]

    with HostileServer(lambda _: Reaction(change=change)) as server:
        sent = Office(server.base_url, book).run(people(30))
        assert sent.links() == {name: one for name, one in truth(server).items() if name != "emp-00003"}
    assert sent.names(Status.UNKNOWN) == {"emp-00003"}


@pytest.mark.parametrize("nobody", [None, str(uuid.UUID(int=0)), "{" + "0" * 32 + "}"])
def test_null_and_a_guid_of_zeros_are_no_participant_for_their_own_employees_alone(
    book: Path, nobody: object
) -> None:
    with HostileServer(lambda _: Reaction(change=lambda ids, *_: [nobody, nobody, *ids[2:]])) as server:
        sent = Office(server.base_url, book).run(people(10))
        assert len(server.requests) == 1
    assert sent.names(Status.UNKNOWN) == set(people(2))
    assert len(sent.links()) == 8


def test_however_a_guid_is_spelled_it_is_one_participant_in_one_spelling(book: Path) -> None:
    chance = random.Random(3)

    def react(_: Request) -> Reaction:
        return Reaction(change=lambda ids, *_: [spelled(each, chance) for each in ids])

    with HostileServer(react) as server:
        office = Office(server.base_url, book)
        assert office.run(people(30)).links() == truth(server)
        again = office.run(people(30), aim=PlanOptions(refresh=True))
        assert again.links() == truth(server)
    assert len(again.names(Status.ALREADY_REGISTERED)) == 30
    two = "D344C6B0-854D-44B1-BE5A-478DE4679EE9"
    raw = f'{{"participantIds": ["{two}", "{{{two.lower()}}}"]}}'.encode()
    assert "repeated" in read_participants(raw, 2).fault


@pytest.mark.parametrize("size", [1, 4, 10, 30])
def test_a_participant_for_three_people_goes_to_none_of_them_nor_does_a_later_run_give_it(
    book: Path, size: int
) -> None:
    three = {"emp-00002", "emp-00003", "emp-00011"}
    with HostileServer(lambda _: first_for_all(three)) as server:
        office = Office(server.base_url, book, batch_size=size)
        runs = [office.run(people(30), SendOptions(1)) for _ in range(4)]
        for sent in runs:
            assert not three & sent.links().keys()
            assert {**truth(server), **sent.links()} == truth(server)
        finished = office.run(people(30), SendOptions(1), PlanOptions(run=runs[0].run, first_batch=99))
        assert not three & finished.links().keys()
    assert finished.links().keys() == set(people(30)) - three


def test_a_late_answer_for_another_batch_gives_nobody_a_wrong_link(book: Path) -> None:
    """The first answer is the second's, and only the second itself shows it."""
    ids = {name: str(uuid.uuid4()) for name in people(60)}
    asked: list[Request] = []

    def react(request: Request) -> Reaction:
        asked.append(request)
        names = people(60)[20:40] if len(asked) == 1 else request.employees
        return Reaction(change=lambda *_: [ids[name] for name in names])

    with HostileServer(react) as server:
        office = Office(server.base_url, book, batch_size=20)
        sent = office.run(people(60), SendOptions(1))
        assert {**ids, **sent.links()} == ids
        assert sent.links().keys() == set(people(40))
        assert "another employee" in sent.outcome.stopped
        again = office.run(people(60))
    assert again.links() == ids


def test_links_that_were_taken_back_are_asked_for_in_another_order_by_a_later_run(book: Path) -> None:
    """Asking again fails in the run itself; the next one knows what was answered."""
    ids = {name: str(uuid.uuid4()) for name in people(40)}
    asked: list[Request] = []

    def react(request: Request) -> Reaction:
        asked.append(request)
        if 2 < len(asked) < 20 and len(request.employees) == 20:
            return hostile.message(403, "no")
        names = people(40)[20:] if len(asked) == 1 else request.employees
        return Reaction(change=lambda *_: [ids[name] for name in names])

    with HostileServer(react) as server:
        office = Office(server.base_url, book, batch_size=20)
        sent = office.run(people(40), SendOptions(1))
        assert sent.names(Status.UNKNOWN) == set(people(40))
        with Ledger(book, write=False) as ledger:
            assert not len(ledger.known(office.scope).employees)
            assert {item.employee for item in ledger.statuses(sent.run)} == set(people(40))
        asked += asked[:1] * 20
        again = office.run(people(40), SendOptions(1))
        orders = [request.employees for request in server.requests[3:]]
    assert again.links() == ids
    assert all(names != sorted(names) for names in orders)


def test_what_somebody_in_doubt_was_answered_with_goes_to_nobody_else_in_later_runs(book: Path) -> None:
    """Participant 2 was answered for employee 2, then for 5 at each time; 2 alone is refused from then on."""
    two, five = "emp-00002", "emp-00005"
    honest: list[bool] = []

    def react(request: Request) -> Reaction:
        if honest:
            return HONEST
        if request.employees == [two]:
            return hostile.message(400, "no")
        return first_for_all({two, five}) if five in request.employees else HONEST

    with HostileServer(react) as server:
        office = Office(server.base_url, book, batch_size=3)
        for _ in range(3):
            sent = office.run(people(6), SendOptions(1))
            assert not {two, five} & sent.links().keys()
        left = office.run([name for name in people(6) if name != two], SendOptions(1))
        assert not {two, five} & left.links().keys()
        assert "an employee who is not in this roster" in notes(left, (five,))[0]
        honest.append(True)
        assert office.run(people(6), SendOptions(1)).links() == truth(server)


def test_doubts_that_were_settled_are_over_for_later_runs(book: Path) -> None:
    with HostileServer([HONEST, hostile.anothers()]) as server:
        office = Office(server.base_url, book)
        assert office.run(people(40), SendOptions(1)).outcome.stopped
        office.run(people(40), SendOptions(1))
        before = len(server.requests)
        again = office.run(people(40), SendOptions(1), PlanOptions(refresh=True))
        asked = [request.employees for request in server.requests[before:]]
    assert asked == [people(40)[start : start + 10] for start in range(0, 40, 10)]
    assert again.links() == truth(server)
    assert not again.outcome.stopped


@pytest.mark.parametrize("size", [4, 10])
def test_a_participant_of_an_earlier_run_stays_its_owners_however_often_it_comes_for_others(
    book: Path, size: int
) -> None:
    with HostileServer() as server:
        office = Office(server.base_url, book, batch_size=size)
        owner = office.run(["owner"]).links()
        struck = people(20)[size]

        def give_it_to(ids: list[Any], request: Request, _: Registrar) -> list[Any]:
            pairs = zip(request.employees, ids, strict=True)
            return [owner["owner"] if name == struck else each for name, each in pairs]

        server.react(lambda _: Reaction(change=give_it_to))
        for _ in range(2):
            sent = office.run(people(20), SendOptions(1))
            assert {**truth(server), **sent.links()} == truth(server)
            assert struck not in sent.links()
            assert "another employee" in notes(sent, (struck,))[0]
        assert office.run(["owner"]).links() == owner
        server.react(lambda _: HONEST)
        assert office.run(people(20)).links().keys() == set(people(20))


@pytest.mark.parametrize("fails", ["at its first record", "when all are written"])
def test_what_asking_again_cleared_is_given_to_nobody_where_it_cannot_be_written_down(
    book: Path, fails: str
) -> None:
    with HostileServer([HONEST, hostile.anothers()]) as server:
        office = Office(server.base_url, book)
        with ExitStack() as full:

            def fail() -> None:
                if fails == "at its first record":
                    sqlite_of(office.ledgers[-1]).execute("PRAGMA query_only = ON")
                else:
                    log = book.with_name(f"{book.name}-wal")  # SQLite writes into it when all is committed
                    full.enter_context(no_room_beyond(log.stat().st_size))

            office.events = Listener(4, fail)
            sent = office.run(people(20), SendOptions(1))
        assert len(server.requests) == 5, "the last answer would have cleared all of them"
        assert not sent.links()
        assert sent.names(Status.UNKNOWN) == set(people(20))
        office.events = []
        assert office.run(people(20)).links() == truth(server)


# --- spellings that StartExam may take for one employee

TWINS = [("Anna1", "ANNA1"), ("Jose\u0301", "Jos\u00e9"), ("\uff21\uff11", "a1"), ("Strasse", "STRAßE")]


def test_the_pairs_are_the_same_but_for_case_or_spelling() -> None:
    for one, two in TWINS:
        assert one != two
        assert unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", two).casefold()


@pytest.mark.parametrize("twins", TWINS)
@pytest.mark.parametrize("strict", [False, True])
def test_twins_cost_only_themselves_and_their_rows_are_named(
    book: Path, twins: tuple[str, str], strict: bool
) -> None:
    names = people(20)
    names[3], names[8] = twins

    def react(request: Request) -> Reaction:
        both = set(twins) <= set(request.employees)
        return hostile.message(400, "repeated") if strict and both else first_for_all(set(twins))

    with HostileServer(react) as server:
        office = Office(server.base_url, book, batch_size=20)
        for sent in (office.run(names), office.run(names)):
            assert not sent.outcome.stopped
            assert sent.names(Status.UNKNOWN) == set(twins)
            assert sent.links() == {name: one for name, one in truth(server).items() if name not in twins}
            assert all("rows 5 and 10" in note for note in notes(sent, twins))
            with Ledger(book, write=False) as ledger:
                assert {item.employee for item in ledger.statuses(sent.run)} == set(twins)
                assert not set(twins) & set(ledger.known(office.scope).employees)


def test_twins_that_are_two_employees_both_get_their_links(book: Path) -> None:
    names = [*people(18), "a1", "A1"]
    with HostileServer() as server:
        sent = Office(server.base_url, book, batch_size=20).run(names)
        assert [len(request.employees) for request in server.requests] == [19, 1]
        assert sent.links() == truth(server)


def test_another_spelling_of_an_earlier_run_is_withheld_alone(book: Path) -> None:
    with HostileServer(lambda _: first_for_all({"a1", "A1"})) as server:
        office = Office(server.base_url, book)
        first = office.run([*people(5), "a1"])
        sent = office.run([*people(9), "A1"])
    assert "a1" in first.links()
    assert sent.links().keys() == set(people(9))
    assert "another spelling" in notes(sent, ("A1",))[0]
    assert not sent.outcome.stopped


def test_each_other_spelling_of_an_earlier_run_is_withheld(book: Path) -> None:
    with HostileServer(lambda _: first_for_all({"a1", "A1"}, {"b2", "B2"})) as server:
        office = Office(server.base_url, book)
        office.run(["a1", "b2"])
        sent = office.run([*people(8), "A1", "B2"])
    assert sent.links().keys() == set(people(8))
    assert all("another spelling" in note for note in notes(sent, ("A1", "B2")))
    assert len(notes(sent, ("A1", "B2"))) == 2


def notes(sent: Sent, names: tuple[str, ...]) -> list[str]:
    identifiers = sent.outcome.plan.roster.employees.identifiers
    return [note for name, note in zip(identifiers, sent.outcome.statuses.note, strict=True) if name in names]
