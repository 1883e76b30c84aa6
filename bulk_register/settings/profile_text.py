"""A settings file's text with another profile of employees and other fields; all else stays as it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from bulk_register.errors import SettingsError
from bulk_register.language import _, every_language
from bulk_register.settings.profile_fields import ProfileField
from bulk_register.settings.settings_file import PROFILE_REMARKS, profile_lines

_PROFILE = re.compile(r"\s*employee_profile\s*=")
_TABLE = re.compile(r"\s*\[")
_FIELDS = re.compile(r"\s*\[\s*fields\s*\]")


def with_profile(text: str, profile: str, fields: Sequence[ProfileField]) -> str:
    """Return a settings file's text with this profile and these fields.

    Raises SettingsError where it is written in a way that only a person can change.
    """
    kept = _without(text.splitlines())
    first = next((at for at, line in enumerate(kept) if _TABLE.match(line)), len(kept))
    lines = profile_lines(profile, fields)
    table = lines.index("[fields]") - 2  # with its remark and the blank line before
    written = "\n".join([*kept[:first], *lines[:table], "", *kept[first:], *lines[table:]]).strip() + "\n"
    written = re.sub(r"\n{3,}", "\n\n", written)
    if not _same_but_for_profile(text, written, profile, fields):
        raise SettingsError(
            [
                _(
                    "This settings file can't be changed here. Write employee_profile and [fields] into it "
                    "yourself."
                )
            ]
        )
    return written


def _without(lines: Sequence[str]) -> list[str]:
    """Return the lines without the profile, the fields, and our own remarks on them."""
    remarks = {words for remark in PROFILE_REMARKS for words in every_language(remark)}
    kept, inside = [], False
    for line in lines:
        if _TABLE.match(line):
            inside = bool(_FIELDS.match(line))
        if not inside and not _PROFILE.match(line) and line not in remarks:
            kept.append(line)
    return kept


def _same_but_for_profile(before: str, after: str, profile: str, fields: Sequence[ProfileField]) -> bool:
    old, new = _parsed(before), _parsed(after)
    if old is None or new is None:
        return False
    said = new.pop("employee_profile", ""), new.pop("fields", {}).keys()
    old.pop("employee_profile", None)
    old.pop("fields", None)
    return old == new and said == (profile, {field.name for field in fields})


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
