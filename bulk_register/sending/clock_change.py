"""What is wrong with a window that moved because StartExam's clock is right, and this computer's isn't."""

from __future__ import annotations

from datetime import datetime

from bulk_register.language import N_, Unit, _, span_words
from bulk_register.records import Exam

TOO_WRONG_SECONDS = 24 * 3600.0  # a clock that is so far off is to be set right before links are made by it
OVER = N_("By StartExam's clock the time in which the links work is over. Nobody was registered")


def why_stop(before: Exam, after: Exam, now: datetime, offset_seconds: float) -> str:
    """Return why nobody is to be registered with the window that moved; "" where all is well."""
    if after.valid_till != before.valid_till and abs(offset_seconds) >= TOO_WRONG_SECONDS:
        return _too_wrong(offset_seconds)
    return _(OVER) if after.valid_till <= now else ""


def _too_wrong(offset_seconds: float) -> str:
    span = span_words(abs(offset_seconds), Unit.DAY, Unit.MINUTE)
    if offset_seconds > 0:
        return _(
            "The clock of this computer is {span} behind StartExam's, and the end of the links was reckoned "
            "from it. Nobody was registered. Set the clock right, then run the same command again",
            span=span,
        )
    return _(
        "The clock of this computer is {span} ahead of StartExam's, and the end of the links was reckoned "
        "from it. Nobody was registered. Set the clock right, then run the same command again",
        span=span,
    )
