"""The language of a command: what was said wins over what the system is set to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bulk_register.language import chosen_language

RUSSIAN = {"LANG": "ru_RU.UTF-8"}
posix = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="they ask the interface's language")


@posix
@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "ru_RU", "LC_MESSAGES": "en_GB"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": ""}, "ru"),
        ({"LC_ALL": "C", "LANG": "ru_RU.UTF-8"}, "en"),
    ],
)
def test_the_first_variable_that_is_set_decides(environ: dict[str, str], language: str, folder: Path) -> None:
    assert chosen_language([], environ, folder) == language


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["run", "a.csv", "--language", "en"], "en"),
        (["run", "a.csv", "--language=en"], "en"),
        (["run", "--language", "en", "--language", "ru"], "ru"),
        (["run", "--language"], "ru"),
        (["run", "--language", "klingon"], "ru"),
        (["run", "--", "--language=en"], "ru"),
    ],
)
def test_the_flag_wins(words: list[str], language: str, folder: Path) -> None:
    assert chosen_language(words, {"BULK_REGISTER_LANGUAGE": "ru"}, folder) == language


def test_the_environment_wins_over_the_settings_file(folder: Path) -> None:
    (folder / "bulk_register.toml").write_text('language = "en"\n')
    assert chosen_language([], {"BULK_REGISTER_LANGUAGE": "RU"}, folder) == "ru"
    assert chosen_language([], RUSSIAN, folder) == "en"


def test_a_profile_wins_over_the_rest_of_the_settings_file(folder: Path) -> None:
    (folder / "x.toml").write_text('language = "ru"\n[profile.night]\nlanguage = "en"\n')
    assert chosen_language(["run", "--config", "x.toml"], {}, folder) == "ru"
    assert chosen_language(["run", "--config=x.toml", "--profile", "night"], RUSSIAN, folder) == "en"


@pytest.mark.parametrize(
    "content",
    [b"language = [", b"language = 7", b"\xff\xfelanguage", b'profile = 3\nlanguage = "xx"', b"language"],
)
def test_a_settings_file_that_says_nothing_is_passed_over(content: bytes, folder: Path) -> None:
    (folder / "bulk_register.toml").write_bytes(content)
    assert chosen_language(["--profile", "night"], {"BULK_REGISTER_LANGUAGE": ""}, folder) in ("en", "ru")
    assert chosen_language(["--config", str(folder)], {"BULK_REGISTER_LANGUAGE": "ru"}, folder) == "ru"
