"""One HTTP session for each thread: a request goes out signed, and its reply comes back bounded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from bulk_register.api import DEFAULT_URL
from bulk_register.startexam.calls import Call
from bulk_register.startexam.clock import Clock, offset_of
from bulk_register.startexam.connection_failure import FAILURES, failure_of
from bulk_register.startexam.retry import RetryPolicy
from bulk_register.startexam.signing import SharedKey
from bulk_register.startexam.transport import CONNECT_SECONDS, Adapter, read_body
from bulk_register.version import __version__


@dataclass(frozen=True)
class Connection:
    """Where StartExam is and who asks."""

    account_id: int
    secret_key: str = field(repr=False)
    base_url: str = DEFAULT_URL
    timeout_seconds: float = 60.0  # for an answer; connecting has CONNECT_SECONDS
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    direct: bool = False  # past any proxy: StartExam's stand-in runs on this machine


@dataclass(frozen=True)
class Reply:
    """What came back, whoever sent it."""

    status: int
    headers: dict[str, str]  # with lower-case names
    body: bytes | None = field(repr=False)  # None: far too large
    offset_seconds: float | None  # how far the clock there is ahead of this machine's; None: untold


class Sessions:
    """Makes requests; each thread has a session of its own, which keeps connections and isn't shareable."""

    def __init__(self, connection: Connection, clock: Clock, check: Callable[[], None]) -> None:
        """Prepare sessions; `check` is asked before anything goes out, and raises to prevent that."""
        self._connection = connection
        self._clock = clock
        self._check = check
        self._local = threading.local()

    def send(self, call: Call[Any]) -> Reply:
        """Make a request once; raises StartExamError where no whole reply comes, and what `check` raises."""
        connection, timeout = self._connection, self._connection.timeout_seconds
        session = self._session()
        if call.once:
            session.close()  # its kept connections may be dead, which a new one can't be
        began = time.time()
        try:
            with session.request(
                call.verb,
                connection.base_url + call.target,
                data=call.body,
                timeout=(min(CONNECT_SECONDS, timeout), timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = read_body(response, call.max_answer_bytes, timeout)
                headers = {name.lower(): value for name, value in response.headers.items()}
        except FAILURES as error:
            raise failure_of(error, connection.base_url, timeout) from None
        offset = offset_of(headers.get("date"), (began + time.time()) / 2)
        return Reply(response.status_code, headers, body, offset)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._new_session()
        return session

    def _new_session(self) -> requests.Session:
        connection, session = self._connection, requests.Session()
        session.auth = SharedKey(connection.account_id, connection.secret_key, self._clock)
        session.headers["Accept"] = session.headers["Content-Type"] = "application/json; charset=utf-8"
        session.headers["User-Agent"] = f"bulk-register/{__version__}"
        session.trust_env = not connection.direct
        session.mount("https://", Adapter(self._check))
        session.mount("http://", Adapter(self._check))
        return session
