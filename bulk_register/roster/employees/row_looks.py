"""How employees' rows look: how full they are, and what their identifiers are like."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from bulk_register.roster.employees.identifiers import CleanedIdentifiers
from bulk_register.roster.table.column_evidence import is_like_identifier, shape

SAMPLE_ROWS = 10_000  # that tell how employees' rows look
ENOUGH_ROWS = 4
MOST = 0.9  # of the identifiers

DIGIT = re.compile(r"\d")
COLONS = ":："  # end what is a label, not an identifier: "Run on: | 2026-11-03"


@dataclass(frozen=True)
class Looks:
    """How the employees' rows look."""

    filled: float  # cells with something in them, typically
    digits: bool  # nearly all identifiers have a digit
    mostly_digits: bool  # more than half have one
    spaces: bool  # a fair part of the identifiers has a space inside
    shapes: frozenset[str]  # of the identifiers in full rows
    last: int  # the last row with an identifier of those shapes

    def is_thin(self, cells: int) -> bool:
        return 2 * cells <= self.filled

    def is_unlike(self, identifier: str) -> bool:
        """Whether the text has no digit, and that or its spaces set it apart from the others."""
        return not DIGIT.search(identifier) and (self.digits or (" " in identifier and not self.spaces))


def looks_of(cleaned: CleanedIdentifiers, filled: np.ndarray, rows: np.ndarray) -> Looks:
    """How the rows look, `filled` being how many cells each row of the sheet has."""
    rows = _first_block(rows)
    some = rows[:: max(1, len(rows) // SAMPLE_ROWS)]
    texts, cells = cleaned.texts[some - 1], filled[some - 1]
    held = [
        one
        for one in zip(texts, cells.tolist(), some.tolist(), strict=True)
        if one[0] and one[2] not in cleaned.faults
    ]
    held = _without_remarks(held)
    typical = float(np.median([cells for _, cells, _ in held])) if held else 1.0
    full = [text for text, cells, _ in held if cells >= typical]
    wordy = sum(not DIGIT.search(text) for text in full)
    digits = wordy <= max(1, (1 - MOST) * len(full)) and len(full) > 3 * wordy
    mostly = 2 * wordy < len(full)
    spaces = sum(" " in text for text in full) > (1 - MOST) * len(full)
    last = max((row for _, _, row in held), default=0) if digits else int(rows[-1]) if len(rows) else 0
    return Looks(typical, digits, mostly, spaces, frozenset(map(shape, full)), last)


def _without_remarks(held: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The lines without those that are remarks beside identifiers with digits: a footer of single cells.

    An export of one to three employees may have more lines of footer (title, copyright, company, filter)
    than people: these lines have fewer cells. In a single column they are all words that stand below the
    last identifier.
    """
    tokens = [one for one in held if is_like_identifier(one[0])]
    if not tokens or len(tokens) == len(held) or len(held) >= SAMPLE_ROWS:
        return held
    others = [one for one in held if not is_like_identifier(one[0])]
    usual = float(np.median([cells for _, cells, _ in tokens]))
    if usual > 1:
        return tokens if all(cells < usual for _, cells, _ in others) else held
    last = tokens[-1][2]
    return tokens if all(row > last for _, _, row in others) else held


def _first_block(rows: np.ndarray) -> np.ndarray:
    """The rows above the first blank one, if there are enough; what stands below may be no table."""
    gaps = np.flatnonzero(np.diff(rows) > 1)
    return rows[: gaps[0] + 1] if len(gaps) and gaps[0] + 1 >= ENOUGH_ROWS else rows
