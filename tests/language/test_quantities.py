"""Spans of time in words."""

from __future__ import annotations

import pytest

from bulk_register.language import Unit, span_words


@pytest.mark.parametrize(
    ("seconds", "larger", "smaller", "words"),
    [
        (1, Unit.MINUTE, Unit.SECOND, "1 second"),
        (119, Unit.MINUTE, Unit.SECOND, "119 seconds"),
        (120, Unit.MINUTE, Unit.SECOND, "2 minutes"),
        (90 * 60, Unit.HOUR, Unit.MINUTE, "90 minutes"),
        (26.4 * 3600, Unit.HOUR, Unit.MINUTE, "26 hours"),
        (24 * 3600, Unit.DAY, Unit.MINUTE, "1,440 minutes"),
        (2.4 * 86400, Unit.DAY, Unit.HOUR, "2 days"),
    ],
)
def test_a_span_is_told_in_the_larger_unit_from_two_of_it_on(
    seconds: float, larger: Unit, smaller: Unit, words: str
) -> None:
    assert span_words(seconds, larger, smaller) == words
