"""What an exporter put around identifiers: taken off where all have it, named where only some do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bulk_register.language import N_, _
from bulk_register.records import Candidate, Change, Doubt, Evidence, Fix, Matter, Sign
from bulk_register.roster.doubt_text import refuse
from bulk_register.roster.employees.identifiers import EXAMPLES, CleanedIdentifiers, check_identifier

MOST_LAYERS = 3  # quotes in brackets behind an apostrophe

QUOTES = (
    '""',
    "''",
    "“”",
    "„“",
    "„”",
    "””",
    "‘’",
    "‚‘",
    "’’",
    "«»",
    "»«",
    "‹›",
    "「」",
    "『』",
    "``",
    "`´",
    "＂＂",
)
BRACKETS = ("[]", "()", "{}", "<>", "【】", "（）", "［］")
APOSTROPHES = "'’‘`´＇"

_TAIL = re.compile(r"(\d+)[.,]0{1,2}")
_MONEY = re.compile(r"\d{1,3}(?:[.,' \u00a0\u202f]\d{3})*[.,]0{2,3}")
_SEPARATORS = ";,|"


@dataclass(frozen=True)
class _Debris:
    """One kind of debris: `what` for people, and the text without it (None: it hasn't got it)."""

    what: str
    strip: Callable[[str], str | None]
    pair: str = ""  # the first and the last character

    def words(self) -> str:
        """Return what it is, in the language in use."""
        return _(self.what, first=self.pair[0], last=self.pair[1]) if self.pair else _(self.what)


def _wrapped(pair: str) -> Callable[[str], str | None]:
    def strip(text: str) -> str | None:
        inner = text[1:-1]
        whole = len(text) > 2 and text[0] == pair[0] and text[-1] == pair[1]
        return inner.strip() if whole and not set(pair) & set(inner) and inner.strip() else None

    return strip


def _doubled(text: str) -> str | None:
    """A quote doubled once too often: ""00101""."""
    return text[2:-2] if len(text) > 4 and text[:2] == text[-2:] == '""' and '"' not in text[2:-2] else None


def _behind_apostrophe(text: str) -> str | None:
    rest = text[1:]
    return rest if text[:1] in APOSTROPHES and rest and rest[-1] not in APOSTROPHES else None


def _without_tail(text: str) -> str | None:
    found = _TAIL.fullmatch(text)
    return found[1] if found else None


_KINDS = (
    *(_Debris(N_("the quotes {first}…{last}"), _wrapped(pair), pair) for pair in QUOTES),
    _Debris(N_('the quotes ""…""'), _doubled),
    *(_Debris(N_("the brackets {first}…{last}"), _wrapped(pair), pair) for pair in BRACKETS),
    _Debris(N_("an apostrophe in front"), _behind_apostrophe),
)


_FIRST = frozenset(pair[0] for pair in (*QUOTES, *BRACKETS)) | frozenset(APOSTROPHES)


def without_debris(cleaned: CleanedIdentifiers, rows: np.ndarray) -> CleanedIdentifiers:
    """Take off what surrounds every valid identifier of these rows (from 1), and report it.

    Raises RosterDoubtError where what surrounds them all can't be taken off for certain.
    """
    if not cleaned.unusual:
        return cleaned
    for _layer in range(MOST_LAYERS):
        found = _stripped(cleaned, rows)
        if found is None:
            break
        cleaned = found
    kept, texts = _valid(cleaned, rows)
    _refuse_uncertain(texts)
    return _with_strays(cleaned, kept, texts)


def _valid(cleaned: CleanedIdentifiers, rows: np.ndarray) -> tuple[list[int], list[str]]:
    kept = [row for row in rows.tolist() if row not in cleaned.faults]
    return kept, [cleaned.texts[row - 1] for row in kept]


def _stripped(cleaned: CleanedIdentifiers, rows: np.ndarray) -> CleanedIdentifiers | None:
    """The column without one layer; None if there is none that all have."""
    kept, texts = _valid(cleaned, rows)
    if not texts:
        return None
    for kind in _KINDS:
        if kind.strip(texts[0]) is not None and all(kind.strip(text) is not None for text in texts):
            return _changed(
                cleaned,
                kept,
                texts,
                kind.strip,
                _("{what}, around all identifiers, taken off", what=kind.words()),
            )
    if all(map(_TAIL.fullmatch, texts)):
        tail = _TAIL.sub(lambda match: match[0][len(match[1]) :], texts[0])
        return _changed(
            cleaned,
            kept,
            texts,
            _without_tail,
            _("all identifiers ended in {tail}, which was taken off", tail=tail),
        )
    return None


def _changed(
    cleaned: CleanedIdentifiers,
    rows: list[int],
    texts: list[str],
    strip: Callable[[str], str | None],
    what: str,
) -> CleanedIdentifiers:
    judged = {row: check_identifier(strip(text) or text) for row, text in zip(rows, texts, strict=True)}
    new = cleaned.texts.copy()
    new[np.array(rows) - 1] = [one.text for one in judged.values()]
    examples = [
        Change(row, text, judged[row].text) for row, text in list(zip(rows, texts, strict=True))[:EXAMPLES]
    ]
    kept = set(rows)
    oddities = {row: odd for row, odd in cleaned.oddities.items() if row not in kept}
    return replace(
        cleaned,
        texts=new,
        faults=cleaned.faults | {row: one.fault for row, one in judged.items() if one.fault},
        oddities=oddities | {row: one.oddity for row, one in judged.items() if one.oddity},
        fixes=(*cleaned.fixes, Fix(what, len(rows), tuple(examples))),
    )


def _with_strays(cleaned: CleanedIdentifiers, rows: list[int], texts: list[str]) -> CleanedIdentifiers:
    """Give identifiers that alone have quotes, brackets or zeros around them a fault."""
    marked = [
        (row, text) for row, text in zip(rows, texts, strict=True) if text[:1] in _FIRST or text[-2:] == "00"
    ]
    tails = {text for _row, text in marked if _TAIL.fullmatch(text) and not text.isdigit()}
    whole = bool(tails) and 2 * sum(map(str.isdigit, texts)) > len(texts)
    faults: dict[int, str] = {}
    for row, text in marked:
        kind = next((one for one in _KINDS if one.strip(text) is not None), None)
        if kind is not None:
            faults[row] = _("{what}, which other identifiers don't have: remove it", what=kind.words())
        elif whole and text in tails:
            faults[row] = _(
                "{text} at the end, which other identifiers don't have: remove it", text=text[-3:]
            )
    return replace(cleaned, faults=cleaned.faults | faults) if faults else cleaned


def _refuse_uncertain(texts: Sequence[str]) -> None:
    """Raise RosterDoubtError if the identifiers have the form of amounts, or end in a separator."""
    if not texts:
        return
    if all(map(_MONEY.fullmatch, texts)):
        _refuse(texts, _("amounts"), _("the identifiers have the form of amounts of money"))
    if texts[0][-1:] in _SEPARATORS and all(text[-1:] == texts[0][-1] for text in texts):
        _refuse(
            texts,
            _("a {character} at the end", character=texts[0][-1]),
            _("all identifiers end in {character!r}", character=texts[0][-1]),
        )


def _refuse(texts: Sequence[str], detail: str, what: str) -> None:
    reason = _(
        "{what} ({examples}), and how they are written otherwise isn't certain.",
        what=what,
        examples=", ".join(texts[:EXAMPLES]),
    )
    remedy = _("Format the column as text and export the roster again.")
    candidate = Candidate(_("identifiers"), "", (Evidence(Sign.DEBRIS, detail),), tuple(texts[:EXAMPLES]))
    refuse(Doubt(Matter.IDENTIFIERS, reason, (candidate,), remedy))
