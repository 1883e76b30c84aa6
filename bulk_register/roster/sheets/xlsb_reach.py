"""How much room the sheets of an XLSB file will take in the native reader, found before it takes it.

[MS-XLSB] 2.1.4 (records) and 2.4: BrtRowHdr, BrtCellRk to BrtFmlaError, BrtSSTItem.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from bulk_register.language import _
from bulk_register.ooxml.archive import Archive, canonical, damaged
from bulk_register.ooxml.cell_values import MAX_COLUMNS, MAX_ROWS
from bulk_register.ooxml.xml import elements
from bulk_register.roster.sheets.places import (
    MAX_SPARSE,
    Reach,
    most_text,
    refuse_copies,
    refuse_far,
    refuse_shared_parts,
    refuse_together,
)

_BOOK = "xl/workbook.bin"
_LINKS = "xl/_rels/workbook.bin.rels"
_SHEETS = "xl/worksheets/"  # the native reader looks for sheets nowhere else
_STRINGS = "xl/sharedstrings.bin"
_ROW, _BLANK, _SHARED, _STRING, _SHEET = 0, 1, 7, 19, 156  # types of records
_LINK_AT = 8  # where the name of a sheet's link begins in its record
_CELL_BYTES = {2: 12, 3: 9, 4: 9, 5: 16, 6: 12, _SHARED: 12, 8: 12, 9: 16, 10: 9, 11: 9}  # at least, by type
_SHARED_BYTES = 2 + _CELL_BYTES[_SHARED]
_NUMBER = struct.Struct("<I")


def check_xlsb(archive: Archive) -> None:
    """Raise RosterError where sheets' cells lie too far apart, or hold a few long texts too often."""
    if _LINKS not in archive or _BOOK not in archive:
        return
    links = elements(archive.read(_LINKS), _LINKS)
    parts = {one.attributes.get("Id"): canonical(f"xl/{one.attributes.get('Target', '')}") for one in links}
    refuse_shared_parts(parts.get(one, one) for one in _sheets(archive.read(_BOOK)) if one)
    there = [part for part in dict.fromkeys(parts.values()) if part in archive and part.startswith(_SHEETS)]
    _check_places(archive, there)
    _check_texts(archive, there)


def _sheets(book: bytes) -> Iterator[str]:
    """The link of each sheet."""
    for kind, at, end in _records(book, _BOOK):
        if kind == _SHEET and end - at >= _LINK_AT + _NUMBER.size:
            start = at + _LINK_AT + _NUMBER.size
            length = 2 * _number(book, at + _LINK_AT)
            yield book[start : min(start + length, end)].decode("utf-16-le", "replace")


def _check_places(archive: Archive, parts: list[str]) -> None:
    if sum(_bound(archive.read(part), part) for part in parts) <= MAX_SPARSE:
        return
    places = filled = 0
    for part in parts:
        reach = _reach(archive.read(part), part)
        refuse_far(_name(part), reach)
        places, filled = places + reach.places, filled + reach.filled
        refuse_together(_name(part), places, filled)


def _name(part: str) -> str:
    return part.removeprefix(_SHEETS).removesuffix(".bin")


def _records(data: bytes, part: str, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Each record's type, where its content begins and where it ends."""
    at, end = start, len(data)
    while at < end:
        try:
            kind, at = data[at], at + 1
            if kind > 0x7F:
                kind, at = (kind & 0x7F) | (data[at] & 0x7F) << 7, at + 1
            size = shift = 0
            while shift < 28:
                byte, at = data[at], at + 1
                size, shift = size | (byte & 0x7F) << shift, shift + 7
                if byte < 0x80:
                    break
        except IndexError as error:
            raise damaged(_("its part {part} breaks off", part=part)) from error
        if at + size > end:
            raise damaged(_("its part {part} breaks off", part=part))
        yield kind, at, at + size
        at += size


def _places(data: bytes, part: str, start: int = 0) -> Iterator[tuple[int, int, int]]:
    """Each row and each cell with a value: its type, where its content begins and where it ends."""
    for kind, at, end in _records(data, part, start):
        if kind == _ROW or kind in _CELL_BYTES:
            if end - at < _CELL_BYTES.get(
                kind, _NUMBER.size
            ):  # the reader would take what stood there before
                raise damaged(_("its part {part} has a cell that breaks off", part=part))
            yield kind, at, end


def _number(data: bytes, at: int) -> int:
    return int(_NUMBER.unpack_from(data, at)[0])


def _bound(data: bytes, part: str) -> int:
    """At least as many places as the sheet's cells reach over."""
    rows = columns = 1
    at, run = 0, _run(columns)
    while at < len(data):
        at = run.match(data, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        kind, start, at = next(_places(data, part, at), (_BLANK, 0, len(data)))
        if kind == _ROW:
            rows = max(rows, _number(data, start) + 1)
        elif kind != _BLANK and _number(data, start) >= columns:
            columns = _number(data, start) + 1
            run = _run(min(columns, 256))
    return rows * columns


def _run(columns: int) -> re.Pattern[bytes]:
    """Finds cells of the usual kinds in the first columns, as many as stand in a row: nearly all."""
    place = rb"[\x00-\x%02x]\x00\x00\x00.{4}" % (columns - 1)
    return re.compile(
        rb"(?:\x01\x08%b|[\x02\x07]\x0c%b.{4}|[\x03\x04]\x09%b.|\x05\x10%b.{8})*+" % ((place,) * 4), re.S
    )


def _reach(data: bytes, part: str) -> Reach:
    row, rows, columns, filled = 1, 0, 0, 0
    for kind, at, _end in _places(data, part):
        if kind == _ROW:
            row = _number(data, at) + 1
        else:
            rows, columns, filled = max(rows, row), max(columns, _number(data, at) + 1), filled + 1
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise damaged(_("it has a cell beyond row {max_rows:,} or column XFD", max_rows=MAX_ROWS))
    return Reach(rows, columns, filled)


def _check_texts(archive: Archive, parts: list[str]) -> None:
    if _STRINGS not in archive:
        return
    size = archive.size(_STRINGS) + sum(map(archive.size, parts))
    most = most_text(size)
    cells = sum(archive.size(part) // _SHARED_BYTES for part in parts)
    if archive.size(_STRINGS) * cells <= most:
        return
    lengths = _lengths(archive.read(_STRINGS))
    if max(lengths, default=0) * cells <= most:
        return
    held = 0
    for part in parts:
        data = archive.read(part)
        indexes = (_number(data, at + 8) for kind, at, _end in _places(data, part) if kind == _SHARED)
        held += sum(lengths[index] for index in indexes if index < len(lengths))
        refuse_copies(_name(part), held, size)


def _lengths(data: bytes) -> list[int]:
    """How long each shared text is, or longer."""
    return [(end - start) // 2 for kind, start, end in _records(data, _STRINGS) if kind == _STRING]
