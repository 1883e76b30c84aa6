"""The choices of one run: flags beat the environment, which beats the settings file, which beats defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulk_register.settings.as_typed import command_line, flags_of
    from bulk_register.settings.checked import is_this_machine
    from bulk_register.settings.declared import SAID, SETTINGS
    from bulk_register.settings.load import check_complete, load_settings, settings_of_run
    from bulk_register.settings.model import Settings
    from bulk_register.settings.profile_fields import ProfileField
    from bulk_register.settings.setting import Command
    from bulk_register.settings.sources import (
        ONLY_A_PERSON,
        first_given,
        flag,
        given_names,
        variable,
    )
    from bulk_register.settings.values import is_like_number
    from bulk_register.settings.when import When, parse_when

__all__ = [
    "ONLY_A_PERSON",
    "SAID",
    "SETTINGS",
    "Command",
    "ProfileField",
    "Settings",
    "When",
    "check_complete",
    "command_line",
    "first_given",
    "flag",
    "flags_of",
    "given_names",
    "is_like_number",
    "is_this_machine",
    "load_settings",
    "parse_when",
    "settings_of_run",
    "variable",
]

_FILES = {
    "ONLY_A_PERSON": "sources",
    "SAID": "declared",
    "SETTINGS": "declared",
    "Command": "setting",
    "ProfileField": "profile_fields",
    "Settings": "model",
    "When": "when",
    "check_complete": "load",
    "command_line": "as_typed",
    "first_given": "sources",
    "flag": "sources",
    "flags_of": "as_typed",
    "given_names": "sources",
    "is_like_number": "values",
    "is_this_machine": "checked",
    "load_settings": "load",
    "parse_when": "when",
    "settings_of_run": "load",
    "variable": "sources",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is used: pydantic takes longer than `--help` may."""
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_FILES[name]}"), name)
