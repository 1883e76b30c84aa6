"""Connecting has one time limit: whoever drips a handshake or a proxy's answer is given up."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bulk_register.errors import SendAgainError, StopError
from bulk_register.records import Event
from bulk_register.sandbox import Sandbox
from bulk_register.startexam import Connection, RetryPolicy, StartExam, StoppedError
from tests.support.clients import EXAM, batch_of, client_of, statuses

DRIP_SECONDS = 0.1  # 400 of them take 40 s
LIMIT_SECONDS = 0.5


@contextlib.contextmanager
def dripping(data: bytes) -> Iterator[int]:
    """Serve whoever connects with these bytes, one by one; returns the port."""
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for byte in data:
                if over.wait(DRIP_SECONDS):
                    return
                connection.sendall(bytes([byte]))

    def accept(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=drip, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        over.set()
        listener.shutdown(socket.SHUT_RDWR)


def client(address: str, *, direct: bool = True) -> StartExam:
    return StartExam(
        Connection(1, "key", address, timeout_seconds=LIMIT_SECONDS, retry=RetryPolicy(1), direct=direct)
    )


def test_a_tls_handshake_that_drips_is_given_up() -> None:
    hello = b"\x16\x03\x03\x40\x00" + b"\x02" * 400  # the beginning of a long handshake record
    with dripping(hello) as port:
        started = time.monotonic()
        with pytest.raises(SendAgainError):
            client(f"https://127.0.0.1:{port}").tests()
        assert time.monotonic() - started < len(hello) * DRIP_SECONDS / 2


def test_a_proxy_that_drips_its_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = b"HTTP/1.1 200 Connection established\r\n" + b"X-Filler: 1\r\n" * 30
    with dripping(answer) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        started = time.monotonic()
        with pytest.raises(SendAgainError):
            client("https://startexam.example", direct=False).tests()
        assert time.monotonic() - started < len(answer) * DRIP_SECONDS / 2


def test_a_socks_proxy_without_its_library_is_said_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(StopError, match=r"SOCKS proxy .*pip install pysocks"):
        client("https://startexam.example", direct=False).tests()


@pytest.mark.parametrize("passes", [1, 2])  # the attempt's own question, then that of the headers
@pytest.mark.parametrize("kept", [True, False])
def test_a_request_is_not_made_where_it_may_not_go_out_any_more(
    sandbox: Sandbox, passes: int, kept: bool
) -> None:
    def asked() -> list[tuple[str, ...]]:  # headers whose body didn't follow ask for nobody
        return [arrival.employees for arrival in sandbox.requests if arrival.employees]

    events: list[Event] = []
    startexam = client_of(sandbox.base_url, events)
    before = [("ann",)] if kept else []
    for some in before:
        startexam.register(EXAM, batch_of(*some))
    leave = iter([True] * passes)
    startexam.gate.may_pass = lambda: next(leave, False)
    with pytest.raises(StoppedError):
        startexam.register(EXAM, batch_of("bob"))
    assert next(leave, None) is None
    assert startexam.requests == len(statuses(events)) == len(before)
    startexam.gate.may_pass = lambda: True
    startexam.register(EXAM, batch_of("cid"))
    assert asked() == [*before, ("cid",)]
