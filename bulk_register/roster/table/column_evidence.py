"""What a column's values look like: identifiers, a count of the rows, or something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# A list numbered 1, 2, 4, 5, 7, 9 has lost rows to a filter; numbers with wider gaps are somebody's.
MAX_FIRST = 2  # the lowest number of a count
MAX_STEP = 3.0  # from one to the next, on average
# A column of identifiers may have blanks and repeats (one row a shift), and a remark among its numbers.
MOST_FILLED = 0.5
MOST_DIFFERENT = 0.8
MOST_LIKE = 0.9
LONGEST = 24  # characters of an identifier that is told by its look alone
SAMPLES = 3  # values shown

_COUNT = re.compile(r"(0|[1-9]\d{0,6})[.)]?")
_TOKEN = re.compile(r"[^\s@,:：，、。+]*\d[^\s@,:：，、。]*")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}-[A-Za-z]{3}-\d{2,4}")
_DECIMAL = re.compile(r"[-+]?\d+[.,]\d+%?|\d+%")


@dataclass(frozen=True)
class Profile:
    """What is seen at a glance over a column's first values."""

    values: tuple[str, ...]  # those that hold something
    rows: int  # that were looked at

    @property
    def samples(self) -> tuple[str, ...]:
        """The first different values."""
        return tuple(dict.fromkeys(value[:40] for value in self.values))[:SAMPLES]

    @property
    def shapes(self) -> frozenset[str]:
        """What the values look like, digits as 9 and letters as a."""
        return frozenset(map(shape, self.values))

    def looks_like_identifiers(self, different: int | None = None) -> bool:
        """Whether nearly each value is a word with digits of its own.

        `different` is how many different identifiers the rows should have: less than rows, if they repeat.
        """
        count = len(self.values)
        if not count or count < MOST_FILLED * self.rows:
            return False
        if len(set(self.values)) < MOST_DIFFERENT * min(count, different or count):
            return False
        return sum(map(is_like_identifier, self.values)) >= MOST_LIKE * count


def profile(values: Sequence[str]) -> Profile:
    """Look over a column's values below its header."""
    stripped = [value.strip() for value in values]
    return Profile(tuple(value for value in stripped if value), len(stripped))


def is_like_identifier(value: str) -> bool:
    """Whether the text is one word with a digit, and no date, quantity or address."""
    return (
        len(value) <= LONGEST
        and _TOKEN.fullmatch(value) is not None
        and not _DATE.fullmatch(value)
        and not _DECIMAL.fullmatch(value)
    )


def shape(text: str) -> str:
    """The text with every digit as 9 and every letter as a."""
    return "".join("9" if one.isdigit() else "a" if one.isalpha() else one for one in text)


def counts_rows(values: Sequence[str]) -> bool:
    """Whether the numbers count the rows: upwards, with gaps, downwards, or anew for each group."""
    numbers = [int(found[1]) for value in values if (found := _COUNT.fullmatch(value))]
    if not numbers or len(numbers) < len(values):
        return False
    return _is_count(numbers) or _is_count(numbers[::-1]) or _counts_groups(numbers)


def is_serial(values: Sequence[str]) -> bool:
    """Whether the numbers only go up, nearly one by one, from wherever: answers to a form."""
    numbers = [int(value) for value in values if _COUNT.fullmatch(value) and value.isdigit()]
    if len(numbers) < len(values) or len(numbers) < 2:
        return False
    rising = all(before < after for before, after in pairwise(numbers))
    return rising and numbers[-1] - numbers[0] <= MAX_STEP * (len(numbers) - 1)


def _is_count(numbers: list[int]) -> bool:
    if numbers[0] > MAX_FIRST or any(after <= before for before, after in pairwise(numbers)):
        return False
    return numbers[-1] - numbers[0] <= MAX_STEP * max(1, len(numbers) - 1)


def _counts_groups(numbers: list[int]) -> bool:
    """Whether it is 1, 2, 3, 1, 2, 1, 2, 3, 4."""
    first = numbers[0]
    steps = [after == before + 1 or after == first for before, after in pairwise(numbers)]
    return first in (0, 1) and len(numbers) > 2 and all(steps)
