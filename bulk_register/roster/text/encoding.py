"""How the bytes of a delimited text read as characters, such that they can be written back the same."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bulk_register.errors import RosterError
from bulk_register.language import N_, _
from bulk_register.roster.text.encoding_names import NAMES, encoding_name

PIECE_BYTES = 1 << 20
MAX_LINE_BYTES = 1 << 20  # 16,384 columns, the most of a spreadsheet, with 64 bytes each
MANY_LINES = 2_000_000  # from which on nine blank ones in ten are no oversight
START_BYTES = 1 << 16
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_ALIASES = {
    "utf-8-sig": "utf-8",
    "shift_jis": "cp932",
    "big5": "cp950",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
_ASCII = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_ISO_2022 = (b"\x1b$B", b"\x1b$@", b"\x1b(J")  # how Japanese mail switches alphabets (RFC 1468)
_CUT = N_("the file is damaged or cut off: get it again from where it came.")


@dataclass(frozen=True)
class TextEncoding:
    """A text that is known to decode from its first byte to its last with `encoding`, after `bom`."""

    path: Path
    encoding: str  # a Python codec
    bom: bytes = b""
    how: str = ""  # how the encoding is known, for people
    rivals: tuple[str, ...] = ()  # encodings that may be meant as well and read the bytes differently
    is_guess: bool = False  # whether nothing but the look of its letters speaks for the encoding

    @property
    def name(self) -> str:
        """What people call the encoding."""
        name = encoding_name(self.encoding)
        return _("{encoding} with byte order mark", encoding=name) if self.bom else name


def detect_encoding(path: Path, said: str | None = None) -> TextEncoding:
    """Find the encoding, or check the one that was said.

    Raises RosterError where nothing fits, two may be meant equally, or the text is damaged.
    """
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    _refuse_endless(path)
    bom, marked = next(((bom, name) for bom, name in _BOMS if start.startswith(bom)), (b"", ""))
    if said is not None:
        return _as_said(path, said, bom, marked)
    encoding = marked or _wide_without_mark(start)
    if encoding:
        how = _("byte order mark") if bom else _("every other byte is zero")
        _insist(path, encoding, bom, _("get it again from where it came, or say --encoding."))
        return TextEncoding(path, encoding, bom, how)
    _refuse_zero_bytes(path)
    if any(escape in start for escape in _ISO_2022):
        raise RosterError(
            _("the file is in ISO-2022-JP, which can't be given back unchanged: save it as UTF-8.")
        )
    if _fault(path, "utf-8", b"") is None:
        return TextEncoding(path, "utf-8", how=_("every byte fits"))
    from bulk_register.roster.text.legacy_encoding import (
        guess_encoding,  # its detector is slow to load and seldom needed
    )

    found = guess_encoding(path.read_bytes())
    return TextEncoding(path, found.encoding, how=found.how, rivals=found.rivals, is_guess=True)


def possible_encodings(path: Path, taken: str) -> list[str]:
    """The likeliest other encodings of a text that was guessed."""
    from bulk_register.roster.text.legacy_encoding import others  # as above

    return others(path.read_bytes(), taken)


def pieces(path: Path, skip: int = 0) -> Iterator[bytes]:
    """The file's bytes, one piece after the other, without the first `skip`."""
    with path.open("rb") as file:
        file.seek(skip)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _as_said(path: Path, said: str, bom: bytes, marked: str) -> TextEncoding:
    try:
        encoding = codecs.lookup(_ALIASES.get(said.strip().lower(), said.strip())).name
        text_encoding = codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        text_encoding = False
    if not text_encoding:
        raise RosterError(
            _("--encoding {said}: no such encoding. Usual ones: {names}.", said=said, names=", ".join(NAMES))
        )
    encoding = _ALIASES.get(encoding, encoding)
    if encoding in ("utf-16", "utf-32"):
        encoding = marked or f"{encoding}-le"
    if marked and encoding != marked:
        raise RosterError(
            _(
                "the file's byte order mark says {marked}, not {said}: leave --encoding out.",
                marked=encoding_name(marked),
                said=said,
            )
        )
    if encoding not in WIDE:
        if not _keeps_ascii(encoding):
            raise RosterError(
                _(
                    "--encoding {said} can't be given back unchanged: save the file as UTF-8 and leave "
                    "--encoding out.",
                    said=said,
                )
            )
        _refuse_zero_bytes(path)
    _insist(path, encoding, bom, _("say another --encoding, or leave it out."))
    return TextEncoding(path, encoding, bom, _("as said by --encoding"))


