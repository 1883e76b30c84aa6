"""A worksheet's XML as it streams by: what stands before the rows, whole rows, what stands after them.

The XML must be `plain`: then `<` begins a tag and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from bulk_register.language import _
from bulk_register.ooxml.archive import damaged
from bulk_register.ooxml.xml import MAX_HELD_BYTES


class Piece(NamedTuple):
    """A stretch of a worksheet's XML; the head ends with the start tag of sheetData, the tail follows it."""

    kind: Literal["head", "rows", "tail"]
    data: bytes


_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData\b[^<>]*?(/?)>")


def pieces(chunks: Iterable[bytes], part: str) -> Iterator[Piece]:
    """The head, blocks of whole rows, and the tail of a worksheet, their bytes adding up to the whole.

    An empty `<sheetData/>` is given as a start tag in the head and an end tag in the tail.
    """
    stream, held, match = iter(chunks), b"", None
    while not match:
        more = next(stream, b"")
        if not more or len(held) > MAX_HELD_BYTES:
            raise damaged(_("its part {part} is not a worksheet", part=part))
        held, seen = held + more, len(held)
        match = _DATA.search(held, seen)  # a tag is never in two pieces
    opening = match[0].replace(b"/>", b">")
    yield Piece("head", held[: match.start()] + opening)
    ending = b"</%bsheetData" % match[1]
    if match[2]:
        yield from _tail(ending + b">" + held[match.end() :], stream)
        return
    yield from _rows(held[match.end() :], stream, (b"</%brow>" % match[1], ending), part)


def _rows(held: bytes, stream: Iterator[bytes], ends: tuple[bytes, bytes], part: str) -> Iterator[Piece]:
    row_end, data_end = ends
    while True:
        end = held.find(data_end)
        if end >= 0:
            if held[:end].strip():
                yield Piece("rows", held[:end])
            yield from _tail(held[end:], stream)
            return
        cut = held.rfind(row_end)
        if cut >= 0:
            cut += len(row_end)
            yield Piece("rows", held[:cut])
            held = held[cut:]
        more = next(stream, b"")
        if not more:
            raise damaged(_("its part {part} is cut off", part=part))
        if len(held) > MAX_HELD_BYTES:
            raise damaged(_("its part {part} has a row that never ends", part=part))
        held += more


def _tail(held: bytes, stream: Iterator[bytes]) -> Iterator[Piece]:
    yield Piece("tail", b"".join([held, *stream]))


def prefix(head: bytes) -> str:
    """The prefix of a worksheet's elements with its colon, or the empty string."""
    found = _DATA.search(head)
    return found[1].decode() if found else ""
