from __future__ import annotations

import os
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from bulk_register import cli
from bulk_register.errors import SettingsError
from bulk_register.settings import Settings, load_settings
from bulk_register.settings.secret import KEYRING_SERVICE, find_secret

KEY = "Ключ-Ω-qwertz"
FLAGS = {"account_id": "17", "base_url": "https://x.example"}
posix = pytest.mark.skipif(os.name != "posix", reason="owner-only means access lists elsewhere")


def load(folder: Path, **environ: str) -> Settings:
    return load_settings(FLAGS, command="tests", environ=environ, folder=folder)


def key_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    file = folder / "key file"
    file.write_bytes(content)
    file.chmod(mode)
    (folder / "bulk_register.toml").write_text(f"secret_key_file = '{file}'\n")
    return file


def secret(settings: Settings) -> str:
    assert settings.secret_key is not None
    return settings.secret_key.get_secret_value()


def refusal(folder: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder)
    (problem,) = caught.value.problems
    return problem


def test_the_environment_comes_first(tmp_path: Path) -> None:
    key_file(tmp_path, b"other", 0o644)
    assert secret(load(tmp_path, STARTEXAM_SECRET_KEY=f" {KEY}\n")) == KEY


@pytest.mark.parametrize("content", [KEY, KEY + "\n", KEY + "\r\n", "\ufeff" + KEY])
def test_a_file_that_only_its_owner_can_read_comes_next(content: str, tmp_path: Path) -> None:
    key_file(tmp_path, content.encode())
    assert secret(load(tmp_path)) == KEY


def test_the_file_may_be_named_in_the_environment(tmp_path: Path) -> None:
    file = key_file(tmp_path, KEY.encode())
    (tmp_path / "bulk_register.toml").unlink()
    assert secret(load(tmp_path, BULK_REGISTER_SECRET_KEY_FILE=str(file))) == KEY


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_can_touch_is_refused_with_the_remedy(mode: int, tmp_path: Path) -> None:
    file = key_file(tmp_path, KEY.encode(), mode)
    assert refusal(tmp_path).endswith(f"chmod 600 '{file}'")
    assert KEY not in refusal(tmp_path)


@posix
def test_a_credential_of_systemd_may_be_lent_through_its_group(tmp_path: Path) -> None:
    key_file(tmp_path, KEY.encode(), 0o440)
    assert secret(load(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path))) == KEY
    with pytest.raises(SettingsError):
        load(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path / "elsewhere"))


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\x00", b"one\ntwo"])
def test_a_file_that_holds_no_key_is_refused(content: bytes, tmp_path: Path) -> None:
    key_file(tmp_path, content)
    assert "secret_key_file" in refusal(tmp_path)
    assert "two" not in refusal(tmp_path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    key_file(tmp_path, b"x").unlink()
    assert "can't be read" in refusal(tmp_path)


def test_the_keyring_is_the_last_resort(tmp_path: Path) -> None:
    class Tiny(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return KEY if (service, username) == (KEYRING_SERVICE, "17") else None

        def set_password(self, service: str, username: str, password: str) -> None: ...

        def delete_password(self, service: str, username: str) -> None: ...

    before = keyring.get_keyring()
    keyring.set_keyring(Tiny())  # type: ignore[no-untyped-call]
    try:
        assert secret(load(tmp_path)) == KEY
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize("installed", [True, False])
def test_without_any_the_three_ways_are_told(
    installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not installed:
        monkeypatch.setitem(sys.modules, "keyring", None)  # importing it fails then
    words = refusal(tmp_path)
    assert [way for way in ("STARTEXAM_SECRET_KEY", "secret_key_file", "keyring") if way not in words] == []


def test_the_key_is_never_shown_with_the_settings(tmp_path: Path) -> None:
    settings = load(tmp_path, STARTEXAM_SECRET_KEY=KEY)
    shown = [repr(settings), str(settings), settings.model_dump_json(), str(settings.model_dump())]
    assert not any(KEY in text for text in [*shown, str(settings.for_rerun())])


def test_no_command_has_a_flag_for_the_key() -> None:
    names = [name for command in cli.app.registered_commands for name in command.callback.__annotations__]
    assert "base_url" in names
    assert not any("secret" in name for name in names)


def test_a_key_of_other_bytes_than_text_is_refused() -> None:
    with pytest.raises(ValueError, match="copy the key again"):
        find_secret({"STARTEXAM_SECRET_KEY": "k\udcff"}, None, None)
