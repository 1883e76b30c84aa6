"""`init`: questions before the first run, a settings file from the answers, the secret key in its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from bulk_register.api import DEFAULT_URL
from bulk_register.commands.account import Key, choose_tests, try_key
from bulk_register.commands.earlier_settings import EarlierSettings
from bulk_register.commands.profile_setup import choose_profile
from bulk_register.commands.terminal.console import print_note, print_result
from bulk_register.commands.terminal.prompts import (
    Prompter,
    ask_yes_no,
    can_ask,
    prompt_secret,
    read_secret_from_stdin,
)
from bulk_register.commands.terminal.signals import handle_signals
from bulk_register.commands.terminal.text import table
from bulk_register.errors import DeclinedError, InputError, OutputError, SettingsError
from bulk_register.language import _
from bulk_register.names import SETTINGS_FILE
from bulk_register.output.delivery import write_text
from bulk_register.output.destinations import check_writable
from bulk_register.paths import config_folder
from bulk_register.settings import command_line, variable
from bulk_register.settings.explain import fault_of
from bulk_register.settings.secret_store import store_in_file, store_in_keyring
from bulk_register.settings.settings_file import Choices, settings_text
from bulk_register.settings.zone import machine_zone

WINDOW = "+10d"


@dataclass(frozen=True)
class Given:
    """What was said on the command line; "" or None for nothing."""

    config: Path | None = None
    account_id: str = ""
    center: str = ""
    tests: Sequence[str] = ()
    valid_till: str = ""
    timezone: str = ""
    base_url: str = ""
    secret_file: Path | None = None
    secret_from_stdin: bool = False
    roster: Path | None = None  # from whose columns new hires are added to StartExam
    employee_profile: str = ""
    yes: bool = False


def init(given: Given) -> int:
    """Ask, try the key, and write the settings file; returns 0."""
    person = Prompter(can_ask() and not given.yes and not given.secret_from_stdin)
    with handle_signals():
        target = (given.config or Path(SETTINGS_FILE)).absolute()
        aside_first = _may_write(target, person, given)
        choices, key, tried = _choices(given, target, person)
        if given.roster:
            person = replace(person, secret=key.secret_key)
            found = choose_profile(given.roster, given.employee_profile, key, person)
            choices = replace(choices, employee_profile=found.profile, fields=found.fields)
        choices, place = _keep(choices, key, given.secret_file)
        _write(settings_text(choices), target, keep=aside_first)
    print_result("\n".join(_end_lines(target, place, tried=tried)))
    return 0


def _may_write(target: Path, person: Prompter, given: Given) -> bool:
    """Return whether a file is there that is to be kept aside; raises where it may not be replaced."""
    if not target.parent.is_dir():
        raise InputError(
            _(
                "The folder {parent} doesn't exist. Make it, or name another with --config.",
                parent=target.parent,
            )
        )
    check_writable(target, _("settings file"), "--config")
    if not target.exists():
        return False
    if not person.asked and not given.yes:
        raise InputError(
            _(
                "There is a settings file already: {target}. Say --yes to write a new one; the old one is "
                "kept under another name.",
                target=target,
            )
        )
    question = _(
        "There is a settings file already: {target}. Write a new one? The old one is kept under another name",
        target=target,
    )
    if person.asked and not ask_yes_no(question):
        raise DeclinedError(_("Nothing was written."))
    return True


def _choices(given: Given, target: Path, person: Prompter) -> tuple[Choices, Key, bool]:
    """Return all answers, the key, and whether StartExam has accepted it."""
    earlier = EarlierSettings(target)
    _refuse_missing(given, person, earlier)
    if person.asked:
        print_note(
            _(
                "A few questions, then {target} is written. Enter takes what stands in brackets; Ctrl-C "
                "stops.",
                target=target,
            )
        )
    ask = partial(earlier.answer, person)
    base_url = given.base_url or earlier.of("base_url") or DEFAULT_URL
    if wrong := fault_of("base_url", base_url):
        raise SettingsError([_("--base-url is '{base_url}': {wrong}.", base_url=base_url, wrong=wrong)])
    number = int(ask("account_id", given.account_id, _("Number of your StartExam account")))
    kept = earlier.kept_secret(number)
    key, tests = try_key(Key(number, _secret(given, kept), base_url.rstrip("/")), person)
    person = replace(person, secret=key.secret_key)
    ask = partial(earlier.answer, person)
    choices = Choices(
        key.account_id,
        ask("center", given.center, _("Center (its unique name in StartExam)")),
        choose_tests(given.tests, tests, person, earlier.tests()),
        ask(
            "valid_till",
            given.valid_till,
            _("Until when do links work? Days from each run (+10d), or a day"),
            WINDOW,
        ),
        _zone(given.timezone, person, earlier),
        secret_key_file=earlier.of("secret_key_file") if key.secret_key == kept else "",
        base_url=key.base_url,
    )
    return choices, key, tests is not None


def _refuse_missing(given: Given, person: Prompter, earlier: EarlierSettings) -> None:
    """Name everything at once that a script has left out."""
    said = {
        "--account-id": given.account_id or earlier.of("account_id"),
        "--center": given.center or earlier.of("center"),
        "--test": " ".join(given.tests or earlier.tests()),
    }
    missing = [name for name, value in said.items() if not value]
    if missing and not person.asked:
        named = ", ".join(missing)
        raise InputError(
            _("Nothing can be asked here (--yes was given). Give {missing} as well.", missing=named)
            if given.yes
            else _(
                "Nothing can be asked here (there is no terminal to ask at). Give {missing} as well.",
                missing=named,
            )
        )


def _zone(said: str, person: Prompter, earlier: EarlierSettings) -> str:
    """Return a time zone; "" for that of the computer, where its name can't be told."""
    default = earlier.of("timezone") or machine_zone() or ""
    if not (said or default or person.asked):
        return ""
    if not said and not default:
        question = _("Time zone, like Europe/Berlin (or: this computer's)")
        answer = person.choose("--timezone", "", question, _("this computer's"), _zone_fault)
        return "" if answer == _("this computer's") else answer
    return person.choose("--timezone", said, _("Time zone"), default, partial(fault_of, "timezone"))


