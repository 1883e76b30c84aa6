"""How well a text fits the alphabets of the languages that are written in a legacy encoding."""

from __future__ import annotations

import re

CYRILLIC = ("cp1251", "koi8-r", "cp866")
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_CYRILLIC_ALPHABETS = (
    _RUSSIAN,
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’",
    "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
)  # Russian (and Bulgarian), Ukrainian, Belarusian, Serbian
LATIN = {
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
CJK = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "cp950": ("big5", 0xA4, 0xC6),
    "cp932": ("shift_jis", 0x82, 0x98),
}  # the encoding's core and the lead bytes of its common characters (level 1; kana too in Japanese)
_FREQUENT = frozenset("оеаинтсрвлкмдпуяёіїєґ")
_TEXT_SIGNS = frozenset("«»„“”‘’–—№…°§€\u00a0\u00ad·•©®¿¡ªº")
_WORD = re.compile(r"[^\W\d_]+")


def score(text: str, encoding: str) -> float:
    """How well the text's letters fit what is written in the encoding: 1 perfectly, 0 or less not at all."""
    letters = [one for one in text if not one.isascii() and one not in _TEXT_SIGNS]
    if not letters:
        return 0.5
    if encoding in CYRILLIC:
        return _cyrillic(text, letters)
    if encoding in LATIN:
        return _latin(text, letters, LATIN[encoding])
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
    core, first, last = CJK[encoding]
    common = 0
    for one in letters:
        written = one.encode(core, "ignore")
        common += len(written) == 2 and (first <= written[0] <= last or not one.isalpha())
    return 1.4 * common / len(letters) - 0.4
