"""A server for fault tests: does to each request what a script says, and is honest otherwise.

    with HostileServer([reset_after_work(), later(503, "1"), HONEST]) as server: ...
    with HostileServer(lambda request: short() if len(request.employees) > 1 else None) as server: ...

A list is used up in the order of arrival, whatever the request; after its end, and where a callable answers
None, the server behaves. It works on raw sockets and checks no signatures: the sandbox does. What it did is
in `requests`, `registrations` and `created`.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import socket
import struct
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

MEGABYTE = 1024 * 1024
JSON = "application/json; charset=utf-8"
_RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names in lower case, `at` in seconds of the monotonic clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The body's JSON object; an empty one where it isn't any."""
        try:
            payload = json.loads(self.body)
        except ValueError:
            return {}
        return payload if isinstance(payload, dict) else {}

    @property
    def employees(self) -> list[str]:
        return [employee["id"] for employee in self.payload.get("employees", [])]


class Registrar:
    """The server's honest memory: existing participants are answered in their place."""

    def __init__(self) -> None:
        self.registrations: dict[tuple[str, frozenset[str], str], str] = {}
        self.created: Counter[str] = Counter()
        self._lock = threading.Lock()

    def register(self, request: Request) -> list[Any]:
        group = (str(request.payload.get("center")), frozenset(request.payload.get("tests", [])))
        with self._lock:
            if not request.payload.get("doNotCreateIfExist"):
                return [self._create((*group, employee)) for employee in request.employees]
            keys = [(*group, employee) for employee in request.employees]
            return [self.registrations.get(key) or self._create(key) for key in keys]

    def _create(self, key: tuple[str, frozenset[str], str]) -> str:
        self.created[key[2]] += 1
        self.registrations[key] = str(uuid.uuid4())
        return self.registrations[key]


Change = Callable[[list[Any], Request, Registrar], list[Any]]


@dataclass(frozen=True)
class Reaction:
    """What is done to one request; without anything said, it is answered honestly."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None  # None: the participants as JSON
    repeat: int = 1  # how many times the body is sent, as one body
    change: Change | None = None  # what becomes of the participant identifiers before they are answered
    work: bool = True  # are the employees registered?
    reset: bool = False  # reset the connection instead of answering
    hang_seconds: float = 0.0  # between the work and the first byte
    drip: tuple[int, float] | None = None  # so many bytes, then so many seconds of nothing; headers too
    cut_bytes: int = 0  # so many bytes at the end never come
    skew_seconds: float = 0.0  # of the Date header
    close: bool = False  # end the connection after the answer without having said so


HONEST = Reaction()
Script = Sequence[Reaction] | Callable[[Request], Reaction | None]


# --- reactions ------------------------------------------------------------------------------------------


def answer(status: int, body: bytes, content_type: str = JSON, **headers: str) -> Reaction:
    """This answer, with no work done; `retry_after="1"` becomes the header Retry-After."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Reaction(status, {"Content-Type": content_type, **named}, body, work=False)


def message(status: int, text: str, **headers: str) -> Reaction:
    return answer(status, json.dumps({"message": text}).encode(), **headers)


def html(status: int, **headers: str) -> Reaction:
    return answer(
        status, b"<html><body><h1>Something is in between</h1></body></html>", "text/html", **headers
    )


def later(status: int, retry_after: str) -> Reaction:
    """A 429 or 503 with Retry-After: seconds, `http_date(seconds)`, or garbage."""
    return html(status, retry_after=retry_after)


def http_date(seconds_from_now: float) -> str:
    return formatdate(time.time() + seconds_from_now, usegmt=True)


def redirect(url: str, status: int = 307) -> Reaction:
    return answer(status, b"", location=url)


def date_refused(skew_seconds: float) -> Reaction:
    """The documented 403 of a server whose clock is ahead by so many seconds."""
    refused = message(403, "HTTP header 'Date' is incorrect: it's older than 15 minutes")
    return replace(refused, skew_seconds=skew_seconds)


def reset_before_work() -> Reaction:
    return Reaction(reset=True, work=False)


def reset_after_work() -> Reaction:
    return Reaction(reset=True)


def hang(seconds: float) -> Reaction:
    """The work is done at once, its answer comes so much later."""
    return Reaction(hang_seconds=seconds)


def drip(size: int, interval_seconds: float) -> Reaction:
    return Reaction(drip=(size, interval_seconds))


def truncated(cut_bytes: int = 10) -> Reaction:
    return Reaction(cut_bytes=cut_bytes)


def flood(megabytes: int) -> Reaction:
    """A 200 whose JSON is so many megabytes of blanks."""
    return replace(answer(200, b" " * MEGABYTE), repeat=megabytes)


