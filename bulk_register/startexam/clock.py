"""StartExam's clock and this machine's: HTTP dates, and how far they are apart."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime

from bulk_register.language import Unit, _, span_words

SAME_SECONDS = 60.0  # an answer takes a while, and clocks that are off by so little are not refused


class Clock:
    """The time that requests are dated with: this machine's, fixed by the server's where it is off."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.offset_seconds = 0.0

    def http_date(self) -> str:
        """Return the time as an RFC 1123 date in GMT."""
        return formatdate(time.time() + self.offset_seconds, usegmt=True)

    def fix(self, offset_seconds: float) -> bool:
        """Take over the server's time; False if that is the time already."""
        with self._lock:
            if abs(offset_seconds - self.offset_seconds) < SAME_SECONDS:
                return False
            self.offset_seconds = offset_seconds
            return True


def moment_of(http_date: str | None) -> float | None:
    """Return an HTTP date in seconds since 1970 UTC; None where it isn't one."""
    try:
        found = parsedate_to_datetime(http_date or "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def offset_of(http_date: str | None, now: float) -> float | None:
    """Return how far an HTTP date is ahead of a moment, in seconds; None where it isn't one."""
    moment = moment_of(http_date)
    return None if moment is None else moment - now


def utc_text(moment: datetime) -> str:
    """Write a UTC time as the API wants it: `2024-05-03T00:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_words(offset_seconds: float) -> str:
    """Say how wrong this machine's clock is, and what is done about it."""
    span = span_words(abs(offset_seconds), Unit.DAY, Unit.MINUTE)
    if offset_seconds > 0:
        return _(
            "This machine's clock is {span} slow; requests are dated with StartExam's time instead. Have the "
            "clock set right.",
            span=span,
        )
    return _(
        "This machine's clock is {span} fast; requests are dated with StartExam's time instead. Have the "
        "clock set right.",
        span=span,
    )
