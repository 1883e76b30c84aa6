"""Days and times as people of each language write them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bulk_register.language import day_text, minute_text, use

MOMENT = datetime(2026, 12, 20, 21, 30, 59, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use("en")


def test_days_and_times_are_written_as_in_the_language() -> None:
    assert day_text(date(2026, 12, 1)) == "2026-12-01"
    assert minute_text(MOMENT, UTC) == "2026-12-20 21:30"
    use("ru")
    assert day_text(date(2026, 12, 1)) == "01.12.2026"
    assert minute_text(MOMENT, ZoneInfo("Europe/Moscow")) == "21.12.2026 00:30"
