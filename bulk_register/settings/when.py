"""Points in time as people say them: `2026-12-01 09:00`, `2026-12-01`, `now`, `today`, `+10d`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from bulk_register.language import N_, _

FORMS = N_("a time like 2026-12-01, 2026-12-01 09:00, 2026-12-01T09:00:00+03:00, now, today, +10d or +12h")

_RUSSIAN = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")  # as the day stands in a calendar there
_ABSOLUTE = re.compile(r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?", re.IGNORECASE)
_RELATIVE = re.compile(r"\+(?P<number>\d{1,6})(?P<unit>[mhdw])", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class When(NamedTuple):
    """A moment in UTC, in whole seconds; `absolute` unless it moves with the day of the run."""

    moment: datetime
    absolute: bool
    words: str = ""  # of one that moves

    def at(self, now: datetime, zone: tzinfo | None, *, end_of_day: bool) -> When:
        """Return the moment that the words mean at another time; an absolute one stays."""
        return self if self.absolute else parse_when(self.words, now, zone, end_of_day=end_of_day)


def parse_when(text: str, now: datetime, zone: tzinfo | None, *, end_of_day: bool) -> When:
    """Read a WHEN expression; times without an offset are meant in `zone` (None: the machine's).

    A bare date is its first second, or with `end_of_day` its last. A time that a clock change skips is as
    much later, one that comes twice is the first. Raises ValueError, also where the zone can't show it.
    """
    try:
        when = _read(text.strip(), now, zone, end_of_day=end_of_day)
        if when:
            when.moment.astimezone(zone)
            return when
    except (OverflowError, OSError):
        raise ValueError(_("that is too far away for the time zone to show it")) from None
    except ValueError:
        pass
    raise ValueError(_("it must be {description}", description=_(FORMS)))


def _read(words: str, now: datetime, zone: tzinfo | None, *, end_of_day: bool) -> When | None:
    now = now.astimezone(UTC).replace(microsecond=0)
    if words.lower() == "now":
        return When(now, False, words)
    if words.lower() == "today":
        return When(_day(now.astimezone(zone), zone, end_of_day), False, words)
    if found := _RELATIVE.fullmatch(words):
        unit = _UNITS[found["unit"].lower()]
        return When(now + timedelta(**{unit: int(found["number"])}), False, words)
    words = iso_day(words)
    if found := _ABSOLUTE.fullmatch(words):
        moment = datetime.fromisoformat(words.upper())
        if not found["time"]:
            return When(_day(moment, zone, end_of_day), True)
        return When(_utc(moment, zone), True)
    return None


def iso_day(words: str) -> str:
    """Return a time that begins with a day like 20.12.2026 with that day as 2026-12-20."""
    return _RUSSIAN.sub(r"\3-\2-\1", words, count=1) if _RUSSIAN.match(words) else words


def _day(moment: datetime, zone: tzinfo | None, end: bool) -> datetime:
    """Return a day's last second, or its first: the one after the last of the day before."""
    day = moment.date() if end else moment.date() - timedelta(days=1)
    evening = datetime.combine(day, time(23, 59, 59)).replace(fold=1)  # the later, where it comes twice
    last = _utc(evening, zone)
    return last if end else last + timedelta(seconds=1)


def _utc(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)
