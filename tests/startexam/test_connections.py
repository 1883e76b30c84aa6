"""A connection carries another request only after a whole, well-framed 200."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from bulk_register.errors import StartExamError
from tests.support.clients import EXAM, batch_of, client_of

PEOPLE = ("ann", "bob", "cid")
REREGISTER = EXAM.__class__(EXAM.center, EXAM.tests, EXAM.valid_from, EXAM.valid_till, reregister=True)
LATE_SECONDS = 0.05


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def ok(number: int, *headers: str) -> bytes:
    body = json.dumps({"participantIds": [guid(number)]}).encode()
    return http("200 OK", body, f"Content-Length: {len(body)}", *headers)


Act = Callable[[socket.socket, int], None]  # what is done to a request: its connection, its number


@dataclass
class Gateway:
    """Answers each request with what `act` sends; `connections` counts those that brought a request."""

    act: Act
    url: str = ""
    connections: int = 0
    requests: int = 0
    threads: list[threading.Thread] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            number = 0
            while self._read(connection):
                self.requests += 1
                self.connections += number == 0
                number += 1
                try:
                    self.act(connection, self.requests)
                except OSError:
                    return

    @staticmethod
    def _read(connection: socket.socket) -> bool:
        data = b""
        try:
            while b"\r\n\r\n" not in data:
                if not (piece := connection.recv(65536)):
                    return False
                data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            while len(body) < length:
                body += connection.recv(65536)
        except OSError:
            return False
        return True


@contextmanager
def gateway(act: Act) -> Iterator[Gateway]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Gateway(act, f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=running.serve, args=(listener,), daemon=True).start()
        yield running
        listener.shutdown(socket.SHUT_RDWR)


def ask(url: str, count: int = 3, exam: object = EXAM, pause: float = 0.0) -> list[str]:
    """Ask about one employee after the other; returns each one's participant, or why there is none."""
    client = client_of(url, attempts=1)
    found = []
    for name in PEOPLE[:count]:
        try:
            answer = client.register(exam, batch_of(name))  # type: ignore[arg-type]
            found.append((answer.participants or ("",))[0] or answer.fault)
        except StartExamError as error:
            found.append(str(error)[:40])
        time.sleep(pause)
    return found


def test_whole_answers_share_one_connection() -> None:
    with gateway(lambda connection, number: connection.sendall(ok(number))) as server:
        assert ask(server.url) == [guid(1), guid(2), guid(3)]
        assert server.connections == 1


def test_a_new_registration_has_a_connection_of_its_own() -> None:
    with gateway(lambda connection, number: connection.sendall(ok(number))) as server:
        assert ask(server.url, exam=REREGISTER) == [guid(1), guid(2), guid(3)]
        assert server.connections == 3


LENGTH = len(json.dumps({"participantIds": [guid(91)]}))
REFUSED = json.dumps({"message": "unknown employee"}).encode()
FIRST = {
    "504, then its answer": http("504 Gateway Timeout", b"", "Content-Length: 0"),
    "400, then its answer": http("400 Bad Request", REFUSED, f"Content-Length: {len(REFUSED)}"),
    "204, then its answer": http("204 No Content", b""),
    "103, then its answer": http("103 Early Hints", b""),
    "a length said twice": ok(91, f"Content-Length: {LENGTH}"),
    "spare bytes behind it": ok(91) + b"HTTP",
    "a whole answer behind it": ok(91) + ok(92),
    "100 before it": b"HTTP/1.1 100 Continue\r\n\r\n" + ok(91),
}


@pytest.mark.parametrize("pause", [0.0, 2 * LATE_SECONDS])
@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
def test_after_anything_else_the_next_request_has_a_new_connection(first: bytes, pause: float) -> None:
    """A late answer on the old connection would be the next batch's, of the right length."""

    def act(connection: socket.socket, number: int) -> None:
        if number > 1:
            connection.sendall(ok(number))
            return
        connection.sendall(first)
        time.sleep(LATE_SECONDS)
        connection.sendall(ok(77))  # the real answer to the first request, when nobody waits for it

    with gateway(act) as server:
        found = ask(server.url, pause=pause)
        assert found[1:] == [guid(2), guid(3)]
        assert server.connections == 2


def test_bytes_that_wait_on_a_connection_make_it_unusable() -> None:
    def act(connection: socket.socket, number: int) -> None:
        connection.sendall(ok(number))
        time.sleep(LATE_SECONDS)
        connection.sendall(ok(77))

    with gateway(act) as server:
        assert ask(server.url, pause=3 * LATE_SECONDS) == [guid(1), guid(2), guid(3)]
        assert server.connections == 3


def test_an_answer_that_came_too_late_is_nobodys() -> None:
    def act(connection: socket.socket, number: int) -> None:
        if number == 1:
            time.sleep(0.4)
        connection.sendall(ok(number))

    with gateway(act) as server:
        client = client_of(server.url, attempts=1, timeout=0.2)
        with pytest.raises(StartExamError):
            client.register(EXAM, batch_of("ann"))
        time.sleep(0.3)
        assert client.register(EXAM, batch_of("bob")).participants == (guid(2),)
        assert server.connections == 2
