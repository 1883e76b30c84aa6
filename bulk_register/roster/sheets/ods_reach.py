"""How much room the sheets of an ODS file will take in the native reader, found before it takes it.

OpenDocument 1.3 part 3, 19: table:number-columns-repeated, table:number-rows-repeated and text:c. A few words
stand for a million rows, columns or blanks, and the reader writes all of them out, of every sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import NamedTuple

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.ooxml.archive import Archive, damaged
from bulk_register.ooxml.cell_values import MAX_COLUMNS, MAX_ROWS
from bulk_register.ooxml.xml import MAX_DIGITS, untext
from bulk_register.roster.sheets.places import SPARSE, Reach, refuse_copies, refuse_far, too_many

CONTENT = "content.xml"
USUAL_TAG = 200  # bytes
LONGEST_START = 32  # bytes, in which it shows whether a sheet or a row begins
COPIES = 2  # that the reader makes of a cell
MAX_REPEATED = 4_000_000  # filled cells that are written out of repeats, where the file holds few

_IN_TAG = rb"""((?:[^<>"']|"[^"]*"|'[^']*')*+)>"""
_CELL_START = re.compile(rb"<table:(?:covered-)?table-cell(?=[\s/>])")
_CELL = re.compile(_CELL_START.pattern + _IN_TAG)
_ROW_START = b"<table:table-row"
_ROW = re.compile(_IN_TAG)
_CELL_STARTS = (b"<table:table-cell", b"<table:covered-table-cell")
_START = re.compile(rb"<table:table(?:-row)?[\s/>]")  # of a sheet or a row
_COLUMNS = re.compile(rb"""table:number-columns-repeated\s*=\s*["']([^"']*)["']""")
_ROWS = re.compile(rb"""table:number-rows-repeated\s*=\s*["']([^"']*)["']""")
_BLANKS = re.compile(rb"""text:c\s*=\s*["']([^"']*)["']""")
_TAG = re.compile(rb"<[^<>]*>")
_NAME = re.compile(rb"""table:name\s*=\s*["']([^"']*)["']""")


class _Row(NamedTuple):
    """What a row's cells come to: how often it is repeated, and what each time takes."""

    repeats: int
    columns: int  # up to the last filled one
    written: int  # the filled cells that stand in the file
    filled: int  # the same, with repeats
    characters: int


class _Totals:
    """What the rows seen so far come to, of one sheet and of all."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._characters = self._repeated = self._written = self._places = 0
        self._begin("")

    def _begin(self, name: str) -> None:
        self._name = name
        self._rows = self._pushed = 0
        self._reach = Reach(0, 0, 0)

    def next_sheet(self, name: str) -> None:
        """Another sheet follows; the cells of the others are held all the same."""
        self._places += max(self._reach.places, self._pushed)
        self._begin(name)

    def add(self, row: _Row) -> None:
        """Count a row; raises RosterError when it is too much."""
        repeats = min(row.repeats, max(MAX_ROWS - self._rows, 0))  # no more are read
        self._rows += repeats
        if not row.written:
            return
        _, columns, filled = self._reach
        self._reach = Reach(self._rows, max(columns, row.columns), filled + row.written)
        self._pushed += row.columns  # before repeated rows are written out, and where there are none
        self._written += row.written
        self._repeated += row.filled * repeats
        self._characters += row.characters * max(repeats, 1)
        self._check()

    def _check(self) -> None:
        refuse_far(self._name, self._reach, COPIES)
        refuse_copies(self._name, self._characters, self._size)
        places = self._places + max(self._reach.places, self._pushed)
        repeated = self._repeated > MAX_REPEATED and self._written * SPARSE < self._repeated
        if repeated or too_many(places, self._written, COPIES):
            raise RosterError(
                _(
                    "the sheets up to {name!r} come to {cells:,} cells, nearly all empty or repeats of "
                    "others: delete the rows and columns that only repeat others and the stray cells far "
                    "out, and save it.",
                    name=self._name,
                    cells=max(places, self._repeated),
                )
            )


def check_ods(archive: Archive) -> None:
    """Raise RosterError where repeats come to more cells or characters than there is memory for."""
    if CONTENT not in archive:
        return
    totals = _Totals(archive.size(CONTENT))
    for piece in _pieces(archive.chunks(CONTENT)):
        if piece.startswith(_ROW_START):
            totals.add(_row(piece))
        elif piece.startswith(b"<table:table"):
            named = _NAME.search(piece)
            totals.next_sheet(untext(named[1]) if named else "")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The text cut before each sheet and each row."""
    held: list[bytes] = []
    left = b""
    for chunk in chain(chunks, [b" " * LONGEST_START]):
        text = left + chunk
        cut = text.rfind(b"<", max(len(text) - LONGEST_START, 0))
        text, left = (text, b"") if cut < 0 else (text[:cut], text[cut:])
        begin = 0
        for found in _START.finditer(text):
            yield b"".join([*held, text[begin : found.start()]])
            held, begin = [], found.start()
        held.append(text[begin:])
    yield b"".join(held).rstrip()


def _row(piece: bytes) -> _Row:
    """What a row comes to."""
    tag = _ROW.match(piece, len(_ROW_START))
    if tag is None:
        raise damaged(_("the tag of a row in it breaks off"))
    repeats = _most(_ROWS, tag[1])
    plain = _plain_end(piece, tag.end()) if repeats == 1 else tag.end()
    columns = written = filled = sum(piece.count(start, 0, plain) for start in _CELL_STARTS)
    characters, beyond = plain, 0
    starts = [one.start() for one in _CELL_START.finditer(piece, plain)]
    for at, end in pairwise([*starts, len(piece)]):
        cell = _CELL.match(piece, at)
        if cell is None:
            raise damaged(_("the tag of a cell in it breaks off"))
        count = min(_most(_COLUMNS, cell[1]), max(MAX_COLUMNS - columns - beyond, 0))
        if b"office:" not in cell[1] and b"table:formula" not in cell[1]:
            beyond += count
            continue
        columns, beyond = columns + beyond + count, 0
        written, filled = written + 1, filled + count
        characters += _text(cell[1], piece[cell.end() : end]) * max(count, 1)
    return _Row(repeats, columns, written, filled, characters)


def _plain_end(piece: bytes, start: int) -> int:
    """Where a row's first cell begins that says how often something is repeated."""
    end = len(piece)
    for word in (b"repeated", b"text:c"):
        at = piece.find(word, start, end)
        end = at if at >= 0 else end
    if end == len(piece):
        return end
    return max(start, piece.rfind(_CELL_STARTS[0], start, end), piece.rfind(_CELL_STARTS[1], start, end))


def _text(attributes: bytes, content: bytes) -> int:
    """About how many characters a cell holds, in its content or in its attributes."""
    blanks = sum(map(_whole, _BLANKS.findall(content)))
    return max(len(attributes) - USUAL_TAG, 0) + len(_TAG.sub(b"", content)) + blanks


def _most(pattern: re.Pattern[bytes], tag: bytes) -> int:
    """The number that an attribute of a tag holds; 1 where it isn't there."""
    return max(map(_whole, pattern.findall(tag)), default=1) if b"repeated" in tag else 1


def _whole(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > MAX_DIGITS:
        raise damaged(
            _("a number of repeats in it is {digits!r}", digits=digits[:20].decode("ascii", "replace"))
        )
    return int(digits)
