"""Which legacy encoding a text without a byte order mark is in, and which others it may be in as well.

The detector says which encodings give readable text at all; among those, what is known about the alphabets
decides. Encodings that come out alike are rivals: whether that matters is for those who know the columns.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.roster.table.columns import fold, is_known, language_words
from bulk_register.roster.text.alphabets import CJK, LATIN, score
from bulk_register.roster.text.encoding_doubt import refuse_encodings, words_beyond_ascii

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

LIKELY = ("cp1251", "cp1252", "cp1250", "koi8-r", "cp866", "cp932", "gb18030", "cp950")
# Found too, if they fit better; told from the likely ones by alphabets alone.
RARER = (
    "cp949", "cp1254", "cp1253", "cp1255", "cp1256", "cp1257", "cp874", "iso8859-2", "koi8-u", "mac-roman",
    "mac-cyrillic",
    "iso8859-5", "cp850", "cp852", "mac-latin2",
)  # fmt: skip
_FAMILIES = {
    "mac-roman": "cp1252",
    "cp850": "cp1252",
    "iso8859-2": "cp1250",
    "cp852": "cp1250",
    "mac-latin2": "cp1250",
}
SAMPLE_BYTES = 1 << 15
LISTED = 4  # encodings that a message lists
STEP_BYTES = 1 << 16  # decoded at once, in a millisecond
HEAD_LINES = 20  # among which headers are looked for
WINDOWS = ("cp949", "cp1254", "cp1253", "cp1255", "cp1256", "cp1257", "cp874")
# Text of a Mac or of DOS hardly ever reads perfectly in a Windows encoding, whose letters lie elsewhere.
PERFECT = 0.95
POOR = 0.5  # what reads no better speaks against the detector
CLOSE = 0.1  # encodings whose scores are nearer than this are rivals,
CLOSER = 0.5  # and than this besides, by each letter that there is to tell from

_UTF8 = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})")
# Letters of a header that vouches for an encoding: in scripts whose words are that short, and in others.
SHORTEST_NAME, SHORTEST_WORD = 2, 4
_HEADER_SIGNS = frozenset(
    "№°º’‘´·、（）：\u00a0\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
)

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
    fit = {one: score(sample.decode(one), one) for one in (*LIKELY, *RARER) if _fits(data, one)}
    kept = _kept(sample, fit)
    scores = {one: fit[one] for one in _vouched(data, kept)}
    best = max(scores, key=lambda one: scores[one], default="")
    if odd := _of_other_kind(lines, best):
        line = _lines(data).index(odd) + 1
        raise RosterError(
            _(
                "the file mixes UTF-8 with another encoding (line {line} is written otherwise than the "
                "rest): export it again in one encoding, UTF-8 best.",
                line=line,
            )
        )
    if not best or scores[best] <= 0:
        _refuse_untold(lines, scores)
    if len(scores) == 1:
        return EncodingGuess(best, _("detected; its headers are known words"))
    doubted = [one for one in fit.keys() - kept if fit[one] >= max(PERFECT, fit[best])]
    return _weighed(data, sample, scores, [] if len(scores) < len(kept) else sorted(doubted))


def others(data: bytes, taken: str) -> list[str]:
    """The likeliest encodings that read the text otherwise than the one that was taken."""
    lines = [line for line in _lines(data) if not line.isascii()]
    sample = b"\n".join(lines)[:SAMPLE_BYTES]
    read = {one: sample.decode(one, "replace") for one in (*LIKELY, *RARER)}
    scores = {one: score(text, one) for one, text in read.items()}
    texts = {sample.decode(taken, "replace")}
    found: list[str] = []
    for one in sorted(scores, key=lambda one: -scores[one]):
        if len(found) < LISTED - 1 and scores[one] > 0 and read[one] not in texts and _fits(data, one):
            texts.add(read[one])
            found.append(one)
    return found


def _refuse_untold(lines: list[bytes], scores: dict[str, float]) -> NoReturn:
    """Raise RosterDoubtError with what the text reads in the likeliest encodings."""
    likeliest = sorted(scores, key=lambda one: -scores[one])[:LISTED]
    reason = _(
        "the file's encoding can't be told: name it with --encoding (one of {likely}, …), or "
        "save the file as UTF-8.",
        likely=", ".join(LIKELY),
    )
    refuse_encodings(reason, {one: words_beyond_ascii(lines, one) for one in likeliest})


def _weighed(data: bytes, sample: bytes, scores: dict[str, float], doubted: list[str]) -> EncodingGuess:
    """The best encoding with its rivals, unless the language of the headers decides between them.

    `doubted` are those that the detector finds unreadable and that fit perfectly all the same.
    """
    best = max(scores, key=lambda one: scores[one])
    text = sample.decode(best)
    count = sum(not one.isascii() for one in text)
    near: list[str] = []
    texts: list[str] = []
    for one in sorted(scores, key=lambda one: -scores[one]):
        read = sample.decode(one)
        if scores[one] > scores[best] - _margin(best, one, scores[best], count) and read not in texts:
            near.append(one)
            texts.append(read)
    near += doubted
    words = Counter({one: _header_words(data, one) for one in near})
    most = max(words.values())
    kept = [one for one in near if words[one] == most]
    if len(kept) == 1 and len(near) > 1:
        return EncodingGuess(kept[0], _("detected; its headers are words of a language that is written so"))
    return EncodingGuess(kept[0], _("detected"), tuple(kept[1:]))


def _margin(best: str, other: str, highest: float, count: int) -> float:
    """How near the other's score must come to the best one's; `count` letters are there to tell from."""
    if best in RARER or other not in RARER:
        return CLOSE + CLOSER / count
    return 0.0 if highest >= PERFECT and other not in WINDOWS else CLOSE


def _fits(data: bytes, encoding: str) -> bool:
    """Tell whether all bytes are of the encoding; in pieces, so that other threads get their turn between."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data) + STEP_BYTES, STEP_BYTES):  # the last one is empty and ends it
            piece = data[start : start + STEP_BYTES]
            text = decoder.decode(piece, final=not piece)
            if encoding not in LIKELY[:5] and _CONTROLS.search(text):
                return False
    except UnicodeDecodeError:
        return False
    return True


def _kept(sample: bytes, fit: dict[str, float]) -> list[str]:
    """The encodings that the detector finds readable or doesn't know; all, where those read poorly.

    It is wrong where few names come again and again, Chinese and Japanese ones above all.
    """
    kept = _readable(sample, [one for one in fit if one in LIKELY]) + [one for one in fit if one in RARER]
    return list(fit) if max((fit[one] for one in kept), default=0) < POOR else kept


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
    return sum(
        fold(cell) in language_words(_FAMILIES.get(encoding, encoding))
        for cell in _head_cells(data, encoding)
    )


def _vouched(data: bytes, encodings: list[str]) -> list[str]:
    """The encodings in which most headers beyond ASCII are known names; all, if there are none."""
    counts = {encoding: sum(map(_is_known_word, _head_cells(data, encoding))) for encoding in encodings}
    most = max(counts.values(), default=0)
    return [encoding for encoding in encodings if counts[encoding] == most] if most else encodings


def _is_known_word(cell: str) -> bool:
    """Whether a cell beyond ASCII is a known name, and no accident of a wrong encoding."""
    if cell.isascii() or not all(one.isalpha() or one.isascii() or one in _HEADER_SIGNS for one in cell):
        return False
    shortest = SHORTEST_NAME if all(one > "\u0fff" for one in cell) else SHORTEST_WORD
    return len(fold(cell)) >= shortest and is_known(cell)


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
