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
from bulk_register.roster.columns import fold, is_known

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

LIKELY = ("cp1251", "cp1252", "cp1250", "koi8-r", "cp866", "cp932", "gb18030", "cp950")
SAMPLE_BYTES = 1 << 15
HEAD_LINES = 20  # among which headers are looked for
CLOSE = 0.1  # encodings whose scores are nearer than this are rivals,
CLOSER = 0.5  # and than this besides, by each letter that there is to tell from

_CYRILLIC = ("cp1251", "koi8-r", "cp866")
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_CYRILLIC_ALPHABETS = (
    _RUSSIAN,
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’",
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
)  # Russian (and Bulgarian), Ukrainian, Belarusian, Serbian
_LATIN = {
    "cp1252": (
        "äöüß",  # German
        "àâæçéèêëîïôœùûüÿ",  # French
        "áéíñóúü",  # Spanish
        "ãáâàçéêíóõôúü",  # Portuguese
        "àèéìíòóùú",  # Italian
        "àçèéíïòóúü",  # Catalan
        "ëïéèöüáóç",  # Dutch
        "æøåäöéü",  # Danish, Norwegian, Swedish
        "áðéíóúýþæö",  # Icelandic
    ),
    "cp1250": (
        "ąćęłńóśźż",  # Polish
        "áčďéěíňóřšťúůýž",  # Czech
        "áäčďéíĺľňóôŕšťúýž",  # Slovak
        "áéíóöőúüű",  # Hungarian
        "čćđšž",  # Croatian, Slovene
        "ăâîşţ",  # Romanian
        "äöüß",  # German
    ),
}
_CJK_COMMON = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "cp950": ("big5", 0xA4, 0xC6),
    "cp932": ("shift_jis", 0x82, 0x98),
}  # the encoding's core and the lead bytes of its common characters (level 1; kana too in Japanese)
_HEADER_WORDS = {
    "cp1252": frozenset(
        [
            "vorname",
            "nachname",
            "personalnummer",
            "abteilung",
            "matricule",
            "nom",
            "prenom",
            "service",
            "poste",
            "legajo",
            "nombre",
            "nombres",
            "apellido",
            "apellidos",
            "puesto",
            "matricula",
            "nome",
            "sobrenome",
            "cargo",
            "matricola",
            "cognome",
            "reparto",
            "dipendente",
            "fornavn",
            "efternavn",
            "etternavn",
            "fornamn",
            "efternamn",
            "voornaam",
            "achternaam",
            "afdeling",
        ]
    ),
    "cp1250": frozenset(
        [
            "imie",
            "nazwisko",
            "pracownik",
            "stanowisko",
            "dzial",
            "numerewidencyjny",
            "nrewidencyjny",
            "jmeno",
            "prijmeni",
            "oddeleni",
            "meno",
            "priezvisko",
            "nev",
            "vezeteknev",
            "keresztnev",
            "osztaly",
            "ime",
            "prezime",
            "odjel",
            "priimek",
            "oddelek",
            "nume",
            "prenume",
            "departament",
        ]
    ),
}
_FREQUENT = frozenset("оеаинтсрвлкмдпуяёіїєґ")
_TEXT_SIGNS = frozenset("«»„“”‘’–—№…°§€\u00a0\u00ad·•©®¿¡ªº")
_WORD = re.compile(r"[^\W\d_]+")
_UTF8 = re.compile(rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})")
_CONTROLS = re.compile("[\x80-\x9f]")
_SPLIT = re.compile(r'[,;\t|"\r\n]+')


class Guess(NamedTuple):
    """The likeliest encoding, how it was found, and those that it might be as well."""

    encoding: str
    how: str
    rivals: tuple[str, ...] = ()


def guess(data: bytes) -> Guess:
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
        return Guess(by_header, "detected; its headers are known words")
    text = sample.decode(best)
    margin = CLOSE + CLOSER / sum(not one.isascii() for one in text)
    rivals = [one for one in readable if scores[one] > scores[best] - margin and sample.decode(one) != text]
    words = Counter({one: _header_words(data, one) for one in (best, *rivals)})
    (first, most), *others = words.most_common(2)
    if rivals and most > others[0][1]:
        return Guess(first, "detected; its headers are words of a language that is written so")
    return Guess(best, "detected", tuple(rivals))


