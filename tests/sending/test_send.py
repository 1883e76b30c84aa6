"""A plan through real sockets into a real ledger, with the sandbox and with a hostile server."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulk_register.ledger import Ledger
from bulk_register.plan import PlanOptions
from bulk_register.records import Status
from bulk_register.run.earlier_run import plan_options_for_rest
from bulk_register.sandbox import Behaviour, Sandbox
from bulk_register.sending import NoInterruption, SendOptions
from tests.support import hostile_server as hostile
from tests.support.clients import EXAM
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Request
from tests.support.ledgers import no_room_beyond, sqlite_of
from tests.support.plans import Listener, Office, Sent, people

REREGISTER = replace(EXAM, reregister=True)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def check(sent: Sent, server: HostileServer | Sandbox, *, lies_agree: bool = False) -> None:
    """Everybody has exactly one status, and nobody has anybody else's participant.

    `lies_agree`: but for those whom the server answered with it twice; nothing could tell.
    """
    truth = {employee: participant for (_, _, employee), participant in server.registrations.items()}
    counted = sum(sent.outcome.statuses.count(status) for status in Status)
    assert counted == len(sent.outcome.plan.roster.employees)
    for name, participant in sent.links().items():
        agreed = lies_agree and isinstance(server, HostileServer) and server.told[name, participant] > 1
        assert truth[name] == participant or agreed
    with_link = sent.names(Status.REGISTERED) | sent.names(Status.ALREADY_REGISTERED)
    assert with_link == sent.links().keys() - sent.names(Status.EXPIRED)


@pytest.mark.parametrize("workers", range(1, 9))
def test_a_roster_goes_out_once_and_comes_back_whole(book: Path, workers: int) -> None:
    with Sandbox(Behaviour(latency_seconds=0.01)) as sandbox:
        sent = Office(sandbox.base_url, book).run(people(195), SendOptions(workers))
        again = Office(sandbox.base_url, book).run(people(195), SendOptions(workers))
        check(sent, sandbox)
        assert set(sandbox.created.values()) == {1}
        assert len(sandbox.requests) == 20
    assert len(sent.names(Status.REGISTERED)) == 195
    assert sent.outcome.requests == 20
    assert (again.outcome.requests, len(again.names(Status.ALREADY_REGISTERED))) == (0, 195)


def test_the_first_batch_goes_alone_and_the_workers_start_after_its_success(book: Path) -> None:
    together = threading.Barrier(4)

    def meet(ids: list[Any], *_: object) -> list[Any]:
        together.wait(20)  # it breaks where fewer than four requests are under way at once
        return ids

    script = [hostile.later(503, "0"), Reaction(hang_seconds=0.3), *[Reaction(change=meet)] * 4]
    with HostileServer(script) as server:
        sent = Office(server.base_url, book).run(people(50), SendOptions(4))
        first, second, *rest = server.requests
    assert first.employees == second.employees == people(10)
    assert rest[0].at - second.at >= 0.3
    assert (len(rest), len(sent.names(Status.REGISTERED))) == (4, 50)


def test_an_answer_is_in_the_ledger_before_anything_is_told_of_it(book: Path) -> None:
    seen: list[int] = []
    with Sandbox() as sandbox:
        office = Office(sandbox.base_url, book)

        def look() -> None:
            with Ledger(book, write=False) as ledger:
                seen.append(len(ledger.known(office.scope).employees))

        office.events = Listener(3, look)
        office.run(people(40), SendOptions(1))
    assert seen == [30]


FAULTS: dict[str, Callable[[], Reaction]] = {
    "408": lambda: hostile.html(408),
    "429": lambda: hostile.html(429),
    "429 later": lambda: hostile.later(429, "0"),
    "500": lambda: hostile.html(500),
    "502": lambda: hostile.html(502),
    "503": lambda: hostile.html(503),
    "503 later": lambda: hostile.later(503, "0"),
    "200 in HTML": lambda: hostile.html(200),
    "no list": lambda: hostile.answer(200, b"{}"),
    "reset before": hostile.reset_before_work,
    "reset after": hostile.reset_after_work,
    "truncated": hostile.truncated,
    "400": lambda: hostile.message(400, "no"),
    "404": lambda: hostile.message(404, "no"),
    "413": lambda: hostile.html(413),
    "short": hostile.short,
    "long": hostile.long,
    "repeated": hostile.repeated,
    "malformed": hostile.malformed,
    "null": lambda: hostile.nulls(0),
    "another's": hostile.anothers,
}


# the true owner is asked again, answered with another's, and then not at all
CLAIMED_BEFORE = ["400", "400", "honest", "honest", "503", *["honest"] * 4, "another's", "honest"]
CLAIMED_BEFORE += ["another's", "503", "503", "503", "another's"]


@settings(max_examples=25, deadline=None)
@example(script=CLAIMED_BEFORE, workers=5, reregister=False)
@given(
    script=st.lists(
        st.sampled_from(["honest", "honest", *sorted(FAULTS.keys() - {"another's"})]), max_size=30
    )
    | st.lists(st.sampled_from(["honest", "honest", "another's", "503", "reset before", "400"]), max_size=30),
    workers=st.integers(1, 8),
    reregister=st.booleans(),
)
def test_whatever_comes_nobody_gets_anothers_participant(
    tmp_path_factory: pytest.TempPathFactory, script: list[str], workers: int, reregister: bool
) -> None:
    folder, script = tmp_path_factory.mktemp("any"), [*script]
    exam = REREGISTER if reregister else EXAM

    def react(_: Request) -> Reaction | None:
        name = script.pop(0) if script else "honest"
        return FAULTS[name]() if name in FAULTS else None

    with HostileServer(react) as server:
        office = Office(server.base_url, folder / "ledger.sqlite3", exam)
        sent = office.run(people(60), SendOptions(workers))
        check(sent, server, lies_agree=True)
        if reregister:
            assert max(server.created.values(), default=0) <= 1
            return
        script.clear()  # what was lost at first could be stolen later, and nobody could tell
        rerun = office.run(people(60), SendOptions(workers))
        check(rerun, server, lies_agree=True)
        assert set(server.created.values()) <= {1}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_one_fault_in_the_middle_costs_at_most_its_own_employees(book: Path, fault: str) -> None:
    struck: list[Request] = []

    def react(request: Request) -> Reaction:
        if "emp-00025" in request.employees and not struck:
            struck.append(request)
            return FAULTS[fault]()
        return HONEST

    with HostileServer(react) as server:
        sent = Office(server.base_url, book).run(people(60), SendOptions(3))
        check(sent, server)
        assert set(server.created.values()) == {1}
    if fault == "null":
        assert sent.names(Status.UNKNOWN) == {"emp-00020"}
    elif fault == "another's":
        assert sent.names(Status.UNKNOWN) | sent.names(Status.NOT_SENT) <= set(people(60)[30:])
        assert bool(sent.outcome.stopped) == (len(sent.links()) < 60)
    else:
        assert len(sent.names(Status.REGISTERED)) == 60


def test_a_participant_that_two_employees_are_answered_with_is_nobodys(book: Path) -> None:
    """The true owner's answer is still under way when another's comes with the owner's participant."""

    def react(request: Request) -> Reaction | None:
        if "emp-00010" in request.employees:
            return Reaction(hang_seconds=0.3)
        if "emp-00020" in request.employees:
            return Reaction(hang_seconds=0.15, change=steal)
        return None

    thefts = itertools.count()  # each for others, or two answers in shuffled orders may agree

    def steal(ids: list[object], request: Request, registrar: hostile.Registrar) -> list[object]:
        until = time.monotonic() + 10
        while "emp-00019" not in server.created and time.monotonic() < until:
            time.sleep(0.005)  # the owner's request may come later than this one
        truth = {employee: each for (_, _, employee), each in registrar.registrations.items()}
        answered, theft = dict(zip(request.employees, ids, strict=True)), next(thefts)
        answered[people(60)[20 + theft]] = truth["emp-00013"]
        answered[people(60)[28 - theft]] = truth["emp-00017"]
        return list(answered.values())

    with HostileServer(lambda request: None if calm.is_set() else react(request)) as server:
        calm = threading.Event()
        office = Office(server.base_url, book)
        sent = office.run(people(60), SendOptions(2))
        check(sent, server)
        assert sent.names(Status.UNKNOWN) == {"emp-00013", "emp-00017", *people(30)[20:]}
        assert sent.names(Status.REGISTERED) >= set(people(20)) - {"emp-00013", "emp-00017"}
        assert "another employee" in sent.outcome.stopped
        with Ledger(book, write=False) as ledger:
            told = {item.employee: item.note for item in ledger.statuses(sent.run)}
            assert "one participant to rows 15 and " in told["emp-00013"]
            assert "don't agree" in told["emp-00020"]
            assert "emp-00020" not in ledger.known(office.scope).employees
        calm.set()
        again = office.run(people(60), SendOptions(2))
        check(again, server)
        assert len(again.links()) == 60


