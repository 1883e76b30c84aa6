"""Headers that `columns.toml` doesn't list: which of their words speak of an employee's number."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from bulk_register.roster.table.columns import fold, identifier_names, word_lists

LONGEST_NAME = 5  # words of a known name inside a longer header
SHORTEST_WRITTEN_ON = 2  # letters of a word in a script without blanks

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[\u3040-\u9fff\uac00-\ud7af])(?=[A-Za-z])")
_WORD = re.compile(r"[^\W_]+")
_NO_BLANKS = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Speech(NamedTuple):
    """What the words of a header speak of."""

    number: bool = False  # a number, code or identifier
    employee: bool = False  # an employee or user
    other: bool = False  # somebody or something else, or a quantity

    @property
    def of_employees_number(self) -> bool:
        """Whether it is an employee's number, and nobody else's."""
        return self.number and self.employee and not self.other

    @property
    def of_number(self) -> bool:
        """Whether it is a number that may be an employee's."""
        return self.number and not self.other


@lru_cache(maxsize=4096)
def speech(header: str) -> Speech:
    """What the header speaks of: "Please enter your employee number", "Pers.-Kennung", "SIS User ID"."""
    words = _words(header)
    other = _speaks("other", header, words)
    if _has_known_name(header, words):
        return Speech(number=True, employee=True, other=other)
    return Speech(_speaks("identifier", header, words), _speaks("person", header, words), other)


def _words(header: str) -> list[str]:
    header = header.replace("№", " no ").replace("N°", " no ").replace("Nº", " no ").replace("#", " no ")
    return [folded for word in _WORD.findall(_unmarked(_CAMEL.sub(" ", header))) if (folded := fold(word))]


def _unmarked(text: str) -> str:
    """The text without accents, which would part words where they are written as marks of their own."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def _has_known_name(header: str, words: list[str]) -> bool:
    """Whether the name of an identifier column stands in the header as words of its own."""
    names, written_on = _known_names()
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + LONGEST_NAME) + 1):
            if "".join(words[start:end]) in names:
                return True
    return bool(_NO_BLANKS.search(_unmarked(header))) and any(name in fold(header) for name in written_on)


@cache
def _known_names() -> tuple[frozenset[str], tuple[str, ...]]:
    """The strong names; and those in scripts without blanks."""
    names = identifier_names(strong=True)
    return names, tuple(name for name in names if _NO_BLANKS.search(name) and len(name) > 1)


def _speaks(what: str, header: str, words: list[str]) -> bool:
    whole, beginnings, ends, written_on = _lexicon(what)
    if any(word in whole or word.startswith(beginnings) or word.endswith(ends) for word in words):
        return True
    return bool(written_on) and any(part in fold(header) for part in written_on)


@cache
def _lexicon(what: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Whole words, beginnings, ends, and words that count wherever they stand."""
    words = word_lists(what)
    written_on = [fold(word) for word in words if _NO_BLANKS.search(_unmarked(word))]
    return (
        frozenset(fold(word) for word in words if "…" not in word),
        tuple(fold(word) for word in words if word.endswith("…")),
        tuple(fold(word) for word in words if word.startswith("…")),
        tuple(word for word in written_on if len(word) >= SHORTEST_WRITTEN_ON),
    )