def score(text: str, encoding: str) -> float:
    """How well the text's letters fit what is written in the encoding: 1 perfectly, 0 or less not at all."""
    letters = [one for one in text if not one.isascii() and one not in _TEXT_SIGNS]
    if not letters:
        return 0.5
    if encoding in _CYRILLIC:
        return _cyrillic(text, letters)
    if encoding in _LATIN:
        return _latin(text, letters, _LATIN[encoding])
    return _cjk(letters, encoding)


def _cyrillic(text: str, letters: list[str]) -> float:
    """Letters of one language, small ones never before capitals in a word, the frequent ones frequent."""
    best = max(sum(one.lower() in alphabet for one in letters) for alphabet in _CYRILLIC_ALPHABETS)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    odd = sum(len(word) > 3 and not _is_cased(word) for word in words)  # initials are any
    mixed = sum(any(map(str.isascii, word)) for word in words)
    frequent = sum(one in _FREQUENT for one in "".join(letters).lower()) / len(letters)
    return best / len(letters) - (odd + mixed) / max(1, len(words)) + min(0.0, frequent - 0.6)


def _latin(text: str, letters: list[str], alphabets: tuple[str, ...]) -> float:
    """Letters of one language's alphabet, or else of several; few in each word; no capitals inside words."""
    best = max(sum(one.lower() in alphabet for one in letters) for alphabet in alphabets)
    union = sum(any(one.lower() in alphabet for alphabet in alphabets) for one in letters)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    odd = sum(not _is_cased(word) for word in words)
    heavy = sum(2 * sum(not one.isascii() for one in word) > len(word) + 1 for word in words)
    return (4 * best + union) / (5 * len(letters)) - (odd + heavy) / (2 * max(1, len(words)))


def _is_cased(word: str) -> bool:
    return word.islower() or word.isupper() or word[1:].islower()


def _cjk(letters: list[str], encoding: str) -> float:
    """Characters from the encoding's common part; others come from reading another encoding's bytes."""
    core, first, last = _CJK_COMMON[encoding]
    common = 0
    for one in letters:
        written = one.encode(core, "ignore")
        common += len(written) == 2 and (first <= written[0] <= last or not one.isalpha())
    return 1.4 * common / len(letters) - 0.4


def _fits(data: bytes, encoding: str) -> bool:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return encoding not in _CJK_COMMON or not _CONTROLS.search(text)


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
    cells = _SPLIT.split(b"\n".join(_lines(data[:SAMPLE_BYTES])[:HEAD_LINES]).decode(encoding, "replace"))
    return sum(fold(cell) in _HEADER_WORDS.get(encoding, ()) for cell in cells)


def _vouched(data: bytes, encodings: list[str]) -> str | None:
    """The one encoding in which most headers with letters beyond ASCII are known names."""
    head = _lines(data[:SAMPLE_BYTES])[:HEAD_LINES]
    counts = {}
    for encoding in encodings:
        cells = _SPLIT.split(b"\n".join(head).decode(encoding, "replace"))
        counts[encoding] = sum(not cell.isascii() and is_known(cell) for cell in cells)
    most = max(counts.values())
    best = [encoding for encoding, count in counts.items() if count == most]
    return best[0] if most and len(best) == 1 else None


def _of_other_kind(lines: list[bytes], best: str) -> bytes | None:
    """A line in UTF-8 among others, or the other way round, unless chance may make it of the encoding."""
    utf8 = [line for line in lines if _UTF8.search(line) and _is_utf8(line)]
    if 2 * len(utf8) > len(lines):
        return next(line for line in lines if not _is_utf8(line))
    needed = 1 if best in _LATIN else 2
    sure = (line for line in utf8 if len(_UTF8.findall(line)) >= needed)
    return None if best in _CJK_COMMON else next(sure, None)


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
