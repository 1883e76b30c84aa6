"""Number formats: which show dates, and which show an integer with zeros or words that its value lacks.

ECMA-376 part 1, 18.8.30 (numFmt, with the built-in formats) and 18.8.31 (format codes).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from bulk_register.errors import RosterError
from bulk_register.ooxml.cell_values import general
from bulk_register.ooxml.workbook import WorkbookFile
from bulk_register.ooxml.xml import MAX_DIGITS, Element, elements

_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm",
    37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)", 39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*") | \\(?P<escaped>.) | _(?P<space>.) | \*(?P<fill>.) | \[(?P<bracket>[^\]]*)\]
    | (?P<general>General) | (?P<digit>[0#?]) | (?P<text>@) | (?P<shown>[-$+():!^&'~{}<>= ]) |
    (?P<other>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
MAX_CODE = 1024  # characters; Excel takes 255
_COLOURS = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+", re.IGNORECASE)


class NumberFormat(NamedTuple):
    """What a format does to a number: `kind` is general, date, padded or other."""

    code: str
    kind: str
    show: Callable[[int], str] = general  # padded: the integer as it is seen


@cache
def number_format(code: str) -> NumberFormat:
    """What a format code means for the numbers of its first section.

    >>> number_format('"EMP-"00000').show(417), number_format("yyyy-mm-dd").kind, number_format("#,##0").kind
    ('EMP-00417', 'date', 'other')
    """
    if len(code) > MAX_CODE:
        return NumberFormat(code[:MAX_CODE], "other")
    section, *more = _sections(code)
    tokens = [(str(found.lastgroup), found[str(found.lastgroup)]) for found in _TOKEN.finditer(section)]
    if any(
        kind == "other" and word in "yYmMdDhHsSeEgGaAbB" for kind, word in tokens if word not in "eE"
    ) or any(kind == "bracket" and word.lower().strip("hms") == "" for kind, word in tokens):
        return NumberFormat(code, "date")
    pieces = _pieces(tokens)
    if pieces is None:
        return NumberFormat(code, "other")
    zeros = sum(piece == "0" for kind, piece in pieces if kind == "digit")
    if zeros < 2 and all(kind != "literal" or not text.strip() for kind, text in pieces):
        return NumberFormat(code, "general")
    return NumberFormat(code, "padded", lambda value: _shown(pieces, value, bool(more)))


def _sections(code: str) -> list[str]:
    return re.findall(r'((?:"[^"]*"|\\.|[^;"\\]|["\\])*)(?:;|$)', code)[: code.count(";") + 1] or [code]


def _pieces(tokens: list[tuple[str, str]]) -> list[tuple[str, str]] | None:
    """Digits and literal texts in order; None where the format does more than that."""
    pieces: list[tuple[str, str]] = []
    for kind, word in tokens:
        if kind == "bracket":
            if word.startswith("$"):
                pieces.append(("literal", word[1:].partition("-")[0]))
            elif not _COLOURS.fullmatch(word):
                return None
        elif kind == "other":
            return None
        elif kind in ("digit", "general", "text"):
            pieces.append(("digit" if kind == "digit" else "general", word))
        elif kind != "fill":
            pieces.append(
                ("literal", " " if kind == "space" else word.strip('"') if kind == "quoted" else word)
            )
    numbers = {kind for kind, _ in pieces} - {"literal"}
    return pieces if len(numbers) == 1 else None


def _shown(pieces: list[tuple[str, str]], value: int, negative_apart: bool) -> str:
    if value < 0 and negative_apart:
        return general(value)
    digits = str(abs(value)) if value else ""
    slots = [index for index, (kind, _) in enumerate(pieces) if kind == "digit"]
    filled: dict[int, str] = {}
    for index in reversed(slots):
        taken, digits = digits[-1:], digits[:-1]
        filled[index] = taken or {"0": "0", "?": " "}.get(pieces[index][1], "")
    if slots:
        filled[slots[0]] = digits + filled[slots[0]]
    for index, (kind, word) in enumerate(pieces):
        if kind != "digit":
            filled[index] = general(abs(value)) if kind == "general" else word
    words = (filled[index] for index in range(len(pieces)))
    return ("-" if value < 0 else "") + "".join(words)


def cell_formats(book: WorkbookFile) -> list[NumberFormat]:
    """The number format of each cell style (`s`), empty where the workbook has no readable styles."""
    part = book.related("styles")
    if part is None:
        return []
    try:
        found = elements(book.small(part), part)
    except RosterError:
        return []
    codes = {
        number: one.attributes.get("formatCode", "General")
        for one in found
        if one.name == "numFmt" and (number := _number(one)) is not None
    }
    group = next((index for index, one in enumerate(found) if one.name == "cellXfs"), None)
    xfs = [one for one in found if one.parent == group and one.name == "xf"]
    return [_of_id(_number(one) or 0, codes) for one in xfs]


def _number(element: Element) -> int | None:
    """The number of an element's format; None where it is no number."""
    written = element.attributes.get("numFmtId", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) <= MAX_DIGITS else None


def _of_id(number: int, codes: dict[int, str]) -> NumberFormat:
    if number not in codes and number in _DATES:
        return NumberFormat(_BUILT_IN.get(number, "yyyy-mm-dd"), "date")
    return number_format(codes.get(number, _BUILT_IN.get(number, "General")) or "General")
