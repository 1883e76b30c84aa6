"""A clock that is off is fixed by the server's own date: once, for all workers, told once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bulk_register.errors import ClockError, StopError
from bulk_register.records import Event, Warned
from bulk_register.sandbox import Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.clients import EXAM, batch_of, client_of, statuses
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Request


@pytest.mark.parametrize(("skew_seconds", "word"), [(3600, "slow"), (-3600, "fast"), (86400 * 400, "slow")])
def test_a_clock_that_is_off_registers_still(skew_seconds: float, word: str) -> None:
    events: list[Event] = []
    with Sandbox(Behaviour(clock_skew_seconds=skew_seconds)) as sandbox:
        client = client_of(sandbox.base_url, events, attempts=1)
        for name in ("a", "b", "c"):
            assert client.register(EXAM, batch_of(name)).participants
    assert statuses(events) == [403, 200, 200, 200]
    warnings = [event.message for event in events if isinstance(event, Warned)]
    assert len(warnings) == 1
    assert word in warnings[0]


def test_the_mended_attempt_uses_up_none_of_the_attempts() -> None:
    script = [hostile.date_refused(7200), hostile.html(500), hostile.html(500), HONEST]
    with HostileServer(script) as server:
        client = client_of(server.base_url, attempts=3)
        assert client.register(EXAM, batch_of("a")).participants
    assert (client.requests, client.retries) == (4, 2)


def test_a_second_refusal_of_the_date_stops() -> None:
    with HostileServer(lambda _: hostile.date_refused(7200)) as server:
        with pytest.raises(StopError, match="older than 15 minutes") as caught:
            client_of(server.base_url, attempts=6).register(EXAM, batch_of("a"))
        assert len(server.requests) == 2
    assert isinstance(caught.value, ClockError)


def test_a_refusal_of_the_date_after_it_was_mended_earlier_stops() -> None:
    with HostileServer([hostile.date_refused(7200), HONEST, hostile.date_refused(7200)]) as server:
        client = client_of(server.base_url)
        client.register(EXAM, batch_of("a"))
        with pytest.raises(StopError):
            client.register(EXAM, batch_of("b"))
    assert len(server.requests) == 3


def test_workers_that_are_refused_at_once_mend_the_clock_once() -> None:
    events: list[Event] = []
    transaction = threading.Barrier(6)

    def react(request: Request) -> Reaction:
        sent = sum(other.employees == request.employees for other in server.requests)
        return replace(hostile.date_refused(7200), hang_seconds=1.0) if sent == 1 else HONEST

    with HostileServer(react) as server, ThreadPoolExecutor(6) as pool:
        client = client_of(server.base_url, events, attempts=1)

        def register(name: str) -> object:
            transaction.wait(5)
            return client.register(EXAM, batch_of(name)).participants

        assert all(pool.map(register, "abcdef"))
    assert sum(isinstance(event, Warned) for event in events) == 1


def test_wrong_credentials_are_not_taken_for_a_wrong_clock() -> None:
    with HostileServer(lambda _: hostile.message(403, "HTTP header 'Authorization' is incorrect")) as server:
        with pytest.raises(StopError, match="secret key"):
            client_of(server.base_url).register(EXAM, batch_of("a"))
        assert len(server.requests) == 1


def test_a_refused_date_without_a_date_to_mend_it_by_stops() -> None:
    refused = hostile.message(403, "HTTP header 'Date' is incorrect", date="rubbish")
    with HostileServer(lambda _: refused) as server, pytest.raises(ClockError, match="clock"):
        client_of(server.base_url).register(EXAM, batch_of("a"))
    assert len(server.requests) == 1
