from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_register.settings import When, parse_when

NOW = datetime(2026, 11, 23, 12, 30, 15, 999_999, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Nuuk", "Africa/Cairo", "America/Havana"]
ZONES += ["Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "America/St_Johns"]


def utc(text: str, *, end: bool = False, zone: ZoneInfo | None = BERLIN) -> str:
    return parse_when(text, NOW, zone, end_of_day=end).moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("text", "from_", "till"),
    [
        ("now", "2026-11-23T12:30:15Z", "2026-11-23T12:30:15Z"),
        (" NOW ", "2026-11-23T12:30:15Z", "2026-11-23T12:30:15Z"),
        ("today", "2026-11-22T23:00:00Z", "2026-11-23T22:59:59Z"),
        ("2026-12-01", "2026-11-30T23:00:00Z", "2026-12-01T22:59:59Z"),
        ("2026-12-01 09:00", "2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z"),
        ("2026-12-01t09:00:05", "2026-12-01T08:00:05Z", "2026-12-01T08:00:05Z"),
        ("2026-12-01T09:00:00+03:00", "2026-12-01T06:00:00Z", "2026-12-01T06:00:00Z"),
        ("2026-12-01 09:00+0300", "2026-12-01T06:00:00Z", "2026-12-01T06:00:00Z"),
        ("2026-12-01T09:00:00z", "2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
        ("+10d", "2026-12-03T12:30:15Z", "2026-12-03T12:30:15Z"),
        ("+12H", "2026-11-24T00:30:15Z", "2026-11-24T00:30:15Z"),
        ("+2w", "2026-12-07T12:30:15Z", "2026-12-07T12:30:15Z"),
        ("+90m", "2026-11-23T14:00:15Z", "2026-11-23T14:00:15Z"),
        ("2028-02-29", "2028-02-28T23:00:00Z", "2028-02-29T22:59:59Z"),
    ],
)
def test_moments_as_people_say_them(text: str, from_: str, till: str) -> None:
    assert (utc(text), utc(text, end=True)) == (from_, till)


@pytest.mark.parametrize(
    ("zone", "text", "end", "moment"),
    [
        ("Europe/Berlin", "2027-03-28 02:30", False, "2027-03-28T01:30:00Z"),  # skipped: 03:30
        ("Europe/Berlin", "2027-10-31 02:30", False, "2027-10-31T00:30:00Z"),  # twice: the first
        ("Europe/Berlin", "2027-03-28", True, "2027-03-28T21:59:59Z"),  # a day of 23 hours
        ("Europe/Berlin", "2027-10-31", False, "2027-10-30T22:00:00Z"),  # and one of 25
        ("Africa/Cairo", "2027-04-30", False, "2027-04-29T22:00:00Z"),  # midnight is skipped
        ("America/Nuuk", "2027-03-27", True, "2027-03-28T00:59:59Z"),  # the last hour is skipped
        ("America/Nuuk", "2027-10-30", True, "2027-10-31T01:59:59Z"),  # the last hour comes twice
        ("America/Havana", "2027-11-07", False, "2027-11-07T04:00:00Z"),  # midnight comes twice
    ],
)
def test_days_that_begin_or_end_in_a_clock_change_have_their_true_moments(
    zone: str, text: str, end: bool, moment: str
) -> None:
    assert utc(text, end=end, zone=ZoneInfo(zone)) == moment


@given(st.dates(datetime(2024, 1, 1).date(), datetime(2036, 1, 1).date()), st.sampled_from(ZONES))
def test_days_follow_each_other_without_gap_or_overlap(day: object, name: str) -> None:
    zone = ZoneInfo(name)
    first = parse_when(str(day), NOW, zone, end_of_day=False).moment
    last = parse_when(str(day), NOW, zone, end_of_day=True).moment
    assert str(first.astimezone(zone).date()) == str(last.astimezone(zone).date()) == str(day)
    second = timedelta(seconds=1)
    assert str((first - second).astimezone(zone).date()) < str(day)
    assert str((last + second).astimezone(zone).date()) > str(day)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_time_with_an_offset_is_the_same_moment_in_every_zone(moment: datetime, minutes: int) -> None:
    sign, rest = "-" if minutes < 0 else "+", abs(minutes)
    text = f"{moment:%Y-%m-%d %H:%M:%S}{sign}{rest // 60:02d}:{rest % 60:02d}"
    expected = moment.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=minutes)
    for name in ZONES:
        assert parse_when(text, NOW, ZoneInfo(name), end_of_day=True) == When(expected, True)


@given(st.integers(0, 999_999), st.sampled_from("mhdw"))
def test_from_now_is_exact_or_too_far(number: int, unit: str) -> None:
    try:
        when = parse_when(f"+{number}{unit}", NOW, BERLIN, end_of_day=True)
    except ValueError:
        assert number > 10_000
        return
    name = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[unit]
    assert when == When(NOW.replace(microsecond=0) + timedelta(**{name: number}), False, f"+{number}{unit}")
    later = NOW + timedelta(days=3)
    assert when.at(later, BERLIN, end_of_day=True).moment == when.moment + timedelta(days=3)


@pytest.mark.parametrize("time", ["", " 09:00", " 09:00:30", "T09:00:00+05:00"])
def test_a_day_may_be_said_as_a_calendar_there_shows_it(time: str) -> None:
    for end in (False, True):
        iso = parse_when(f"2026-12-31{time}", NOW, BERLIN, end_of_day=end)
        assert parse_when(f"31.12.2026{time}", NOW, BERLIN, end_of_day=end) == iso


GARBAGE = ["", "tomorrow", "-1d", "10d", "+1.5d", "+1y", "+9999999d", "2026-13-01", "2026-02-29"]
GARBAGE += [
    "1.12.2026",
    "32.12.2026",
    "12.31.2026",
    "01.12.26",
    "12/01/2026",
    "2026-12-1",
    "2026-12-01 9:00",
    "2026-12-01 25:00",
    "20261201",
]
GARBAGE += ["2026-12-01T", "2026-12-01+03:00", "2026-12-01 09:00 +03:00", "2026-12-01 09:00+25:00", "now+1d"]
GARBAGE += [
    "2026-W49-2",
    "2026-12-01T09",
    "２０２６-12-01",
    "2026-12-01 09:00:00.5",
]
TOO_FAR = ["+999999w", "0001-01-01", "9999-12-31 23:59-12:00", "9999-12-31 16:00Z"]


@pytest.mark.parametrize("text", GARBAGE)
def test_anything_else_is_refused_with_what_it_may_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"it must be a time like 2026-12-01, .*\+10d or \+12h"):
        parse_when(text, NOW, ZoneInfo("Asia/Tokyo"), end_of_day=False)


@pytest.mark.parametrize("text", TOO_FAR)
def test_what_the_zone_cannot_show_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="too far away for the time zone"):
        parse_when(text, NOW, ZoneInfo("Asia/Tokyo"), end_of_day=False)


@given(st.text(max_size=30) | st.from_regex(r"[0-9T:+\-Z ]{5,30}", fullmatch=True))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    try:
        when = parse_when(text, NOW, BERLIN, end_of_day=True)
    except ValueError:
        return
    assert when.moment.tzinfo is UTC
    assert when.moment.microsecond == 0


def test_without_a_zone_the_machines_counts() -> None:
    code = (
        "from datetime import *; from bulk_register.settings import parse_when as p; "
        "n = datetime(2026, 1, 1, tzinfo=UTC); print(p('2026-12-01', n, None, end_of_day=True).moment, "
        "p('2026-12-01 09:00', n, None, end_of_day=False).moment)"
    )
    environ = os.environ | {"TZ": "Asia/Tokyo"}
    if os.name == "posix":
        out = subprocess.run(
            [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
        )
        assert out.stdout.strip() == "2026-12-01 14:59:59+00:00 2026-12-01 00:00:00+00:00"
