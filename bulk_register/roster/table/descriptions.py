"""Lines that describe columns instead of filling them: Mandatory, VARCHAR(20), e.g. 00123, JSON."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

MOST_LINES = (
    5  # templates of HR systems, import wizards and survey exports put up to three under their header
)
LOGIN_LENGTH = 5  # a word no longer than this may be somebody's login: char, num

MARKS = frozenset("MORCXmorcx*+-✓✔✗YNyn")
SENTENCE = 3  # words of a text that explains a column: "Number from HR"

_JSON = re.compile(r"\s*[{\[]\s*[\"'{\[].*:.*[}\]]\s*\Z", re.DOTALL)
_MASK = re.compile(
    r"(?=.{3,})(?:x{2,}|n{2,}|#{2,}|[dmytjaгдмч]{2,4})(?:[-./ ](?:x+|n+|#+|[dmytjaгдмч]+))*\Z", re.IGNORECASE
)
# A word that may describe, with a number: NUM-101, Max5 is an employee's as well. VARCHAR2 is one word.
_NUMBERED = re.compile(r"(?!n?varchar2\Z)[^\W\d_]+[-_/.:# ]?\d+\Z", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


class _Patterns(NamedTuple):
    alone: re.Pattern[str]
    type: re.Pattern[str]
    example: re.Pattern[str]
    example_end: re.Pattern[str]
    length: re.Pattern[str]
    limit: re.Pattern[str]


def describes(text: str) -> bool:
    """Whether the text says what belongs into the column: never an identifier, nor a name."""
    return _may_describe(text) and not _is_numbered(text.strip())


def description_rows(rows: Sequence[Sequence[str]], column: int, is_header: Sequence[bool]) -> int:
    """How many of the first lines under a header describe its columns.

    The last one has a description in the identifier's column, or in most of its cells. Those above it go
    with it if they hold no identifier: a header in words, a question. `is_header` says which consist of
    known headers.
    """
    found = 0
    owns = [row[column].strip() if column < len(row) else "" for row in rows]
    for place, row in enumerate(rows[:MOST_LINES]):
        cells = [cell for cell in row if cell.strip()]
        own = owns[place]
        described = sum(map(_may_describe, cells))
        empty = not own and 2 * described > len(cells)
        if (
            empty
            or (_may_describe(own) and _is_sure(own, cells, described))
            or _is_explained(own, cells)
            or _is_marked(cells)
        ) and not _has_siblings(own, owns):
            found = place + 1
        elif own and _may_be_identifier(own) and not is_header[place]:
            break
    return found


def _may_describe(text: str) -> bool:
    text = text.strip()
    if not text:
        return False
    if _JSON.match(text) or _is_mask(text):
        return True
    return any(pattern.match(text) for pattern in _patterns())


def _is_numbered(text: str) -> bool:
    return " " not in text and _NUMBERED.match(text) is not None


def _has_siblings(own: str, owns: Sequence[str]) -> bool:
    """Whether another line has the same word with another number, as employees' identifiers have."""
    if _NUMBERED.match(own) is None:
        return False
    word = _DIGITS.sub("0", own.casefold())
    return any(other != own and _DIGITS.sub("0", other.casefold()) == word for other in owns)


def _is_explained(own: str, cells: Sequence[str]) -> bool:
    """Whether a sentence stands where the identifier should be, in a line without digits."""
    wordy = sum(" " in cell.strip() for cell in cells)
    digits = any(any(map(str.isdigit, cell)) for cell in cells)
    return own.count(" ") >= SENTENCE - 1 and not digits and 2 * wordy >= len(cells) > 1


def _is_marked(cells: Sequence[str]) -> bool:
    """Whether each cell has one of these letters or signs: M for mandatory, O for optional, X."""
    return len(cells) > 1 and all(cell.strip() in MARKS for cell in cells)


def _is_mask(text: str) -> bool:
    """Whether it is a pattern such as XXXXX, NN-NNN, #####, dd.mm.yyyy or TT.MM.JJJJ."""
    if _MASK.match(text) is None:
        return False
    return len(set(text.casefold())) == 1 or not text.isalpha()


def _is_sure(own: str, cells: Sequence[str], described: int) -> bool:
    """Whether it isn't somebody's: a short word that may be a login, a word with a number.

    In a line that describes more than that, or all of it, it is sure.
    """
    if _is_numbered(own):
        return 1 < described == len(cells)
    login = own.isascii() and own.isalpha() and len(own) <= LOGIN_LENGTH
    return not login or described > 1 or len(cells) == 1


def _may_be_identifier(text: str) -> bool:
    return any(map(str.isdigit, text)) and " " not in text


@cache
def _patterns() -> _Patterns:
    lists: dict[str, list[str]] = tomllib.loads(
        files(__package__).joinpath("descriptions.toml").read_text(encoding="utf-8")
    )
    words = {name: _any_of(some) for name, some in lists.items()}
    number = r"\d+(?:\s*(?:-|–|~|to|bis|à|a|do|до)\s*\d+)?"
    return _Patterns(
        _pattern(rf"[\W_]*(?:{words['mandatory']}|{words['answers']})[\W_]*\Z"),
        _pattern(rf"(?:{words['types']})\s*(?:[(\[]\s*\d+[^()\[\]]*[)\]])?(?:\s*[,;:(/-].*|\s+\d+\D*)?\Z"),
        _pattern(rf"\W*(?:{words['examples']})(?=[\s:：.)(]|\Z)"),
        _pattern(rf".*[\s(\[](?:{words['example_ends']})\W*\Z"),
        _pattern(
            rf"(?:\D*\s|\D{{0,40}}[\u3000-\u9fff\uac00-\ud7af:(]|){number}[\s-]*(?:{words['units']})(?![^\W\d_])"
        ),
        _pattern(rf"\W*(?:{words['limits']})\W*\d+"),
    )


def _any_of(words: list[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