def gzip_bomb(megabytes: int) -> Reaction:
    """A small 200 that unpacks to so many megabytes of blanks."""
    packed = gzip.compress(b" " * MEGABYTE)  # gzip members may follow each other
    return replace(answer(200, packed, content_encoding="gzip"), repeat=megabytes)


def short(by: int = 1) -> Reaction:
    return Reaction(change=lambda ids, *_: ids[:-by])


def long(by: int = 1) -> Reaction:
    return Reaction(change=lambda ids, *_: ids + [str(uuid.uuid4()) for _ in range(by)])


def nulls(*positions: int) -> Reaction:
    return Reaction(change=lambda ids, *_: [None if at in positions else each for at, each in enumerate(ids)])


def repeated() -> Reaction:
    """The first identifier comes again at the end; a list of one is as it should be."""
    return Reaction(change=lambda ids, *_: ids[:-1] + ids[:1])


def malformed(value: object = "../../etc") -> Reaction:
    """In the first place something that is no participant identifier."""
    return Reaction(change=lambda ids, *_: [value, *ids[1:]])


def anothers() -> Reaction:
    """In the first place an identifier of somebody who isn't in this request, once there is one."""

    def change(ids: list[Any], request: Request, registrar: Registrar) -> list[Any]:
        registrations = registrar.registrations.copy().items()
        others = [each for (_, _, employee), each in registrations if employee not in request.employees]
        return [*others[:1], *ids[1:]] if others else ids

    return Reaction(change=change)


# --- the server -----------------------------------------------------------------------------------------


class HostileServer:
    """Listens on this machine for as long as the `with` block runs."""

    def __init__(self, script: Script = ()) -> None:
        self.requests: list[Request] = []
        self.registrar = Registrar()
        self.told: Counter[tuple[str, str]] = Counter()  # how often an employee was answered with what
        self._react = script if callable(script) else _in_turn(script)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._conversations: list[tuple[threading.Thread, socket.socket]] = []

    def react(self, script: Script) -> None:
        """React in another way from now on."""
        self._react = script if callable(script) else _in_turn(script)

    @property
    def registrations(self) -> dict[tuple[str, frozenset[str], str], str]:
        return self.registrar.registrations

    @property
    def created(self) -> Counter[str]:
        return self.registrar.created

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listener.settimeout(0.02)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        self._listener.close()
        for _, connection in self._conversations:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread, _ in self._conversations:
            thread.join()

    def _accept(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                thread = threading.Thread(target=self._converse, args=(connection,), daemon=True)
                self._conversations.append((thread, connection))
                thread.start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as stream:
            while (request := _read(stream)) and self._serve(connection, request):
                pass

    def _serve(self, connection: socket.socket, request: Request) -> bool:
        """React to one request; is the connection kept?"""
        with self._lock:
            self.requests.append(request)
            reaction = self._react(request) or HONEST
        participants = self.registrar.register(request) if reaction.work else []
        if reaction.change:
            participants = reaction.change(participants, request, self.registrar)
        with self._lock:
            self.told.update(zip(request.employees, map(str, participants), strict=False))
        if self._closing.wait(reaction.hang_seconds):
            return False
        if reaction.reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            return False
        for piece in _pieces(reaction, participants):
            connection.sendall(piece)
            if reaction.drip and self._closing.wait(reaction.drip[1]):
                return False
        return not (reaction.close or reaction.cut_bytes or request.headers.get("connection") == "close")


def _in_turn(script: Sequence[Reaction]) -> Callable[[Request], Reaction | None]:
    reactions = iter(script)
    return lambda _: next(reactions, None)


def _read(stream: Any) -> Request | None:
    """The next request; None where the client has hung up."""
    words = stream.readline().decode("latin-1").split()
    if len(words) != 3:
        return None
    headers = {}
    while line := stream.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))
    return Request(words[0], words[1], headers, body, time.monotonic())


def _pieces(reaction: Reaction, participants: list[Any]) -> Iterator[bytes]:
    """The answer's bytes, in the pieces in which they are sent."""
    body = json.dumps({"participantIds": participants}).encode() if reaction.body is None else reaction.body
    headers = {
        "Date": http_date(reaction.skew_seconds),
        "Content-Type": JSON,
        "Content-Length": str(len(body) * reaction.repeat),
        **reaction.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {reaction.status} {HTTPStatus(reaction.status).phrase}\r\n{lines}\r\n".encode("latin-1")
    if reaction.repeat > 1:
        yield head
        for _ in range(reaction.repeat):
            yield body
        return
    whole = (head + body)[: max(len(head + body) - reaction.cut_bytes, 0)]
    size = reaction.drip[0] if reaction.drip else max(len(whole), 1)
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
