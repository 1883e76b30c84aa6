"""How much room the sheets of an XLS file will take in the native reader, found before it takes it.

[MS-XLS] 2.1.4 (records), 2.4.28 (BoundSheet8), 2.4.90 (Dimensions), 2.4.265 (SST), 2.5.293 (its texts). The
reader reads every sheet as soon as it opens the file, and believes its dimensions.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bulk_register.language import _
from bulk_register.ooxml.archive import damaged
from bulk_register.roster.sheets.compound_file import CompoundFile
from bulk_register.roster.sheets.places import Reach, refuse_copies, refuse_far, refuse_together

STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
XLS_ROWS, XLS_COLUMNS = 65_536, 256
COPIES = 2  # that the reader makes of a cell
MAX_CONTINUED = 50_000  # records that go on with one; the reader's time grows with their square

_BOF, _EOF, _SHEET, _TEXTS, _CONTINUE, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x00FC, 0x003C, 0x0200
_SHARED, _NUMBERS, _FORMULA = 0x00FD, 0x00BD, 0x0006
_CELLS = {_SHARED, _NUMBERS, _FORMULA, 0x0203, 0x0204, 0x00D6, 0x0205, 0x027E}
_HEAD = struct.Struct("<HH")
_SHARED_BYTES = 10
_RICH, _PHONETIC, _WIDE = 8, 4, 1  # flags of a text


class _Record(NamedTuple):
    kind: int
    start: int  # of its content
    end: int


class _Globals(NamedTuple):
    """What the workbook's part before its sheets holds."""

    sheets: list[tuple[int, str]]  # where each begins, and its name
    texts: list[bytes]  # the shared ones, in the records that hold them


class _Sheet(NamedTuple):
    reach: Reach
    shared: Counter[int]  # how often each shared text is held
    end: int


def check_xls(copy: Path) -> None:
    """Raise RosterError where sheets take more room than there is, or don't lie one after the other."""
    data = CompoundFile(copy).stream(*STREAMS)
    if data is None:
        return
    found = _globals(data)
    lengths = _lengths(found.texts)
    walked = places = filled = characters = 0
    for start, name in found.sheets:
        sheet = _sheet(data, start)
        refuse_far(name, sheet.reach, COPIES)
        walked += sheet.end - start
        places, filled = places + sheet.reach.places, filled + sheet.reach.filled
        characters += sum(lengths[at] * count for at, count in sheet.shared.items() if at < len(lengths))
        refuse_copies(name, characters, len(data))
        if walked > len(data):
            raise damaged(_("its sheets lie over one another"))
        refuse_together(name, places, filled, COPIES)


def _records(data: bytes, start: int) -> Iterator[_Record]:
    at, end = start, len(data)
    while at + _HEAD.size <= end:
        kind, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if at + size > end:
            raise damaged(_("its last record breaks off"))
        yield _Record(kind, at, at + size)
        at += size


def _globals(data: bytes) -> _Globals:
    sheets, texts = [], []
    continued, before = 0, None
    for kind, start, end in _records(data, 0):
        if kind == _EOF:
            break
        if kind == _CONTINUE:
            continued += 1
            if continued > MAX_CONTINUED:
                raise damaged(_("a record in it is cut into too many pieces"))
            if before == _TEXTS:
                texts.append(data[start:end])
            continue
        continued, before = 0, kind
        if kind == _TEXTS:
            texts = [data[start + 8 : end]]
        elif kind == _SHEET and end - start > 8:
            begin = struct.unpack_from("<L", data, start)[0]
            sheets.append((begin, _name(data[start + 6 : end])))
    return _Globals(sheets, texts)


def _name(content: bytes) -> str:
    encoding = "utf-16-le" if content[1] & _WIDE else "latin-1"
    return content[2:].decode(encoding, "replace")


def _sheet(data: bytes, begin: int) -> _Sheet:
    """What a sheet's cells come to; charts that lie in it are passed over."""
    rows = columns = filled = depth = 0
    shared: Counter[int] = Counter()
    stop = begin
    for kind, start, stop in _records(data, begin):
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        elif depth > 1:
            continue
        elif kind == _DIMENSIONS:
            _check_dimensions(data[start:stop])
        elif kind in _CELLS and stop - start >= 6:
            row, column = _HEAD.unpack_from(data, start)
            last = max(column, _HEAD.unpack_from(data, stop - 4)[1]) if kind == _NUMBERS else column
            rows, columns, filled = max(rows, row + 1), max(columns, last + 1), filled + last - column + 1
            if kind == _SHARED and stop - start >= _SHARED_BYTES:
                shared[struct.unpack_from("<L", data, start + 6)[0]] += 1
    if columns > XLS_COLUMNS:
        raise damaged(_("it has more than {max_columns:,} columns", max_columns=XLS_COLUMNS))
    return _Sheet(Reach(rows, columns, filled), shared, stop)


def _check_dimensions(content: bytes) -> None:
    """The reader takes room for as many cells as they name."""
    if len(content) not in (10, 14):
        raise damaged(_("the dimensions of a sheet in it break off"))
    first, last, left, right = struct.unpack_from("<LLHH" if len(content) == 14 else "<4H", content)
    left = 0 if left >= XLS_COLUMNS or right < left else left
    if last and right and (first > last or (last - first) * (right - left) > XLS_ROWS * XLS_COLUMNS):
        raise damaged(_("the dimensions of a sheet in it can't be true"))


def _lengths(pieces: list[bytes]) -> list[int]:
    """How many characters each shared text holds, as the reader counts them."""
    texts = _Texts(pieces)
    lengths = []
    while texts.more():
        lengths.append(texts.next())
    return lengths


class _Texts:
    """Shared texts, which go on from one record to the next wherever it ends."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        self._at = 0

    def more(self) -> bool:
        """Whether there is another text, perhaps at the beginning of the next record."""
        return self._at < len(self._piece) or self._turn()

    def next(self) -> int:
        """The length of the next text."""
        if not self._piece:
            return 0
        count, flags = self._take("<HB")
        runs = self._take("<H")[0] if flags & _RICH else 0
        more = self._take("<L")[0] if flags & _PHONETIC else 0
        left, wide = count, flags & _WIDE
        while left:
            here = min((len(self._piece) - self._at) >> wide, left)
            self._at, left = self._at + (here << wide), left - here
            if left:
                self._insist(self._turn() and len(self._piece) > 0)
                wide, self._at = self._piece[0] & _WIDE, 1
        self._skip(runs * 4 + more)
        return int(count)

    def _turn(self) -> bool:
        piece = next(self._pieces, None)
        self._piece, self._at = piece or b"", 0
        return piece is not None

    def _take(self, form: str) -> tuple[int, ...]:
        size = struct.calcsize(form)
        self._insist(self._at + size <= len(self._piece))
        self._at += size
        return struct.unpack_from(form, self._piece, self._at - size)

    def _skip(self, count: int) -> None:
        while count:
            self._insist(self._at < len(self._piece) or self._turn())
            here = min(len(self._piece) - self._at, count)
            self._at, count = self._at + here, count - here

    @staticmethod
    def _insist(holds: object) -> None:
        if not holds:
            raise damaged(_("its shared texts break off"))