def _zone_fault(text: str) -> str:
    return "" if text == _("this computer's") else fault_of("timezone", text)


def _secret(given: Given, kept: str) -> str:
    if given.secret_from_stdin:
        return read_secret_from_stdin()
    if told := os.environ.get(variable("secret_key"), "").strip():
        return told
    if not kept:
        return prompt_secret(_("Secret key of the account (it is not shown while you type or paste it)"))
    if given.yes or not can_ask():
        return kept
    return (
        prompt_secret(_("Secret key (it is not shown; Enter alone: the one that is kept)"), optional=True)
        or kept
    )


def _keep(choices: Choices, key: Key, named: Path | None) -> tuple[Choices, str]:
    """Put the key into the keyring, or into a file; returns the choices with its place, and words for it."""
    if choices.secret_key_file and not named:
        return choices, _("in the file {secret_key_file}, as before", secret_key_file=choices.secret_key_file)
    if not named and store_in_keyring(key.secret_key, key.account_id):
        return choices, _("in this computer's keyring")
    file = named or config_folder() / f"secret-key-{key.account_id}"
    stored = store_in_file(key.secret_key, file)
    fields = choices.__dict__ | {"secret_key_file": str(stored)}
    return Choices(**fields), _("in the file {stored}, which only you can read", stored=stored)


def _write(text: str, target: Path, *, keep: bool) -> None:
    try:
        if keep:
            stamp = datetime.now().strftime("%Y-%m-%d %H%M%S")
            target.with_name(f"{target.stem} (before {stamp}){target.suffix}").write_bytes(
                target.read_bytes()
            )
        write_text(text, target)
    except OSError as error:
        raise OutputError(
            _(
                "The settings file {target} can't be written ({strerror}). Name another with --config.",
                target=target,
                strerror=error.strerror,
            )
        ) from None


def _end_lines(target: Path, place: str, *, tried: bool) -> list[str]:
    usual = target.name == SETTINGS_FILE and target.parent == Path.cwd()
    config = "" if usual else f" {command_line(['-c', str(target)])}"
    following = [
        ("bulk-register template roster.xlsx", _("an empty roster, to fill in")),
        ("bulk-register check roster.xlsx", _("shows what is understood; sends nothing")),
        (f"bulk-register run roster.xlsx{config}", _("asks you, then registers everybody")),
    ]
    return [
        _("StartExam accepts the account and its key.")
        if tried
        else _("The key has not been tried with StartExam."),
        _("The secret key is {place}.", place=place),
        _("Written: {path}", path=target),
        "",
        _("Next:"),
        *(f"  {line}" for line in table(following).splitlines()),
        "",
        _("To add new hires to StartExam from a roster as well: bulk-register init --roster roster.xlsx"),
    ]
