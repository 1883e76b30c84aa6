"""Small words that the commands share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bulk_register.language import _

if TYPE_CHECKING:
    from bulk_register.records import Exam

MAX_SPANS = 6  # of rows that are named one by one


def sentence(text: str) -> str:
    """Return a text with one full stop at its end."""
    return text if text.endswith((".", "!", "?")) else text + "."


def capitalized(words: str) -> str:
    """Return words with their first letter as a sentence begins; the others stay as they are."""
    return words[:1].upper() + words[1:]


def named_tests(tests: Sequence[str], titles: Mapping[str, str]) -> str:
    """Return tests by title with their GUIDs; `titles` go by GUID in lower case."""
    return ", ".join(f"{titles[key]} ({test})" if (key := test.lower()) in titles else test for test in tests)


def short_tests(tests: Sequence[str], titles: Mapping[str, str]) -> str:
    """Return tests by title alone or, where that isn't known, by how their GUIDs begin."""
    return ", ".join(titles.get(test.lower(), f"{test[:8]}…") for test in tests)


def exam_words(exam: Exam) -> str:
    """Return what people are registered for: `test Fire safety 2026, center my-center`."""
    titles = exam.titles_by_test
    named = ", ".join(titles.get(test.lower(), test) for test in exam.tests)
    if len(exam.tests) == 1:
        return _("test {test}, center {center}", test=named, center=exam.center)
    return _("tests {tests}, center {center}", tests=named, center=exam.center)


def rows(numbers: Sequence[int], most: int | None = MAX_SPANS) -> str:
    """Return `row 7` or `rows 2 to 8, 11 and 120 more`; without `most` all of them are named."""
    if len(numbers) == 1:
        return _("row {row}", row=numbers[0])
    spans = _spans(numbers)
    most = len(spans) if most is None else most
    named = ", ".join(
        str(first) if first == last else _("{first} to {last}", first=first, last=last)
        for first, last in spans[:most]
    )
    if more := sum(last - first + 1 for first, last in spans[most:]):
        return _("rows {rows} and {more:,} more", rows=named, more=more)
    return _("rows {rows}", rows=named)


def _spans(numbers: Sequence[int]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return spans


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Lay rows out in columns; the last column is not padded."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=False)] + [row[-1]])
        for row in rows
    )
