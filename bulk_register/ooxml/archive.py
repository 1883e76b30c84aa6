"""A ZIP archive opened with distrust: bounded, checked, its members found whatever their spelling.

Rules: APPNOTE.TXT (ZIP), ECMA-376 part 2 (part names are compared without regard to case, section 6.2.2.3).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from bulk_register.errors import RosterError
from bulk_register.language import N_, _

CHUNK_BYTES = 1 << 20
MAX_MEMBERS = 20_000
MAX_RATIO = 250  # unpacked to packed; rosters reach 10, formatted empty rows 16, deflate 1,032
RATIO_COUNTS_FROM_BYTES = 64 * 1024**2
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] 2.3.4.4

PROTECTED = N_(
    "the workbook is protected with a password: open it, remove the password (in Excel: "
    "File, Info, Protect Workbook, Encrypt with Password), save it, and run again."
)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def damaged(detail: str) -> RosterError:
    """The error for a workbook that is broken, with what to do about it."""
    return RosterError(
        _(
            "the workbook is damaged: {detail}. Get the file again from where it came; if Excel can "
            "still open it, save it there under a new name and use that.",
            detail=detail,
        )
    )


def refuse_encrypted(path: Path) -> None:
    """Raise RosterError if the file is an Office document encrypted with a password."""
    with path.open("rb") as file:
        if file.read(8) == OLE_MAGIC and ENCRYPTED_STREAM in file.read():
            raise RosterError(_(PROTECTED))


class Archive:
    """The members of a ZIP archive by their canonical names (lower case, forward slashes).

    Raises RosterError where the archive is broken or unpacks to more than `max_bytes`.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            refuse_encrypted(path)
            raise damaged(_("it is cut off or not a workbook at all ({error})", error=error)) from error
        self.members = self._zip.infolist()
        try:
            self._by_name = self._checked(max_bytes)
        except RosterError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __contains__(self, name: str) -> bool:
        return canonical(name) in self._by_name

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def names(self) -> list[str]:
        """Every member's canonical name, in the archive's order."""
        return list(self._by_name)

    def spelled(self, name: str) -> str:
        """The member's name as the archive spells it, with forward slashes."""
        member = self._by_name.get(canonical(name))
        return member.filename.replace("\\", "/").lstrip("/") if member else name

    def size(self, name: str) -> int:
        """How many bytes the member unpacks to."""
        return self._by_name[canonical(name)].file_size

    def read(self, name: str) -> bytes:
        """The whole member, its checksum verified."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The member piece by piece; the checksum is verified by the time the last piece is out."""
        member = self._by_name.get(canonical(name))
        if member is None:
            raise damaged(_("its part {name} is missing", name=name))
        try:
            with self._zip.open(member) as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except _BROKEN as error:
            raise damaged(_("its part {name} can't be unpacked ({error})", name=name, error=error)) from error

    def _checked(self, max_bytes: int) -> dict[str, zipfile.ZipInfo]:
        by_name: dict[str, zipfile.ZipInfo] = {}
        for member in self.members:
            if member.is_dir():
                continue
            if member.flag_bits & 1:
                raise RosterError(_(PROTECTED))
            if by_name.setdefault(canonical(member.filename), member) is not member:
                raise damaged(_("it holds the part {filename} twice", filename=member.filename))
        unpacked = sum(member.file_size for member in self.members)
        packed = sum(member.compress_size for member in self.members) or 1
        if len(self.members) > MAX_MEMBERS:
            raise RosterError(
                _(
                    "the workbook has {members:,} parts, which no workbook needs: refused.",
                    members=len(self.members),
                )
            )
        if unpacked > max_bytes:
            raise RosterError(
                _(
                    "the workbook unpacks to {unpacked:,} bytes, more than the {max_bytes:,} allowed: remove "
                    "what isn't needed from it, or raise --max-size.",
                    unpacked=unpacked,
                    max_bytes=max_bytes,
                )
            )
        if unpacked > RATIO_COUNTS_FROM_BYTES and unpacked / packed > MAX_RATIO:
            raise RosterError(
                _(
                    "the workbook unpacks to {unpacked} times its size, which no roster does. Copy the "
                    "roster into a new workbook and use that.",
                    unpacked=unpacked // packed,
                )
            )
        return by_name


def canonical(name: str) -> str:
    """A member's or part's name as it is compared: no leading slash, forward slashes, lower case."""
    return name.replace("\\", "/").lstrip("/").lower()
