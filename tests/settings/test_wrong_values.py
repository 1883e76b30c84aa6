from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bulk_register.errors import SettingsError
from bulk_register.settings import SETTINGS, load_settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GUID = "7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a01"
GOOD = {"account_id": "1", "center": "c", "tests": [GUID], "valid_till": "+1d"}


def problems(
    flags: dict[str, Any] | None = None,
    environ: dict[str, str] | None = None,
    folder: Path = Path("/nowhere"),
) -> list[str]:
    environ = {"STARTEXAM_SECRET_KEY": "key"} if environ is None else environ
    with pytest.raises(SettingsError) as caught:
        load_settings(flags or {}, environ=environ, folder=folder, now=NOW)
    assert all(problem.endswith((".", "600 key")) for problem in caught.value.problems)
    assert not any(
        "input" in problem.lower() or "validation" in problem for problem in caught.value.problems
    ), "the library's own words"
    return caught.value.problems


def of_file(text: str, folder: Path, **flags: Any) -> list[str]:
    (folder / "bulk_register.toml").write_text(text, encoding="utf-8")
    return problems(GOOD | flags, folder=folder)


WRONG: dict[str, tuple[str | list[str], str]] = {
    "batch_size": ("501", "a whole number from 1 to 500"),
    "workers": ("33", "a whole number from 1 to 32"),
    "attempts": ("0", "a whole number from 1 to 100"),
    "timeout": ("-1", "up to 3600"),
    "deadline": ("600", "a time with its unit, like 90s, 30m or 2h"),
    "max_rejected": ("-1", "0 or more"),
    "max_size": ("big", "like 500MB or 2GB"),
    "header_row": ("zero", "a row's number"),
    "account_id": ("12ab", "digits only"),
    "tests": (["x"], "is not a test's identifier"),
    "timezone": ("europe/berln", "like Europe/Berlin"),
    "valid_from": ("soon", "like 2026-12-01"),
    "valid_till": ("2026-11-22", "in the future"),
    "proctoring_parameters": (["Offline"], "NAME=VALUE"),
    "base_url": ("http://api.startexam.com", "https://"),
    "log_format": ("xml", "text or json"),
    "delimiter": ("--", "comma, semicolon, tab or pipe"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_named_with_its_origin_and_what_it_may_be(name: str, tmp_path: Path) -> None:
    value, may_be = WRONG[name]
    flag = "--" + name.removesuffix("s" if name in ("tests", "proctoring_parameters") else "").replace(
        "_", "-"
    )
    variable = "STARTEXAM_ACCOUNT_ID" if name == "account_id" else f"BULK_REGISTER_{name.upper()}"
    text = value[0] if isinstance(value, list) else value
    good = {key: GOOD[key] for key in GOOD.keys() - {name}}

    by_flag = problems(good | {name: value})
    by_variable = problems(good, {"STARTEXAM_SECRET_KEY": "key", variable: text})
    (tmp_path / "bulk_register.toml").write_text(f"{name} = {value!r}\n")
    in_file = problems(good, folder=tmp_path)
    for found, place in ((by_flag, flag), (by_variable, variable), (in_file, f"{name} in {tmp_path}")):
        assert len(found) == 1
        assert found[0].startswith(place)
        assert text in found[0]
        assert may_be in found[0]


def test_all_that_is_wrong_is_told_at_once() -> None:
    flags = {name: value for name, (value, _) in WRONG.items()}
    assert len(problems(flags | {"center": "c"})) == len(WRONG)


def test_all_that_is_missing_is_told_at_once_with_the_ways_to_say_it() -> None:
    found = problems({}, {})
    assert [problem.split(":")[0] for problem in found[:4]] == ["account_id", "center", "tests", "valid_till"]
    assert "STARTEXAM_SECRET_KEY" in found[4]
    assert "--valid-till" in found[3]
    assert "BULK_REGISTER_VALID_TILL" in found[3]
    assert len(found) == 5


def test_limits_in_words_are_the_limits_that_hold() -> None:
    for name, low, high in (("batch_size", 1, 500), ("workers", 1, 32), ("attempts", 1, 100)):
        assert f"from {low} to {high}" in SETTINGS[name].kind.words
        for value in (low, high):
            load_settings(GOOD | {name: value}, environ={"STARTEXAM_SECRET_KEY": "k"}, folder=Path("/no"))
        for wrong in (low - 1, high + 1, f"{high}.5", "", "NaN", "1e9"):
            assert problems(GOOD | {name: wrong})


def test_too_many_tests_are_counted() -> None:
    tests = [f"7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a{number:02d}" for number in range(11)]
    assert problems(GOOD | {"tests": tests}) == ["--test names 11 tests: there can be at most 10."]


def test_the_same_test_twice_counts_once() -> None:
    settings = load_settings(
        GOOD | {"tests": [GUID, GUID.upper()]}, environ={"STARTEXAM_SECRET_KEY": "k"}, folder=Path("/no")
    )
    assert len(settings.tests) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("centre = 'x'", "did you mean center"),
        ("batch-size = 5", "did you mean batch_size"),
        ("qqq = 1", "there is no such setting"),
        ("yes = true", "only said on the command line, each time: --yes"),
        ("reregister = true", "only said on the command line, each time: --reregister"),
        ("profile = 'x'", "profiles are tables"),
        ("[profile]\nx = 1", "profiles are tables"),
        ("[profile.night]\ncentre = 'x'", "profile night"),
        ("output = 'a\nb'", "can't be understood"),
        ('output = "C:\\Users\\anna"', "Write Windows paths in single quotes"),
        ("batch_size = true", "from 1 to 500"),
        ("timeout = true", "up to 3600"),
        ("center = 5", "in quotes"),
        ("center = ''", "not empty"),
        ("tests = 5", "1 to 10"),
        ("quiet = 'maybe'", "true or false"),
        ("valid_till = 09:00:00", "like 2026-12-01"),
        ("valid_till = ['2030-01-01T00:00:00Z', true]", "like 2026-12-01"),
        ("valid_till = 5", "like 2026-12-01"),
    ],
)
def test_a_wrong_settings_file_is_told(text: str, words: str, tmp_path: Path) -> None:
    named = text.partition(" =")[0].strip("[]\n")
    (tmp_path / "bulk_register.toml").write_text(text)
    found = problems({name: GOOD[name] for name in GOOD if name != named}, folder=tmp_path)
    assert any(words in problem for problem in found)
    assert all(str(tmp_path) in problem for problem in found if words in problem)


