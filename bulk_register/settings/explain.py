"""Settings looked at one by one: where each was said, what is wrong with a value, where the secret key is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bulk_register.language import _
from bulk_register.names import SETTINGS_FILE
from bulk_register.settings.declared import SETTINGS
from bulk_register.settings.load import try_settings
from bulk_register.settings.model import Settings
from bulk_register.settings.problem import Fault, Problem
from bulk_register.settings.secret import VARIABLE, find_secret
from bulk_register.settings.setting import Command
from bulk_register.settings.sources import Said, find_origins


@dataclass(frozen=True)
class Explained:
    """What was said, where, and what is wrong with it; a setting that nobody named has its default."""

    origins: dict[str, Said]
    problems: tuple[Problem, ...]
    file: Path | None  # the settings file that was read

    def fine(self) -> dict[str, Said]:
        """Return what was said and can be used."""
        wrong = {problem.setting for problem in self.problems if problem.fault is Fault.WRONG}
        return {name: said for name, said in self.origins.items() if name not in wrong}


def is_said_with_each_run(problem: Problem) -> bool:
    """Tell whether a setting is missing that nothing but a run needs: its flags may say it each time."""
    setting = SETTINGS.get(problem.setting)
    return problem.fault is Fault.MISSING and setting is not None and setting.needed.keys() == {"run"}


def explain(
    flags: Mapping[str, Any],
    *,
    command: Command = "run",
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Explained:
    """Return where each setting was said, and all that is wrong for a command; raises nothing."""
    named = Path(flags["config"]) if flags.get("config") else (folder or Path()) / SETTINGS_FILE
    loading = try_settings(flags, command=command, environ=environ, folder=folder)
    origins = find_origins(flags, [], environ, folder)
    return Explained(origins, loading.problems, named.absolute() if named.is_file() else None)


def fault_of(name: str, value: Any) -> str:
    """Return what is wrong with one setting's value, in words that follow its name; "" for nothing."""
    try:
        Settings.model_validate({name: value}, context={"now": datetime.now(UTC)})
    except ValidationError as error:
        fault = error.errors()[0]
        told = str(fault["ctx"]["error"]) if fault["type"] == "value_error" else ""
        return told or _("it must be {description}", description=SETTINGS[name].kind.words)
    return ""


def secret_place(environ: Mapping[str, str], file: Path | None, account_id: int | None) -> str:
    """Return in words where the secret key is found; "" where there is none. Raises ValueError."""
    if environ.get(VARIABLE, "").strip():
        return _("in the environment ({variable})", variable=VARIABLE)
    if find_secret(environ, file, account_id) is None:
        return ""
    return _("in the file {file}", file=file) if file else _("in the system's keyring")
