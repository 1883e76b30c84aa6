"""A finished file in its place: never half of one, never over somebody's work, never nowhere."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from bulk_register.errors import OutputError
from bulk_register.records import Format

SUFFIXES = (".xlsx", ".xlsm", ".csv")
HELD_SECONDS = 2.0  # Windows: how long virus scanners and indexers hold a file that was just written
MAX_NAMES = 1000


class Placed(NamedTuple):
    """Where the output is, its checksum, and what the person should know about how it got there."""

    path: Path
    sha256: str
    notes: tuple[str, ...]


def output_path(roster: Path, format: Format, named: Path | None, *, sandbox: bool = False) -> Path:  # noqa: A002
    """Return where the output goes; `named` is what the person asked for, a file or a folder.

    Raises OutputError where that can't be: an unknown ending, the roster itself, a folder that isn't there
    or can't be written to.
    """
    suffix = ".xlsm" if format == "xlsm" else ".xlsx"
    default = _default_name(roster, "sandbox" if sandbox else "registered", suffix)
    with _explained("output", "-o"):
        target = roster.with_name(default) if named is None else named.expanduser()
        if target.is_dir():
            target = target / default
        _check_ending(target, format)
        target = Path(os.path.realpath(target))
        if target.exists() and roster.exists() and target.samefile(roster):
            raise OutputError("The output can't be the roster itself. Name another file with -o.")
        _check_writable(target, "output", "-o")
        return target


def check_report(target: Path, taken: Iterable[Path]) -> None:
    """Find what would make a report fail; raises OutputError. `taken` are files that it must not replace."""
    with _explained("report", "--report"):
        real = Path(os.path.realpath(target.expanduser()))
        if real.exists() and not real.is_file() and not real.is_dir():
            return  # a device or a pipe
        if any(real == Path(os.path.realpath(path)) for path in taken):
            raise OutputError(f"The report would replace {target}. Name another file with --report.")
        if real.suffix.lower() in SUFFIXES:  # most likely the output that is about to be written
            raise OutputError(f"The report is JSON, not {real.suffix}. Name a .json file with --report.")
        _check_writable(real, "report", "--report")


def list_path(named: Path, flag: str = "", taken: Iterable[Path] = ()) -> Path:
    """Return where a workbook beside the output goes; with `flag`, which names it, raises OutputError.

    `taken` are files that it must not replace.
    """
    real = Path(os.path.realpath(named.expanduser()))
    if flag:
        with _explained("list", flag):
            if real.suffix.lower() != ".xlsx":
                raise OutputError(f"{named} must end in .xlsx. Name another file with {flag}.")
            if any(real == Path(os.path.realpath(path)) for path in taken):
                raise OutputError(f"The list would replace {named}. Name another file with {flag}.")
            _check_writable(real, "list", flag)
    return real


def put(text: str, target: Path) -> None:
    """Write a text file in one step, over what is there; into a device or a pipe as it comes."""
    target = Path(os.path.realpath(target.expanduser()))
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    draft = _draft(target)
    try:
        draft.write_text(text, encoding="utf-8")
        _flush(draft)
        _replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _default_name(roster: Path, word: str, suffix: str) -> str:
    """Return `NAME.registered.xlsx`, or for such an output fed back `NAME.registered-2.xlsx`, and so on."""
    found = re.fullmatch(rf"(?P<name>.+\.{word})(-(?P<number>\d+))?", roster.stem)
    if found:
        return f"{found['name']}-{int(found['number'] or 1) + 1}{suffix}"
    return f"{roster.stem}.{word}{suffix}"


@contextmanager
def _explained(what: str, flag: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f" to {error.filename}" if error.filename else ""
        raise OutputError(
            f"The {what} can't be written{where} ({error.strerror}). Mend that, or name another file with "
            f"{flag}."
        ) from None


def _check_ending(target: Path, format: Format) -> None:  # noqa: A002
    if target.suffix.lower() not in SUFFIXES:
        raise OutputError(f"The output {target} must end in .xlsx or .csv. Name another file with -o.")
    if target.suffix.lower() == ".xlsm" and format != "xlsm":
        raise OutputError(f"The output {target} can't be .xlsm: the roster has no macros. End it in .xlsx.")


def _check_writable(target: Path, what: str, flag: str) -> None:
    """Try to write beside a target; raises OutputError where that fails."""
    if target.exists() and not target.is_file():
        raise OutputError(f"The {what} {target} is not a file. Name one with {flag}.")
    if not target.parent.is_dir():
        raise OutputError(
            f"The folder {target.parent} for the {what} doesn't exist. "
            f"Make it, or name another file with {flag}."
        )
    draft = _draft(target)
    try:
        draft.open("xb").close()
        draft.unlink()
    except OSError as error:
        raise OutputError(
            f"The folder {target.parent} for the {what} can't be written to ({error.strerror}). Mend that, "
            f"or name a file in another folder with {flag}."
        ) from None


def place(
    write: Callable[[Path], None],
    target: Path,
    ours: Callable[[Path], str | None],
    keep: Callable[[Path], bool] = lambda _: False,
) -> Placed:
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
            return _place(write, wanted, lambda path: _is_ours(path, ours) and not keep(path), failures)
        except OSError as error:
            failures.append(f"{wanted} can't be written: {_reason(error)}")
    raise OutputError(f"{'; '.join(failures)}.")


def _folders(target: Path) -> list[Path]:
    try:
        return list(dict.fromkeys((target.parent, Path.cwd())))
    except OSError:  # the working folder was deleted meanwhile
        return [target.parent]


def _place(
    write: Callable[[Path], None], wanted: Path, replaceable: Callable[[Path], bool], failures: list[str]
) -> Placed:
    draft = _draft(wanted)
    try:
        draft.open("xb").close()  # not mkstemp: that makes files which colleagues can't open
        write(draft)
        sha256 = _flush(draft)
        notes = [f"{failure}, so it is in {wanted}" for failure in failures]
        try:
            if wanted.exists() and not replaceable(wanted):
                notes.append(_move_aside(wanted))
            _replace(draft, wanted)
        except PermissionError as error:
            other = _free_name(wanted, "{stem}-{number}{suffix}")
            _replace(draft, other)
            notes.append(f"{wanted} can't be written ({_reason(error)}), so it is in {other}")
            wanted = other
        return Placed(wanted, sha256, tuple(notes))
    finally:
        draft.unlink(missing_ok=True)


def _draft(target: Path) -> Path:
    return target.with_name(f".{_cut(target.stem, 60)}.{secrets.token_hex(4)}.tmp{target.suffix}")


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
    return f"What was in {target.name} before is in {aside.name}"


def _free_name(path: Path, pattern: str) -> Path:
    for number in range(2, MAX_NAMES):
        name = pattern.format(stem=_cut(path.stem, 240), number=number, suffix=path.suffix)
        if not path.with_name(name).exists():
            return path.with_name(name)
    raise OSError(errno.EEXIST, "too many files of that name", str(path))


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
    return "is it open in Excel?" if os.name == "nt" and isinstance(error, PermissionError) else str(
        error.strerror or error
    )  # fmt: skip
