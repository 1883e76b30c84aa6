"""A small chart of how many reached how much, as places in an SVG's own units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

BARS = 10  # each ten percent wide, the last one with 100
WIDTH, HEIGHT, GAP = 60, 120, 8


@dataclass(frozen=True)
class Bar:
    """How many reached between `low` and `high` percent."""

    low: int
    high: int
    people: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        """Where its number stands."""
        return self.x + WIDTH // 2 - GAP // 2


class Tick(NamedTuple):
    """A label below the bars."""

    percent: int
    x: int


@dataclass(frozen=True)
class Chart:
    """Bars from left to right."""

    bars: tuple[Bar, ...]
    people: int
    width: int = WIDTH - GAP
    height: int = HEIGHT
    wide: int = BARS * WIDTH - GAP + 4
    ticks: tuple[Tick, ...] = tuple(
        Tick(percent, percent * BARS * WIDTH // 100 - GAP // 2) for percent in range(0, 101, 20)
    )

    @property
    def filled(self) -> tuple[Bar, ...]:
        """The bars that somebody is in."""
        return tuple(bar for bar in self.bars if bar.people)


def chart_of(percents: Sequence[float]) -> Chart | None:
    """Return the distribution of percentages, None where there are none."""
    if not percents:
        return None
    step = 100 // BARS
    counts = Counter(min(BARS - 1, max(0, int(percent // step))) for percent in percents)
    most = max(counts.values())
    bars = (_bar(place, counts[place], most) for place in range(BARS))
    return Chart(tuple(bars), len(percents))


def _bar(place: int, people: int, most: int) -> Bar:
    height = max(3, round(HEIGHT * people / most)) if people else 0
    step = 100 // BARS
    return Bar(place * step, (place + 1) * step, people, place * WIDTH, HEIGHT - height, height)