def _keeps_ascii(encoding: str) -> bool:
    """Whether the encoding writes ASCII as ASCII, which holds for all but EBCDIC and the stateful ones."""
    try:
        return (
            _ASCII.decode(encoding) == _ASCII.decode("ascii") and b"\x1b$B%b\x1b(B".decode(encoding).isascii()
        )
    except UnicodeError:
        return False


def _insist(path: Path, encoding: str, bom: bytes, remedy: str) -> None:
    fault = _fault(path, encoding, bom)
    if fault is not None:
        raise RosterError(
            _(
                "the file isn't {encoding} throughout: it breaks in line {line}. It is damaged or cut "
                "off: {remedy}",
                encoding=encoding_name(encoding),
                line=fault,
                remedy=remedy,
            )
        )


def _fault(path: Path, encoding: str, bom: bytes) -> int | None:
    """The first line with bytes that aren't valid in the encoding, or a zero character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    for piece in _ended(path, len(bom)):
        if encoding == "utf-8" and piece.isascii() and piece and not decoder.getstate()[0]:
            done += len(piece)
            continue
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return _line_at(path, len(bom) + done + error.start, encoding)
        if "\0" in text:
            return _line_at(path, len(bom) + done + len(text[: text.index("\0")].encode(encoding)), encoding)
        done += len(piece)
    return None


def _line_at(path: Path, position: int, encoding: str) -> int:
    with path.open("rb") as file:
        return 1 + file.read(position).count("\n".encode(encoding))


def _ended(path: Path, skip: int) -> Iterator[bytes]:
    """The pieces, and an empty one that says it was the last."""
    yield from pieces(path, skip)
    yield b""


def _wide_without_mark(start: bytes) -> str | None:
    """UTF-16 without a byte order mark: the high bytes of digits, delimiters and line ends are zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) * 20 < len(start) or min(even, odd) * 10 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        return None
    return encoding if "\0" not in text and ("\n" in text or "\r" in text) else None


def _refuse_endless(path: Path) -> None:
    """Refuse a line, or blank lines, that no roster has, before anyone looks for cells or letters."""
    lines, left, filled = 1, 0, 0  # bytes of the line that is not over yet; bytes that end no line
    for piece in pieces(path):
        first = min((at for end in (b"\n", b"\r") if (at := piece.find(end)) >= 0), default=len(piece))
        if left + first > MAX_LINE_BYTES:
            raise RosterError(
                _(
                    "line {lines:,} goes on for more than {max_line_bytes:,} bytes: the file isn't a table "
                    "of text, or its line ends are lost. Export the roster again.",
                    lines=lines,
                    max_line_bytes=MAX_LINE_BYTES,
                )
            )
        last = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        left = left + len(piece) if last < 0 else len(piece) - last - 1
        ends, returns = piece.count(b"\n"), piece.count(b"\r")
        lines += ends or returns
        filled += len(piece) - ends - returns
    if lines > MANY_LINES and filled * 10 < lines:
        raise RosterError(
            _(
                "nearly all of the file's {lines:,} lines are blank, more than any roster has: delete "
                "them, or export the roster again.",
                lines=lines,
            )
        )


def _refuse_zero_bytes(path: Path) -> None:
    done = 0
    for piece in pieces(path):
        if b"\0" in piece:
            line = _line_at(path, done + piece.index(b"\0"), "ascii")
            raise RosterError(
                _(
                    "the file holds zero bytes (first in line {line}), which no text does: it isn't a text "
                    "file, or {remedy}",
                    line=line,
                    remedy=_(_CUT),
                )
            )
        done += len(piece)
