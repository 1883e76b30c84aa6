"""The hostile server does what its script says, and keeps an honest book of it."""

from __future__ import annotations

import socket
import threading
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.support import hostile_server as hostile
from tests.support.hostile_server import HONEST, HostileServer, Reaction
from tests.support.raw_requests import REGISTER, get, identifiers, register, send


def test_it_is_honest_where_nothing_is_said() -> None:
    with HostileServer() as server:
        first = identifiers(register(server.base_url, "a", "b"))
        assert identifiers(register(server.base_url, "b", "a")) == first[::-1]
        assert server.created == {"a": 1, "b": 1}
        assert sorted(server.registrations.values()) == sorted(map(str, first))


def test_without_do_not_create_if_exist_everybody_is_created_again() -> None:
    with HostileServer() as server:
        first = identifiers(register(server.base_url, "a", doNotCreateIfExist=False))
        assert identifiers(register(server.base_url, "a", doNotCreateIfExist=False)) != first
        assert server.created == {"a": 2}


def test_it_records_what_arrived() -> None:
    with HostileServer() as server:
        before = time.monotonic()
        register(server.base_url, "a")
        get(server.base_url, "/v1/tests")
    first, second = server.requests
    assert (first.method, first.path, first.employees) == ("POST", REGISTER, ["a"])
    assert first.headers["authorization"].startswith("SharedKey ")
    assert (second.method, second.path, second.employees) == ("GET", "/v1/tests", [])
    assert before <= first.at <= second.at


def test_a_list_is_used_up_in_order_and_a_callable_sees_each_request() -> None:
    with HostileServer([hostile.message(500, "no"), HONEST, hostile.html(502)]) as server:
        assert [register(server.base_url, "a").status_code for _ in range(4)] == [500, 200, 502, 200]
    with HostileServer(lambda request: hostile.html(413) if "b" in request.employees else None) as server:
        assert [register(server.base_url, each).status_code for each in "aba"] == [200, 413, 200]


@pytest.mark.parametrize(
    ("reaction", "registered"), [(hostile.reset_before_work(), 0), (hostile.reset_after_work(), 1)]
)
def test_a_reset_comes_before_or_after_the_work(reaction: Reaction, registered: int) -> None:
    with HostileServer([reaction]) as server:
        with pytest.raises(requests.ConnectionError, match=r"(?i)reset|forcibly"):
            register(server.base_url, "a")
        assert server.created["a"] == registered


@pytest.mark.parametrize("retry_after", ["3", "Thu, 01 Jan 2026 00:00:00 GMT", "soon"])
def test_retry_after_is_sent_as_given(retry_after: str) -> None:
    with HostileServer([hostile.later(503, retry_after)]) as server:
        answer = register(server.base_url, "a")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, retry_after)
        assert not server.created


@pytest.mark.parametrize(
    ("reaction", "shown"),
    [
        (hostile.short(), [0, 1]),
        (hostile.long(), [0, 1, 2, "new"]),
        (hostile.nulls(1), [0, None, 2]),
        (hostile.repeated(), [0, 1, 0]),
        (hostile.malformed("?"), ["?", 1, 2]),
        (hostile.anothers(), ["x", 1, 2]),
    ],
    ids=["short", "long", "null", "repeated", "malformed", "another's"],
)
def test_lists_are_changed_after_the_work(reaction: Reaction, shown: list[object]) -> None:
    with HostileServer([HONEST, reaction]) as server:
        x = identifiers(register(server.base_url, "x"))[0]
        changed = identifiers(register(server.base_url, "a", "b", "c"))
        honest = identifiers(register(server.base_url, "a", "b", "c"))
    names: dict[object, object] = {None: None, "?": "?", x: "x"} | {
        each: at for at, each in enumerate(honest)
    }
    assert [names.get(each, "new") for each in changed] == shown


def test_a_hang_outlasts_a_read_timeout_and_the_work_is_done() -> None:
    with HostileServer([hostile.hang(30)]) as server:
        with pytest.raises(requests.ReadTimeout):
            send(server.base_url, "POST", REGISTER, b'{"employees": [{"id": "a"}]}', timeout=0.1)
        assert server.created == {"a": 1}


def test_a_drip_is_slow_from_the_first_header_on() -> None:
    with HostileServer([hostile.drip(20, 0.02)]) as server:
        started = time.monotonic()
        assert identifiers(register(server.base_url, "a"))
        assert time.monotonic() - started > 0.1


def test_a_truncated_body_is_shorter_than_promised() -> None:
    broken = requests.exceptions.ChunkedEncodingError
    with HostileServer([hostile.truncated(7)]) as server, pytest.raises(broken, match="7 more expected"):
        register(server.base_url, "a")


def test_floods_are_as_large_as_told() -> None:
    with HostileServer([hostile.flood(3), hostile.gzip_bomb(5)]) as server:
        plain, packed = register(server.base_url, "a"), register(server.base_url, "a")
    assert (len(plain.content), len(packed.content)) == (3 * hostile.MEGABYTE, 5 * hostile.MEGABYTE)
    assert int(packed.headers["Content-Length"]) < 10_000


def test_redirects_and_skewed_dates_are_sent_as_told() -> None:
    with HostileServer([hostile.redirect("http://other.invalid/"), hostile.date_refused(3600)]) as server:
        moved, refused = register(server.base_url, "a"), register(server.base_url, "a")
    assert (moved.status_code, moved.headers["Location"]) == (307, "http://other.invalid/")
    assert refused.status_code == 403
    assert 3590 < parsedate_to_datetime(refused.headers["Date"]).timestamp() - time.time() < 3610


def test_a_connection_is_kept_unless_told_otherwise() -> None:
    request = b"GET / HTTP/1.1\r\n\r\n"
    with HostileServer([HONEST, Reaction(close=True)]) as server:
        port = int(server.base_url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            for _ in range(2):
                connection.sendall(request)
                assert b"200 OK" in connection.recv(1000)
            assert connection.recv(1000) == b""


def test_closing_does_not_wait_for_hangs_or_idle_clients() -> None:
    before = threading.active_count()
    with HostileServer([hostile.hang(60)]) as server:
        idle = socket.create_connection(("127.0.0.1", int(server.base_url.rsplit(":", 1)[1])))
        with pytest.raises(requests.ReadTimeout):
            send(server.base_url, "GET", "/", timeout=0.1)
        started = time.monotonic()
    assert time.monotonic() - started < 30  # of 60 s
    idle.close()
    assert threading.active_count() == before
