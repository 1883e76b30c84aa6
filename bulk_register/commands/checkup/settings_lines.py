"""The settings: which there are, where each came from, and which don't do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bulk_register.commands.checkup.check_line import CheckLine, State
from bulk_register.errors import LedgerError, SettingsError
from bulk_register.language import _, recalled
from bulk_register.ledger import Ledger
from bulk_register.names import SETTINGS_FILE
from bulk_register.places import DatabaseAddress, is_address
from bulk_register.records import Ending
from bulk_register.run import ledger_place
from bulk_register.settings import SETTINGS, load_settings
from bulk_register.settings.explain import Explained, is_said_with_each_run, secret_place
from bulk_register.startexam.refusal_cause import RequestPart, wrong_part


def setting_lines(flags: Mapping[str, Any], explained: Explained) -> Iterator[CheckLine]:
    """Look at the settings' file and at each setting; StartExam may have refused the center before."""
    refused_center = _refused_center(flags, explained)
    if explained.file:
        yield CheckLine(State.OK, _("settings file: {file}", file=explained.file))
    else:
        yield CheckLine(
            State.NOTE,
            _(
                "settings file: none in {cwd}; bulk-register init writes {settings_file}",
                cwd=Path.cwd(),
                settings_file=SETTINGS_FILE,
            ),
        )
    for name, said in explained.fine().items():
        place = said.file or said.place
        value = _fields_words(said.value) if name == "fields" else _value_words(said.value)
        words = _("{name}: {value} (from {place})", name=name, value=value, place=place)
        if name == "center" and refused_center:
            yield CheckLine(
                State.PROBLEM,
                _(
                    "{words}: {refused_center}. Write its unique name as StartExam has it",
                    words=words,
                    refused_center=refused_center,
                ),
            )
        else:
            yield CheckLine(State.OK, words)
    for problem in explained.problems:
        yield CheckLine(State.NOTE if is_said_with_each_run(problem) else State.PROBLEM, problem.words)


def _fields_words(value: object) -> str:
    kind = SETTINGS["fields"].kind
    return ", ".join(map(kind.say, kind.read(value)))


def _value_words(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(f"{key}={_value_words(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    is_database = isinstance(value, str) and is_address(value.strip())
    return str(DatabaseAddress(value.strip())) if is_database else str(value)  # without its password


def secret_lines(explained: Explained) -> Iterator[CheckLine]:
    """Say where the key was found; where it wasn't, the settings' problems say so."""
    fine = explained.fine()
    file = Path(str(fine["secret_key_file"].value)) if "secret_key_file" in fine else None
    number = str(fine["account_id"].value) if "account_id" in fine else ""
    try:
        place = secret_place(os.environ, file, int(number) if number.isdecimal() else None)
    except ValueError:
        return
    if place:
        yield CheckLine(State.OK, _("secret key: found {place}; it is not shown", place=place))


def _refused_center(flags: Mapping[str, Any], explained: Explained) -> str:
    """Return why the latest run for the center got no link, where StartExam's words named the center.

    No request but a registration names a center to StartExam, so only a run can find out.
    """
    said = explained.fine().get("center")
    center = str(said.value).strip() if said else ""
    try:
        settings = load_settings(flags, command="ledger")
        with Ledger(ledger_place(settings), write=False) as ledger:
            return _last_refusal(ledger, (settings.account_id, settings.base_url, center))
    except (SettingsError, LedgerError):  # which are told in their places
        return ""


def _last_refusal(ledger: Ledger, asked: tuple[int | None, str, str]) -> str:
    runs = [run for run in ledger.runs() if run.scope[: len(asked)] == asked]
    if not runs or ledger.has_registrations(runs[0].scope):
        return ""
    notes = [note for *_, ended, note in ledger.requests(runs[0].id) if ended is Ending.REFUSED]
    if not notes or wrong_part(notes[0]) is not RequestPart.CENTER:
        return ""
    return _('StartExam refused it in run {id}: "{notes}"', id=runs[0].id, notes=recalled(notes[0]))
