"""A text's physical lines: the way from bytes to the csv reader, and back to the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import chain

from bulk_register.roster.text.encoding import WIDE, TextEncoding

CTRL_Z = "\x1a"  # ends a text file in DOS; no part of its last row
TAIL_BYTES = 4096
_ENDING = f"\r\n{CTRL_Z}"
BATCH_BYTES = 1 << 16

# Encodings in which every character is written in one way only; others write some characters in two.
_ONE_WAY = re.compile(r"utf-|cp125\d$|koi8|iso8859|latin|ascii|cp866$|cp437$|cp85\d$|mac-")


def text_lines(text: TextEncoding) -> Iterator[str]:
    """The lines with their ends (LF, CR or CRLF) as they are, without byte order mark and final Ctrl-Z."""
    lines = _decoded_lines(text, text.encoding)
    return _until_ctrl_z(lines) if ctrl_z_tail(text) else lines


def raw_lines(text: TextEncoding) -> Iterator[tuple[str, str]]:
    """Each line, and the raw text that `errors="surrogateescape"` encodes to its very bytes."""
    if _ONE_WAY.match(text.encoding):
        return ((line, line) for line in text_lines(text))
    lines = _decoded_lines(text, "latin-1")
    lines = _until_ctrl_z(lines) if ctrl_z_tail(text) else lines
    return (_lossless(line.encode("latin-1"), text.encoding) for line in lines)


def ctrl_z_tail(text: TextEncoding) -> str:
    """What ends the file from a Ctrl-Z on, if that is there and nothing but line ends follows."""
    if text.encoding in WIDE:
        return ""
    with text.path.open("rb") as file:
        file.seek(max(0, text.path.stat().st_size - TAIL_BYTES))
        tail = file.read()
    kept = tail.rstrip(b"\r\n\x1a")
    start = tail.find(b"\x1a", len(kept))
    return tail[start:].decode("ascii") if start >= 0 else ""


def line_end(text: TextEncoding) -> str:
    """How the text ends its first line; CRLF if it has no line end at all."""
    first = next(text_lines(text), "")
    return first[len(first.rstrip("\r\n")) :] or "\r\n"


def _decoded_lines(text: TextEncoding, encoding: str) -> Iterator[str]:
    return chain.from_iterable(_batches(text, encoding))


def _batches(text: TextEncoding, encoding: str) -> Iterator[list[str]]:
    with text.path.open("rb") as file:
        file.seek(len(text.bom))
        with io.TextIOWrapper(file, encoding, newline="") as wrapper:
            while batch := wrapper.readlines(BATCH_BYTES):
                yield batch


def _until_ctrl_z(lines: Iterator[str]) -> Iterator[str]:
    """The lines without what ends the file; a Ctrl-Z with more behind it is a character like any other."""
    held: list[str] = []  # may be the end
    for line in lines:
        if held and line.strip(_ENDING):
            yield from held
            held = []
        if held or (CTRL_Z in line and not line.partition(CTRL_Z)[2].strip(_ENDING)):
            held.append(line)
        else:
            yield line
    if held and (before := held[0].partition(CTRL_Z)[0]):
        yield before


def _lossless(line: bytes, encoding: str) -> tuple[str, str]:
    text = line.decode(encoding)
    raw = text if text.encode(encoding) == line else line.decode("ascii", "surrogateescape")
    return text, raw
