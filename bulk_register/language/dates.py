"""Days and times as a language writes them, for people; programs and the command line have `2026-12-20`."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from bulk_register.language.translation import current

# CLDR's; in English day and month are taken one for the other unless it is ISO
DAYS = {"ru": "%d.%m.%Y"}
ISO_DAY = "%Y-%m-%d"


def day_text(day: date) -> str:
    """Return `20.12.2026` in Russian, `2026-12-20` in English."""
    return day.strftime(DAYS.get(current(), ISO_DAY))


def minute_text(seconds: float, zone: tzinfo | None) -> str:
    """Return a moment in a time zone (None: the machine's) to the minute: `20.12.2026 23:59`."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    return f"{day_text(moment)} {moment:%H:%M}"
