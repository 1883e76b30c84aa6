"""The person's own files: uploads as long as somebody on them lacks a link, outputs as long as their run."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from bulk_register.paths import held
from bulk_register.roster import ENDINGS

MAX_NAME = 120  # bytes
_ENDINGS = re.compile(rf"({'|'.join(map(re.escape, ENDINGS))})\Z", re.IGNORECASE)
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?\Z", re.IGNORECASE)  # Windows' devices
_OTHERS = re.compile(r"[^\w ()+,=@&№-]")  # what a name may not hold: separators, dots, wildcards, controls


class Lock(Protocol):
    """What `paths.held` returns."""

    def release(self) -> None:
        """Let go."""


@dataclass(frozen=True)
class Upload:
    """A roster that came in, in a folder of its own, which its outputs share."""

    path: Path

    @property
    def folder(self) -> Path:
        return self.path.parent


class Store:
    """A folder that only its owner can look into."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root.chmod(0o700)
        self._locks: dict[Path, Lock] = {}  # folders that this process uses

    def take(self, name: str, content: BinaryIO) -> Upload:
        """Keep a file that came in; of its name only harmless characters stay."""
        folder = self._root / secrets.token_hex(8)
        folder.mkdir(mode=0o700)
        if lock := held(folder / "lock"):
            self._locks[folder] = lock
        path = folder / safe_name(name)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as target:
            shutil.copyfileobj(content, target, 1 << 20)
        return Upload(path)

    def drop(self, upload: Upload, *, outputs: bool) -> None:
        """Remove a roster and, unless there are `outputs` of a run beside it, the whole folder."""
        upload.path.unlink(missing_ok=True)
        if not outputs:
            self._release(upload.folder)
            shutil.rmtree(upload.folder, ignore_errors=True)

    def owns(self, path: Path) -> bool:
        """Tell whether a file lies in this folder."""
        return path.parent.parent == self._root

    def tidy(self, rosters: Iterable[str], outputs: Iterable[str]) -> None:
        """Remove all but the rosters that are needed still and the folders of outputs that are known."""
        needed = {Path(roster) for roster in rosters}
        known = {Path(output).parent for output in outputs} | {roster.parent for roster in needed}
        for folder in self._root.iterdir():
            if folder in self._locks or not folder.is_dir():
                continue
            lock = held(folder / "lock")
            if lock is None:
                continue  # another page's, which is in use
            lock.release()
            if folder not in known:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            for file in folder.iterdir():
                if _is_roster(file, folder) and file not in needed:
                    with suppress(OSError):
                        file.unlink()

    def _release(self, folder: Path) -> None:
        if lock := self._locks.pop(folder, None):
            lock.release()


def _is_roster(file: Path, folder: Path) -> bool:
    """Tell whether this is what came in, whose name alone has one dot in it."""
    return file.parent == folder and file.name.count(".") <= 1 and file.name != "lock"


def safe_name(name: str) -> str:
    """Return what of an uploaded file's name may name a file here: `staff.xlsx`, never a path."""
    name = re.split(r"[\\/]", name)[-1]
    ending = _ENDINGS.search(name)
    stem = _OTHERS.sub(" ", name[: ending.start()] if ending else name)
    stem = " ".join(stem.split()).encode("utf-8", "ignore")[:MAX_NAME].decode(errors="ignore").strip()
    if not stem or _RESERVED.match(stem):
        stem = "roster"
    return stem + (ending[0].lower() if ending else ".csv")
