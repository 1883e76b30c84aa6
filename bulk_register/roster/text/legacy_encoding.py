"""Which legacy encoding a text without a byte order mark is in, and which others it may be in as well.

The detector says which encodings give readable text at all; among those, what is known about the alphabets
decides. Encodings that come out alike are rivals: whether that matters is for those who know the columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from bulk_register.errors import RosterError
from bulk_register.roster.table.columns import fold, is_known, language_words
from bulk_register.roster.text.alphabets import CJK, LATIN, score

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

LIKELY = ("cp1251", "cp1252", "cp1250", "koi8-r", "cp866", "cp932", "gb18030", "cp950")
SAMPLE_BYTES = 1 << 15
HEAD_LINES = 20  # among which headers are looked for
CLOSE = 0.1  # encodings whose scores are nearer than this are rivals,
CLOSER = 0.5  # and than this besides, by each letter that there is to tell from

_UTF8 = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})")
_CONTROLS = re.compile("[\x80-\x9f]")
_SPLIT = re.compile(r'[,;\t|"\r\n]+')


class EncodingGuess(NamedTuple):
    """The likeliest encoding, how it was found, and those that it might be as well."""

    encoding: str
    how: str
    rivals: tuple[str, ...] = ()


def guess_encoding(data: bytes) -> EncodingGuess:
    """The encoding of bytes that aren't UTF-8. Raises RosterError where none fits or several are mixed."""
    lines = [line for line in _lines(data) if not line.isascii()]
    sample = b"\n".join(lines[:: max(1, sum(map(len, lines)) // SAMPLE_BYTES)])  # from all over the file
    readable = _readable(sample, [encoding for encoding in LIKELY if _fits(data, encoding)])
    scores = {encoding: score(sample.decode(encoding), encoding) for encoding in readable}
    best = max(scores, key=lambda one: scores[one], default="")
    if odd := _of_other_kind(lines, best):
        line = _lines(data).index(odd) + 1
        raise RosterError(
            f"the file mixes UTF-8 with another encoding (line {line} is written otherwise than the rest): "
            "export it again in one encoding, UTF-8 best."
        )
    if not best or scores[best] <= 0:
        raise RosterError(
            f"the file's encoding can't be told: name it with --encoding (one of {', '.join(LIKELY)}, …), "
            "or save the file as UTF-8."
        )
    if by_header := _vouched(data, readable):
        return EncodingGuess(by_header, "detected; its headers are known words")
    text = sample.decode(best)
    margin = CLOSE + CLOSER / sum(not one.isascii() for one in text)
    rivals = [one for one in readable if scores[one] > scores[best] - margin and sample.decode(one) != text]
    words = Counter({one: _header_words(data, one) for one in (best, *rivals)})
    (first, most), *others = words.most_common(2)
    if rivals and most > others[0][1]:
        return EncodingGuess(first, "detected; its headers are words of a language that is written so")
    return EncodingGuess(best, "detected", tuple(rivals))


def _fits(data: bytes, encoding: str) -> bool:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return encoding not in CJK or not _CONTROLS.search(text)


def _readable(sample: bytes, fitting: list[str]) -> list[str]:
    """The encodings that the detector finds readable; all that fit, if it finds none."""
    from charset_normalizer import from_bytes

    names = {_normalizer_name(one): one for one in fitting}
    matches: Iterable[CharsetMatch] = (
        from_bytes(sample, cp_isolation=list(names), enable_fallback=False) if names else []
    )
    found = {name for match in matches for name in match.could_be_from_charset}
    readable = [names[name] for name in names if name in found]
    return readable or fitting


def _normalizer_name(encoding: str) -> str:
    return {"koi8-r": "koi8_r", "cp950": "big5"}.get(encoding, encoding)


def _header_words(data: bytes, encoding: str) -> int:
    """How many headers are words of a language that is written in the encoding, whatever their letters."""
    return sum(fold(cell) in language_words(encoding) for cell in _head_cells(data, encoding))


def _vouched(data: bytes, encodings: list[str]) -> str | None:
    """The one encoding in which most headers with letters beyond ASCII are known names."""
    counts = {
        encoding: sum(not cell.isascii() and is_known(cell) for cell in _head_cells(data, encoding))
        for encoding in encodings
    }
    most = max(counts.values())
    best = [encoding for encoding, count in counts.items() if count == most]
    return best[0] if most and len(best) == 1 else None


def _head_cells(data: bytes, encoding: str) -> list[str]:
    head = b"\n".join(_lines(data[:SAMPLE_BYTES])[:HEAD_LINES])
    return _SPLIT.split(head.decode(encoding, "replace"))


def _of_other_kind(lines: list[bytes], best: str) -> bytes | None:
    """A line in UTF-8 among others, or the other way round, unless chance may make it of the encoding."""
    utf8 = [line for line in lines if _UTF8.search(line) and _is_utf8(line)]
    if 2 * len(utf8) > len(lines):
        return next(line for line in lines if not _is_utf8(line))
    needed = 1 if best in LATIN else 2
    sure = (line for line in utf8 if len(_UTF8.findall(line)) >= needed)
    return None if best in CJK else next(sure, None)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lines(data: bytes) -> list[bytes]:
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.split(b"\n")
