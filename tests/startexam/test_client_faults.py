"""Every answer and every silence becomes the right failure, after the right number of attempts."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import tracemalloc

import pytest

from bulk_register.errors import RefusedError, SendAgainError, StartExamError, StopError
from bulk_register.records import Event
from bulk_register.sandbox import Sandbox
from tests.support import hostile_server as hostile
from tests.support.clients import EXAM, batch_of, client_of, statuses
from tests.support.hostile_server import HONEST, HostileServer, Reaction, message

BATCH = batch_of("a", "b", "c")

PASSING = [
    message(408, "slow"),
    message(429, "too many"),
    message(500, "An error has occurred."),
    hostile.html(501),
    hostile.html(502),
    hostile.html(503),
    hostile.later(503, "0"),
    hostile.later(429, "0"),
    hostile.html(504),
    hostile.html(200),
    hostile.answer(200, b'{"participants": []}'),
    hostile.answer(200, b'{"participantIds": "abc"}'),
    hostile.answer(200, b"[]"),
    hostile.answer(200, b""),
    hostile.answer(200, b"\xff\xfe{"),
    hostile.answer(204, b""),
    hostile.answer(200, b"[" * 100_000),
    hostile.reset_before_work(),
    hostile.reset_after_work(),
    hostile.truncated(),
    hostile.truncated(130),
    Reaction(close=True, cut_bytes=1_000_000),
]


@pytest.mark.parametrize("reaction", PASSING, ids=lambda reaction: f"{reaction.status}")
def test_a_passing_fault_is_sent_again(reaction: Reaction) -> None:
    with HostileServer([reaction]) as server:
        answer = client_of(server.base_url).register(EXAM, BATCH)
    assert [request.employees for request in server.requests] == [["a", "b", "c"]] * 2
    assert set(server.created.values()) == {1}
    assert answer.participants == tuple(server.registrations.values())


@pytest.mark.parametrize("reaction", PASSING, ids=lambda reaction: f"{reaction.status}")
def test_attempts_are_bounded(reaction: Reaction) -> None:
    events: list[Event] = []
    with HostileServer(lambda _: reaction) as server, pytest.raises(SendAgainError) as caught:
        client_of(server.base_url, events, attempts=3).register(EXAM, BATCH)
    assert len(server.requests) == len(statuses(events)) == 3
    assert caught.value.lost is (reaction.status not in (429, 503))


@pytest.mark.parametrize("status", [400, 413])
@pytest.mark.parametrize("make", [lambda status: message(status, "no such employee"), hostile.html])
def test_a_refusal_is_not_sent_again(status: int, make: object) -> None:
    assert callable(make)
    with HostileServer([make(status)]) as server, pytest.raises(RefusedError):
        client_of(server.base_url).register(EXAM, BATCH)
    assert len(server.requests) == 1


def test_a_404_with_a_message_refuses_the_batch_and_any_other_stops() -> None:
    with HostileServer([message(404, "Employee is not found."), hostile.html(404)]) as server:
        client = client_of(server.base_url)
        with pytest.raises(RefusedError, match=r"Employee is not found\."):
            client.register(EXAM, BATCH)
        with pytest.raises(StopError, match="Check the base URL"):
            client.register(EXAM, BATCH)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reaction", "words"),
    [
        (
            message(401, "who are you"),
            "the secret key (StartExam answered 401: who are you)",
        ),
        (
            message(403, "HTTP header 'Authorization' is incorrect"),
            "Check the account number and the secret key",
        ),
        (hostile.html(403), "the secret key (StartExam answered 403)"),
        (message(405, "POST only"), "Check the base URL"),
        (message(410, "gone"), "Check the base URL"),
        (hostile.answer(304, b""), "redirects are not followed"),
    ],
)
def test_what_no_request_can_mend_stops(reaction: Reaction, words: str) -> None:
    with HostileServer([reaction]) as server, pytest.raises(StopError) as caught:
        client_of(server.base_url).register(EXAM, BATCH)
    assert words in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with HostileServer() as elsewhere:
        reaction = hostile.redirect(elsewhere.base_url + "/v2/employees-participants?token=1", status)
        with HostileServer([reaction]) as server, pytest.raises(StopError) as caught:
            client_of(server.base_url).register(EXAM, BATCH)
        assert not elsewhere.requests
    assert elsewhere.base_url in str(caught.value)
    assert "token" not in str(caught.value)


def test_nobody_there_is_a_request_that_was_certainly_not_carried_out() -> None:
    with HostileServer() as server:
        pass
    with pytest.raises(SendAgainError, match="can't be reached") as caught:
        client_of(server.base_url).register(EXAM, BATCH)
    assert caught.value.lost is False


@pytest.mark.parametrize(
    "reaction",
    [
        hostile.hang(60),
        hostile.drip(1, 0.3),  # the headers alone take 40 s
        hostile.drip(20, 0.45),  # the body comes late and slowly
    ],
    ids=["hang", "drip from the first byte", "drip"],
)
def test_no_answer_keeps_a_worker_longer_than_the_timeout(reaction: Reaction) -> None:
    many = batch_of(*(f"employee-{number}" for number in range(40)))
    started = time.monotonic()
    with HostileServer([reaction]) as server:
        client_of(server.base_url, timeout=0.5).register(EXAM, many)
        assert time.monotonic() - started < 10
    assert len(server.requests) == 2
    assert set(server.created.values()) == {1}


@pytest.mark.parametrize(
    "beginning", [b"2;x=", b"2\r\n{}\r\n0\r\nX-Late: "], ids=["chunk extension", "trailer"]
)
def test_a_body_that_never_ends_between_its_pieces_is_given_up(beginning: bytes) -> None:
    """Neither the socket's timeout nor a look between pieces ends what dribbles in within one."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    closing = threading.Event()

    def dribble(listener: socket.socket) -> None:
        while not closing.is_set():
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(head + beginning)
                while not closing.wait(0.05):
                    connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        thread = threading.Thread(target=dribble, args=(listener,))
        thread.start()
        started = time.monotonic()
        try:
            with pytest.raises(SendAgainError, match="no answer from"):
                client_of(f"http://127.0.0.1:{listener.getsockname()[1]}", attempts=1, timeout=0.5).tests()
            assert time.monotonic() - started < 20  # it would never end
        finally:
            closing.set()
            thread.join()


