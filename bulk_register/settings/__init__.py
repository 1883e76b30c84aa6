"""The choices of one run: flags beat the environment, which beats the settings file, which beats defaults."""

from bulk_register.settings.command_line import command_line, flags_of
from bulk_register.settings.load import (
    Command,
    check_complete,
    first_given,
    given_names,
    load_settings,
    settings_of_run,
)
from bulk_register.settings.model import Settings, is_this_machine
from bulk_register.settings.sources import FILE_NAME as SETTINGS_FILE
from bulk_register.settings.sources import ONLY_A_PERSON, flag, variable
from bulk_register.settings.values import is_like_number
from bulk_register.settings.when import When, parse_when

__all__ = [
    "ONLY_A_PERSON",
    "SETTINGS_FILE",
    "Command",
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
