"""Every setting, declared once: add one to a class here, and use it in its room.

Its flags, its names in the settings file and the environment, its checks, its messages and `docs/cli.md`
follow. The order within a group is that of `--help`. A time zone stands before the times that are in it.
"""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import get_args

from bulk_register.settings.declared.account import AccountSettings, SettingsFile
from bulk_register.settings.declared.exam import ExamSettings
from bulk_register.settings.declared.people import PeopleSettings
from bulk_register.settings.declared.roster import RosterSettings
from bulk_register.settings.declared.sending import TOLERABLE, SendingSettings
from bulk_register.settings.setting import Setting

__all__ = ["SAID", "SETTINGS", "TOLERABLE", "Declared"]


class Declared(AccountSettings, ExamSettings, RosterSettings, PeopleSettings, SendingSettings):
    """All settings but the secret key, which is found and never said."""


def _settings_of(*classes: type) -> dict[str, Setting]:
    """Return by its name each setting of these classes, with the type and the default that it has there."""
    found = {}
    for one in classes:
        for name, hint in inspect.get_annotations(one).items():
            kind_of_value, setting = get_args(hint)
            found[name] = replace(setting, name=name, type=kind_of_value, default=getattr(one, name))
    return found


SETTINGS = _settings_of(AccountSettings, ExamSettings, RosterSettings, PeopleSettings, SendingSettings)
SAID = _settings_of(SettingsFile) | SETTINGS  # what a command line says: where the file is, too
