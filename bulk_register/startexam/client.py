"""One funnel for all requests to StartExam: signed, bounded, judged, and sent again where that helps."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

import requests
import tenacity

from bulk_register.errors import ClockError, SendAgainError, StartExamError
from bulk_register.language import _, ngettext
from bulk_register.records import Answer, Batch, Exam, RequestDone, Tell, Test, Waiting, Warned
from bulk_register.startexam import answers
from bulk_register.startexam.redaction import Redactor
from bulk_register.startexam.retry import Gate, RetryPolicy, StoppedError, waits
from bulk_register.startexam.signing import Clock, SharedKey
from bulk_register.startexam.transport import CONNECT_SECONDS, FAILURES, Adapter, failure_of, read_body
from bulk_register.version import __version__

REGISTER_PATH = "/v2/employees-participants"  # API page "Register Employees"
TESTS_PATH = "/v1/tests"  # API page "Get Tests"
MAX_PARTICIPANTS_BYTES = 1024 * 1024  # 500 participants are 20 kB
MAX_TESTS_BYTES = 16 * 1024 * 1024


Result = TypeVar("Result")


@dataclass(frozen=True)
class Connection:
    """Where StartExam is and who asks."""

    account_id: int
    secret_key: str = field(repr=False)
    base_url: str = "https://api.startexam.com"
    timeout_seconds: float = 60.0  # for an answer; connecting has CONNECT_SECONDS
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    direct: bool = False  # past any proxy: StartExam's stand-in runs on this machine


class StartExam:
    """StartExam's API. Safe to call from many threads; every call blocks until it is settled.

    `gate.stopping.set()` ends all waits: calls then raise their last error, or StoppedError if none was made.
    """

    def __init__(
        self,
        connection: Connection,
        tell: Tell = lambda _: None,
        people: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Prepare requests; `people` yields the texts that name somebody, for messages to go without them."""
        self.gate = Gate()
        self.requests = self.retries = 0  # made so far; retries are the attempts beyond the first
        self._answered = self._accepted = False
        self._counting = threading.Lock()
        self._connection = connection
        self._tell = tell
        self._people = people
        self._clock = Clock()
        self._local = threading.local()

    def register(self, exam: Exam, batch: Batch, *, follow_clock: bool = False) -> Answer:
        """Register a batch; one participant for each of its employees, in their order, or none certain.

        Raises RefusedError (this batch), SendAgainError (every attempt failed; with `exam.reregister` also
        the first lost answer), StopError (nothing will succeed), StoppedError (stopped before any attempt);
        with `follow_clock` also ClockError, its `fixed` set, where the clock turns out to be wrong before
        anybody was registered: the exam's window may have been reckoned from it.
        """
        body = register_body(exam, batch.identifiers)
        call = _Call("POST", REGISTER_PATH, batch, exam, body, follow_clock)
        answer = self._insist(call, lambda raw: answers.read_participants(raw, len(batch)))
        self._accepted = True
        return answer

    def now(self) -> float:
        """Return the time in seconds since 1970 UTC, by StartExam's clock where this machine's is wrong."""
        return time.time() + self._clock.offset_seconds

    @property
    def reached(self) -> bool:
        """Whether any answer came, whatever it said, or no request has been made."""
        return self._answered or not self.requests

    def tests(self) -> list[Test]:
        """List the account's tests; raises like `register`."""
        return self._insist(_Call("GET", TESTS_PATH), answers.read_tests)

    def _insist(self, call: _Call, read: Callable[[bytes], Result]) -> Result:
        policy = self._connection.retry
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(policy.attempts),
            wait=waits(policy, self.gate),
            retry=tenacity.retry_if_exception(lambda error: self._again(call, error)),
            sleep=tenacity.sleep_using_event(self.gate.stopping),
            before_sleep=lambda state: self._tell_wait(call, state),
            reraise=True,
        )
        last: list[SendAgainError] = []
        for attempt in retrying:
            with attempt:
                number = attempt.retry_state.attempt_number
                try:
                    return self._attempt(call, number, read)
                except SendAgainError as error:
                    last.append(error)
                    raise
                except StoppedError:
                    if last:
                        raise last[-1] from None
                    raise
        raise AssertionError("tenacity ends with a result or an error")

    def _again(self, call: _Call, error: BaseException) -> bool:
        if not isinstance(error, SendAgainError) or self.gate.stopping.is_set():
            return False
        return not (call.once and error.lost)

    def _tell_wait(self, call: _Call, state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        self._tell(Waiting(call.number, state.attempt_number, seconds, str(error)))

    def _attempt(self, call: _Call, number: int, read: Callable[[bytes], Result]) -> Result:
        self.gate.enter()
        offset = self._clock.offset_seconds
        try:
            return self._exchange(call, number, read)
        except ClockError as error:
            if error.offset_seconds is None:
                raise
            if self._clock.fix(error.offset_seconds):
                self._tell(Warned(clock_words(error.offset_seconds)))
                error.fixed = call.follow_clock and not self._accepted
                if error.fixed:
                    raise
            elif self._clock.offset_seconds == offset:  # refused although it was dated right
                raise
        return self._exchange(call, number, read)

    def _exchange(self, call: _Call, number: int, read: Callable[[bytes], Result]) -> Result:
        started = time.monotonic()
        status, reason = 0, ""
        with self._counting:
            self.requests += 1
            self.retries += number > 1
        try:
            status, headers, raw = self._send(call)
            self._answered = True
            if status != 200:
                raise answers.failure(status, headers, raw or b"")
            if raw is None:
                raise SendAgainError(_("the answer can't be read: it is far too large"), 200)
            return read(raw)
        except StartExamError as error:
            self._redact(error, call)
            reason = str(error)
            raise
        finally:
            seconds = time.monotonic() - started
            size = len(call.batch) if call.batch else 0
            self._tell(RequestDone(call.number, size, number, status, seconds, reason))

    def _redact(self, error: StartExamError, call: _Call) -> None:
        """Take people and secrets out of StartExam's words; a single employee's note may name that one."""
        if not error.said:
            return
        employees = call.batch.identifiers if call.batch else ()
        redactor = self._redactor(call.exam.tests if call.exam else ())
        logged = redactor.for_log(error.said, employees)
        error.redact(logged, redactor.for_note(error.said, employees[0]) if len(employees) == 1 else logged)

    @lru_cache(maxsize=4)  # noqa: B019 - a client lives as long as its run
    def _redactor(self, tests: tuple[str, ...]) -> Redactor:
        return Redactor(self._people, secrets=[self._connection.secret_key], tests=tests)

    def _send(self, call: _Call) -> tuple[int, dict[str, str], bytes | None]:
        """Make the request; returns status, headers and body, None for one that is far too large."""
        connection, timeout = self._connection, self._connection.timeout_seconds
        session = self._session()
        if call.once:
            session.close()  # its kept connections may be dead, which a new one can't be
        try:
            with session.request(
                call.verb,
                connection.base_url + call.path,
                data=call.body,
                timeout=(min(CONNECT_SECONDS, timeout), timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                raw = read_body(response, call.max_answer_bytes, timeout)
                return response.status_code, _lower(response.headers), raw
        except FAILURES as error:
            raise failure_of(error, connection.base_url, timeout) from None

    def _session(self) -> requests.Session:
        """Return this thread's session: they keep connections, and are not made to be shared."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _new_session(self._connection, self._clock)
        return session


@dataclass(frozen=True)
class _Call:
    verb: str
    path: str
    batch: Batch | None = None
    exam: Exam | None = None
    body: bytes | None = None
    follow_clock: bool = False

    @property
    def max_answer_bytes(self) -> int:
        return MAX_PARTICIPANTS_BYTES if self.batch else MAX_TESTS_BYTES

    @property
    def number(self) -> int:
        return self.batch.number if self.batch else 0

    @property
    def once(self) -> bool:
        """Whether it must not be sent again once it may have been carried out."""
        return self.exam is not None and self.exam.reregister


def register_body(exam: Exam, identifiers: tuple[str, ...]) -> bytes:
    """Return the compact UTF-8 JSON of a Register Employees request."""
    members: dict[str, object] = {
        "center": exam.center,
        "validFrom": utc_text(exam.valid_from),
        "validTill": utc_text(exam.valid_till),
        "proctoring": exam.proctoring,
        "doNotCreateIfExist": not exam.reregister,
        "tests": list(exam.tests),
        "employees": [{"id": identifier} for identifier in identifiers],
    }
    if exam.proctoring and exam.proctoring_parameters:
        pairs = [{"name": name, "value": value} for name, value in exam.proctoring_parameters]
        members["proctoringActivationParameters"] = pairs
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def utc_text(moment: datetime) -> str:
    """Write a UTC time as the API wants it: `2024-05-03T00:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _new_session(connection: Connection, clock: Clock) -> requests.Session:
    session = requests.Session()
    session.auth = SharedKey(connection.account_id, connection.secret_key, clock)
    session.headers["Accept"] = session.headers["Content-Type"] = "application/json; charset=utf-8"
    session.headers["User-Agent"] = f"bulk-register/{__version__}"
    session.trust_env = not connection.direct
    session.mount("https://", Adapter())
    session.mount("http://", Adapter())
    return session


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def clock_words(offset_seconds: float) -> str:
    """Say how wrong this machine's clock is, and what is done about it."""
    span = span_words(abs(offset_seconds))
    if offset_seconds > 0:
        return _(
            "This machine's clock is {span} slow; requests are dated with StartExam's time instead. Have the "
            "clock set right.",
            span=span,
        )
    return _(
        "This machine's clock is {span} fast; requests are dated with StartExam's time instead. Have the "
        "clock "
        "set right.",
        span=span,
    )


def span_words(seconds: float) -> str:
    """Write a span of time in minutes, from two days on in days."""
    if (days := round(seconds / 86400)) >= 2:
        return ngettext("{number:,} day", "{number:,} days", days)
    return ngettext("{number:,} minute", "{number:,} minutes", round(seconds / 60))