def test_refused_employees_stand_alone_with_what_startexam_said(book: Path) -> None:
    bad = {"emp-00400", "emp-00777", "emp-01500", "emp-01999"}
    with Sandbox(Behaviour(unknown=bad, name_unknown=True)) as sandbox:
        office = Office(sandbox.base_url, book, batch_size=500)
        sent = office.run(people(2000))
        check(sent, sandbox)
        assert len(sandbox.requests) <= 4 + 80
    assert sent.names(Status.REJECTED) == bad
    assert len(sent.names(Status.REGISTERED)) == 1996
    statuses = sent.outcome.statuses
    assert set(statuses.note[statuses.status == Status.REJECTED]) == {
        f"Employee '{name}' is not found." for name in bad
    }
    with Ledger(book, write=False) as ledger:
        assert {item.employee for item in ledger.statuses(sent.run)} == bad
    assert not any(name in repr(sent.events) for name in bad)


def test_a_poison_employee_is_found_and_the_others_are_registered(book: Path) -> None:
    with HostileServer(
        lambda request: hostile.html(500) if "emp-00042" in request.employees else None
    ) as server:
        sent = Office(server.base_url, book, attempts=2).run(people(100), SendOptions(2))
    assert sent.names(Status.REJECTED) == {"emp-00042"}
    assert len(sent.names(Status.REGISTERED)) == 99


