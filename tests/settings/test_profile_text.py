"""The profile and its fields in a settings file that somebody may have changed by hand."""

from __future__ import annotations

import tomllib

import pytest

from bulk_register.errors import SettingsError
from bulk_register.settings import ProfileField
from bulk_register.settings.profile_text import with_profile
from bulk_register.settings.settings_file import Choices, settings_text

PROFILE = "7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a01"
FIELDS = (ProfileField("First Name", ("Given name", "Middle name")), ProfileField("Site", value="Riga"))


def test_everything_else_stays_and_a_second_time_changes_nothing() -> None:
    text = settings_text(Choices(123, "center", [("a", "A")], "+10d"))
    text += "workers = 2  # mine\n[profile.night]\nquiet = true\n"
    text += '[fields]\n"Old" = "x"\n[profile.day]\nquiet = false\n'
    written = with_profile(text, PROFILE, FIELDS)
    table = tomllib.loads(written)
    assert table["fields"] == {"First Name": ["Given name", "Middle name"], "Site": {"value": "Riga"}}
    assert table["employee_profile"] == PROFILE
    assert table["profile"] == {"night": {"quiet": True}, "day": {"quiet": False}}
    assert "workers = 2  # mine" in written
    assert with_profile(written, PROFILE, FIELDS) == written


def test_an_empty_file_gets_them() -> None:
    assert tomllib.loads(with_profile("", PROFILE, FIELDS[:1]))["employee_profile"] == PROFILE


@pytest.mark.parametrize("text", ['fields = {"Old" = "x"}\n', 'fields."Old" = "x"\n', "broken =\n"])
def test_what_only_a_person_can_change_is_left_to_them(text: str) -> None:
    with pytest.raises(SettingsError, match="can't be changed here"):
        with_profile(text, PROFILE, FIELDS)
