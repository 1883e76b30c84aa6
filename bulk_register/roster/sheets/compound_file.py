"""A stream of a compound file ([MS-CFB]), in which an XLS file lies; what leads in circles is refused.

The native reader follows every chain of sectors to its end, and takes what the header says at its word.
"""

from __future__ import annotations

import struct
from pathlib import Path

from bulk_register.language import _
from bulk_register.ooxml.archive import damaged

HEADER_BYTES = 512
LAST_SECTOR = 0xFFFFFFF9  # of those that may hold data; what lies above has a meaning of its own (2.1)
SMALL_STREAM = 4096  # bytes, below which a stream lies in the mini stream
MINI_BYTES = 64
ENTRY_BYTES = 128  # of the directory
NAME_BYTES = 64  # the longest name of a stream
MAX_MINI_FAT = 4096  # sectors; the reader takes memory by this number before it has read any


class CompoundFile:
    """The file's streams by name. Raises RosterError where it is damaged."""

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        if len(self._data) < HEADER_BYTES:
            raise damaged(_("it breaks off"))
        shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise damaged(_("it doesn't say how it is laid out"))
        self._sector = 1 << shift
        self._sectors = len(self._data) // self._sector  # with the header's, which is numbered -1
        fat_length, directory = struct.unpack_from("<LL", self._data, 44)
        mini_fat, mini_length, difat = struct.unpack_from("<3L", self._data, 60)
        if fat_length > self._sectors or mini_length > min(self._sectors, MAX_MINI_FAT):
            raise damaged(_("it breaks off before the end that it names"))
        self._fat = self._numbers(b"".join(map(self._at, self._fat_sectors(difat))))
        entries = self._chain(directory)
        self._entries = [entries[at : at + ENTRY_BYTES] for at in range(0, len(entries), ENTRY_BYTES)]
        self._mini_fat = self._numbers(self._chain(mini_fat)) if mini_length else []
        self._mini_stream = (
            self._stream(self._entries[0], small=False) if self._entries and mini_length else b""
        )

    def stream(self, *names: str) -> bytes | None:
        """The first of these streams that there is."""
        for name in names:
            for entry in self._entries:
                named = entry[:NAME_BYTES].decode("utf-16-le", "replace")
                if named.partition("\0")[0] == name:
                    return self._stream(entry, small=_length(entry, self._sector) < SMALL_STREAM)
        return None

    def _fat_sectors(self, difat: int) -> list[int]:
        """The sectors that hold the FAT (2.5)."""
        numbers = self._numbers(self._data[76:HEADER_BYTES])
        seen = 0
        while difat <= LAST_SECTOR:
            numbers += self._numbers(self._at(difat))
            difat = numbers.pop()
            seen += 1
            self._insist(seen <= self._sectors)
        return [number for number in numbers if number <= LAST_SECTOR]

    def _stream(self, entry: bytes, *, small: bool) -> bytes:
        start, length = struct.unpack_from("<L", entry, 116)[0], _length(entry, self._sector)
        return (self._mini_chain(start, length) if small else self._chain(start, length))[:length]

    def _chain(self, number: int, length: int | None = None) -> bytes:
        """The sectors that follow each other from one on (2.3), as many as hold so many bytes."""
        found: list[bytes] = []
        while number <= LAST_SECTOR and (length is None or len(found) * self._sector < length):
            found.append(self._at(number))
            self._insist(number < len(self._fat) and len(found) <= self._sectors)
            number = self._fat[number]
        return b"".join(found)

    def _mini_chain(self, number: int, length: int) -> bytes:
        found: list[bytes] = []
        while number <= LAST_SECTOR and len(found) * MINI_BYTES < length:
            found.append(self._mini_stream[number * MINI_BYTES : (number + 1) * MINI_BYTES])
            self._insist(number < len(self._mini_fat))
            number = self._mini_fat[number]
        return b"".join(found)

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        self._insist(start < len(self._data))
        return self._data[start : start + self._sector]

    @staticmethod
    def _numbers(data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4]))

    @staticmethod
    def _insist(holds: bool) -> None:
        if not holds:
            raise damaged(_("it breaks off, or its sectors lead in circles"))


def _length(entry: bytes, sector: int) -> int:
    return int(struct.unpack_from("<L" if sector == HEADER_BYTES else "<Q", entry, 120)[0])