def test_a_secret_key_in_the_settings_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    found = of_file("secret_key = 'qwertz'\n", tmp_path)
    assert "STARTEXAM_SECRET_KEY" in found[0]
    assert "qwertz" not in found[0]


def test_a_missing_profile_is_told_with_those_there_are(tmp_path: Path) -> None:
    assert "It has night, day." in of_file("[profile.night]\n[profile.day]\n", tmp_path, profile="noon")[0]
    assert "It has no profiles." in of_file("", tmp_path, profile="noon")[0]
    (tmp_path / "bulk_register.toml").unlink()
    assert "there is no settings file" in problems(GOOD | {"profile": "noon"}, folder=tmp_path)[0]


def test_a_settings_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    assert "can't be read" in problems({"config": str(tmp_path / "x.toml")})[0]
    assert "can't be read" in problems({"config": str(tmp_path)})[0]


def test_a_file_that_is_not_utf_8_is_told_and_nothing_is_called_missing(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("center = 'Москва'", encoding="utf-16")
    assert problems({"config": str(file)}) == [
        f"The settings file {file} is not in UTF-8. Save it again as UTF-8 text."
    ]


def test_a_byte_order_mark_dates_and_windows_paths_are_fine(tmp_path: Path) -> None:
    text = "valid_till = 2026-12-01T09:00:00+03:00\nvalid_from = 2026-11-24\noutput = 'C:\\Users\\x.xlsx'\n"
    (tmp_path / "bulk_register.toml").write_text(text, encoding="utf-8-sig")
    flags = {"account_id": "1", "center": "c", "tests": [GUID], "timezone": "UTC"}
    settings = load_settings(flags, environ={"STARTEXAM_SECRET_KEY": "k"}, folder=tmp_path, now=NOW)
    assert settings.valid_till is not None
    assert settings.valid_from is not None
    assert settings.valid_till.moment == datetime(2026, 12, 1, 6, tzinfo=UTC)
    assert settings.valid_from.moment == datetime(2026, 11, 24, tzinfo=UTC)
    assert str(settings.output) == "C:\\Users\\x.xlsx"


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("BULK_REGISTER_DRY_RUN", "--dry-run"),
        ("BULK_REGISTER_SANDBOX", "--sandbox"),
        ("BULK_REGISTER_CENTRE", "BULK_REGISTER_CENTER"),
        ("BULK_REGISTER_ACCOUNT_ID", "STARTEXAM_ACCOUNT_ID"),
        ("BULK_REGISTER_SECRET_KEY", "STARTEXAM_SECRET_KEY"),
    ],
)
def test_a_variable_that_would_be_overlooked_is_told(variable: str, words: str) -> None:
    found = problems(GOOD, {"STARTEXAM_SECRET_KEY": "k", variable: "qwertz"})
    assert len(found) == 1
    assert variable in found[0]
    assert words in found[0]
    assert "qwertz" not in found[0]


def test_other_variables_are_nobodys_business() -> None:
    load_settings(GOOD, environ={"STARTEXAM_SECRET_KEY": "k", "BULK_REGISTER_X": "1"}, folder=Path("/no"))


def test_the_window_must_have_a_length() -> None:
    assert "later than they start" in problems(GOOD | {"valid_from": "+2d"})[0]
    assert "later than they start" in problems(GOOD | {"valid_from": "+1d"})[0]


def test_a_list_of_no_tests_is_missing() -> None:
    environ = {"STARTEXAM_SECRET_KEY": "k", "BULK_REGISTER_TESTS": ","}
    [problem] = problems({"account_id": "1", "center": "c", "valid_till": "+1d"}, environ)
    assert problem.startswith("tests: the test's title or identifier is missing")


@pytest.mark.parametrize(("name", "said"), [("language", "EN"), ("language", " Ru"), ("log_format", "JSON")])
def test_one_of_several_names_may_be_in_any_case(name: str, said: str, tmp_path: Path) -> None:
    key = {"STARTEXAM_SECRET_KEY": "k"}
    by_flag = load_settings(GOOD | {name: said}, environ=key, folder=tmp_path)
    by_variable = load_settings(GOOD, environ=key | {f"BULK_REGISTER_{name.upper()}": said}, folder=tmp_path)
    (tmp_path / "bulk_register.toml").write_text(f'{name} = "{said}"\n')
    in_file = load_settings(GOOD, environ=key, folder=tmp_path)
    for settings in (by_flag, by_variable, in_file):
        assert getattr(settings, name) == said.strip().lower()