def ends(sent: Sent, book: Path) -> set[tuple[str, str]]:
    """How the requests of a run ended, with the notes that the ledger has of it."""
    with Ledger(book, write=False) as ledger:
        return {(str(ended), note) for _, _, ended, note in ledger.requests(sent.run)}


def test_wrong_credentials_stop_at_the_first_refusal(book: Path) -> None:
    refusal = hostile.message(403, "HTTP header 'Authorization' is incorrect")
    with HostileServer(lambda _: refusal) as server:
        sent = Office(server.base_url, book).run(people(100))
        assert len(server.requests) == 1
    assert len(sent.names(Status.NOT_SENT)) == 100
    assert "secret key" in sent.outcome.stopped


def test_a_redirect_stops_and_nothing_goes_elsewhere(book: Path) -> None:
    with HostileServer() as elsewhere:
        with HostileServer(lambda _: hostile.redirect(elsewhere.base_url)) as server:
            sent = Office(server.base_url, book).run(people(30))
        assert not elsewhere.requests
    assert len(sent.names(Status.NOT_SENT)) == 30


def test_a_dead_service_is_left_after_three_batches(book: Path) -> None:
    with HostileServer(lambda _: hostile.html(502)) as server:
        sent = Office(server.base_url, book).run(people(100), SendOptions(8))
        assert len(server.requests) == 9
    assert len(sent.names(Status.FAILED)) == 30
    assert len(sent.names(Status.NOT_SENT)) == 70
    assert sent.outcome.retries == 6
    assert ends(sent, book) == {("failed", "StartExam answered 502")}


def test_a_service_that_dies_on_the_way_is_left_too(book: Path) -> None:
    answered: list[Request] = []

    def react(request: Request) -> Reaction:
        answered.append(request)
        return HONEST if len(answered) <= 3 else hostile.reset_before_work()

    with HostileServer(react) as server:
        sent = Office(server.base_url, book).run(people(200), SendOptions(4))
        check(sent, server)
        assert len(server.requests) <= 3 + (3 + 3) * 3
    assert len(sent.names(Status.REGISTERED)) == 30
    assert sent.outcome.stopped


# --- existing participants


