"""The ledger: can it be used, and did a run leave somebody without a link."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bulk_register.commands.checkup.check_line import CheckLine, State
from bulk_register.commands.checkup.database_lines import database_lines
from bulk_register.errors import LedgerError, SettingsError
from bulk_register.language import _, ngettext
from bulk_register.ledger import Ledger
from bulk_register.places import DatabaseAddress, LedgerPlace
from bulk_register.records import RunRecord
from bulk_register.run import ledger_flags, ledger_place, unfinished
from bulk_register.settings import Settings, command_line, load_settings


def ledger_lines(flags: Mapping[str, Any]) -> Iterator[CheckLine]:
    """Look at the ledger, and at the runs that it holds."""
    try:
        settings = load_settings(flags, command="ledger")
    except SettingsError:
        yield CheckLine(
            State.NOTE,
            _("records of runs (ledger): not looked at, because the problems above are in the way"),
        )
        return
    try:
        place = ledger_place(settings)
        if isinstance(place, Path):
            yield _ledger_line(place, settings)
        else:
            yield from database_lines(place)
            yield _database_line(place, settings)
    except LedgerError as error:
        yield CheckLine(State.PROBLEM, _("records of runs (ledger): {error}", error=error))


def _ledger_line(path: Path, settings: Settings) -> CheckLine:
    there = next(one for one in (path, *path.parents) if one.exists())
    parts = [there, path.parent] if there == path else [there]
    if not all(os.access(one, os.W_OK) for one in parts):
        return CheckLine(
            State.PROBLEM,
            _(
                "records of runs (ledger): {path} can't be written to by you. Have that changed, or name "
                "another file with --ledger or in the settings",
                path=path,
            ),
        )
    if there != path:
        return CheckLine(
            State.OK, _("records of runs (ledger): {path} isn't there yet; the first run makes it", path=path)
        )
    return _runs_line(path, settings)


def _database_line(address: DatabaseAddress, settings: Settings) -> CheckLine:
    with Ledger(address, write=False) as ledger:
        is_there = ledger.is_there
    if is_there:
        return _runs_line(address, settings)
    return CheckLine(
        State.OK, _("records of runs (ledger): {path} isn't there yet; the first run makes it", path=address)
    )


def _runs_line(place: LedgerPlace, settings: Settings) -> CheckLine:
    with Ledger(place, write=False) as ledger:
        number, left = len(ledger.runs()), unfinished(ledger)
    words = ngettext(
        "records of runs (ledger): {path} can be used; {number:,} run",
        "records of runs (ledger): {path} can be used; {number:,} runs",
        number,
        path=place,
    )
    return CheckLine(State.NOTE if left else State.OK, words + _open_words(left, settings))


def _open_words(runs: Sequence[RunRecord], settings: Settings) -> str:
    if not runs:
        return ""
    numbers = ", ".join(str(run.id) for run in runs[:10]) + (", …" if len(runs) > 10 else "")
    one = str(runs[0].id) if len(runs) == 1 else "NUMBER"
    typed = command_line(["bulk-register", "rerun", one, *ledger_flags(settings)])
    return ngettext(
        ", of which {number:,} left somebody without a working link (run {runs}). To finish it: {command}",
        ", of which {number:,} left somebody without a working link (runs {runs}). To finish one: {command}",
        len(runs),
        runs=numbers,
        command=typed,
    )
