"""A settings file with comments, from what somebody chose."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bulk_register.api import DEFAULT_URL
from bulk_register.language import N_, _
from bulk_register.settings.profile_fields import ProfileField

PROFILE_REMARKS = (
    N_("# The profile of employees in StartExam, for sync and run --sync."),
    N_("# Its fields, as StartExam calls them, and the roster's columns that they come from."),
)


@dataclass(frozen=True)
class Choices:
    """What a settings file says, so that `run ROSTER` needs no flags."""

    account_id: int
    center: str
    tests: Sequence[tuple[str, str]]  # identifier (or title) and, where it is known, the title
    valid_till: str
    timezone: str = ""  # "": that of whichever computer it is
    secret_key_file: str = ""  # "": the key is in the system's keyring
    base_url: str = DEFAULT_URL
    employee_profile: str = ""  # "": new hires aren't added to StartExam
    fields: Sequence[ProfileField] = ()


def settings_text(choices: Choices) -> str:
    """Return the settings file as TOML."""
    lines = [
        _("# Settings for bulk-register, which reads them when it is started in this folder."),
        _("# Change what you like; bulk-register doctor tells whether all is well."),
        _("# What you say on the command line counts more than what stands here."),
        "",
        _("# The number of the StartExam account."),
        f"account_id = {choices.account_id}",
        "",
        *_secret_lines(choices.secret_key_file),
        "",
        _("# The center's unique name in StartExam."),
        f"center = {toml_text(choices.center)}",
        "",
        _("# The test, or several. bulk-register tests lists them all."),
        *_test_lines(choices.tests),
        "",
        _("# Until when exam links work: +10d (ten days from each run), +12h, or a day like 2026-12-20."),
        f"valid_till = {toml_text(choices.valid_till)}",
        "",
        *_zone_lines(choices.timezone),
    ]
    if choices.base_url != DEFAULT_URL:
        lines += [
            "",
            _("# Where StartExam is."),
            f"base_url = {toml_text(choices.base_url)}",
        ]
    lines += profile_lines(choices.employee_profile, choices.fields) if choices.employee_profile else []
    return "\n".join(lines) + "\n"


def profile_lines(profile: str, fields: Sequence[ProfileField]) -> list[str]:
    """Return what comes last: what stands below the head of a table belongs to it."""
    of_profile, of_fields = map(_, PROFILE_REMARKS)
    return [
        "",
        of_profile,
        f"employee_profile = {toml_text(profile)}",
        "",
        of_fields,
        "[fields]",
        *(f"{toml_text(one.name)} = {_source(one)}" for one in fields),
    ]


def _source(field: ProfileField) -> str:
    if not field.headers:
        return f"{{value = {toml_text(field.value)}}}"
    texts = list(map(toml_text, field.headers))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def toml_text(text: str) -> str:
    """Return a text as TOML writes it: with backslashes, as Windows paths have, in single quotes."""
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _secret_lines(file: str) -> list[str]:
    if not file:
        return [_("# The secret key is in this computer's keyring. It never stands in this file.")]
    return [
        _("# The file that holds the secret key, readable by its owner alone. The key never stands here."),
        f"secret_key_file = {toml_text(file)}",
    ]


def _test_lines(tests: Sequence[tuple[str, str]]) -> list[str]:
    lines = [
        f"  {toml_text(test)}," + (f"  # {' '.join(title.split())}" if title else "") for test, title in tests
    ]
    return ["tests = [", *lines, "]"]


def _zone_lines(zone: str) -> list[str]:
    if not zone:
        return [
            _("# The time zone of times, this computer's unless it is named here:"),
            '# timezone = "Europe/Berlin"',
        ]
    return [_("# The time zone of times, also of those in the spreadsheet."), f"timezone = {toml_text(zone)}"]