def asked_among(registered: set[str], book: Path, answer: Callable[[list[bool]], Reaction]) -> Sent:
    """Forty people are asked about; `answer` makes the reaction, of who had a participant before."""
    known_before = set(registered)

    def react(request: Request) -> Reaction:
        known = [name in known_before for name in request.employees]
        known_before.update(request.employees)
        return answer(known)

    with HostileServer(react) as server:
        sent = Office(server.base_url, book).run(people(40), SendOptions(1))
        check(sent, server)
    return sent


REGISTERED_BEFORE = set(people(40)[15:18])


def test_existing_participants_in_their_places_are_taken(book: Path) -> None:
    sent = asked_among(REGISTERED_BEFORE, book, lambda _: HONEST)
    assert len(sent.names(Status.REGISTERED)) == 40


def test_a_null_for_an_existing_participant_makes_that_employee_unknown(book: Path) -> None:
    sent = asked_among(
        REGISTERED_BEFORE, book, lambda known: hostile.nulls(*(at for at, there in enumerate(known) if there))
    )
    assert sent.names(Status.UNKNOWN) == REGISTERED_BEFORE
    assert len(sent.names(Status.REGISTERED)) == 37


def test_an_answer_that_leaves_existing_participants_out_stops_the_run(book: Path) -> None:
    def leave_out(known: list[bool]) -> Reaction:
        return Reaction(
            change=lambda ids, *_: [each for each, there in zip(ids, known, strict=True) if not there]
        )

    sent = asked_among(REGISTERED_BEFORE, book, leave_out)
    assert sent.outcome.requests == 3
    assert sent.names(Status.UNKNOWN) == set(people(20)[10:])
    assert len(sent.names(Status.NOT_SENT)) == 20
    assert "leaves employees" in sent.outcome.stopped
    with Ledger(book, write=False) as ledger:
        kept = ledger.unmatched(sent.run)
    assert [len(each.employees) for each in kept] == [10, 1]
    assert b"participantIds" in kept[0].raw


def test_an_old_window_makes_an_existing_link_expired_or_already_registered(book: Path) -> None:
    now = time.time()
    with Sandbox() as sandbox:
        for seconds, status in ((-60, Status.EXPIRED), (600, Status.ALREADY_REGISTERED)):
            fresh = book.with_name(f"{status}.sqlite3")
            office = Office(sandbox.base_url, fresh)
            old = replace(
                EXAM, valid_till=EXAM.valid_till.fromtimestamp(now + seconds, EXAM.valid_till.tzinfo)
            )
            first = Office(sandbox.base_url, fresh, old).run(people(12))
            sent = office.run(people(12), aim=PlanOptions(refresh=True))
            check(sent, sandbox)
            assert sent.names(status) == set(people(12))
            assert set(sent.outcome.statuses.valid_till) == {int(now + seconds)}
            assert sent.links() == first.links()


def test_a_known_link_that_is_over_is_no_link_where_asking_again_is_refused(book: Path) -> None:
    over = replace(EXAM, valid_till=datetime.fromtimestamp(time.time() - 60, UTC))
    refuses = threading.Event()
    with HostileServer(lambda _: hostile.message(400, "no") if refuses.is_set() else None) as server:
        assert len(Office(server.base_url, book, over).run(people(3)).links()) == 3
        refuses.set()
        sent = Office(server.base_url, book).run(people(3))
    assert sent.names(Status.REJECTED) == set(people(3))


@pytest.mark.parametrize(
    "reaction",
    [
        hostile.message(400, "no"),
        hostile.html(503),
        hostile.short(),
        hostile.malformed(),
        hostile.nulls(*range(10)),
        Reaction(change=lambda ids, *_: [str(uuid.uuid4()) for _ in ids]),
        hostile.message(403, "no"),
        hostile.reset_after_work(),
    ],
    ids=["400", "503", "short", "malformed", "null", "another link", "403", "lost"],
)
def test_a_known_link_that_works_is_kept_whatever_refresh_meets(book: Path, reaction: Reaction) -> None:
    asked = threading.Event()
    with HostileServer(lambda _: reaction if asked.is_set() else None) as server:
        office = Office(server.base_url, book)
        first = office.run(people(25))
        asked.set()
        sent = office.run(people(25), aim=PlanOptions(refresh=True))
        asked.clear()
        third = office.run(people(25))
    assert sent.names(Status.ALREADY_REGISTERED) == set(people(25))
    assert sent.links() == third.links() == first.links()
    assert third.outcome.requests == 0


