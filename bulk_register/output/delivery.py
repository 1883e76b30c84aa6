"""A finished file in its place: never half of one, never over somebody's work, never nowhere."""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bulk_register.errors import OutputError
from bulk_register.language import _
from bulk_register.paths import real_path

HELD_SECONDS = 2.0  # Windows: how long virus scanners and indexers hold a file that was just written
MAX_NAMES = 1000
STALE_SECONDS = 3600.0  # no file takes that long to write


class DeliveredFile(NamedTuple):
    """Where the output is, its checksum, and what the person should know about how it got there."""

    path: Path
    sha256: str
    notes: tuple[str, ...]


def write_text(text: str, target: Path, mode: int | None = None) -> None:
    """Write a text file in one step, over what is there; into a device or a pipe as it comes.

    `mode` are its permissions, if not those of any new file of the user.
    """
    target = real_path(target)
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    draft = target.with_name(f"{_draft(target).name}.part")  # no ending that others look for in a folder
    try:
        draft.write_text(text, encoding="utf-8")
        if mode is not None:
            draft.chmod(mode)
        _flush(draft)
        _replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def replace_file(
    write: Callable[[Path], None],
    target: Path,
    ours: Callable[[Path], str | None],
    keep: Callable[[Path], bool] = lambda _: False,
) -> DeliveredFile:
    """Write a file and put it in its place in one step.

    `ours` returns the checksum with which this program left a file. Anything else that stands there is moved
    aside first, and so is what it left there where `keep` says so. Where the place can't be written to, the
    file goes beside it under another name, else into the working folder. Raises OutputError where neither
    works.
    """
    failures: list[str] = []
    for folder in _folders(target):
        wanted = folder / target.name
        try:
            if failures and wanted.exists():  # whatever it is, it isn't in anybody's way
                wanted = _free_name(wanted, "{stem}-{number}{suffix}")
            return _place(write, wanted, lambda path: _is_ours(path, ours) and not keep(path), failures)
        except OSError as error:
            failures.append(_("{file} can't be written: {reason}", file=wanted, reason=_reason(error)))
    raise OutputError(f"{'; '.join(failures)}.")


def _folders(target: Path) -> list[Path]:
    try:
        return list(dict.fromkeys((target.parent, Path.cwd())))
    except OSError:  # the working folder was deleted meanwhile
        return [target.parent]


def _place(
    write: Callable[[Path], None], wanted: Path, replaceable: Callable[[Path], bool], failures: list[str]
) -> DeliveredFile:
    _clear_up(wanted)
    draft = _draft(wanted)
    try:
        draft.open("xb").close()  # not mkstemp: that makes files which colleagues can't open
        write(draft)
        sha256 = _flush(draft)
        notes = [_("{failure}, so it is in {file}", failure=failure, file=wanted) for failure in failures]
        try:
            if wanted.exists() and not replaceable(wanted):
                notes.append(_move_aside(wanted))
            _replace(draft, wanted)
        except PermissionError as error:
            other = _free_name(wanted, "{stem}-{number}{suffix}")
            _replace(draft, other)
            notes.append(
                _(
                    "{file} can't be written ({reason}), so it is in {other}",
                    file=wanted,
                    reason=_reason(error),
                    other=other,
                )
            )
            wanted = other
        return DeliveredFile(wanted, sha256, tuple(notes))
    finally:
        draft.unlink(missing_ok=True)


def _draft(target: Path) -> Path:
    return target.with_name(f".{_cut(target.stem, 60)}.{secrets.token_hex(4)}.tmp{target.suffix}")


def _clear_up(wanted: Path) -> None:
    """Delete drafts of this file that killed runs have left: links lie in them."""
    stem, ending = glob.escape(_cut(wanted.stem, 60)), glob.escape(wanted.suffix)
    for left in wanted.parent.glob(f".{stem}.{'[0-9a-f]' * 8}.tmp{ending}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE_SECONDS:
                left.unlink()


def _cut(stem: str, size: int) -> str:
    """Return what of a name fits into so many bytes."""
    return os.fsencode(stem)[:size].decode(errors="ignore")


def _flush(path: Path) -> str:
    """Bring a file to the disk and return its SHA-256."""
    with path.open("r+b") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return sha256


def checksum(path: Path) -> str:
    """Return a file's SHA-256; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_ours(path: Path, ours: Callable[[Path], str | None]) -> bool:
    return ours(path) == checksum(path)


def _move_aside(target: Path) -> str:
    stamp = datetime.now().strftime("%Y-%m-%d %H%M%S")
    aside = target.with_name(f"{_cut(target.stem, 200)} (before {stamp}){target.suffix}")
    aside = aside if not aside.exists() else _free_name(aside, "{stem} {number}{suffix}")
    _replace(target, aside)
    return _("What was in {name} before is in {aside}", name=target.name, aside=aside.name)


def _free_name(path: Path, pattern: str) -> Path:
    for number in range(2, MAX_NAMES):
        name = pattern.format(stem=_cut(path.stem, 240), number=number, suffix=path.suffix)
        if not path.with_name(name).exists():
            return path.with_name(name)
    raise OSError(errno.EEXIST, _("too many files of that name"), str(path))


def _replace(source: Path, target: Path) -> None:
    until = time.monotonic() + HELD_SECONDS
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if os.name != "nt" or time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _reason(error: OSError) -> str:
    return _("is it open in Excel?") if os.name == "nt" and isinstance(error, PermissionError) else str(
        error.strerror or error
    )  # fmt: skip
