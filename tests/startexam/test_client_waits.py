"""Waits grow, honour `Retry-After`, are shared by all workers, and are bounded."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_register.errors import SendAgainError
from bulk_register.records import Event, Waiting
from bulk_register.startexam import RetryPolicy
from bulk_register.startexam.answers import failure, retry_after
from tests.support import hostile_server as hostile
from tests.support.clients import EXAM, batch_of, client_of
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Request
from tests.support.office import until


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 7 ", 7),
        ("300", 300),
        ("86400", 300),
        ("999999999", 300),
        ("99999999999999999999", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Fri, 99 Foo 2024 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 300),
    ],
)
def test_what_a_retry_after_asks_for(text: str | None, seconds: float | None) -> None:
    assert retry_after(text) == seconds


@pytest.mark.parametrize("skew_seconds", [-7200, 0, 7200])
def test_a_retry_after_date_counts_on_the_servers_clock(skew_seconds: float) -> None:
    now = time.time() + skew_seconds
    for date in (formatdate(now, usegmt=True), time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(now))):
        asked = retry_after(formatdate(now + 20, usegmt=True), date)
        assert asked == pytest.approx(20, abs=1)


@given(
    status=st.sampled_from([408, 429, 500, 502, 503, 504]),
    value=st.none() | st.text(st.characters(max_codepoint=255), max_size=30),
    date=st.none() | st.text(st.characters(max_codepoint=255), max_size=30),
)
def test_no_header_breaks_the_judgement(status: int, value: str | None, date: str | None) -> None:
    headers = {name: text for name, text in (("retry-after", value), ("date", date)) if text is not None}
    error = failure(status, headers, b"")
    assert isinstance(error, SendAgainError)
    assert error.pause_seconds is None or 0 <= error.pause_seconds <= 300


@given(st.integers(1, 200), st.floats(0.001, 100), st.floats(0.001, 100))
def test_our_own_waits_double_up_to_the_limit_with_jitter(attempt: int, first: float, longest: float) -> None:
    wait = RetryPolicy(6, first, longest).backoff(attempt)
    full = min(first * 2.0 ** (attempt - 1), longest)
    assert full / 2 <= wait <= full


@pytest.mark.parametrize(("status", "asked"), [(429, "1"), (503, "1"), (503, "date"), (500, "1")])
def test_retry_after_is_honoured_beyond_our_own_waits(status: int, asked: str) -> None:
    def react(request: Request) -> Reaction:
        later = hostile.http_date(2) if asked == "date" else asked
        return hostile.later(status, later) if request is server.requests[0] else HONEST

    events: list[Event] = []
    with HostileServer(react) as server:
        client_of(server.base_url, events, longest=0.02).register(EXAM, batch_of("a"))
    first, second = (request.at for request in server.requests)
    assert second - first >= 1  # a date has whole seconds
    waits = [event.seconds for event in events if isinstance(event, Waiting)]
    assert len(waits) == 1
    assert 1 <= waits[0] <= 2.1


def test_retry_after_zero_is_no_leave_to_hammer() -> None:
    with HostileServer(lambda _: hostile.later(503, "0")) as server, pytest.raises(SendAgainError):
        client_of(server.base_url, attempts=4, first=0.1, longest=0.1).register(EXAM, batch_of("a"))
    gaps = [after.at - before.at for before, after in zip(server.requests, server.requests[1:], strict=False)]
    assert min(gaps) >= 0.05


@pytest.mark.parametrize("reaction", [hostile.later(429, "1"), hostile.later(503, "1"), hostile.html(503)])
def test_one_pause_keeps_all_workers_and_they_do_not_come_back_at_once(reaction: Reaction) -> None:
    struck = threading.Event()

    def react(_: Request) -> Reaction:
        if struck.is_set():
            return HONEST
        struck.set()
        return reaction

    with HostileServer(react) as server, ThreadPoolExecutor(8) as pool:
        client = client_of(server.base_url, first=0.8, longest=0.8)
        first = pool.submit(client.register, EXAM, batch_of("first"))
        assert struck.wait(5)
        time.sleep(0.1)
        others = [pool.submit(client.register, EXAM, batch_of(f"e{number}")) for number in range(7)]
        for future in [first, *others]:
            future.result(10)
    begun, *rest = (request.at for request in server.requests)
    pause = 1.0 if "Retry-After" in reaction.headers else 0.4
    assert min(rest) - begun >= pause
    assert max(rest) - min(rest) > 0.04  # spread over up to 0.8 s
    assert len(rest) == 8


def test_a_500_makes_only_its_own_request_wait() -> None:
    def react(request: Request) -> Reaction:
        bad = request.employees == ["bad"] and request is server.requests[0]
        return hostile.html(500) if bad else HONEST

    with HostileServer(react) as server, ThreadPoolExecutor(2) as pool:
        client = client_of(server.base_url, first=6.0, longest=6.0)
        bad = pool.submit(client.register, EXAM, batch_of("bad"))
        until(lambda: server.requests)
        client.register(EXAM, batch_of("good"))
        bad.result(30)
    assert [request.employees for request in server.requests] == [["bad"], ["good"], ["bad"]]
