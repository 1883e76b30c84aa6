"""A clock that is wrong: the window follows StartExam's, or nobody is registered."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from bulk_register.ledger import Ledger
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Request
from tests.support.office import RUN, Office, truth
from tests.support.plans import people

HOUR, DAY = 3600, 86400


class SkewedServer(HostileServer):
    """Its clock is ahead by so many seconds, and it refuses dates that are off by more than 15 minutes."""

    def __init__(self, ahead_seconds: float) -> None:
        super().__init__(self._judge)
        self.ahead_seconds = ahead_seconds

    def now(self) -> float:
        return time.time() + self.ahead_seconds

    def _judge(self, request: Request) -> Reaction:
        dated = parsedate_to_datetime(request.headers["date"]).timestamp()
        return HONEST if abs(dated - self.now()) < 900 else hostile.date_refused(self.ahead_seconds)

    def window(self) -> tuple[float, float]:
        """How many seconds from its now on the last request's links work."""
        names = ("validFrom", "validTill")
        start, end = (datetime.fromisoformat(self.requests[-1].payload[name]).timestamp() for name in names)
        return start - self.now(), end - self.now()


def said(till: str, *more: object) -> list[object]:
    words: list[object] = [*RUN, *more]
    words[words.index("--valid-till") + 1] = till
    return words


@pytest.mark.parametrize("ahead_seconds", [5 * HOUR, -5 * HOUR, 23 * HOUR])
def test_a_window_that_moves_follows_startexams_clock(tmp_path: Path, ahead_seconds: float) -> None:
    with SkewedServer(ahead_seconds) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(30))
        told = office.say(*said("+2h", "--batch-size", 10))
        assert told.code == 0, told.err
        start, end = server.window()
        assert abs(start) < 60
        assert abs(end - 2 * HOUR) < 60
        assert len(server.requests) == 4
        with Ledger(office.ledger, write=False) as ledger:
            [record] = ledger.runs()
            assert set(ledger.known(record.scope).valid_till) == {record.valid_till}
            assert abs(record.valid_till - server.now() - 2 * HOUR) < 60
        shown = datetime.fromisoformat(office.rows()[0]["Link Valid Till"]).timestamp()
        assert shown == record.valid_till
        assert office.links() == truth(server)


def test_today_is_the_day_that_startexam_has(tmp_path: Path) -> None:
    with SkewedServer(20 * HOUR) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        assert office.say(*said("today", "--timezone", "UTC")).code == 0
        there = datetime.fromisoformat(server.requests[-1].payload["validTill"])
        assert there.date() == datetime.fromtimestamp(server.now(), there.tzinfo).date()
        assert there.strftime("%H:%M:%S") == "23:59:59"


@pytest.mark.parametrize("days", [3, -3, 400])
def test_with_a_clock_that_is_days_wrong_nobody_is_registered_by_it(tmp_path: Path, days: int) -> None:
    with SkewedServer(days * DAY) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(30))
        told = office.say(*said("+10d"))
        assert told.code == 3
        assert not server.created
        assert len(server.requests) == 1
        way = "behind" if days > 0 else "ahead of"
        assert f"is {abs(days)} days {way} StartExam's" in told.out + told.err
        assert set(office.statuses().values()) == {"not sent"}


def test_an_end_that_was_said_stays_where_it_is(tmp_path: Path) -> None:
    end = (datetime.now().astimezone() + timedelta(days=30)).replace(microsecond=0)
    with SkewedServer(3 * DAY) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        assert office.say(*said(end.isoformat())).code == 0
        assert datetime.fromisoformat(server.requests[-1].payload["validTill"]) == end
        assert abs(server.window()[0]) < 60, "now is StartExam's"


def test_an_end_that_is_over_by_startexams_clock_registers_nobody(tmp_path: Path) -> None:
    end = (datetime.now().astimezone() + timedelta(hours=2)).replace(microsecond=0)
    with SkewedServer(5 * HOUR) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        told = office.say(*said(end.isoformat()))
        assert told.code == 3
        assert "is over" in told.out + told.err
        assert not server.created


def test_a_known_link_that_is_over_by_startexams_clock_is_given_to_nobody(tmp_path: Path) -> None:
    with SkewedServer(0) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        assert office.say(*said("+2h")).code == 0
        office.hire(people(5))
        server.ahead_seconds = 5 * HOUR
        told = office.say(*said("+10h"))
        assert told.code == 1
        assert list(office.statuses().values()) == ["expired"] * 3 + ["registered"] * 2
        assert "clock" in office.rows()[0]["Registration Note"]


@pytest.mark.parametrize(
    ("flag", "text", "zone"),
    [
        ("--valid-till", "9999-12-31T23:59:59Z", "Asia/Tokyo"),
        ("--valid-till", "9999-12-31T23:59:59-05:00", "UTC"),
        ("--valid-till", "+999999w", "UTC"),
        ("--valid-from", "0001-01-01T00:00:00Z", "America/New_York"),
    ],
)
def test_a_time_that_the_zone_cannot_show_is_found_before_anything_is_sent(
    tmp_path: Path, flag: str, text: str, zone: str
) -> None:
    with HostileServer() as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        told = office.say(*RUN, flag, text, "--timezone", zone)
        assert told.code == 2
        assert "too far away" in told.err
        assert not server.requests


def test_the_last_moment_that_a_zone_can_show_is_shown(tmp_path: Path) -> None:
    with HostileServer() as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        assert office.say(*RUN, "--valid-till", "9999-12-31", "--timezone", "Asia/Tokyo").code == 0
        assert {row["Link Valid Till"] for row in office.rows()} == {"9999-12-31 23:59:59"}
