"""Identifiers without what surrounds them, and the reasons why a cell can't be one.

Outer white space and invisible characters go; inner characters are never touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from bulk_register.api import MAX_IDENTIFIER
from bulk_register.language import N_, _
from bulk_register.records import Change, Fix
from bulk_register.roster.grid import IdentifierCells

EXAMPLES = 3  # of each fix
ROWS_NAMED = 5  # in a warning

# White space of any kind, and what can't be seen: zero-width characters, direction marks, byte order mark.
_OUTER = (
    "\t\n\v\f\r "
    "\x85\xa0\xad\u034f\u061c\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2062\u2063"
    "\u2064\u2066\u2067\u2068\u2069\u3000\ufeff"
)
_INNER = re.compile(f"[{_OUTER}]")
# Text of which it is certain at a glance that nothing is to be done: with a digit, without anything unusual.
_PLAIN = r"(?:[A-Za-z]{1,2}-)?+[A-Za-z_]{0,40}+[0-9][0-9A-Za-z_]{0,100}+"
_ALL_PLAIN = re.compile(rf"(?>{_PLAIN}\x00)*+{_PLAIN}")
_IS_PLAIN = re.compile(_PLAIN)
_ERROR = re.compile(
    r"#(N/?[ADV]|NV|REF!|¡REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!|CONNECT!|UNKNOWN!|GETTING_DATA"
    r"|BEZUG!|WERT!|ZAHL!|VALEUR!|NOM\?|NOMBRE!|¡VALOR!|VALOR!|¿NOMBRE\?|NOMBRE\?|¡NUM!|¡DIV/0!|RIF!|VALORE!|NOME\?|ARG!|ADR!|NAZWA\?|LICZBA!|NÚM!"
    r"|Н/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ДЕЛ/0!|ЧИСЛО!|ПУСТО!)\Z",
    re.IGNORECASE,
)
EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d+E[+-]?\d{1,3}|E\+\d{1,3})\Z", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d)?)?\Z"
    r"|(\d\d?)([./])(\d\d?)\5(\d{4})(?: \d\d?:\d\d(?::\d\d)?)?\Z"
)
_MONTHS = re.compile(
    r"(\d{1,2}-)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(-\d{2,4})?\Z", re.IGNORECASE
)
_FLOAT = re.compile(r"\d+\.0")
_PLACEHOLDERS = frozenset(
    (
        "na",
        "n/a",
        "null",
        "none",
        "nil",
        "nan",
        "nat",
        "tbd",
        "tba",
        "unknown",
        "undefined",
    )
)

# Nothing is wrong or odd with such a text either, unless it is one of the words below.
_HARMLESS = re.compile(r"[A-Za-z][A-Za-z0-9._@-]{0,200}")
_SPECIAL = re.compile(
    rf"({'|'.join(map(re.escape, sorted(_PLACEHOLDERS)))}|true|false)\Z"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b",
    re.IGNORECASE,
)

# How databases write NULL; never an identifier, whereas "null" alone may be one.
_NULLS = re.compile(r"\\N|[(\[<{](?:null|none|blank|empty|leer|vide|vacío|пусто)[)\]>}]", re.IGNORECASE)

NO_IDENTIFIER = N_("no identifier: fill it in")


class CheckedIdentifier(NamedTuple):
    """A cell's identifier; why it can't be one ("" if it can); what is odd about it ("" if nothing)."""

    text: str
    fault: str = ""
    oddity: str = ""


@dataclass(frozen=True)
class CleanedIdentifiers:
    """A column of cleaned identifiers (object, index 0 is row 1), with faults and oddities by row."""

    texts: np.ndarray
    faults: dict[int, str] = field(default_factory=dict)
    oddities: dict[int, str] = field(default_factory=dict)
    fixes: tuple[Fix, ...] = ()
    unusual: list[int] = field(default_factory=list)  # all others are letters and digits, with a digit


def check_identifiers(cells: IdentifierCells, first_row: int) -> CleanedIdentifiers:
    """Clean and judge the column from a row on, as `judge` does cell by cell, at a fraction of the cost."""
    texts: list[str] = cells.text[first_row - 1 :].tolist()
    joined = "\0".join(texts)
    if joined.count("\0") == len(texts) - 1 and _ALL_PLAIN.fullmatch(joined):
        return CleanedIdentifiers(cells.text, dict(cells.faults), fixes=cells.fixes)
    plain = _IS_PLAIN.fullmatch
    unusual = [row for row, text in enumerate(texts, first_row) if plain(text) is None]
    judged = [check_identifier(texts[row - first_row]) for row in unusual]
    cleaned = cells.text.copy()
    cleaned[np.array(unusual, np.int64) - 1] = [one.text for one in judged]
    pairs = list(zip(unusual, judged, strict=True))
    changed = [row for row, one in pairs if "" != one.text != cells.text[row - 1]]
    return CleanedIdentifiers(
        cleaned,
        {row: one.fault for row, one in pairs if one.fault} | cells.faults,
        {row: one.oddity for row, one in pairs if one.oddity},
        (*cells.fixes, *_trimmed(changed, cells.text, cleaned)),
        unusual,
    )


def _trimmed(rows: list[int], before: np.ndarray, after: np.ndarray) -> Iterator[Fix]:
    if rows:
        examples = (Change(row, before[row - 1], after[row - 1]) for row in rows[:EXAMPLES])
        what = _("white space and invisible characters around identifiers taken off")
        yield Fix(what, len(rows), tuple(examples))


def check_identifier(text: str) -> CheckedIdentifier:
    """One cell's identifier, and what is wrong or odd with it."""
    text = text.strip(_OUTER)
    if _IS_PLAIN.fullmatch(text) or (_HARMLESS.fullmatch(text) and not _SPECIAL.match(text)):
        return CheckedIdentifier(text)
    return CheckedIdentifier(text, _fault(text), _oddity(text))


