"""This machine: the program and what it stands on, and the folders that it writes to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bulk_register.commands.checkup.check_line import CheckLine, State
from bulk_register.commands.terminal.versions import program_words, surroundings
from bulk_register.errors import InputError
from bulk_register.language import _
from bulk_register.paths import private_folder


def program_line() -> CheckLine:
    """Name the program, and what it stands on."""
    return CheckLine(State.OK, ", ".join([program_words(), *surroundings()]))


def folder_line(folder: Path) -> CheckLine:
    """Try whether a folder can be written to."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return CheckLine(State.OK, _("working folder: {folder} can be written to", folder=folder))
    except OSError as error:
        return CheckLine(
            State.PROBLEM,
            _(
                "working folder: {folder} can't be written to ({reason}). Work in a folder of your own",
                folder=folder,
                reason=error.strerror,
            ),
        )


def temporary_lines() -> Iterator[CheckLine]:
    """Try whether a private copy of a roster has a place; nothing is said where it has."""
    try:
        with private_folder():
            return
    except InputError as error:
        yield CheckLine(State.PROBLEM, str(error))
