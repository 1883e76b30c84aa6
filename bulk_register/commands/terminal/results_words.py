"""How people stand with a test, in words, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bulk_register.language import _, ngettext


def standing_line(test: dict[str, Any]) -> str:
    """Say how the participants of a test stand, and what those who have finished reached on average."""
    name, people, mean = test["title"] or test["test"], ", ".join(_people(test)), test["mean_percent"]
    if mean is None:
        return _("Test {test}: {people}.", test=name, people=people)
    return _("Test {test}: {people}; {mean:.1f} percent on average.", test=name, people=people, mean=mean)


def nobody_line() -> str:
    """Say that there is nobody to ask about."""
    return _("No row has a link that StartExam could be asked about.")


def _people(test: dict[str, Any]) -> Iterator[str]:
    """Yield how many stand how; of those who have finished or not started also that there are none."""
    finished, started, absent = test["finished"], test["started"], test["not_started"]
    closed, unknown = test["closed_by_timeout"], test["unknown"]
    yield ngettext("{number:,} has finished", "{number:,} have finished", finished)
    if closed:
        yield ngettext("{number:,} was closed by timeout", "{number:,} were closed by timeout", closed)
    if started:
        yield ngettext("{number:,} has started", "{number:,} have started", started)
    yield ngettext("{number:,} has not started", "{number:,} have not started", absent)
    if unknown:
        yield ngettext("nothing is known of {number:,}", "nothing is known of {number:,}", unknown)
