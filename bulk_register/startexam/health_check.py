"""A look at StartExam that also tells whether it was reached, and how far its clock is from ours."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bulk_register.errors import StartExamError
from bulk_register.records import Tell, Test
from bulk_register.startexam.client import Connection, StartExam

if TYPE_CHECKING:
    from bulk_register.startexam.client import _Call


@dataclass(frozen=True)
class HealthCheck:
    """What one harmless request (Get Tests) showed."""

    reached: bool  # something answered at that address
    offset_seconds: float | None  # how far its clock is ahead of this machine's; None: untold
    tests: tuple[Test, ...] = ()
    error: StartExamError | None = None


def check_health(connection: Connection, tell: Tell = lambda _: None) -> HealthCheck:
    """Ask StartExam for the account's tests and tell what that shows; no failure is raised."""
    probe = _Probe(connection, tell)
    try:
        found = tuple(probe.tests())
    except StartExamError as error:
        return HealthCheck(probe.reached, probe.offset_seconds, error=error)
    return HealthCheck(probe.reached, probe.offset_seconds, found)


class _Probe(StartExam):
    """The client, with an eye on the `Date` of whatever answers."""

    reached = False
    offset_seconds: float | None = None

    def _send(self, call: _Call) -> tuple[int, dict[str, str], bytes | None]:
        began = time.time()
        status, headers, raw = super()._send(call)
        self.reached = True
        if self.offset_seconds is None:
            self.offset_seconds = _ahead(headers.get("date"), (began + time.time()) / 2)
        return status, headers, raw


def _ahead(date: str | None, now: float) -> float | None:
    try:
        return parsedate_to_datetime(date or "").timestamp() - now
    except (ValueError, OverflowError):
        return None
