"""How well a text fits the alphabets of the languages that are written in a legacy encoding."""

from __future__ import annotations

import re

from bulk_register.roster.text.scripts import SCRIPTS, hangul_score, is_korean, script_score

CYRILLIC = ("cp1251", "koi8-r", "koi8-u", "cp866", "mac-cyrillic", "iso8859-5")
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
_TURKISH = ("çğıiöşüâîûİ",)
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")  # Lithuanian, Latvian, Estonian
LATIN |= {"cp1254": _TURKISH, "cp1257": _BALTIC}
LATIN |= dict.fromkeys(("mac-roman", "cp850"), LATIN["cp1252"])
LATIN |= dict.fromkeys(("iso8859-2", "cp852", "mac-latin2"), LATIN["cp1250"])
CJK = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "cp950": ("big5", 0xA4, 0xC6),
    "cp932": ("shift_jis", 0x82, 0x98),
}  # the encoding's core and the lead bytes of its common characters (level 1; kana too in Japanese)
ENOUGH_SYLLABLES = (
    4  # so many Chinese characters are common Korean syllables by chance once in thousands of texts
)
MOST_CAPITALS = 0.8  # of the words of a list of names
_LOWERED = 0.5  # of a word that is odd for certain
_FREQUENT = frozenset("оеаинтсрвлкмдпуяёіїєґ")
_TEXT_SIGNS = frozenset("£¥½¼¾²³™«»„“”‘’–—№…°§€\u00a0\u00ad·•©®¿¡ªº")
_WORD = re.compile(r"[^\W\d_]+")
# A sign where none stands: M†-101, K…-102, €nne, J˙rgen.
_MISPLACED = re.compile(
    r"(?<=[^\W\d_]{3})[’‘](?!(?:s|t|d|m|ll|re|ve|th)\b)(?=[^\W\d_])|[¶±¦¤¬©®](?=[^\W\d_])|(?<=[^\W\d_])[«¶±¦¤¬]|»(?=[^\W\d_])|"
    r"(?<=\w)[«»„“”–—…§°€№©®•](?=[\w-])|[€§©®](?=[^\W\d_])|(?<=[^\W\d_])[€§©®°¿¡](?!\w)"
)


def score(text: str, encoding: str) -> float:
    """How well the text's letters fit what is written in the encoding: 1 perfectly, 0 or less not at all."""
    letters = [one for one in text if not one.isascii() and one not in _TEXT_SIGNS]
    letters += _MISPLACED.findall(text)
    if not letters:
        return 1.0 if any(one in _TEXT_SIGNS for one in text) else 0.5
    if encoding in CYRILLIC:
        return _cyrillic(text, letters)
    if encoding in LATIN:
        return _latin(text, letters, LATIN[encoding])
    if encoding in SCRIPTS:
        return script_score(text, letters, SCRIPTS[encoding])
    if encoding == "cp949":
        return hangul_score(letters)
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
    best = max(sum(_is_of(one, alphabet) for one in letters) for alphabet in alphabets)
    union = sum(any(_is_of(one, alphabet) for alphabet in alphabets) for one in letters)
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    odd = sum(not _is_cased(word) for word in words) + _LOWERED * _lower_names(text, words)
    heavy = sum(2 * sum(not one.isascii() for one in word) > len(word) + 1 for word in words)
    return (4 * best + union) / (5 * len(letters)) - (odd + heavy) / (2 * max(1, len(words)))


def _lower_names(text: str, words: list[str]) -> int:
    """How many words begin with a small letter beyond ASCII, where nearly all others begin with a capital."""
    others = [word for word in _WORD.findall(text) if word.isascii() and len(word) > 1]
    capitals = sum(word[0].isupper() for word in others)
    if capitals < MOST_CAPITALS * len(others):
        return 0
    return sum(word[0].islower() and not word[0].isascii() and len(word) > 1 for word in words)


def _is_of(letter: str, alphabet: str) -> bool:
    return letter in alphabet or letter.lower() in alphabet


def _is_cased(word: str) -> bool:
    return word.islower() or word.isupper() or word[1:].islower()


def _cjk(letters: list[str], encoding: str) -> float:
    """Characters from the encoding's common part; others come from reading another encoding's bytes."""
    core, first, last = CJK[encoding]
    common = 0
    for one in letters:
        written = one.encode(core, "ignore")
        common += len(written) == 2 and (first <= written[0] <= last or not one.isalpha())
    korean = encoding == "gb18030" and len(letters) >= ENOUGH_SYLLABLES and is_korean(letters, encoding)
    return 1.4 * common / len(letters) - (0.9 if korean else 0.4)
