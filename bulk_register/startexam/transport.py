"""Bytes out and in: connections that trust what the system trusts, and answers bounded in size and time."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from bulk_register.startexam.awake import AwakeTimer

CONNECT_SECONDS = 10.0
PIECE_BYTES = 65536

if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object


class _Framed(http.client.HTTPResponse):
    """A response that knows whether it was framed so well that its connection can carry another request.

    Not so where another answer came before it (1xx), where its length is said twice or not at all, or where
    bytes follow its end (RFC 9112, sections 6.3 and 9.3).
    """

    well_framed = True
    _status_lines = 0

    def _read_status(self) -> tuple[str, int, str]:
        self._status_lines += 1
        return super()._read_status()  # type: ignore[misc, no-any-return]

    def begin(self) -> None:
        super().begin()
        lengths = self.headers.get_all("content-length") or []
        codings = self.headers.get_all("transfer-encoding") or []
        self.well_framed = self._status_lines == 1 and len(lengths) + len(codings) == 1

    def _close_conn(self) -> None:
        """Notice at the body's end, before the buffer is gone, what came beyond it."""
        self.well_framed = self.well_framed and not self._has_more()
        super()._close_conn()  # type: ignore[misc]

    def _has_more(self) -> bool:
        reader: Any = self.fp
        line = getattr(reader.raw, "_sock", None)
        if line is None:
            return False
        before = line.gettimeout()
        line.settimeout(0)  # what is there by now, without waiting for more
        try:
            return bool(reader.peek(1))
        except OSError:  # nothing is there, or the other side has hung up
            return False
        finally:
            line.settimeout(before)


class _Punctual(_Base):
    """Connects and reads headers within a time limit, and remembers how its last response was framed."""

    last_response: _Framed | None = None
    _line: socket.socket | None = None  # another handle of what is being connected

    def __init__(self, *args: Any, check: Callable[[], None], **kwargs: Any) -> None:
        """Make a connection; `check` raises where nothing may go out any more."""
        super().__init__(*args, **kwargs)
        self._check = check

    def response_class(  # type: ignore[override]
        self, sock: socket.socket, **kwargs: Any
    ) -> _Framed:
        self.last_response = _Framed(sock, **kwargs)
        return self.last_response

    def _new_conn(self) -> socket.socket:
        line = super()._new_conn()
        self._line = line.dup()
        return line

    def connect(self) -> None:
        """Connect, with the proxy's CONNECT and the TLS handshake; raises TimeoutError where it takes longer.

        A socket's own timeout begins again with every byte that drips in. The handle that is hung up is a
        duplicate: while TLS begins, the socket itself belongs to nobody yet.
        """
        try:
            with _within(float(self.timeout or CONNECT_SECONDS), lambda: self._line):
                super().connect()
        finally:
            if self._line is not None:
                self._line.close()
                self._line = None

    def send(self, data: Any) -> None:
        """Send the headers or the body, connected before, unless that mustn't go out any more.

        Connecting may take seconds, in which the machine may fall asleep: this is the last moment.
        """
        if self.sock is None:
            self.connect()
        self._check()
        super().send(data)

    def getresponse(self) -> Any:
        with _within(float(self.timeout or 0), lambda: self.sock):
            return super().getresponse()


@contextlib.contextmanager
def _within(seconds: float, line: Callable[[], Any]) -> Iterator[None]:
    """Hang up where it takes longer: a socket's own timeout begins anew with every byte.

    Raises TimeoutError.
    """
    late = threading.Event()
    timer = AwakeTimer(seconds, lambda: _hang_up(line, late))
    timer.start()
    try:
        yield
    except Exception:
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise TimeoutError


class _PunctualHTTP(_Punctual, HTTPConnection):
    pass


class _PunctualHTTPS(_Punctual, HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PunctualHTTP


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PunctualHTTPS


class Adapter(HTTPAdapter):
    """Verifies servers with the system's certificates, the only ones that know a company's TLS inspection."""

    def __init__(self, check: Callable[[], None]) -> None:
        """Make connections on which `check` is asked before anything goes out; it raises to prevent that."""
        pools = {"http": _HTTPPool, "https": _HTTPSPool}
        self._pools = {scheme: partial(pool, check=check) for scheme, pool in pools.items()}
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_trust(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, ssl_context=_trust(), **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools  # type: ignore[assignment]
        return manager


def read_body(response: requests.Response, max_bytes: int, seconds: float) -> bytes | None:
    """Read a body piece by piece as it comes; None where it is larger. Raises TimeoutError.

    The connection is kept for another request only after a whole, well-framed 200: after anything else an
    answer that is still to come would be taken for the next request's.
    """
    connection = response.raw.connection
    keep = False
    try:
        body = _read(response, max_bytes, seconds)
        received = getattr(connection, "last_response", None)
        keep = body is not None and response.status_code == 200 and bool(received and received.well_framed)
        return body
    finally:
        if connection is not None and not keep:
            connection.close()


def _read(response: requests.Response, max_bytes: int, seconds: float) -> bytes | None:
    pieces: list[bytes] = []
    size = 0
    line = getattr(response.raw.connection, "sock", None)
    with _within(seconds, lambda: line):
        while piece := response.raw.read1(PIECE_BYTES, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > max_bytes:
                return None
    return b"".join(pieces)


def _trust() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _hang_up(line: Callable[[], Any], late: threading.Event) -> None:
    late.set()
    found = line()
    with contextlib.suppress(OSError, TypeError):
        socket.socket.shutdown(getattr(found, "socket", found), socket.SHUT_RDWR)
