"""The file that the person named becomes a private copy that nobody else changes."""

from __future__ import annotations

import hashlib
import os
import stat
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from bulk_register.errors import RosterError
from bulk_register.language import _

CHUNK_BYTES = 1 << 20


class Snapshot(NamedTuple):
    """The private copy, and the SHA-256 of its bytes in hexadecimal."""

    path: Path
    sha256: str


def take_snapshot(path: Path, folder: Path) -> Snapshot:
    """Copy the file into `folder`, hashing it on the way.

    Raises RosterError if it isn't a file that can be read, has nothing in it, or changes meanwhile.
    """
    try:
        _refuse_what_is_no_file(path)
        before = path.stat()
        snapshot = _copy(path, folder / "roster")
        after = path.stat()
    except OSError as error:
        raise RosterError(_in_plain_words(error)) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RosterError(
            _("the file was changed while it was being read: run again when it has been saved.")
        )
    if not after.st_size:
        raise RosterError(_("the file is empty (zero bytes): export the roster again."))
    return snapshot


def _copy(path: Path, target: Path) -> Snapshot:
    digest = hashlib.sha256()
    with path.open("rb") as source, target.open("wb") as snapshot:
        while piece := source.read(CHUNK_BYTES):
            digest.update(piece)
            snapshot.write(piece)
    return Snapshot(target, digest.hexdigest())


def _refuse_what_is_no_file(path: Path) -> None:
    if path.name.startswith("~$"):
        raise RosterError(
            _(
                "this is the note that Excel leaves beside an open workbook, not a roster: name {name} "
                "instead.",
                name=path.name[2:],
            )
        )
    if not path.exists():
        raise RosterError(_not_there(path))
    if path.is_dir():
        raise RosterError(_("this is a folder: name the file of the roster in it."))
    if not stat.S_ISREG(path.stat().st_mode):
        raise RosterError(_("this is not a regular file: save the roster as a file first."))


def _not_there(path: Path) -> str:
    """What to say of a file that isn't there; with the one that was probably meant, if it is beside it."""
    if not path.parent.is_dir():
        return _("there is no such file: the folder {folder} doesn't exist.", folder=path.parent)
    if not os.access(path.parent, os.R_OK):
        return _("there is no such file: the folder {folder} can't be looked into.", folder=path.parent)
    beside = {one.name.casefold(): one.name for one in path.parent.iterdir() if one.is_file()}
    near = get_close_matches(path.name.casefold(), beside, n=1, cutoff=0.6)
    folder = path.parent.absolute()
    if near:
        name = beside[near[0]]
        return _("there is no such file in {folder}. Did you mean {name}?", folder=folder, name=name)
    return _("there is no such file in {folder}.", folder=folder)


def _in_plain_words(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return _(
            "the file can't be read: you have no permission, or another program has locked it. Close "
            "it there, or copy it to a folder of yours."
        )
    return _("the file can't be read ({error}).", error=error.strerror or error)
