"""The first settings, as `init` asks for them: the account, its key tried, then the exam; written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bulk_register.api import DEFAULT_URL
from bulk_register.commands.account import Key, trouble
from bulk_register.errors import SettingsError
from bulk_register.language import _
from bulk_register.output.delivery import write_text
from bulk_register.page.workspace import Workspace
from bulk_register.paths import config_folder
from bulk_register.settings import first_given
from bulk_register.settings.explain import fault_of
from bulk_register.settings.secret import find_secret
from bulk_register.settings.secret_store import store_in_file, store_in_keyring
from bulk_register.settings.settings_file import Choices, settings_text
from bulk_register.settings.zone import machine_zone
from bulk_register.startexam.health_check import check_health
from bulk_register.startexam.titles import titles_of

_ACCOUNT = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class AccountForm:
    """What the account's form shows; never the key."""

    account_id: str
    base_url: str
    key_is_kept: bool
    timezone: str

    @property
    def other_address(self) -> bool:
        """Whether StartExam is somewhere else than usual."""
        return self.base_url != DEFAULT_URL


def account_form(workspace: Workspace, typed: Mapping[str, str] | None = None) -> AccountForm:
    """Return the form with what was typed before, else with what is known already."""
    account_id, base_url, zone = first_given(workspace.flags(), "account_id", "base_url", "timezone")
    kept = bool(_kept(workspace, account_id))
    base_url = base_url or DEFAULT_URL
    if typed is not None:
        number, url = typed.get("account_id", "").strip(), typed.get("base_url", "").strip()
        account_id = number if _ACCOUNT.fullmatch(number) else ""  # else it may be the key
        base_url = base_url if fault_of("base_url", url) else url
    return AccountForm(account_id, base_url, kept, zone or machine_zone() or "")


def try_account(workspace: Workspace, form: Mapping[str, str]) -> None:
    """Try the key with one harmless request. Raises SettingsError with what is wrong."""
    number, url = form.get("account_id", "").strip(), form.get("base_url", "").strip() or DEFAULT_URL
    problems = []
    if not _ACCOUNT.fullmatch(number) or not int(number):  # it may be the key: it isn't repeated
        problems.append(_("The account number must be a number, digits only."))
    if wrong := fault_of("base_url", url):
        problems.append(_("The address of StartExam can't be used: {why}.", why=wrong))
    secret = form.get("secret_key", "").strip() or ("" if problems else _kept(workspace, number))
    if not secret:
        problems.append(_("Paste the secret key of the account."))
    if problems:
        raise SettingsError(problems)
    key = Key(int(number), secret, url.rstrip("/"))
    sight = check_health(key.connection())
    if sight.error is not None:
        raise SettingsError([trouble(sight, key.base_url)])
    workspace.account, workspace.tests = key, sight.tests


def write_settings(workspace: Workspace, form: Mapping[str, str]) -> None:
    """Keep the key, and write the settings file; one that is there is kept beside it."""
    key: Key | None = workspace.account
    if key is None:
        raise SettingsError([_("The account and its key come first.")])
    tests = [part for part in form.get("tests", "").split(",") if part]
    answers = {name: form.get(name, "").strip() for name in ("center", "valid_till", "timezone")}
    if days := form.get("days", "").strip():
        answers["valid_till"] = f"+{days}d"
    wrong = {name: fault_of(name, value) for name, value in answers.items() if value}
    problems = [
        _("{value} can't be used: {why}.", value=answers[name], why=why) for name, why in wrong.items() if why
    ]
    if not answers["center"]:
        problems.append(_("Fill in the center."))
    if not tests:
        problems.append(_("Choose a test."))
    if any(key.secret_key in value for value in answers.values()):
        problems = [_("One of the answers holds the secret key, which belongs into its own field only.")]
    if problems:
        raise SettingsError(problems)
    people = workspace.of_people()
    choices = Choices(
        key.account_id,
        answers["center"],
        list(zip(tests, titles_of(tests, workspace.tests or ()), strict=True)),
        answers["valid_till"] or "+10d",
        answers["timezone"],
        secret_key_file=_keep(key, workspace),
        base_url=key.base_url,
        employee_profile=people.employee_profile or "",
        fields=people.fields,
    )
    write_kept(settings_text(choices), workspace.config)
    workspace.account, workspace.exam = None, {}


def _kept(workspace: Workspace, account_id: str) -> str:
    """Return the key that is kept for this account already, "" for none."""
    file, known = first_given(workspace.flags(), "secret_key_file", "account_id")
    if not account_id or account_id != known:
        return ""
    try:
        return find_secret({}, Path(file) if file else None, int(account_id)) or ""
    except ValueError:  # it can't be read any more, or the number is none
        return ""


def _keep(key: Key, workspace: Workspace) -> str:
    """Put the key where `run` finds it; returns the file, "" for the keyring."""
    if key.secret_key == _kept(workspace, str(key.account_id)):
        return first_given(workspace.flags(), "secret_key_file")[0]
    if store_in_keyring(key.secret_key, key.account_id):
        return ""
    return str(store_in_file(key.secret_key, config_folder() / f"secret-key-{key.account_id}"))


def write_kept(text: str, target: Path) -> None:
    """Write the settings file; what was there is kept beside it. Raises SettingsError."""
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            target.with_name(f"{target.stem} (before){target.suffix}").write_bytes(target.read_bytes())
        write_text(text, target)
    except OSError as error:
        why = error.strerror or str(error)
        raise SettingsError(
            [_("The settings file {name} can't be written ({why}).", name=str(target), why=why)]
        ) from None