def test_a_slow_answer_within_the_timeout_is_taken() -> None:
    with HostileServer([hostile.drip(40, 0.01)]) as server:
        client_of(server.base_url).register(EXAM, BATCH)
    assert len(server.requests) == 1


@pytest.mark.parametrize("reaction", [hostile.flood(200), hostile.gzip_bomb(1000)], ids=["flood", "gzip"])
def test_a_huge_answer_costs_neither_memory_nor_time(reaction: Reaction) -> None:
    with HostileServer([reaction]) as server:
        client = client_of(server.base_url)
        tracemalloc.start()
        started = time.monotonic()
        answer = client.register(EXAM, BATCH)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert answer.participants
    assert peak < 24 * 1024 * 1024  # the server's own megabytes are in it
    assert time.monotonic() - started < 20


def test_a_huge_refusal_is_still_judged_by_its_status() -> None:
    reaction = hostile.Reaction(403, {"Content-Type": "text/html"}, b" " * 1_000_000, repeat=30, work=False)
    with HostileServer([reaction]) as server, pytest.raises(StopError, match="Check the account number"):
        client_of(server.base_url).register(EXAM, BATCH)


def test_connections_are_kept_between_requests() -> None:
    ports = set()
    with HostileServer() as server:
        client = client_of(server.base_url)
        for _ in range(5):
            client.register(EXAM, BATCH)
            ports.add(len(server._conversations))
    assert ports == {1}


