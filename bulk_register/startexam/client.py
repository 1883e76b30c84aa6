"""One funnel for all requests to StartExam: signed, bounded, judged, and sent again where that helps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import tenacity

from bulk_register.errors import ClockError, SendAgainError, StartExamError
from bulk_register.language import _
from bulk_register.records import Answer, Batch, Exam, RequestDone, Tell, Test, Waiting, Warned
from bulk_register.startexam.answers import failure
from bulk_register.startexam.calls import Call, Result, register_call, tests_call
from bulk_register.startexam.clock import Clock, clock_words
from bulk_register.startexam.redaction import Redactor
from bulk_register.startexam.retry import Gate, StoppedError, waits
from bulk_register.startexam.sessions import Connection, Sessions


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
        self.offset_seconds: float | None = None  # how far StartExam's clock is ahead, by its first answer
        self._answered = self._accepted = False
        self._counting = threading.Lock()
        self.connection = connection
        self._tell = tell
        self._people = people
        self._clock = Clock()
        self._sessions = Sessions(connection, self._clock, self.gate.check)

    def register(self, exam: Exam, batch: Batch, *, follow_clock: bool = False) -> Answer:
        """Register a batch; one participant for each of its employees, in their order, or none certain.

        Raises RefusedError (this batch), SendAgainError (every attempt failed; with `exam.reregister` also
        the first lost answer), StopError (nothing will succeed), StoppedError (stopped before any attempt);
        with `follow_clock` also ClockError, its `fixed` set, where the clock turns out to be wrong before
        anybody was registered: the exam's window may have been reckoned from it.
        """
        answer = self.ask(register_call(exam, batch, follow_clock=follow_clock))
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
        return self.ask(tests_call())

    def ask(self, call: Call[Result]) -> Result:
        """Make a request, again where that helps, and return what its answer says; raises like `register`."""
        policy = self.connection.retry
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
                    return self._attempt(call, number)
                except SendAgainError as error:
                    last.append(error)
                    raise
                except StoppedError:
                    if last:
                        raise last[-1] from None
                    raise
        raise AssertionError("tenacity ends with a result or an error")

    def _again(self, call: Call[Any], error: BaseException) -> bool:
        if not isinstance(error, SendAgainError) or self.gate.stopping.is_set():
            return False
        return not (call.once and error.lost)

    def _tell_wait(self, call: Call[Any], state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        self._tell(Waiting(call.number, state.attempt_number, seconds, str(error)))

    def _attempt(self, call: Call[Result], number: int) -> Result:
        self.gate.enter()
        offset = self._clock.offset_seconds
        try:
            return self._exchange(call, number)
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
        return self._exchange(call, number)

    def _exchange(self, call: Call[Result], number: int) -> Result:
        started = time.monotonic()
        status, reason, made = 0, "", True
        self._count(1, number)
        try:
            reply = self._sessions.send(call)
            status, self._answered = reply.status, True
            if self.offset_seconds is None:
                self.offset_seconds = reply.offset_seconds
            if status != 200:
                raise failure(status, reply.headers, reply.body or b"")
            if reply.body is None:
                raise SendAgainError(_("the answer can't be read: it is far too large"), 200)
            return call.read(reply.body)
        except StartExamError as error:
            self._redact(error, call)
            reason = str(error)
            raise
        except StoppedError:  # at the last moment
            made = False
            self._count(-1, number)
            raise
        finally:
            seconds = time.monotonic() - started
            if made:
                self._tell(RequestDone(call.number, len(call.identifiers), number, status, seconds, reason))

    def _count(self, requests: int, attempt: int) -> None:
        with self._counting:
            self.requests += requests
            self.retries += requests if attempt > 1 else 0

    def _redact(self, error: StartExamError, call: Call[Any]) -> None:
        """Take people and secrets out of StartExam's words; a single employee's note may name that one."""
        if not error.said:
            return
        employees, redactor = call.identifiers, self._redactor(call.tests, call.kept)
        logged = redactor.for_log(error.said, employees)
        error.redact(logged, redactor.for_note(error.said, employees[0]) if len(employees) == 1 else logged)

    @lru_cache(maxsize=4)  # noqa: B019 - a client lives as long as its run
    def _redactor(self, tests: tuple[str, ...], kept: tuple[str, ...]) -> Redactor:
        return Redactor(self._people, secrets=[self.connection.secret_key], tests=tests, kept=kept)