# --- a new registration for everybody


@pytest.mark.parametrize(
    "reaction",
    [
        hostile.reset_after_work(),
        hostile.truncated(),
        hostile.html(200),
        hostile.flood(2),
        replace(hostile.html(408), work=True),
        replace(hostile.html(500), work=True),
        replace(hostile.html(502), work=True),
        replace(hostile.html(504), work=True),
        hostile.hang(3),
    ],
    ids=["reset", "truncated", "HTML", "flood", "408", "500", "502", "504", "hang"],
)
def test_a_new_registration_whose_answer_was_lost_is_never_asked_for_twice(
    book: Path, reaction: Reaction
) -> None:
    with HostileServer([HONEST, reaction]) as server:
        office = Office(server.base_url, book, REREGISTER, timeout=0.5)
        sent = office.run(people(30), SendOptions(1))
        assert len(sent.names(Status.UNKNOWN)) == 10
        rerun = finish(office, sent.run)
        assert rerun.outcome.requests == 0
        assert len(rerun.names(Status.UNKNOWN)) == 10
        assert set(server.created.values()) <= {1}
    assert "may have been made" in sent.outcome.statuses.note[10]


@pytest.mark.parametrize("status", [429, 503])
def test_a_new_registration_that_was_turned_away_is_asked_for_again(book: Path, status: int) -> None:
    with HostileServer([HONEST, *[hostile.html(status)] * 3]) as server:
        office = Office(server.base_url, book, REREGISTER)
        sent = office.run(people(30), SendOptions(1))
        assert len(sent.names(Status.FAILED)) == 10
        rerun = finish(office, sent.run)
        assert len(rerun.names(Status.REGISTERED)) == 30
        assert set(server.created.values()) == {1}


def finish(office: Office, run: int) -> Sent:
    """As `rerun` does."""
    from bulk_register.settings import load_settings

    settings = load_settings({"sandbox": True})
    with Ledger(office.ledger) as ledger:
        record = next(each for each in ledger.runs() if each.id == run)
        aim = plan_options_for_rest(settings, ledger, record)
    return office.run(people(30), SendOptions(1), aim)


# --- stopping


class Person(NoInterruption):
    """Presses Ctrl-C."""

    def press(self) -> None:
        self.times, self.signal = self.times + 1, 2


def test_an_interruption_lets_nothing_new_out_and_waits_for_what_is_in_flight(book: Path) -> None:
    person = Person()

    def react(_: Request) -> Reaction:
        if len(server.requests) == 4:
            person.press()
        return Reaction(hang_seconds=0.3)

    with HostileServer(react) as server:
        sent = Office(server.base_url, book).run(people(200), SendOptions(4, interruption=person))
        check(sent, server)
        assert len(server.requests) <= 5
    assert len(sent.names(Status.REGISTERED)) == 10 * len(server.requests)
    assert sent.outcome.signal == 2
    assert sent.names(Status.FAILED) == set()


def test_an_interruption_before_the_first_request_sends_nothing(book: Path) -> None:
    person = Person()
    person.press()
    with HostileServer() as server:
        sent = Office(server.base_url, book).run(people(20), SendOptions(interruption=person))
        assert not server.requests
    assert len(sent.names(Status.NOT_SENT)) == 20


def test_an_interruption_ends_a_long_pause(book: Path) -> None:
    person = Person()
    threading.Timer(0.5, person.press).start()
    with HostileServer(lambda _: hostile.later(503, "100")) as server:
        started = time.monotonic()
        sent = Office(server.base_url, book).run(people(20), SendOptions(interruption=person))
        assert time.monotonic() - started < 50  # of the 100 s that the service asked for
        assert len(server.requests) == 1
    assert len(sent.names(Status.FAILED)) == 10
    assert len(sent.names(Status.NOT_SENT)) == 10


