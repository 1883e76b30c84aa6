"""Bytes out and in: connections that trust what the system trusts, and answers bounded in size and time."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from bulk_register.errors import SendAgainError, StartExamError, StopError

CONNECT_SECONDS = 10.0
PIECE_BYTES = 65536

FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)

# how OpenSSL says that it did not come to an encrypted connection, over which alone a request goes
_NO_HANDSHAKE = re.compile("WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE")

if TYPE_CHECKING:
    _Base = HTTPConnection
else:
    _Base = object


@contextlib.contextmanager
def _punctual(connection: Any, seconds: float) -> Iterator[None]:
    """Hang up where it takes longer: a socket's own timeout begins anew with every byte.

    Raises TimeoutError.
    """
    late = threading.Event()
    timer = threading.Timer(seconds, _hang_up, (connection, late))
    timer.daemon = True
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


class _Punctual(_Base):
    """Gives up on headers that dribble in."""

    def getresponse(self) -> Any:
        with _punctual(self.sock, float(self.timeout or 0)):
            return super().getresponse()


class _PunctualHTTP(_Punctual, HTTPConnection):
    pass


class _PunctualHTTPS(_Punctual, HTTPSConnection):
    pass


class _HTTPPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PunctualHTTP


class _HTTPSPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PunctualHTTPS


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


class Adapter(HTTPAdapter):
    """Verifies servers with the system's certificates, the only ones that know a company's TLS inspection."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_trust(), **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(proxy, ssl_context=_trust(), **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager


def read_body(response: requests.Response, max_bytes: int, seconds: float) -> bytes | None:
    """Read a body piece by piece as it comes; None where it is larger. Raises TimeoutError."""
    pieces: list[bytes] = []
    size = 0
    with _punctual(getattr(response.raw.connection, "sock", None), seconds):
        while piece := response.raw.read1(PIECE_BYTES, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > max_bytes:
                return None
    return b"".join(pieces)


def failure_of(error: Exception, base_url: str, timeout_seconds: float) -> StartExamError:
    """Say in plain words why no answer came, and whether the request may have been carried out."""
    where = urlsplit(base_url).netloc
    text = str(error)
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in text:
        return StopError(
            f"{where} shows a certificate that this machine doesn't trust. If your company inspects "
            "encrypted traffic, ask your IT department to install its certificate on this machine."
        )
    if isinstance(error, requests.exceptions.SSLError) and _NO_HANDSHAKE.search(text):
        return SendAgainError(f"{where} can't be talked to with encryption (https): is it right?", lost=False)
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return StopError(f"{base_url} is not an address that can be reached. Check the base URL.")
    if isinstance(error, requests.exceptions.ProxyError):
        return SendAgainError(f"the proxy on the way to {where} can't be reached", lost=False)
    if isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in text or "NameResolution" in text:
        return SendAgainError(f"{where} can't be reached (is there a network connection?)", lost=False)
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return SendAgainError(f"no answer from {where} within {timeout_seconds:g} seconds")
    return SendAgainError(f"the connection to {where} broke off before the whole answer had come")


def _trust() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _hang_up(connection: Any, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError, TypeError):
        socket.socket.shutdown(getattr(connection, "socket", connection), socket.SHUT_RDWR)
