"""Which character separates the cells of a text, judged over many lines by how evenly it cuts them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bulk_register.roster.delimiters import DELIMITERS

KNOWN_HEADER = (
    0.5  # what an identifier's header as a cell of its own adds to the evenness, which is at most 1
)
HEAD_ROWS = 100  # where a header may stand

_SEP = re.compile(r'"?sep=(.)"?[\r\n]*\Z', re.IGNORECASE)


@dataclass(frozen=True)
class DelimiterGuess:
    """How a text is cut into cells, and how many cells most of its rows have."""

    delimiter: str
    width: int
    skip_space: bool = False  # a space between delimiter and quote doesn't count
    sep_line: bool = False  # the first line names the delimiter (sep=;) and is no row


def sniff_delimiter(
    lines: Sequence[str], said: str | None, is_identifier: Callable[[str], bool]
) -> DelimiterGuess:
    """Judge the text's first lines; `is_identifier` knows the headers of an identifier column."""
    sep = _SEP.match(lines[0]) if lines else None
    body = lines[1:] if sep else lines
    told = said or (sep.group(1) if sep else None)
    candidates = [told] if told else list(DELIMITERS)
    cuts = [_measured(body, delimiter, is_identifier) for delimiter in candidates]
    points, sniffed = max(cuts, key=lambda one: one[0])
    if not told and points <= KNOWN_HEADER and sniffed.width < 2:
        sniffed = DelimiterGuess(",", 1)
    return DelimiterGuess(sniffed.delimiter, sniffed.width, sniffed.skip_space, bool(sep))


def _measured(
    lines: Sequence[str], delimiter: str, is_identifier: Callable[[str], bool]
) -> tuple[float, DelimiterGuess]:
    """The delimiter's points: the share of rows of the usual width, and whether a header is found by it."""
    rows = _rows(lines, delimiter, skip_space=False)
    skip_space = False
    if any(cell[:1] == " " and _is_spaced_quote(cell) for row in rows for cell in row):
        spaced = _rows(lines, delimiter, skip_space=True)
        if _evenness(spaced)[0] >= _evenness(rows)[0]:
            rows, skip_space = spaced, True
    evenness, width = _evenness(rows)
    headers = [row for row in rows[:HEAD_ROWS] if any(map(is_identifier, row))]
    known = bool(headers)
    if width == 1 and known and len(headers[0]) > 1:  # more lines of footer than people
        width = len(headers[0])
        evenness = sum(len(row) == width for row in rows) / len(rows)
    points = round(evenness, 2) + KNOWN_HEADER * known if width > 1 else 0.0
    return points, DelimiterGuess(delimiter, width, skip_space)


def _is_spaced_quote(cell: str) -> bool:
    return cell.lstrip(" ").startswith('"') and "\n" not in cell


def _rows(lines: Sequence[str], delimiter: str, *, skip_space: bool) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=skip_space)
    rows: list[list[str]] = []
    with suppress(csv.Error):  # a cell without end: the reading of the whole text says where
        rows.extend(row for row in reader if any(row) and not row[0].startswith("#"))
    return rows


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda one: (one[1], one[0]), default=(1, 0))
    return count / max(1, len(rows)), width
