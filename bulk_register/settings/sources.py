"""Where settings are said: the settings file with its profiles, and the environment."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from bulk_register.errors import SettingsError
from bulk_register.language import _
from bulk_register.names import SETTINGS_FILE, VARIABLE_PREFIX
from bulk_register.settings.declared import SAID, SETTINGS
from bulk_register.settings.problem import Fault, Problem
from bulk_register.settings.secret import VARIABLE
from bulk_register.settings.values import PATH, at_home

ONLY_A_PERSON = frozenset(name for name, setting in SAID.items() if setting.personal)
_NEVER_SAID = "secret_key"  # the key is no setting: it is found in its own places


class Said(NamedTuple):
    """A setting's value and the place where it was said, as a person calls it."""

    value: Any
    place: str
    file: str = ""  # the settings file, with the profile


Origins = dict[str, Said]


def flag(name: str) -> str:
    """Return a setting's flag as a person types it."""
    return SAID[name].flag


def variable(name: str) -> str:
    """Return a setting's environment variable."""
    return VARIABLE if name == _NEVER_SAID else SAID[name].variable


def find_origins(
    flags: Mapping[str, Any],
    problems: list[Problem],
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Origins:
    """Return each setting as it was said where that counts most: flags, environment, settings file."""
    environ = os.environ if environ is None else environ
    origins = from_file(flags, folder or Path(), problems) | from_environment(environ, problems)
    return origins | from_flags(flags)


def first_given(flags: Mapping[str, Any], *names: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return what was said for these settings, unchecked, and "" for nothing: when settings can't be used."""
    origins = find_origins(flags, [], environ)
    return [str(origins[name].value) if name in origins else "" for name in names]


def given_names(environ: Mapping[str, str] | None = None) -> frozenset[str]:
    """Return what the settings file in the working folder and the environment say something of."""
    return frozenset(find_origins({}, [], environ))


def from_environment(environ: Mapping[str, str], problems: list[Problem]) -> Origins:
    """Return what the environment says; a variable that nearly is one of ours is a problem."""
    ours = {setting.variable: name for name, setting in SETTINGS.items() if not setting.personal}
    ours[VARIABLE] = _NEVER_SAID
    origins: Origins = {}
    for place, value in environ.items():
        if not value.strip():
            continue
        if ours.get(place, _NEVER_SAID) != _NEVER_SAID:
            origins[ours[place]] = Said(value, place)
        elif place.startswith(VARIABLE_PREFIX) and (wrong := _wrong_variable(place, ours)):
            problems.append(
                Problem(_("{place} is set in the environment, but {wrong}.", place=place, wrong=wrong))
            )
    return origins


def _wrong_variable(place: str, ours: Iterable[str]) -> str:
    name = place.removeprefix(VARIABLE_PREFIX).lower()
    if name in ONLY_A_PERSON:
        return _("this is only said on the command line, each time: {flag}", flag=flag(name))
    if name == _NEVER_SAID or (name in SETTINGS and SETTINGS[name].environment):
        return _("the name is {name}", name=variable(name))
    near = difflib.get_close_matches(place, list(ours), 1, cutoff=0.85)
    return _("there is no such setting; did you mean {name}", name=near[0]) if near else ""


def wrong_flags(flags: Any) -> list[Problem]:
    """Return what is wrong with the names of what was said; programs can mistype them as files can."""
    if not isinstance(flags, Mapping | None):
        raise SettingsError([_('Settings are said by their names, like {"valid_till": "+10d"}.')])
    unknown = [name for name in flags or () if name not in {*SAID, _NEVER_SAID}]
    problems = [f"{name}: {_wrong_key(str(name))}." for name in unknown]
    if flags and flags.get(_NEVER_SAID):
        problems.append(
            _(
                "secret_key: it is taken from {variable} (of `environ`) or secret_key_file only.",
                variable=VARIABLE,
            )
        )
    return [Problem(words) for words in problems]


def from_flags(flags: Mapping[str, Any]) -> Origins:
    """Return what was said on the command line, or by a program."""
    said = {name: value for name, value in flags.items() if _is_said(value)}
    return {name: Said(_plain(said[name]), flag(name)) for name in said if name in SETTINGS}


def _is_said(value: Any) -> bool:
    return value is not None and not (isinstance(value, list | tuple) and not value)


def _plain(value: Any) -> Any:
    """Return a moment or a day as text; a moment to the second, in UTC where it has a time zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def from_file(said: Mapping[str, Any], folder: Path, problems: list[Problem]) -> Origins:
    """Return what the settings file says: `config` of `said`, or `bulk_register.toml` in `folder`."""
    named, profile = said.get("config"), said.get("profile")
    try:
        path = at_home(Path(named)) if named else folder / SETTINGS_FILE
    except TypeError:
        problems.append(
            _unread(
                _("The settings file {file} can't be read (config must be {form}).", file=named, form=_(PATH))
            )
        )
        return {}
    except ValueError as error:
        problems.append(
            _unread(_("The settings file {file} can't be read ({reason}).", file=named, reason=error))
        )
        return {}
    if not named and not os.path.exists(path):  # noqa: PTH110 - unlike Path's, False where we may not look
        if profile:
            words = _(
                "--profile {profile}: there is no settings file {file} in {folder}. Name it with --config.",
                profile=profile,
                file=SETTINGS_FILE,
                folder=folder.resolve(),
            )
            problems.append(Problem(words))
        return {}
    content = _content(path, problems)
    return {} if content is None else _tables(content, str(path), profile, problems)


def _content(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problems.append(
            _unread(_("The settings file {file} can't be read ({reason}).", file=path, reason=error.strerror))
        )
    except UnicodeDecodeError:
        problems.append(
            _unread(_("The settings file {file} is not in UTF-8. Save it again as UTF-8 text.", file=path))
        )
    except tomllib.TOMLDecodeError as error:
        backslash = "escape" in str(error) or "hex" in str(error)
        hint = _(" Write Windows paths in single quotes.") if backslash else ""
        if "value" in str(error) and not backslash:
            hint = _(' Text stands in quotes, like center = "my-center".')
        words = _("The settings file {file} can't be understood: {reason}.", file=path, reason=error)
        problems.append(_unread(words + hint))
    return None


def _unread(words: str) -> Problem:
    return Problem(words, Fault.UNREAD)


def _tables(content: dict[str, Any], path: str, profile: str | None, problems: list[Problem]) -> Origins:
    profiles = content.pop("profile", {})
    if not isinstance(profiles, dict) or not all(isinstance(table, dict) for table in profiles.values()):
        problems.append(
            Problem(_("profile in {path}: profiles are tables, like [profile.nightly].", path=path))
        )
        return {}
    origins = _keys(content, path, problems)
    for name, table in profiles.items():
        found = _keys(table, _("{file}, profile {profile}", file=path, profile=name), problems)
        if name == profile:
            origins |= found
    if profile and profile not in profiles:
        words = (
            _(
                "--profile {profile}: {file} has no such profile. It has {profiles}.",
                profile=profile,
                file=path,
                profiles=", ".join(profiles),
            )
            if profiles
            else _(
                "--profile {profile}: {file} has no such profile. It has no profiles.",
                profile=profile,
                file=path,
            )
        )
        problems.append(Problem(words))
    return origins


def _keys(table: dict[str, Any], file: str, problems: list[Problem]) -> Origins:
    origins: Origins = {}
    for name, value in table.items():
        place = _("{name} in {file}", name=name, file=file)
        if wrong := _wrong_key(name):
            problems.append(Problem(f"{place}: {wrong}."))
        else:
            origins[name] = Said(_plain(value), place, file)
    return origins


def _wrong_key(name: str) -> str:
    if name == _NEVER_SAID:
        return _(
            "the secret key never stands in the settings file; use {variable} or secret_key_file",
            variable=VARIABLE,
        )
    if name in ONLY_A_PERSON:
        return _("this is only said on the command line, each time: {flag}", flag=flag(name))
    if name in SETTINGS:
        return ""
    near = difflib.get_close_matches(name.replace("-", "_"), list(SETTINGS), 1)
    if near:
        return _("there is no such setting (did you mean {name}?)", name=near[0])
    return _("there is no such setting")
