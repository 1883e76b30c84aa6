"""All that was said becomes one run's settings, or one sentence for each thing that is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr, ValidationError

from bulk_register.errors import SettingsError
from bulk_register.language import N_, _
from bulk_register.settings.model import Settings, form_of
from bulk_register.settings.problems import Kind, Problem, is_unread
from bulk_register.settings.secret import VARIABLE, find_secret
from bulk_register.settings.sources import (
    FILE_NAME,
    Origins,
    Said,
    flag,
    from_environment,
    from_file,
    from_flags,
    variable,
    wrong_flags,
)
from bulk_register.settings.values import NO_TEXT, is_like_number, is_text

Command = Literal["run", "check", "tests", "ledger"]

_READING = frozenset(
    {"id_column", "sheet", "header_row", "no_header", "encoding", "delimiter", "skip_hidden", "max_size"}
    | {"strict", "output", "report", "language", "log_format", "quiet", "verbose", "timezone"}
    | {"allow_conflicts"}
)
_ASKING = frozenset(
    {"account_id", "secret_key_file", "base_url", "link_base", "ledger", "timezone", "timeout", "attempts"}
    | {"wait_first", "wait_max", "workers", "deadline", "max_rejected"}
    | {"language", "log_format", "quiet", "verbose"}
)
_USED: dict[Command, frozenset[str]] = {
    "run": frozenset(Settings.model_fields),
    "check": _READING | {"ledger"},  # which knows what this program wrote, and is no roster
    "tests": _ASKING,
    "ledger": _READING | _ASKING | {"yes"},
}
_ACCOUNT = N_("the number of your StartExam account is missing")
_NEEDED: dict[Command, dict[str, str]] = {
    "run": {
        "account_id": N_(
            "the number of your StartExam account is missing (to try without one, add --sandbox)"
        ),
        "center": N_("the center's unique name in StartExam is missing"),
        "tests": N_("the test's title or identifier is missing (bulk-register tests lists them)"),
        "valid_till": N_("until when the links work is missing, like 2026-12-01 or +10d"),
    },
    "check": {},
    "tests": {"account_id": _ACCOUNT},
    "ledger": {},
}

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
    environ = os.environ if environ is None else environ
    problems = wrong_flags(flags)
    origins = _origins(flags or {}, environ, folder or Path(), problems)
    sandbox = "sandbox" in origins and str(origins["sandbox"].value).strip().lower() in TRUE_WORDS
    if sandbox:
        for name in ("account_id", "secret_key_file", "base_url", "link_base"):
            origins.pop(name, None)
        origins.setdefault("valid_till", Said(SANDBOX_VALID_TILL, _("the sandbox's default")))
    used = {name: said for name, said in origins.items() if name in _USED[command]}
    settings = _validate(used, problems, now or datetime.now(UTC))
    secret = None
    if not sandbox and not any(map(is_unread, problems)):
        problems += _missing(used, settings, command)
        if command in ("run", "tests"):
            secret = _secret(environ, settings, used, problems)
    if problems or settings is None:
        unset = command == "run" and not origins and not any(map(is_unread, problems))
        raise SettingsError(problems, _(FIRST_STEPS, file=FILE_NAME) if unset else "")
    return settings.model_copy(update={"secret_key": secret})


def check_complete(settings: Settings) -> None:
    """Raise SettingsError where these settings aren't a run's: those of other commands lack some."""
    if not isinstance(settings, Settings):
        raise SettingsError([_("The settings must be what load_settings returns.")])
    needed = {"valid_till": _NEEDED["run"]["valid_till"]} if settings.sandbox else _NEEDED["run"]
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
    problems: list[str] = []
    try:
        settings = Settings.model_validate_json(stored, context={"now": datetime.now(UTC)})
    except ValidationError:
        raise SettingsError(
            [_("The settings of that run can't be read: another version of bulk-register made it. Use run.")]
        ) from None
    names = ("ledger", "report", "language", "log_format", "quiet", "verbose", "yes")
    kept = {name: getattr(current, name) for name in names}
    if current.secret_key_file:  # the key may have moved since
        kept["secret_key_file"] = current.secret_key_file
    settings = settings.model_copy(update=kept)
    if secret and not settings.sandbox:
        environ = os.environ if environ is None else environ
        settings = settings.model_copy(update={"secret_key": _secret(environ, settings, {}, problems)})
    if problems:
        raise SettingsError(problems)
    return settings


def first_given(flags: Mapping[str, Any], *names: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return what was said for these settings, unchecked, and "" for nothing: when settings can't be used."""
    origins = _origins(flags, os.environ if environ is None else environ, Path(), [])
    return [str(origins[name].value) if name in origins else "" for name in names]


def given_names(environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """Return what the settings file in the working folder and the environment say something of."""
    return frozenset(_origins({}, os.environ if environ is None else environ, Path(), []))


def _origins(
    flags: Mapping[str, Any], environ: Mapping[str, str], folder: Path, problems: list[str]
) -> Origins:
    """Return each setting as it was said where that counts most: flags, environment, settings file."""
    origins = from_file(flags, folder, problems) | from_environment(environ, problems)
    return origins | from_flags(flags)


def _validate(origins: Origins, problems: list[str], now: datetime) -> Settings | None:
    values = {name: said.value for name, said in origins.items()}
    try:
        return Settings.model_validate(values, context={"now": now})
    except ValidationError as error:
        faults = {str(fault["loc"][0]): fault for fault in reversed(error.errors())}
        for name in reversed(faults):
            said = origins.get(name, Said("", name))
            words = f"{said.place} {_fault_words(name, said.value, faults[name])}."
            problems.append(Problem(words, setting=name))
        return None


def _fault_words(name: str, value: Any, fault: Any) -> str:
    """Say what a value is and what it may be."""
    if name == "account_id" and not is_like_number(value):  # it may be the key, in the wrong place
        return _("is not shown: it must be {description}", description=form_of(name))
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
        "is {value}: it must be {description}",
        value=_shown(value),
        description=form_of(name),
    )


def _shown(value: Any) -> str:
    """Return a wrong value as it was written, without a password in an address."""
    text = _joined(value)
    text = text.lower() if isinstance(value, bool) else text
    text = re.sub(r"//.*@", "//…@", text)
    return f"'{text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + '…'}'"


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _missing(origins: Origins, settings: Settings | None, command: Command) -> list[Problem]:
    return [
        Problem(
            _(
                "{name}: {what}. Give {flag}, or set {variable}, or write {name} into {file}.",
                name=name,
                what=_(what),
                flag=flag(name),
                variable=variable(name),
                file=FILE_NAME,
            ),
            Kind.MISSING,
            name,
        )
        for name, what in _NEEDED[command].items()
        if name not in origins or (settings is not None and not getattr(settings, name))
    ]


def _secret(
    environ: Mapping[str, str], settings: Settings | None, origins: Origins, problems: list[str]
) -> SecretStr | None:
    """Look the secret key up; where other settings are wrong, as far as they can be told."""
    file = settings.secret_key_file if settings else origins.get("secret_key_file", Said(None, "")).value
    account_id = settings.account_id if settings else None
    try:
        secret = find_secret(environ, Path(str(file)) if file else None, account_id)
    except ValueError as error:
        problems.append(str(error))
        return None
    if secret is None:
        problems.append(
            _(
                "The secret key is missing. Set {variable}, or write secret_key_file (a file that holds "
                "it, readable only by you) into {file}, or store it in the system's keyring.",
                variable=VARIABLE,
                file=FILE_NAME,
            )
        )
    return SecretStr(secret) if secret else None
