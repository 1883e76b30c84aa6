"""A package written anew: untouched members are copied as they lie in the old one, a few are replaced.

Format: APPNOTE.TXT 4.3 (local headers, central directory). Copied members keep their compressed bytes, so
that copying costs a read and a write and their content can't change; `zipfile` has no public way to do
that.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from bulk_register.errors import OutputError
from bulk_register.language import _
from bulk_register.ooxml.archive import CHUNK_BYTES, Archive, canonical, damaged

LEVEL = 4  # of zlib; level 6 takes half as long again for files a sixth smaller
CHUNKS_AHEAD = 2
CONTENT_TYPES = "[Content_Types].xml"

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8_NAME = 0x800
_DATE_1980 = (1 << 5) | 1  # the date that Excel itself writes: 1980-01-01
_LIMIT = 0xFFFFFFFF

Content = bytes | Callable[[], Iterable[bytes] | None]  # None: the part stays as it is


class _Entry(NamedTuple):
    name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    unpacked: int
    offset: int
    attributes: int

    def local(self) -> bytes:
        sizes = (self.crc, self.packed, self.unpacked)
        fixed = (20, self.flags, self.method, self.time, self.date, *sizes, len(self.name), 0)
        return _LOCAL.pack(b"PK\3\4", *fixed) + self.name

    def central(self) -> bytes:
        sizes = (self.crc, self.packed, self.unpacked, len(self.name))
        fixed = (20, 20, self.flags, self.method, self.time, self.date, *sizes, 0, 0, 0, 0)
        return _CENTRAL.pack(b"PK\1\2", *fixed, self.attributes, self.offset) + self.name


def _beside(work: Callable[[bytes], bytes], chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Return each chunk with what `work` makes of it, in a thread beside the making of the next chunks.

    zlib lets go of Python's lock: on two cores a large sheet is written a quarter faster.
    """
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[tuple[bytes, Future[bytes]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, pool.submit(work, chunk)))
            if len(waiting) > CHUNKS_AHEAD:
                first, done = waiting.popleft()
                yield first, done.result()
        yield from ((chunk, done.result()) for chunk, done in waiting)


class ArchiveWriter:
    """Writes a ZIP archive member by member; complete only when closed without an error."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._entries: list[_Entry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._file.close()

    def copy(self, source: BinaryIO, member: zipfile.ZipInfo) -> None:
        """Copy a member of another archive, still compressed; `source` is that archive's file."""
        source.seek(member.header_offset)
        header = source.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
            raise damaged(_("its part {filename} can't be found", filename=member.filename))
        name_bytes, extra_bytes = struct.unpack("<2H", header[26:30])
        source.seek(name_bytes + extra_bytes, 1)
        encoding = "utf-8" if member.flag_bits & _UTF8_NAME else "cp437"
        year, month, day, hour, minute, second = member.date_time
        self._add(
            _Entry(
                member.orig_filename.encode(encoding),
                member.flag_bits & _UTF8_NAME,
                member.compress_type,
                hour << 11 | minute << 5 | second // 2,
                (year - 1980) << 9 | month << 5 | day,
                member.CRC,
                member.compress_size,
                member.file_size,
                self._file.tell(),
                member.external_attr,
            )
        )
        left = member.compress_size
        while left:
            chunk = source.read(min(CHUNK_BYTES, left))
            if not chunk:
                raise damaged(_("its part {filename} is cut off", filename=member.filename))
            self._file.write(chunk)
            left -= len(chunk)

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Compress a new member."""
        entry = _Entry(
            name.encode(), _UTF8_NAME, zipfile.ZIP_DEFLATED, 0, _DATE_1980, 0, 0, 0, self._file.tell(), 0
        )
        self._file.write(entry.local())
        packing = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        crc = unpacked = packed = 0
        for chunk, squeezed in _beside(packing.compress, chunks):
            crc = zlib.crc32(chunk, crc)
            unpacked += len(chunk)
            packed += self._file.write(squeezed)
        packed += self._file.write(packing.flush())
        entry = entry._replace(crc=crc, packed=packed, unpacked=min(unpacked, _LIMIT))
        end = self._file.tell()
        self._file.seek(entry.offset)
        self._add(entry)
        self._file.seek(end)

    def _add(self, entry: _Entry) -> None:
        if max(entry.packed, entry.unpacked, entry.offset) >= _LIMIT:
            raise OutputError(_("The output is too large for a workbook (4 GiB): name a .csv file instead."))
        self._file.write(entry.local())
        self._entries.append(entry)

    def _finish(self) -> None:
        start = self._file.tell()
        self._file.write(b"".join(entry.central() for entry in self._entries))
        size, count = self._file.tell() - start, len(self._entries)
        if start + size >= _LIMIT or count > 0xFFFF:
            raise OutputError(_("The output is too large for a workbook (4 GiB): name a .csv file instead."))
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, 0))


def rewrite(
    archive: Archive, target: Path, changes: Mapping[str, Content], removed: Iterable[str] = ()
) -> None:
    """Write the archive to `target` with some parts replaced, added or removed, the others as they are.

    The changed parts come last, in the order given, each made when its turn comes: a later one may depend on
    what was found while an earlier one streamed by. Content types stay first, as other programs expect them.
    """
    by_name = {canonical(name): (name, content) for name, content in changes.items()}
    gone = {canonical(name) for name in removed}
    kept = {canonical(member.filename): member for member in archive.members}
    with ArchiveWriter(target) as writer, archive.path.open("rb") as source:
        types = by_name.pop(canonical(CONTENT_TYPES), None)
        chunks = _chunks(types[1]) if types else None
        if chunks is not None:
            writer.write(kept[canonical(CONTENT_TYPES)].filename, chunks)
            gone.add(canonical(CONTENT_TYPES))
        for name, member in kept.items():
            if name not in by_name and name not in gone:
                writer.copy(source, member)
        for key, (name, content) in by_name.items():
            chunks = _chunks(content)
            if chunks is not None:
                writer.write(kept[key].filename if key in kept else name, chunks)
            elif key in kept:
                writer.copy(source, kept[key])


def _chunks(content: Content) -> Iterable[bytes] | None:
    return (content,) if isinstance(content, bytes) else content()