def test_a_second_interruption_gives_up_what_is_in_flight_and_keeps_what_has_come(book: Path) -> None:
    person = Person()

    def react(request: Request) -> Reaction:
        if len(server.requests) == 1:
            return HONEST
        if len(server.requests) == 5:
            threading.Timer(0.2, person.press).start()
            threading.Timer(0.4, person.press).start()
        return Reaction(hang_seconds=0.01 if "emp-00010" in request.employees else 20)

    with HostileServer(react) as server:
        started = time.monotonic()
        office = Office(server.base_url, book, timeout=60)
        sent = office.run(people(100), SendOptions(4, interruption=person))
        assert time.monotonic() - started < 15  # of 20 s until the answers
        check(sent, server)
    assert len(sent.names(Status.REGISTERED)) == 20
    assert len(sent.names(Status.UNKNOWN)) == 40
    given_up = "the request was under way when the run was stopped"
    assert ends(sent, book) == {("answered", ""), ("given up", given_up)}


def test_answers_that_have_come_when_the_run_is_given_up_are_kept(book: Path) -> None:
    person = Person()

    def press_twice() -> None:
        time.sleep(0.5)  # the answers of all others come meanwhile
        person.press()
        person.press()

    with Sandbox(Behaviour(latency_seconds=0.1)) as sandbox:
        office = Office(sandbox.base_url, book)
        office.events = Listener(2, press_twice)
        sent = office.run(people(200), SendOptions(4, interruption=person))
        check(sent, sandbox)
        assert len(sandbox.requests) >= 5
        assert len(sent.names(Status.REGISTERED)) == len(sandbox.created)
    assert not sent.names(Status.UNKNOWN)


def test_a_deadline_bounds_a_run(book: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=0.15)) as sandbox:
        sent = Office(sandbox.base_url, book).run(people(500), SendOptions(1, deadline_seconds=0.7))
        check(sent, sandbox)
    assert 10 <= len(sent.names(Status.REGISTERED)) <= 60
    assert "--deadline" in sent.outcome.stopped


# --- the ledger fails on the way


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("pages", [0, 1, 3])
def test_a_full_disk_for_the_ledger_stops_the_run_and_the_rest_is_asked_for_later(
    book: Path, workers: int, pages: int
) -> None:
    names = people(400)
    with Sandbox() as sandbox:
        office = Office(sandbox.base_url, book)

        def fill() -> None:
            connection = sqlite_of(office.ledgers[-1])
            used = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {used + pages}")

        office.events = Listener(5, fill)
        sent = office.run(names, SendOptions(workers))
        check(sent, sandbox)
        assert "disk is full" in sent.outcome.stopped
        assert sent.outcome.requests < 40
        kept = sent.names(Status.REGISTERED)
        assert len(kept) >= 50
        assert len(sent.names(Status.UNKNOWN)) <= 10 * workers
        with Ledger(book, write=False) as ledger:
            assert set(ledger.known(office.scope).employees) == kept
        assert sent.links().keys() == kept

        office.events = []
        again = office.run(names, SendOptions(workers))
        check(again, sandbox)
        assert len(again.links()) == 400
        assert set(sandbox.created.values()) == {1}


@pytest.mark.parametrize("workers", [1, 4])
def test_a_disk_that_fails_when_a_turn_is_committed_takes_all_of_that_turn_back(
    book: Path, workers: int
) -> None:
    """The requests that were to go out next are recorded in that turn too: they don't go."""
    names = people(200)
    with Sandbox() as sandbox:
        office = Office(sandbox.base_url, book)
        with ExitStack() as full:
            log = book.with_name(f"{book.name}-wal")
            office.events = Listener(5, lambda: full.enter_context(no_room_beyond(log.stat().st_size)))
            sent = office.run(names, SendOptions(workers))
        check(sent, sandbox)
        assert sent.outcome.stopped
        assert sent.outcome.requests < 20
        kept = sent.names(Status.REGISTERED)
        assert len(kept) >= 50
        assert len(sent.names(Status.NOT_SENT)) >= 200 - len(kept) - 10 * workers
        assert sent.links().keys() == kept
        with Ledger(book, write=False) as ledger:
            assert set(ledger.known(office.scope).employees) == kept
        office.events = []
        assert len(office.run(names, SendOptions(workers)).links()) == 200
        assert set(sandbox.created.values()) == {1}
