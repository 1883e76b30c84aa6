"""What a column's header says is in it: an employee's identifier, something of the person, or neither."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache, lru_cache
from importlib.resources import files
from itertools import islice
from typing import NamedTuple

from bulk_register.language import N_, every_language
from bulk_register.records import EXAM_COLUMNS, RESULT_COLUMNS

RANKS = ("strong", "likely", "bare", "number")  # of identifier names in columns.toml, best first
NUMBER_RANK = RANKS.index("number")
PERSON = {
    "name": N_("name"),
    "first": "name",
    "last": "name",
    "middle": "name",
    "email": N_("e-mail"),
    "birth": N_("birth date"),
}  # lists of columns.toml, and what a message calls them
MAX_COMPARED = 200  # unknown headers that are compared with known names
# How alike a header and a known name must be to be suggested: "Emplyee ID", not "Age" (Agent).
NEAR = 0.85
SHORTEST_NEAR = 5  # letters
MOST_LETTERS_MORE = 2

_AMBIGUOUS = frozenset(
    map(
        str.casefold,
        [
            "name",
            "names",
            "nome",
            "nom",
            "nombre",
            "navn",
            "namn",
            "naam",
            "nimi",
            "nama",
            "nev",
            "imie",
            "имя",
            "название",
            "名称",
            "名",
            "名前",
            "이름",
        ],
    )
)  # folded; of a person or of anything else

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PUNCTUATION = re.compile(r"[\W_]+")
_PARTS = re.compile(r"[/|\n\r]+")


class ColumnKind(NamedTuple):
    """`what` is identifier, foreign, result, name, e-mail or birth date; "" for an unknown header."""

    what: str = ""
    rank: int = 0  # of an identifier's name: position in RANKS, 0 is the strongest


UNKNOWN = ColumnKind()


def fold(header: str) -> str:
    """The header without case, accents, spaces and punctuation; "№", "N°" and "#" read as "no"."""
    words = header.replace("№", "#").replace("°", "o")
    if not any(map(str.isalnum, words)):
        return "#" if "#" in words else ""
    words = words.strip()
    words = words[1:] if words.startswith("#") and header.lstrip()[0] == "#" else words
    text = unicodedata.normalize("NFKD", words.replace("#", " no ")).casefold().replace("ł", "l")
    return _PUNCTUATION.sub("", text)


@lru_cache(maxsize=4096)
def classify_header(header: str) -> ColumnKind:
    """What the header says is in its column. A header that isn't in columns.toml means nothing."""
    known = _names()
    for text in (header, _BRACKETS.sub(" ", header)):
        if found := known.get(fold(text)):
            return found
    parts = {known.get(fold(part), UNKNOWN) for part in _PARTS.split(header) if fold(part)}
    return min(parts, key=lambda one: one.rank) if len({one.what for one in parts}) == 1 else UNKNOWN


def is_known(header: str) -> bool:
    """Whether the header is in columns.toml or a result column."""
    return classify_header(header) is not UNKNOWN and classify_header(header).what != ""


@cache
def language_words(encoding: str) -> frozenset[str]:
    """Words, folded, in headers of the languages that are written in the encoding."""
    return frozenset(map(fold, _lists()["language"].get(encoding, ())))


def identifier_names(*, strong: bool = False) -> frozenset[str]:
    """The folded names of identifier columns: all that say whose they are, or the strong ones alone."""
    return _identifier_names(0 if strong else RANKS.index("likely"))


@cache
def _identifier_names(up_to: int) -> frozenset[str]:
    return frozenset(name for name, one in _names().items() if one.what == "identifier" and one.rank <= up_to)


def shows_people(headers: Sequence[str]) -> bool:
    """Whether the headers are those of a list of people; "Name" alone may be a department's or a city's."""
    kinds = [one.what for one in map(classify_header, headers) if one.what in PERSON.values()]
    named = [fold(text) for text in headers if classify_header(text).what == "name"]
    if len(kinds) != 1 or not named or named[0] not in _AMBIGUOUS:
        return bool(kinds)
    return any(map(is_fact, headers))


def is_fact(header: str) -> bool:
    """Whether the header names something that lists of employees say of each: department, position, …"""
    return fold(header) in _facts()


@cache
def _facts() -> frozenset[str]:
    return frozenset(map(fold, _lists()["person"]["facts"]))


@cache
def word_lists(what: str) -> tuple[str, ...]:
    """The words of unlisted headers that speak of an identifier, a person, or something other."""
    return tuple(_lists()["words"][what])


def near_misses(headers: Iterable[str]) -> list[str]:
    """The headers that are spelled nearly like a name that says whose identifier it is, the nearest first."""
    names = [name for name in identifier_names() if len(name) >= SHORTEST_NEAR]
    unknown = [text for text in islice(headers, MAX_COMPARED) if not is_known(text)]
    folded = {text: fold(text) for text in unknown if len(fold(text)) >= SHORTEST_NEAR}
    scored = [(max(_likeness(one, name) for name in names), text) for text, one in folded.items()]
    return [text for score, text in sorted(scored, key=lambda one: -one[0]) if score >= NEAR]


def _likeness(text: str, name: str) -> float:
    if abs(len(text) - len(name)) > MOST_LETTERS_MORE:
        return 0.0
    matcher = SequenceMatcher(None, text, name)
    return matcher.ratio() if matcher.real_quick_ratio() >= NEAR else 0.0


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("columns.toml").read_text(encoding="utf-8"))


@cache
def person_names(kind: str) -> frozenset[str]:
    """Return the known headers of a part of a person's name (first, last) or of the e-mail, folded."""
    return frozenset(map(fold, _lists()["person"][kind]))


@cache
def _names() -> dict[str, ColumnKind]:
    """The known names, folded. The first list that has a name counts: result, foreign, identifier, person."""
    lists = _lists()
    ours = (*RESULT_COLUMNS, *EXAM_COLUMNS)
    known = {fold(said): ColumnKind("result") for name in ours for said in every_language(name)}
    for name in lists["foreign"]["names"]:
        known.setdefault(fold(name), ColumnKind("foreign"))
    for rank, key in enumerate(RANKS):
        for name in lists["identifier"][key]:
            known.setdefault(fold(name), ColumnKind("identifier", rank))
    for key, what in PERSON.items():
        for name in lists["person"][key]:
            known.setdefault(fold(name), ColumnKind(what))
    return known
