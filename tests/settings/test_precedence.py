from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bulk_register.errors import SettingsError
from bulk_register.settings import ONLY_A_PERSON, Settings, load_settings, settings_of_run, variable

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GUIDS = [f"7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a{number:02d}" for number in range(20)]
NEEDED = {"STARTEXAM_SECRET_KEY": "key"}

# For each setting: what the file says, its profile, the environment, and the flag; all different.
SAID: dict[str, tuple[Any, Any, str, Any]] = {
    "id_column": ("A", "B", "C", "D"),
    "person_columns": (["A"], ["A", "B"], "C,D", ["E"]),
    "sheet": ("one", "two", "three", "four"),
    "header_row": (2, 3, "4", "5"),
    "encoding": ("utf-8", "cp1251", "cp1252", "latin-1"),
    "delimiter": ("comma", "semicolon", "tab", "pipe"),
    "max_size": ("1MB", "2MB", "3MB", "4MB"),
    "output": ("1.xlsx", "2.xlsx", "3.xlsx", "4.xlsx"),
    "report": ("1.json", "2.json", "3.json", "4.json"),
    "metrics": ("1.prom", "2.prom", "3.prom", "4.prom"),
    "on_failure": ("mail 1", "mail 2", "mail 3", "mail 4"),
    "account_id": (1, 2, "3", "4"),
    "secret_key_file": ("1", "2", "3", None),
    "base_url": ("https://a.example", "https://b.example", "https://c.example", "https://d.example"),
    "link_base": ("https://a.example", "https://b.example", "https://c.example", None),
    "ledger": ("1.db", "2.db", "3.db", "4.db"),
    "center": ("one", "two", "three", "four"),
    "tests": ([GUIDS[0]], [GUIDS[1]], f"{GUIDS[2]},{GUIDS[3]}", [GUIDS[4]]),
    "timezone": ("Europe/Berlin", "Europe/Paris", "Asia/Tokyo", "UTC"),
    "valid_from": ("2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"),
    "valid_till": ("2027-01-01", "2027-01-02", "2027-01-03", "+10d"),
    "proctoring_parameters": ({"A": "1"}, ["B=2"], "C=3,D=4", ["E=5"]),
    "batch_size": (1, 2, "3", "4"),
    "workers": (1, 2, "3", "5"),
    "attempts": (1, 2, "3", "4"),
    "timeout": (1, 2.5, "3m", "4"),
    "wait_first": (2, 3, "4", None),
    "wait_max": (1, 2, "3", None),
    "deadline": ("1h", "2h", "3h", "4h"),
    "max_rejected": (1, 2, "3", "4"),
    "min_rows": (1, 2, "3", "4"),
    "max_new": (1, 2, "3", "4"),
    "max_missing": (1, 2.5, "3%", "4"),
    "newer_than": ("1h", "2h", "26h", "3d"),
    "tolerate": (["invalid"], ["rejected"], "expired,unknown", ["conflict"]),
    "ending_days": (1, 2, "3", "4"),
    "only_new": ("1.xlsx", "2.xlsx", "3.xlsx", "4.xlsx"),
    "language": ("ru", "en", "ru", "en"),
    "employee_profile": (GUIDS[0], GUIDS[1], GUIDS[2], GUIDS[3]),
    "fields": ({"Name": "A"}, {"Name": ["A", "B"]}, "Name=C", None),
    "renew_expired": (True, False, "true", False),
    "sync": (True, False, "true", False),
    "log_format": ("json", "text", "json", "text"),
    **dict.fromkeys(
        ("no_header", "skip_hidden", "strict", "escape_formulas", "quiet", "verbose", "proctoring"),
        (True, False, "true", False),
    ),
    "allow_conflicts": (True, False, "yes", False),
}


def load(flags: dict[str, Any], environ: dict[str, str], folder: Path) -> Settings:
    needed = {"account_id": 9, "center": "c", "tests": [GUIDS[9]], "valid_till": "+1d"}
    needed |= {"employee_profile": GUIDS[9], "fields": {"Name": "A"}}
    said = "".join(environ) + (folder / "bulk_register.toml").read_text()
    extra = {name: value for name, value in needed.items() if name not in said and variable(name) not in said}
    return load_settings(extra | flags, environ=NEEDED | environ, folder=folder, now=NOW)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(item)}" for name, item in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_every_setting_is_tried() -> None:
    assert SAID.keys() == Settings.model_fields.keys() - ONLY_A_PERSON - {"secret_key"}


@pytest.mark.parametrize("name", SAID)
def test_flags_beat_the_environment_beats_the_profile_beats_the_file(name: str, tmp_path: Path) -> None:
    in_file, in_profile, in_environment, by_flag = SAID[name]
    file = tmp_path / "bulk_register.toml"
    file.write_text(f"{name} = {toml(in_file)}\n[profile.night]\n{name} = {toml(in_profile)}\n")
    environ = {variable(name): in_environment}
    flags = {} if by_flag is None else {name: by_flag}

    def value(flags: dict[str, Any], environ: dict[str, str]) -> Any:
        return getattr(load(flags, environ, tmp_path), name)

    default = Settings.model_fields[name].default
    found = [
        value({}, {}),
        value({"profile": "night"}, {}),
        value({"profile": "night"}, environ),
        value({"profile": "night"} | flags, environ),
    ]
    assert found[0] not in (default, found[1])
    assert found[1] != found[2]
    assert found[2] != found[3] or by_flag is None
    assert found[3] == (value(flags, {}) if flags else found[2])


