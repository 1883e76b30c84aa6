"""Which settings hold on the page: what its command line said, and the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bulk_register.errors import BulkRegisterError
from bulk_register.names import SETTINGS_FILE
from bulk_register.paths import config_folder
from bulk_register.settings import Settings, load_settings
from bulk_register.settings.explain import explain


class PageSettings:
    """The settings, read anew each time: the person may change them in between."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.sandbox = bool(said.get("sandbox"))
        self._said = dict(said)

    @property
    def config(self) -> Path:
        """The settings file: the one that was named, that of the working folder, or the user's own."""
        if named := self._said.get("config"):
            return Path(named).absolute()
        here = Path(SETTINGS_FILE).absolute()
        return here if here.exists() else config_folder() / SETTINGS_FILE

    def flags(self) -> dict[str, Any]:
        """Return what every command of this page is told."""
        return self._said | ({"config": self.config} if self.config.exists() else {})

    def asking(self) -> Settings:
        """Return the settings with account and secret key. Raises SettingsError where they lack."""
        return load_settings(self.flags(), command="tests")

    def ledger_settings(self) -> Settings:
        """Return the settings for what only the ledger is needed for."""
        return load_settings(self.flags(), command="ledger")

    def of_people(self) -> Settings:
        """Return the profile of employees and its fields, as far as they can be used, and nothing else."""
        fine = explain(self.flags(), command="sync").fine()
        names = ("employee_profile", "fields")
        return Settings.model_validate({name: fine[name].value for name in names if name in fine})

    def needs_account(self) -> bool:
        """Tell whether the first settings are to be made."""
        if self.sandbox:
            return False
        try:
            self.asking()
        except BulkRegisterError:
            return True
        return False
