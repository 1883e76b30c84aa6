"""How well a text fits a script other than Latin and Cyrillic: Greek, Hebrew, Arabic, Thai, Korean."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

# Syllables of Korean names, places and offices. Other bytes read as Korean give any of 2,350 syllables.
COMMON_HANGUL = frozenset(
    "가각간갑강개거건걸검게격견결겸경계고곡곤골공과곽관광교구국군권규균근금급기길김나남내노녹농누늘능니다단달담당대덕도독돈동두"
    "득등라락란람랑래량려련렬령례로록론료루류륜률름릉리린림마만말망매면명모목몽묘무묵문물미민박반발방배백번범법별병보복본봉부북분비빈빛"
    "사산삼상새샘생서석선설섭성세소솔송수숙순슬승시식신실심아안애야양어언엄업에여역연열염엽영예오옥온옹완왕외요용우욱운울웅원월위유육윤"
    "율은을음응의이익인일임자작장재전점정제조종좌주준중증지직진집차찬창채천철청체초총최추춘출충치칠탁탄탐태택토통파판팀편평포표품풍피필"
    "하학한함합항해행향허혁현협형혜호홍화환황회효후훈휘휴흥희히힘험본견구행시범획무팀름번호사원성부서직급예허가"
)
HANGUL_LIKELY = 0.85  # of the syllables: then it is Korean, not Chinese


class Script(NamedTuple):
    """Its characters, what stands in no word of it, the frequent ones, and how many of these there are."""

    letters: re.Pattern[str]
    odd: re.Pattern[str]
    frequent: frozenset[str]
    share: float = 0.5
    cased: bool = False


SCRIPTS = {
    "cp1253": Script(
        re.compile("[Ά-ώ]"),
        re.compile(r"ς(?=\w)|σ\b|[ΰΐ].*[ΰΐ]|\b[ΰΐςϋϊ]|[άέήίόύώ]\w*[άέήίόύώ]"),
        frozenset("αοιεητσνρςκμυλπά"),
        0.6,
        cased=True,
    ),
    "cp1255": Script(
        re.compile("[א-ת]"), re.compile("[ךםןףץ](?=[א-ת])|[\u05b0-\u05c7]"), frozenset("יוהלאמתרשנבד"), 0.55
    ),
    "cp1256": Script(
        re.compile("[ء-يپچژگکیےھ]"),
        re.compile("[ةى](?=[ء-ي])|[ء-ي]ء[ء-ي]|\\bئ"),
        frozenset("اليمونرتبةعسدهفح"),
        0.6,
    ),
    "cp874": Script(
        re.compile("[ก-๛]"),
        re.compile("(?:^|[^ก-ฮ็-์ิ-ฺั])[ัิ-ฺ็-๎]|[เ-ไ](?![ก-ฮ])"),
        frozenset("านรกอมเวสยลทงดตปิ์่้"),
        0.55,
    ),
}


def script_score(text: str, letters: Sequence[str], script: Script) -> float:
    """Letters of the script, the frequent ones frequent, none in odd places or beside Latin ones."""
    fit = sum(script.letters.fullmatch(one) is not None for one in letters) / len(letters)
    words = [word for word in _words(text) if not word.isascii()]
    cased = _is_cased if script.cased else _any_case
    odd = sum(script.odd.search(word) is not None or not cased(word) for word in words)
    mixed = sum(any(map(str.isascii, word)) for word in words)
    frequent = sum(one.lower() in script.frequent for one in letters) / len(letters)
    return fit - (odd + mixed) / max(1, len(words)) + min(0.0, frequent - script.share)


def hangul_score(letters: Sequence[str]) -> float:
    """Common syllables of Korean; others come from reading another encoding's bytes."""
    common = sum(one in COMMON_HANGUL for one in letters)
    return 1.2 * common / len(letters) - 0.2


def is_korean(letters: Sequence[str], encoding: str) -> bool:
    """Whether Chinese characters are common Korean syllables, if their bytes are read as such."""
    read = "".join(letters).encode(encoding, "ignore").decode("cp949", "replace")
    return sum(one in COMMON_HANGUL for one in read) >= HANGUL_LIKELY * max(1, len(read))


def _words(text: str) -> list[str]:
    """The words, with the marks that are written above and below their letters."""
    return re.findall(
        r"(?:[^\W\d_]|[\u0300-\u036f\u05b0-\u05c7\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])+", text
    )


def _is_cased(word: str) -> bool:
    return word.islower() or word.isupper() or word[1:].islower()


_any_case: Callable[[str], bool] = bool