# --- answers at the door


@pytest.mark.parametrize(
    ("reaction", "fault"),
    [
        (hostile.short(), "2 participants for 3 employees"),
        (hostile.short(3), "0 participants for 3 employees"),
        (hostile.long(), "4 participants for 3 employees"),
        (hostile.repeated(), "repeated"),
        (hostile.malformed(), "malformed"),
        (hostile.malformed(7), "malformed"),
        (hostile.malformed(""), "malformed"),
        (hostile.malformed({"id": "x"}), "malformed"),
        (hostile.malformed("a b"), "malformed"),
        (hostile.malformed("a\n"), "malformed"),
        (hostile.malformed("é"), "malformed"),
        (hostile.malformed("x" * 251), "malformed"),
        (Reaction(change=lambda ids, *_: [ids[0], ids[0].upper(), ids[2]]), "repeated"),
    ],
)
def test_an_answer_that_cannot_be_matched_gives_nobody_anything(reaction: Reaction, fault: str) -> None:
    with HostileServer([reaction]) as server:
        answer = client_of(server.base_url).register(EXAM, BATCH)
    assert len(server.requests) == 1
    assert answer.participants is None
    assert fault in answer.fault
    assert answer.empty is ("0 participants" in answer.fault)
    assert b"participantIds" in answer.raw


def test_a_null_in_a_list_of_the_right_length_is_nobodys_participant() -> None:
    with HostileServer([hostile.nulls(1)]) as server:
        answer = client_of(server.base_url).register(EXAM, BATCH)
    ids = list(server.registrations.values())
    assert answer.participants == (ids[0], None, ids[2])


# --- a new registration is never asked for twice


@pytest.mark.parametrize("reaction", PASSING, ids=lambda reaction: f"{reaction.status}")
def test_a_new_registration_whose_answer_was_lost_is_not_sent_again(reaction: Reaction) -> None:
    from dataclasses import replace

    again = replace(EXAM, reregister=True)
    turned_away = reaction.status in (429, 503)
    with HostileServer([reaction, HONEST]) as server:
        client = client_of(server.base_url)
        if turned_away:
            client.register(again, BATCH)
        else:
            with pytest.raises(SendAgainError) as caught:
                client.register(again, BATCH)
            assert caught.value.lost
    assert len(server.requests) == (2 if turned_away else 1)
    assert max(server.created.values(), default=0) <= 1


# --- stopping


def test_a_stop_ends_waits_at_once_and_lets_nothing_more_out() -> None:
    with HostileServer(lambda _: hostile.later(503, "120")) as server:
        client = client_of(server.base_url)
        threading.Timer(0.3, client.gate.stopping.set).start()
        started = time.monotonic()
        with pytest.raises(StartExamError, match="503"):
            client.register(EXAM, BATCH)
        assert time.monotonic() - started < 60  # of the 120 s that the service asked for
        assert len(server.requests) == 1


def test_after_a_stop_no_attempt_is_made() -> None:
    from bulk_register.startexam import StoppedError

    with HostileServer() as server:
        client = client_of(server.base_url)
        client.gate.stopping.set()
        with pytest.raises(StoppedError):
            client.register(EXAM, BATCH)
        assert not server.requests


def test_without_encryption_nothing_can_have_been_carried_out() -> None:
    with Sandbox() as server:
        url = server.base_url.replace("http://", "https://")
        with pytest.raises(SendAgainError, match="can't be talked to with encryption") as caught:
            client_of(url, attempts=1).register(EXAM, BATCH)
    assert caught.value.lost is False


def test_an_identifier_in_another_spelling_is_not_said_either() -> None:
    refusal = message(400, "Employee 'Stra\u00dfe-77' is unknown")
    with HostileServer([refusal]) as server, pytest.raises(RefusedError) as caught:
        client_of(server.base_url).register(EXAM, batch_of("STRASSE-77"))
    assert "77" not in str(caught.value)
