"""All that was said becomes one run's settings, or one sentence for each thing that is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from bulk_register.errors import SettingsError
from bulk_register.language import N_, _
from bulk_register.names import SETTINGS_FILE
from bulk_register.settings.declared import SETTINGS
from bulk_register.settings.model import Settings
from bulk_register.settings.problem import Fault, Problem
from bulk_register.settings.secret import VARIABLE, find_secret
from bulk_register.settings.setting import Command, Rerun
from bulk_register.settings.sources import (
    Origins,
    Said,
    find_origins,
    flag,
    variable,
    wrong_flags,
)
from bulk_register.settings.values import NO_TEXT, is_like_number, is_text

FIRST_STEPS = N_(
    "The first time: bulk-register init asks for all of this once and writes it down. To try without an "
    "account: add --sandbox. If there is a {file} already: start in its folder, or name it with --config."
)
SANDBOX_VALID_TILL = "+10d"
TRUE_WORDS = ("true", "yes", "on", "1", "t", "y")  # what pydantic takes for true
MAX_SHOWN = 100  # characters of a wrong value


def load_settings(
    flags: Mapping[str, Any] | None = None,
    *,
    command: Command = "run",
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    now: datetime | None = None,
) -> Settings:
    """Return the settings of one command, from flags, environment, settings file and defaults.

    `flags` holds what was said by the settings' names (None: not said), like `{"valid_till": "+10d"}`, with
    `config` and `profile` for the settings file, which is otherwise `bulk_register.toml` in `folder` (the
    working folder). Times may be texts, dates or datetimes (without a time zone: in `timezone`). Raises
    SettingsError with all that is wrong at once, each by its name, where it came from and what it may be.
    """
    loading = try_settings(flags, command=command, environ=environ, folder=folder, now=now)
    if loading.settings is None:
        raise SettingsError([problem.words for problem in loading.problems], loading.hint)
    return loading.settings


@dataclass(frozen=True)
class Loading:
    """The settings of a command, or all that is wrong with them and a way out."""

    settings: Settings | None
    problems: tuple[Problem, ...] = ()
    hint: str = ""


def try_settings(
    flags: Mapping[str, Any] | None,
    *,
    command: Command,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    now: datetime | None = None,
) -> Loading:
    """Return what load_settings returns, or what it raises as problems."""
    environ = os.environ if environ is None else environ
    problems = wrong_flags(flags)
    origins = find_origins(flags or {}, problems, environ, folder)
    sandbox = "sandbox" in origins and str(origins["sandbox"].value).strip().lower() in TRUE_WORDS
    if sandbox:
        origins = {name: said for name, said in origins.items() if not SETTINGS[name].of_account}
        origins.setdefault("valid_till", Said(SANDBOX_VALID_TILL, _("the sandbox's default")))
    used = {name: said for name, said in origins.items() if command in SETTINGS[name].used_by}
    settings = _validate(used, problems, now or datetime.now(UTC))
    unread = any(problem.fault is Fault.UNREAD for problem in problems)
    secret = None
    if not sandbox and not unread:
        problems += _missing(used, settings, command)
        if command in ("run", "sync", "tests", "results"):
            secret = _secret(environ, settings, used, problems)
    if problems or settings is None:
        unset = command == "run" and not origins and not unread
        return Loading(None, tuple(problems), _(FIRST_STEPS, file=SETTINGS_FILE) if unset else "")
    profile = (flags or {}).get("profile")
    return Loading(settings.model_copy(update={"secret_key": secret, "profile": profile}))


def check_complete(settings: Settings) -> None:
    """Raise SettingsError where these settings aren't a run's: those of other commands lack some."""
    if not isinstance(settings, Settings):
        raise SettingsError([_("The settings must be what load_settings returns.")])
    needed = _needs("run", settings)
    if settings.sandbox:
        needed = {"valid_till": needed["valid_till"]}
    problems = [f"{name}: {_(what)}." for name, what in needed.items() if not getattr(settings, name)]
    if not settings.sandbox and settings.secret_key is None:
        problems.append(
            _("The secret key is missing. Set {variable} before load_settings.", variable=VARIABLE)
        )
    if problems:
        raise SettingsError(problems)


def settings_of_run(
    stored: str, current: Settings, *, secret: bool = True, environ: Mapping[str, str] | None = None
) -> Settings:
    """Return the settings of an earlier run, from the JSON that the ledger holds.

    The secret key is looked up anew where it is needed; the ledger, the report and how things are told are
    those of `current`. Raises SettingsError.
    """
    problems: list[Problem] = []
    try:
        settings = Settings.model_validate_json(stored, context={"now": datetime.now(UTC)})
    except ValidationError:
        raise SettingsError(
            [_("The settings of that run can't be read: another version of bulk-register made it. Use run.")]
        ) from None
    names = [name for name, setting in SETTINGS.items() if setting.rerun is Rerun.CURRENT]
    kept = {name: getattr(current, name) for name in names}
    kept["profile"] = settings.profile or current.profile
    if current.secret_key_file:  # the key may have moved since
        kept["secret_key_file"] = current.secret_key_file
    settings = settings.model_copy(update=kept)
    if secret and not settings.sandbox:
        environ = os.environ if environ is None else environ
        settings = settings.model_copy(update={"secret_key": _secret(environ, settings, {}, problems)})
    if problems:
        raise SettingsError([problem.words for problem in problems])
    return settings


def needed_by(command: Command) -> dict[str, str]:
    """Return what a command needs, with the words for where it is missing."""
    return {name: setting.needed[command] for name, setting in SETTINGS.items() if command in setting.needed}


def _validate(origins: Origins, problems: list[Problem], now: datetime) -> Settings | None:
    values = {"valid_from": "now"} | {name: said.value for name, said in origins.items()}
    try:
        return Settings.model_validate(values, context={"now": now})
    except ValidationError as error:
        faults = {str(fault["loc"][0]): fault for fault in reversed(error.errors())}
        for name in (name for name in SETTINGS if name in faults):
            said = origins.get(name, Said("", name))
            words = f"{said.place} {_fault_words(name, said.value, faults[name])}."
            problems.append(Problem(words, Fault.WRONG, name))
        return None


def _fault_words(name: str, value: Any, fault: Any) -> str:
    """Say what a value is and what it may be."""
    if name == "account_id" and not is_like_number(value):  # it may be the key, in the wrong place
        return _("is not shown: it must be {description}", description=SETTINGS[name].kind.words)
    if not is_text(_joined(value)):
        return _("is {value}: {fault}", value=_shown(value), fault=_(NO_TEXT))
    if fault["type"] == "too_long":
        limits = fault["ctx"]
        return _(
            "names {number} tests: there can be at most {most}",
            number=limits["actual_length"],
            most=limits["max_length"],
        )
    if fault["type"] == "value_error" and str(fault["ctx"]["error"]):
        return _("is {value}: {fault}", value=_shown(value), fault=str(fault["ctx"]["error"]))
    return _(
        "is {value}: it must be {description}", value=_shown(value), description=SETTINGS[name].kind.words
    )


def _shown(value: Any) -> str:
    """Return a wrong value as it was written, without a password in an address."""
    text = _joined(value)
    text = text.lower() if isinstance(value, bool) else text
    text = re.sub(r"^(postgres(?:ql)?://).*", r"\1…", text, flags=re.I | re.S)  # a typing error may be in it
    text = re.sub(r"//.*@", "//…@", text)
    return f"'{text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + '…'}'"


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _needs(command: Command, settings: Settings | None) -> dict[str, str]:
    """Return what a command needs under these settings, as `needed_by` does: a run that syncs needs more."""
    also = needed_by("sync") if settings is not None and settings.sync else {}
    return also | needed_by(command)


def _missing(origins: Origins, settings: Settings | None, command: Command) -> list[Problem]:
    return [
        Problem(f"{name}: {_(what)}. {_ways_to_say(name)}.", Fault.MISSING, name)
        for name, what in _needs(command, settings).items()
        if name not in origins or (settings is not None and not getattr(settings, name))
    ]


def _ways_to_say(name: str) -> str:
    if not SETTINGS[name].commands:
        return _("Write {name} into {file}; docs/whole_job.md shows how", name=name, file=SETTINGS_FILE)
    return _(
        "Give {flag}, or set {variable}, or write {name} into {file}",
        flag=flag(name),
        variable=variable(name),
        name=name,
        file=SETTINGS_FILE,
    )


def _secret(
    environ: Mapping[str, str], settings: Settings | None, origins: Origins, problems: list[Problem]
) -> SecretStr | None:
    """Look the secret key up; where other settings are wrong, as far as they can be told."""
    file = settings.secret_key_file if settings else origins.get("secret_key_file", Said(None, "")).value
    account_id = settings.account_id if settings else None
    try:
        secret = find_secret(environ, Path(str(file)) if file else None, account_id)
    except ValueError as error:
        problems.append(Problem(str(error)))
        return None
    if secret is None:
        words = _(
            "The secret key is missing. Set {variable}, or write secret_key_file (a file that holds "
            "it, readable only by you) into {file}, or store it in the system's keyring.",
            variable=VARIABLE,
            file=SETTINGS_FILE,
        )
        problems.append(Problem(words, Fault.MISSING))
    return SecretStr(secret) if secret else None
