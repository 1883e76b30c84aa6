"""Encodings that are told from the bytes."""

from __future__ import annotations

from bulk_register.language import N_, _

NAMES = {
    "ascii": "ASCII",
    "utf-8": "UTF-8",
    "utf-16-le": N_("UTF-16 little endian"),
    "utf-16-be": N_("UTF-16 big endian"),
    "utf-32-le": N_("UTF-32 little endian"),
    "utf-32-be": N_("UTF-32 big endian"),
    "cp1250": N_("Windows-1250 (Central European)"),
    "cp1251": N_("Windows-1251 (Cyrillic)"),
    "cp1252": N_("Windows-1252 (Western European)"),
    "koi8-r": N_("KOI8-R (Cyrillic)"),
    "cp866": N_("DOS 866 (Cyrillic)"),
    "cp932": N_("Shift-JIS (Japanese)"),
    "gb18030": N_("GB18030 (Chinese)"),
    "cp950": N_("Big5 (Chinese)"),
    "cp949": N_("Windows-949 (Korean)"),
    "cp1254": N_("Windows-1254 (Turkish)"),
    "cp1253": N_("Windows-1253 (Greek)"),
    "cp1255": N_("Windows-1255 (Hebrew)"),
    "cp1256": N_("Windows-1256 (Arabic)"),
    "cp1257": N_("Windows-1257 (Baltic)"),
    "cp874": N_("Windows-874 (Thai)"),
    "iso8859-2": N_("ISO 8859-2 (Central European)"),
    "iso8859-5": N_("ISO 8859-5 (Cyrillic)"),
    "koi8-u": N_("KOI8-U (Ukrainian)"),
    "mac-roman": N_("Mac Roman (Western European)"),
    "mac-latin2": N_("Mac Central European"),
    "mac-cyrillic": N_("Mac Cyrillic"),
    "cp850": N_("DOS 850 (Western European)"),
    "cp852": N_("DOS 852 (Central European)"),
}  # codecs that are told from the bytes, and what people call them


def encoding_name(codec: str) -> str:
    """What people call an encoding, in the language in use."""
    return _(NAMES[codec]) if codec in NAMES else codec
