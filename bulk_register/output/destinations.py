"""Where files may go: never over what is needed, and found out before anything is sent."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from bulk_register.errors import OutputError, one_line
from bulk_register.language import _
from bulk_register.paths import real_path
from bulk_register.records import Format

SUFFIXES = (".xlsx", ".xlsm", ".csv")


def output_path(roster: Path, format: Format, named: Path | None, *, sandbox: bool = False) -> Path:  # noqa: A002
    """Return where the output goes; `named` is what the person asked for, a file or a folder.

    Raises OutputError where that can't be: an unknown ending, the roster itself, a folder that isn't there
    or can't be written to.
    """
    suffix = ".xlsm" if format == "xlsm" else ".xlsx"
    default = _default_name(roster, "sandbox" if sandbox else "registered", suffix)
    with _explained(_("output"), "-o"):
        target = roster.with_name(default) if named is None else named.expanduser()
        if target.is_dir():
            target = target / default
        _check_ending(target, format)
        target = real_path(target)
        if target.exists() and roster.exists() and target.samefile(roster):
            raise OutputError(_("The output can't be the roster itself. Name another file with -o."))
        check_writable(target, _("output"), "-o")
        return target


def beside(path: Path, word: str, named: Path | None) -> Path:
    """Return where something about an output goes: `staff.results.xlsx` for `staff.registered.xlsx`.

    `named` is what the person asked for, a file or a folder.
    """
    stem = re.sub(rf"\.(registered|{word})(-\d+)?$", "", path.stem)
    suffix = ".xlsm" if path.suffix.lower() == ".xlsm" else ".xlsx"
    default = path.with_name(f"{stem}.{word}{suffix}")
    if named is not None:
        return named / default.name if named.is_dir() else named
    return free_of(lambda one: one == path, default)


def check_name(path: Path, what: str, advice: str) -> None:
    """Raise OutputError where a name is no text: the ledger and the report, which are, couldn't hold it."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise OutputError(
            _(
                "The name of the {what} {path} is not in UTF-8: {advice}.",
                what=what,
                path=one_line(path),
                advice=advice,
            )
        ) from None


def free_of(taken: Callable[[Path], bool], target: Path) -> Path:
    """Return a target or, where that is `taken`, the next of its numbered names: `staff-2.xlsx`."""
    name = re.sub(r"-\d+$", "", target.stem)
    numbered = (target.with_name(f"{name}-{number}{target.suffix}") for number in count(2))
    return next(path for path in chain([target], numbered) if not taken(path))


def check_report(target: Path, taken: Iterable[Path]) -> None:
    """Find what would make a report fail; raises OutputError. `taken` are files that it must not replace."""
    with _explained(_("report"), "--report"):
        real = real_path(target)
        if real.exists() and not real.is_file() and not real.is_dir():
            return  # a device or a pipe
        _check_free(real, taken, _("report"), "--report")
        if real.suffix.lower() in SUFFIXES:  # most likely the output that is about to be written
            raise OutputError(
                _("The report is JSON, not {suffix}. Name a .json file with --report.", suffix=real.suffix)
            )
        check_writable(real, _("report"), "--report")


def check_list(target: Path, taken: Iterable[Path], flag: str) -> None:
    """Find what would make a workbook beside the output fail, which `flag` names; raises OutputError."""
    with _explained(_("list"), flag):
        real = real_path(target)
        if real.suffix.lower() != ".xlsx":
            raise OutputError(
                _(
                    "{target} must end in .xlsx. Name another file with {flag}.",
                    target=one_line(target),
                    flag=flag,
                )
            )
        _check_free(real, taken, _("list"), flag)
        check_writable(real, _("list"), flag)


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
        known = {"what": what, "reason": error.strerror, "flag": flag}
        raise OutputError(
            _(
                "The {what} can't be written to {path} ({reason}). Fix that, or name another file with "
                "{flag}.",
                path=one_line(error.filename),
                **known,
            )
            if error.filename
            else _(
                "The {what} can't be written ({reason}). Fix that, or name another file with {flag}.", **known
            )
        ) from None


def _check_ending(target: Path, format: Format) -> None:  # noqa: A002
    if target.suffix.lower() not in SUFFIXES:
        raise OutputError(
            _(
                "The output {target} must end in .xlsx or .csv. Name another file with -o.",
                target=one_line(target),
            )
        )
    if target.suffix.lower() == ".xlsm" and format != "xlsm":
        raise OutputError(
            _(
                "The output {target} can't be .xlsm: the roster has no macros. End it in .xlsx.",
                target=one_line(target),
            )
        )


def _check_free(target: Path, taken: Iterable[Path], what: str, flag: str) -> None:
    if any(target == real_path(path) for path in taken):
        raise OutputError(
            _(
                "The {what} would replace {target}. Name another file with {flag}.",
                what=what,
                target=one_line(target),
                flag=flag,
            )
        )


def check_writable(target: Path, what: str, flag: str) -> None:
    """Try to write into a target's folder; raises OutputError where that fails."""
    if target.exists() and not target.is_file():
        raise OutputError(
            _(
                "The {what} {target} is not a file. Name one with {flag}.",
                what=what,
                target=one_line(target),
                flag=flag,
            )
        )
    if not target.parent.is_dir():
        raise OutputError(
            _(
                "The folder {folder} for the {what} doesn't exist. Make it, or name another file with "
                "{flag}.",
                folder=one_line(target.parent),
                what=what,
                flag=flag,
            )
        )
    try:
        tempfile.TemporaryFile(dir=target.parent).close()
    except OSError as error:
        raise OutputError(
            _(
                "The folder {folder} for the {what} can't be written to ({reason}). Fix that, or name "
                "a file in another folder with {flag}.",
                folder=one_line(target.parent),
                what=what,
                reason=error.strerror,
                flag=flag,
            )
        ) from None
