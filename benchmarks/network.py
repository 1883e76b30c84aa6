"""A network between a program and a server on this machine: slow, or broken when that hurts most."""

from __future__ import annotations

import queue
import socket
import threading
import time
from contextlib import suppress
from typing import Self


class Network:
    """Passes on what comes to a port of its own; every packet takes `delay_seconds` each way."""

    def __init__(self, to_port: int, delay_seconds: float = 0.0) -> None:
        self.delay_seconds = delay_seconds
        self._to_port = to_port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._cut_at = b""
        self.cuts = 0
        self.refusing = False  # nobody gets a connection any more

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def cut(self) -> None:
        """Break all connections that there are."""
        for side in self._open:
            _end(side)
        self._open.clear()

    def cut_at_answer_to(self, words: bytes) -> None:
        """Break the connection when the server has answered what holds these words, before that arrives."""
        self._cut_at = words

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                try:
                    server = self._server()
                except OSError:
                    _end(client)
                    continue
                for side in (client, server):
                    side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._open.append(side)
                last = _LastWords()
                self._pass_on(client, server, last)
                self._pass_on(server, client, last, answers=True)

    def _server(self) -> socket.socket:
        if self.refusing:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self._to_port))

    def _pass_on(
        self, source: socket.socket, target: socket.socket, last: _LastWords, *, answers: bool = False
    ) -> None:
        under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()

        def read() -> None:
            data = b"-"
            while data:
                try:
                    data = source.recv(65536)
                except OSError:
                    data = b""
                if answers and self._cut_at and self._cut_at in last.said:
                    self._cut_at, self.cuts = b"", self.cuts + 1
                    _end(source)
                    _end(target)
                    return
                last.said = b"" if answers else last.said + data
                under_way.put((time.monotonic() + self.delay_seconds, data))

        def write() -> None:
            while True:
                due, data = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    return _end(target)
                with suppress(OSError):
                    target.sendall(data)

        for work in (read, write):
            threading.Thread(target=work, daemon=True).start()


class _LastWords:
    """What a client said since the last answer."""

    said = b""


def _end(side: socket.socket) -> None:
    with suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()
