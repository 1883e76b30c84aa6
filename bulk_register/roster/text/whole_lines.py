"""Rows whose whole line stands in the identifier's cell: it was never cut, or was quoted as one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from bulk_register.language import _
from bulk_register.records import Candidate, Doubt, Evidence, Matter, Sign
from bulk_register.roster.doubt_text import quoted, refuse
from bulk_register.roster.table.detection import Table

LOOKED_AT = 5000  # identifiers
MANY = 0.5  # of them
FEWEST_HEADERS = 3  # a remark beside each identifier may well be missing everywhere

_PARTS = re.compile(r"[,;|\t]|\s+")
_WORD = re.compile(r"[^\W\d_]{2,}")


def refuse_whole_lines(table: Table, texts: np.ndarray, filled: np.ndarray) -> None:
    """Raise RosterDoubtError if most identifiers are whole lines: 00101,Quentin,Zebra or 00101 Quentin Zebra.

    `texts` are the identifiers of the lines that may be employees, `filled` how many cells these lines have.
    """
    some = [str(text) for text in texts[:LOOKED_AT]]
    whole = [text for text in some if _is_line(text)]
    if not whole or len(whole) <= MANY * len(some):
        return
    alone = bool((filled[:LOOKED_AT] <= 1).all())
    if (alone and table.filled >= FEWEST_HEADERS) or _have_names(whole):
        _refuse(table, whole)


def _is_line(text: str) -> bool:
    """Whether the text has several parts, one with a digit and one of letters."""
    parts = [part for part in _PARTS.split(text) if part]
    return len(parts) > 1 and any(map(_WORD.fullmatch, (part.strip("\"'()") for part in parts)))


def _have_names(texts: Sequence[str]) -> bool:
    """Whether each has an identifier and a name of at least two words, another one each."""
    names = [tuple(_WORD.findall(text)) for text in texts if any(map(str.isdigit, text))]
    return (
        len(names) == len(texts) and all(len(name) > 1 for name in names) and 2 * len(set(names)) > len(names)
    )


def _refuse(table: Table, texts: Sequence[str]) -> None:
    name = table.headers[table.id_column - table.first_column]
    reason = _(
        "whole lines stand in the column {name}, where identifiers should be ({texts}): the rows "
        "weren't cut into cells.",
        name=quoted(name),
        texts=quoted(texts[0]),
    )
    remedy = _(
        "In a workbook use Data, Text to Columns; in a text take the quotes around whole lines "
        "off, or say --delimiter. Or export the roster again."
    )
    candidate = Candidate(
        name,
        "",
        (Evidence(Sign.DEBRIS, _("the rest of their lines")),),
        tuple(text[:40] for text in texts[:3]),
    )
    refuse(Doubt(Matter.LAYOUT, reason, (candidate,), remedy))
