"""Connections and bytes: HTTP/1.1 with keep-alive, one thread for each connection."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import sys
import threading
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any

from bulk_register.sandbox.messages import Answer, Request, refusal
from bulk_register.sandbox.service import Service

MAX_BODY_BYTES = 4 * 1024 * 1024  # the largest good body: 1.5 MB, every character an escaped pair
_LENGTH = re.compile(r"[0-9]{1,18}")

_RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Connections(ThreadingMixIn, TCPServer):
    """Listens, gives each connection a thread, and ends them all at once on `stop`."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port
    request_queue_size = 128

    def __init__(self, host: str, port: int, service: Service) -> None:
        self.service = service
        self.stopping = threading.Event()
        self._conversations: list[tuple[threading.Thread, socket.socket]] = []
        super().__init__((host, port), _Conversation)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._conversations = [each for each in self._conversations if each[0].is_alive()]
        self._conversations.append((thread, request))
        thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; anything else is a bug and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop listening and end every conversation; returns when all threads are gone."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for _, connection in self._conversations:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread, _ in self._conversations:
            thread.join()


class _Conversation(BaseHTTPRequestHandler):
    """One connection: reads requests, lets the service answer them, writes each answer in one send."""

    server: Connections
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def converse(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not _LENGTH.fullmatch(length):
            self.send_error(411, "HTTP header 'Content-Length' must say the body's length in bytes.")
        elif int(length) > MAX_BODY_BYTES:
            self._skip(int(length))
            self.send_error(413, "The request's body is too large.")
        else:
            self._answer(Request(self.command, self.path, self.headers, self.rfile.read(int(length))))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = converse  # noqa: N815

    def _skip(self, length: int) -> None:
        """Read on without keeping: a client that is still sending would not see the answer."""
        while length > 0 and (chunk := self.rfile.read(min(length, 65536))):
            length -= len(chunk)

    def _answer(self, request: Request) -> None:
        answer = self.server.service.answer(request)
        latency = self.server.service.behaviour.latency_seconds
        stopped = bool(latency) and self.server.stopping.wait(latency)
        if answer is None or stopped:
            self._reset()
        else:
            self._write(answer)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What isn't worth reading further gets JSON too, and ends the connection."""
        self.close_connection = True
        words = explain or message or HTTPStatus(code).phrase
        self._write(refusal(code, words, {"Connection": "close"}))

    def _write(self, answer: Answer) -> None:
        headers = {
            "Date": formatdate(self.server.service.now(), usegmt=True),
            "Content-Type": answer.content_type,
            "Content-Length": str(len(answer.body)),
            **answer.headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n"
        self.wfile.write(head.encode("latin-1") + (b"" if self.command == "HEAD" else answer.body))

    def _reset(self) -> None:
        """Close so that the client sees a reset, not an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Silence: the service keeps the book."""