def named_rows(rows: Iterable[int]) -> str:
    """ "row 3" or "rows 3, 7 and 12 more", for messages."""
    rows = list(rows)
    shown = ", ".join(map(str, rows[:ROWS_NAMED]))
    if len(rows) == 1:
        return _("row {row}", row=shown)
    if more := max(len(rows) - ROWS_NAMED, 0):
        return _("rows {rows} and {more:,} more", rows=shown, more=more)
    return _("rows {rows}", rows=shown)


def _fault(text: str) -> str:
    if not text:
        return _(NO_IDENTIFIER)
    if len(text) > MAX_IDENTIFIER:
        return _(
            "the identifier has {length:,} characters, more than the {most} allowed: shorten it",
            length=len(text),
            most=MAX_IDENTIFIER,
        )
    if any(unicodedata.category(one) == "Cc" for one in text):
        return _("the identifier holds control characters: type it again")
    if "\ufffd" in text:
        return _(
            "a character of the identifier was lost in an earlier conversion (�): export the roster again"
        )
    if _ERROR.match(text):
        return _("an error value ({text}), not an identifier: fix the formula", text=text)
    return _fault_of_form(text)


def is_placeholder(text: str) -> bool:
    """Whether the text is a word for a missing value: \\N, NULL, n/a."""
    return text.lower() in _PLACEHOLDERS or _NULLS.fullmatch(text) is not None


def _fault_of_form(text: str) -> str:
    if _NULLS.fullmatch(text):
        return _("no identifier ({text} stands for a missing value): fill it in", text=text)
    if not any(map(str.isalnum, text)):
        return _("no identifier ({text} holds neither letter nor digit): fill it in", text=text[:10])
    if text.startswith("="):
        return _("a formula, not an identifier: replace it by its value")
    if text.upper() in ("TRUE", "FALSE"):
        return _("a {value} value, not an identifier", value=text.upper())
    if EXPONENT.match(text):
        return _(
            "{text} has lost digits of the identifier: format the column as text and export the roster again",
            text=text,
        )
    if _is_date(text):
        return _("a date, not an identifier: format the cell as text and type the identifier again")
    return ""


def _is_date(text: str) -> bool:
    """Whether the text is a calendar date, written 2026-12-31, 31.12.2026, 31/12/2026 or 12/31/2026."""
    match = _DATE.match(text)
    if not match:
        return False
    year, month, day = (match[1], match[2], match[3]) if match[1] else (match[7], match[6], match[4])
    return any(_on_calendar(int(year), int(a), int(b)) for a, b in ((month, day), (day, month)))


def _on_calendar(year: int, month: int, day: int) -> bool:
    try:
        return 1900 <= date(year, month, day).year <= 2100
    except ValueError:
        return False


def _oddity(text: str) -> str:
    if _INNER.search(text):
        return _("white space or invisible characters inside")
    if text.lower() in _PLACEHOLDERS:
        return _("a word that often stands for a missing value")
    if _MONTHS.match(text):
        return _("the look of a date that a spreadsheet made of an identifier")
    if _FLOAT.fullmatch(text):
        return _("a .0 at the end, though others have none")
    if re.search("[\u0400-\u04ff]", text) and re.search("[A-Za-z]", text):
        return _("Latin and Cyrillic letters mixed")
    return ""