def test_empty_variables_and_flags_that_were_not_given_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "bulk_register.toml").write_text("center = 'north'\nworkers = 7\n")
    flags = {"center": None, "tests": [GUIDS[0]]}
    settings = load(flags, {"BULK_REGISTER_CENTER": " ", "BULK_REGISTER_WORKERS": ""}, tmp_path)
    assert (settings.center, settings.workers) == ("north", 7)


def test_defaults_are_those_that_are_promised() -> None:
    flags: dict[str, object] = {"account_id": "1", "center": "c", "tests": [GUIDS[0]], "valid_till": "+1d"}
    settings = load_settings(flags, environ=NEEDED, folder=Path("/nowhere"), now=NOW)
    assert settings.batch_size == 500
    assert settings.workers == 4
    assert settings.attempts == 6
    assert settings.timeout == 60
    assert settings.max_rejected == 50
    assert (settings.wait_first, settings.wait_max) == (1, 60)
    assert settings.link_base == "https://go.startexam.com"
    assert settings.valid_from is not None
    assert settings.valid_from.moment == NOW


def test_the_sandbox_needs_no_account_and_takes_none(tmp_path: Path) -> None:
    (tmp_path / "bulk_register.toml").write_text("account_id = 5\nlink_base = 'https://x.example'\n")
    settings = load_settings({"sandbox": True}, environ={}, folder=tmp_path, now=NOW)
    assert settings.account_id is None
    assert settings.valid_till is not None
    assert (settings.valid_till.moment - NOW).days == 10


def test_a_wrong_exam_does_not_keep_check_from_working(tmp_path: Path) -> None:
    (tmp_path / "bulk_register.toml").write_text("valid_till = 2020-01-01\nsheet = 'Staff'\n")
    assert load_settings(command="check", environ={}, folder=tmp_path, now=NOW).sheet == "Staff"


def test_an_earlier_run_gets_its_own_settings_back_but_never_from_them_the_secret_key() -> None:
    flags: dict[str, object] = {
        "account_id": "1",
        "center": "c",
        "tests": [GUIDS[0]],
        "valid_till": "+1d",
        "batch_size": "7",
    }
    flags |= {"proctoring": True, "proctoring_parameters": ["Type=Offline"], "secret_key_file": "key"}
    environ = {"STARTEXAM_SECRET_KEY": "qwertz"}
    settings = load_settings(flags, environ=environ, folder=Path("/nowhere"))
    stored = Settings.model_validate(settings).model_copy().for_rerun()
    assert "qwertz" not in str(stored)
    assert Path(stored["secret_key_file"]).is_absolute()
    now = load_settings({"ledger": "l.db"}, command="ledger", environ={}, folder=Path("/nowhere"))
    again = settings_of_run(json.dumps(stored), now, environ={"STARTEXAM_SECRET_KEY": "new"})
    assert again.secret_key is not None
    assert again.secret_key.get_secret_value() == "new"
    assert (again.batch_size, again.proctoring_parameters) == (7, (("Type", "Offline"),))
    assert (again.valid_till, again.ledger) == (settings.valid_till, Path("l.db"))


def test_an_earlier_run_gets_its_own_fields_back() -> None:
    said = {"First Name": "Name", "Last Name": ["Surname", "Suffix"], "Department": {"value": "HR"}}
    flags = {"sandbox": True, "sync": True, "employee_profile": GUIDS[0].upper(), "fields": said}
    settings = load_settings(flags, environ={}, folder=Path("/nowhere"))
    again = settings_of_run(json.dumps(settings.for_rerun()), load_settings({}, command="ledger", environ={}))
    assert (again.sync, again.employee_profile) == (True, GUIDS[0])
    assert again.fields == settings.fields
    assert [(one.name, one.headers, one.value) for one in again.fields] == [
        ("First Name", ("Name",), ""),
        ("Last Name", ("Surname", "Suffix"), ""),
        ("Department", (), "HR"),
    ]


def test_a_run_that_syncs_needs_a_profile_and_fields() -> None:
    flags = {"account_id": 1, "center": "c", "tests": [GUIDS[0]], "valid_till": "+1d"}
    load_settings(flags, environ=NEEDED, folder=Path("/nowhere"))
    with pytest.raises(SettingsError) as caught:
        load_settings(flags | {"sync": True}, environ=NEEDED, folder=Path("/nowhere"))
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["employee_profile", "fields"]
    assert "--employee-profile" in caught.value.problems[0]
    assert "--fields" not in caught.value.problems[1]


def test_a_key_file_that_moved_is_read_where_it_is_now(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("the key\n")
    (tmp_path / "key").chmod(0o600)
    stored = load_settings({"sandbox": True}, environ={}, folder=tmp_path)
    plain = stored.for_rerun() | {"sandbox": False, "account_id": 17, "secret_key_file": "/gone"}
    environ = {"BULK_REGISTER_SECRET_KEY_FILE": str(tmp_path / "key")}
    current = load_settings({}, command="ledger", environ=environ, folder=tmp_path)
    again = settings_of_run(json.dumps(plain), current, environ={})
    assert again.secret_key is not None
    assert again.secret_key.get_secret_value() == "the key"


def test_settings_that_another_version_stored_are_a_plain_error() -> None:
    with pytest.raises(SettingsError, match="another version"):
        settings_of_run('{"surprise": 1}', Settings.model_construct(), environ={})
