"""Settings looked at one by one: where each was said, what is wrong with a value, where the secret key is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bulk_register.errors import SettingsError
from bulk_register.language import _
from bulk_register.settings.load import Command, load_settings
from bulk_register.settings.model import Settings, form_of
from bulk_register.settings.problems import Kind, Problem
from bulk_register.settings.secret import VARIABLE, find_secret
from bulk_register.settings.sources import FILE_NAME, Said, from_environment, from_file, from_flags

GIVEN_TO_RUN = ("center", "tests", "valid_till")  # which flags of `run` give, too


@dataclass(frozen=True)
class Explained:
    """What was said, where, and what is wrong with it; a setting that nobody named has its default."""

    origins: dict[str, Said]
    problems: tuple[str, ...]
    file: Path | None  # the settings file that was read

    def fine(self) -> dict[str, Said]:
        """Return what was said and can be used."""
        wrong = {problem.setting for problem in self.problems if isinstance(problem, Problem)}
        return {name: said for name, said in self.origins.items() if name not in wrong}

    def may_be_said_later(self, problem: str) -> bool:
        """Tell whether a problem is only that something is missing that is given to `run` as well."""
        return (
            isinstance(problem, Problem) and problem.kind is Kind.MISSING and problem.setting in GIVEN_TO_RUN
        )


def explain(
    flags: Mapping[str, Any],
    *,
    command: Command = "run",
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Explained:
    """Return where each setting was said, and all that is wrong for a command; raises nothing."""
    environ, folder = os.environ if environ is None else environ, folder or Path()
    origins = from_file(flags, folder, []) | from_environment(environ, []) | from_flags(flags)
    named = Path(flags["config"]) if flags.get("config") else folder / FILE_NAME
    file = named.absolute() if named.is_file() else None
    try:
        load_settings(flags, command=command, environ=environ, folder=folder)
    except SettingsError as error:
        return Explained(origins, tuple(error.problems), file)
    return Explained(origins, (), file)


def fault_of(name: str, value: Any) -> str:
    """Return what is wrong with one setting's value, in words that follow its name; "" for nothing."""
    try:
        Settings.model_validate({name: value}, context={"now": datetime.now(UTC)})
    except ValidationError as error:
        fault = error.errors()[0]
        told = str(fault["ctx"]["error"]) if fault["type"] == "value_error" else ""
        return told or _("it must be {description}", description=form_of(name))
    return ""


def secret_place(environ: Mapping[str, str], file: Path | None, account_id: int | None) -> str:
    """Return in words where the secret key is found; "" where there is none. Raises ValueError."""
    if environ.get(VARIABLE, "").strip():
        return _("in the environment ({variable})", variable=VARIABLE)
    if find_secret(environ, file, account_id) is None:
        return ""
    return _("in the file {file}", file=file) if file else _("in the system's keyring")
