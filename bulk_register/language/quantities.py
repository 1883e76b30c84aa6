"""Numbers of things, and spans of time, in words."""

from __future__ import annotations

from enum import IntEnum

from bulk_register.language.translation import ngettext, npgettext


class Unit(IntEnum):
    """A unit of time, in seconds."""

    SECOND = 1
    MINUTE = 60
    HOUR = 3600
    DAY = 86400


def row_count(number: int) -> str:
    """Return `1 row`, `1,203 rows`."""
    return ngettext("{number:,} row", "{number:,} rows", number)


def employee_count(number: int) -> str:
    """Return `1 employee`, `1,203 employees`."""
    return ngettext("{number:,} employee", "{number:,} employees", number)


def employees_at_most(number: int) -> str:
    """Return what stands after "up to": `1 employee`, `500 employees`."""
    return npgettext("up to", "{number:,} employee", "{number:,} employees", number)


def repeated_row_count(number: int) -> str:
    """Return `1 repeated row`, `3 repeated rows`."""
    return ngettext("{number:,} repeated row", "{number:,} repeated rows", number)


def unsendable_row_count(number: int) -> str:
    """Return `1 row that can't be sent`, `3 rows that can't be sent`."""
    return ngettext("{number:,} row that can't be sent", "{number:,} rows that can't be sent", number)


def ignored_line_count(number: int) -> str:
    """Return `1 line left out`, `3 lines left out`."""
    return ngettext("{number:,} line left out", "{number:,} lines left out", number)


def differing_employee_count(number: int) -> str:
    """Return `1 employee whose rows differ`, `3 employees whose rows differ`."""
    return ngettext("{number:,} employee whose rows differ", "{number:,} employees whose rows differ", number)


def request_count(number: int) -> str:
    """Return `1 request`, `3 requests`."""
    return ngettext("{number:,} request", "{number:,} requests", number)


def span_words(seconds: float, larger: Unit, smaller: Unit) -> str:
    """Return a span of time in the larger unit, `2 days`, or where it has less than two, in the smaller."""
    unit = larger if seconds >= 2 * larger else smaller
    number = round(seconds / unit)
    match unit:
        case Unit.SECOND:
            return ngettext("{number:,} second", "{number:,} seconds", number)
        case Unit.MINUTE:
            return ngettext("{number:,} minute", "{number:,} minutes", number)
        case Unit.HOUR:
            return ngettext("{number:,} hour", "{number:,} hours", number)
        case Unit.DAY:
            return ngettext("{number:,} day", "{number:,} days", number)
