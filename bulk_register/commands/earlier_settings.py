"""What the environment or an earlier settings file says already, for `init` to offer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bulk_register.commands.terminal.prompts import Prompter
from bulk_register.settings import first_given, flag
from bulk_register.settings.explain import explain, fault_of
from bulk_register.settings.secret import find_secret


class EarlierSettings:
    """The settings that are in force where `target` is the settings file."""

    def __init__(self, target: Path) -> None:
        self._said = {"config": target}

    def of(self, name: str) -> str:
        """Return what a setting is, "" for nothing."""
        return first_given(self._said, name)[0]

    def tests(self) -> tuple[str, ...]:
        """Return the tests that are named."""
        said = explain(self._said).fine().get("tests")
        named = said.value if said else ()
        return tuple(part.strip() for part in (named.split(",") if isinstance(named, str) else named))

    def answer(self, person: Prompter, name: str, said: str, question: str, last: str = "") -> str:
        """Return a setting as it was `said`, or as the person answers; offered is what it is, else `last`."""
        default = self.of(name)
        if not default or fault_of(name, default):
            default = last
        return person.choose(flag(name), said, question, default, partial(fault_of, name))

    def kept_secret(self, account_id: int) -> str:
        """Return the key that an earlier `init` has kept for this account, "" for none."""
        file = self.of("secret_key_file")
        if self.of("account_id") != str(account_id):
            return ""
        try:
            return find_secret({}, Path(file) if file else None, account_id) or ""
        except ValueError:  # it can't be read any more: it is asked for
            return ""
