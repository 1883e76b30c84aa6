"""`init`: from nothing to a settings file with which `run` needs no flags."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, DEMO_TESTS, Account, Behaviour, Sandbox
from bulk_register.sandbox.account import DEMO_SECRET_KEY
from bulk_register.settings.secret_store import store_in_file, store_in_keyring
from bulk_register.settings.settings_file import Choices, settings_text
from bulk_register.settings.zone import machine_zone
from tests.support.program import Ended, account, call, clean, write_roster
from tests.support.terminal import CONTROL_C, CONTROL_D, Terminal

SETTINGS = "bulk_register.toml"
NO_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
AGAIN = "Secret key (it is not shown; Enter alone: change the account number): "
SECRET_PROMPT = "(it is not shown while you type or paste it): "


@pytest.fixture(autouse=True)
def _roster(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    write_roster(folder, 3)


def flags(sandbox: Sandbox, *more: str, test: str = "workplace  SAFETY") -> list[str]:
    where = ["--account-id", str(sandbox.account_id), "--base-url", sandbox.base_url]
    return ["init", *where, "--center", DEMO_CENTER, "--test", test, "--timezone", "Europe/Berlin", *more]


def scripted(sandbox: Sandbox, *more: str, secret: str = "", test: str = "workplace  SAFETY") -> Ended:
    key = {"STARTEXAM_SECRET_KEY": secret or sandbox.secret_key}
    return call(*flags(sandbox, *more, test=test), environ=NO_KEYRING | key)


def key_file(folder: Path, sandbox: Sandbox) -> Path:
    return folder / "config" / "bulk_register" / f"secret-key-{sandbox.account_id}"


def test_a_script_answers_with_flags_and_run_needs_none(sandbox: Sandbox, folder: Path) -> None:
    ended = scripted(sandbox)
    assert ended.code == 0, ended.err
    table = tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    assert table["tests"] == [DEMO_TEST]
    assert (table["center"], table["valid_till"]) == (DEMO_CENTER, "+10d")
    assert table["timezone"] == "Europe/Berlin"
    assert "# Workplace safety" in (folder / SETTINGS).read_text(encoding="utf-8")
    kept = key_file(folder, sandbox)
    assert kept.read_text(encoding="utf-8") == sandbox.secret_key + "\n"
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for text in (ended.out, ended.err, (folder / SETTINGS).read_text(encoding="utf-8")):
        assert sandbox.secret_key not in text
    assert call("run", "staff.csv", "--ledger", "l.db").code == 0
    assert len(sandbox.created) == 3


def test_what_a_script_left_out_is_named_all_at_once(sandbox: Sandbox, folder: Path) -> None:
    ended = call("init", "--yes", environ=account(sandbox) | {"STARTEXAM_ACCOUNT_ID": ""})
    assert ended.code == 2
    assert "Give --account-id, --center, --test as well." in ended.err
    assert not (folder / SETTINGS).exists()
    assert sandbox.requests == []


def test_without_a_terminal_the_key_is_never_asked_for(sandbox: Sandbox, folder: Path) -> None:
    ended = call(*flags(sandbox))
    assert ended.code == 2
    assert "--secret-from-stdin" in ended.err
    assert not (folder / SETTINGS).exists()


@pytest.mark.parametrize(("text", "code"), [("{key}\n", 0), ("", 2), ("{key}\nmore\n", 2)])
def test_the_key_may_come_from_another_program(text: str, code: int, sandbox: Sandbox, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bulk_register", *flags(sandbox, "--secret-from-stdin")],
        input=text.format(key=sandbox.secret_key),
        cwd=folder,
        env=clean(NO_KEYRING, folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert (folder / SETTINGS).exists() == (code == 0)
    assert sandbox.secret_key not in done.stdout + done.stderr


def test_a_wrong_key_is_told_from_a_dead_service_and_from_a_wrong_clock(sandbox: Sandbox) -> None:
    wrong = scripted(sandbox, secret="wrong-key-1")
    assert (wrong.code, wrong.out) == (3, "")
    assert "doesn't accept this account number with this secret key" in wrong.err
    assert "wrong-key-1" not in wrong.err
    with Sandbox() as dead:
        pass
    gone = scripted(dead)
    assert gone.code == 3
    assert "can't be reached" in gone.err
    assert "IT department" in gone.err
    with Sandbox(Behaviour(clock_skew_seconds=3600)) as ahead:
        late = scripted(ahead)
    assert late.code == 0  # dated with StartExam's time
    assert "This machine's clock is 60 minutes slow" in late.err
    assert "Nothing was written." in wrong.err
    assert "Nothing was written." in gone.err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--valid-till", "yesterday"), "--valid-till is 'yesterday': it must be a time like"),
        (("--timezone", "Berlin"), "--timezone is 'Berlin': it must be a time zone's name"),
        (("--account-id", "12x"), "--account-id is '12x': it must be the number"),
        (("--account-id", DEMO_SECRET_KEY), "--account-id is not shown: it must be the number"),
        (("--center", f"the {DEMO_SECRET_KEY}"), "--center is not shown: it holds the secret key"),
        (("--base-url", "http://startexam.example"), "it must start with https://"),
        (("--config", "no/where.toml"), "doesn't exist. Make it"),
    ],
)
def test_a_wrong_answer_writes_nothing(
    more: tuple[str, ...], words: str, sandbox: Sandbox, folder: Path
) -> None:
    ended = scripted(sandbox, *more)
    assert ended.code == 2
    assert words in ended.err
    assert DEMO_SECRET_KEY not in ended.err
    assert not (folder / SETTINGS).exists()
    assert not (folder / "config").exists()


def test_a_title_that_is_not_certain_is_refused_with_the_candidates(sandbox: Sandbox, folder: Path) -> None:
    ended = scripted(sandbox, test="security")
    assert ended.code == 2
    assert f"  Information security: {DEMO_TESTS[1].test_id} (active)" in ended.err
    assert not (folder / SETTINGS).exists()


def test_a_settings_file_is_replaced_on_yes_only_and_kept(sandbox: Sandbox, folder: Path) -> None:
    (folder / SETTINGS).write_text("center = 'old'\n", encoding="utf-8")
    ended = scripted(sandbox)
    assert ended.code == 2
    assert "Say --yes" in ended.err
    assert (folder / SETTINGS).read_text(encoding="utf-8") == "center = 'old'\n"
    assert scripted(sandbox, "--yes").code == 0
    (kept,) = folder.glob("bulk_register (before *).toml")
    assert kept.read_text(encoding="utf-8") == "center = 'old'\n"
    assert DEMO_CENTER in (folder / SETTINGS).read_text(encoding="utf-8")


def test_a_person_answers_and_chooses_the_test_from_a_list(sandbox: Sandbox, folder: Path) -> None:
    with Terminal(["init", "--base-url", sandbox.base_url], folder, NO_KEYRING | {"TZ": "Asia/Tokyo"}) as at:
        at.wait_for("Number of your StartExam account: ")
        at.type("seven\n")
        at.wait_for("That can't be used: it must be the number of a StartExam account")
        at.type(f"{sandbox.account_id}\n")
        at.wait_for(SECRET_PROMPT)
        at.type("wrong-key-2\n")
        at.wait_for(AGAIN)
        at.type(f" {sandbox.secret_key} \n")
        at.wait_for("Center (its unique name in StartExam): ")
        at.type(f"{DEMO_CENTER}\n")
        at.wait_for("Number of the test (several: 1, 3): ")
        at.type("9\n")
        at.wait_for("the list has the numbers 1 to 4.")
        at.type("Onbording\n")
        at.wait_for("Check the spelling")
        at.type("2, 3\n")
        at.wait_for("Days from each run (+10d), or a day [+10d]: ")
        at.type("\n")
        at.wait_for("Time zone [Asia/Tokyo]: ")
        at.type("\n")
        assert at.end() == 0
    assert sandbox.secret_key not in at.seen
    assert "wrong-key-2" not in at.seen
    assert "  1. Workplace safety" in at.seen
    assert "(last year)" not in at.seen  # not active
    table = tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    assert table["tests"] == [DEMO_TESTS[1].test_id, DEMO_TESTS[2].test_id]
    assert table["timezone"] == "Asia/Tokyo"
    assert call("doctor", "--ledger", "l.db").code == 0


def test_after_a_refusal_number_and_key_are_changed_alone_and_never_shown(
    sandbox: Sandbox, folder: Path
) -> None:
    wrong = NO_KEYRING | {"STARTEXAM_ACCOUNT_ID": "77"}
    with Terminal(["init", "--base-url", sandbox.base_url], folder, wrong) as at:
        at.wait_for("Number of your StartExam account [77]: ")
        at.type("\n")
        at.wait_for(SECRET_PROMPT)
        at.type(f"{sandbox.secret_key}\n")
        at.wait_for(AGAIN)
        at.type("\n")
        at.wait_for("Account number (shown when it is typed; Enter alone: leave it): ")
        at.type(f"{sandbox.secret_key}\n")
        at.wait_for("That can't be used: it must be a number, digits only.")
        time.sleep(0.3)  # no person is quicker, and the prompt's own read has begun
        at.type(f"{sandbox.account_id}\n")  # with the key that was typed before
        at.wait_for(f"Account number: {sandbox.account_id}")
        at.wait_for("Center (its unique name in StartExam): ")
        at.type(CONTROL_C)
        assert at.end() == 130
    assert sandbox.secret_key not in at.seen


def test_one_answer_is_changed_alone(sandbox: Sandbox, folder: Path) -> None:
    assert scripted(sandbox, "--secret-file", "kept").code == 0
    before = tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    script = call("init", "--yes", "--valid-till", "+3d", environ=NO_KEYRING)
    assert (script.code, "in the file " in script.out) == (0, True), script.err
    after = tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    assert after == before | {"valid_till": "+3d"}
    with Terminal(["init"], folder, NO_KEYRING) as at:
        for question, answer in (
            ("another name [y/N]: ", "y"),
            ("Number of your StartExam account [1001]: ", ""),
            ("Secret key (it is not shown; Enter alone: the one that is kept): ", ""),
            (f"Center (its unique name in StartExam) [{DEMO_CENTER}]: ", "second-center"),
            ("Number of the test (several: 1, 3) [1]: ", ""),
            ("[+3d]: ", ""),
            ("Time zone [Europe/Berlin]: ", ""),
        ):
            at.wait_for(question)
            at.type(f"{answer}\n")
        assert at.end() == 0
    assert tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8")) == after | {
        "center": "second-center"
    }
    assert not (folder / "config").exists()


@pytest.mark.parametrize(("keys", "code"), [(CONTROL_C, 130), (CONTROL_D, 2)])
def test_stopping_in_the_middle_writes_nothing(keys: str, code: int, sandbox: Sandbox, folder: Path) -> None:
    with Terminal(["init", "--base-url", sandbox.base_url], folder, account(sandbox)) as at:
        at.wait_for("Number of your StartExam account [1001]: ")
        time.sleep(0.3)  # no person is quicker, and the prompt's own read has begun
        at.type(keys)
        assert at.end() == code
    assert "Traceback" not in at.seen
    assert not (folder / SETTINGS).exists()


def test_an_unreachable_startexam_can_be_put_off(folder: Path) -> None:
    with Sandbox() as dead:
        pass
    with Terminal(["init", "--base-url", dead.base_url], folder, NO_KEYRING | account(dead)) as at:
        at.wait_for("Number of your StartExam account [1001]: ")
        at.type("\n")
        at.wait_for("Try again? With no, the key is kept without having been tried [Y/n]: ")
        at.type("n\n")
        at.wait_for("StartExam): ")
        at.type("my-center\n")
        at.wait_for("Identifier of the test: ")
        at.type("Fire\n")
        at.wait_for("it must be a test's identifier")
        at.type(f"{DEMO_TEST}\n")
        at.wait_for("[+10d]: ")
        at.type("\n")
        at.wait_for("Time zone")
        at.type("Europe/Paris\n")
        assert at.end() == 0
    assert "The key has not been tried" in at.seen
    assert tomllib.loads((folder / SETTINGS).read_text(encoding="utf-8"))["tests"] == [DEMO_TEST]


@pytest.mark.parametrize("path", [r"C:\Users\Anna Müller\key", "/home/o'neil/key", r"\\server\it's", "ä\x7f"])
def test_whatever_was_chosen_can_be_read_again(path: str) -> None:
    choices = Choices(7, 'a "b" \\ c', [(DEMO_TEST, "Two\nlines # of\ttitle")], "2031-01-02", "", path)
    for text in (settings_text(choices), settings_text(choices).replace("\n", "\r\n")):
        table = tomllib.loads(text)
        assert (table["secret_key_file"], table["center"]) == (path, 'a "b" \\ c')
        assert table["tests"] == [DEMO_TEST]
        assert "timezone" not in table
        assert "base_url" not in table


def test_a_key_file_that_cannot_be_written_says_where(folder: Path) -> None:
    (folder / "file").write_text("")
    with pytest.raises(Exception, match=r"can't be kept in .*--secret-file"):
        store_in_file("key", folder / "file" / "key")


def test_the_keyring_keeps_the_key_where_there_is_one() -> None:
    class Tiny(KeyringBackend):
        priority = 1
        kept: dict[tuple[str, str], str] = {}  # noqa: RUF012

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None: ...

    before = keyring.get_keyring()
    keyring.set_keyring(Tiny())  # type: ignore[no-untyped-call]
    try:
        assert store_in_keyring("the-key", 17)
        assert Tiny.kept == {("bulk_register", "17"): "the-key"}
        keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
        assert not store_in_keyring("the-key", 17)
    finally:
        keyring.set_keyring(before)


def test_the_machine_s_zone_is_told_by_its_iana_name(folder: Path) -> None:
    (folder / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    assert machine_zone({"TZ": ":Asia/Tokyo"}) == "Asia/Tokyo"
    assert machine_zone({}, folder / "localtime") == "Europe/Berlin"
    assert machine_zone({"TZ": "CET-1CEST"}, folder / "localtime") == "Europe/Berlin"


def test_an_account_without_active_tests_says_so() -> None:
    with Sandbox(account=Account(tests=DEMO_TESTS[4:])) as sandbox:
        ended = scripted(sandbox, test="Workplace safety (last year)")
    assert ended.code == 2
    assert re.search(r"The test '.*' is not active. Activate it in StartExam", ended.err)


def test_a_file_that_holds_something_else_is_not_replaced_by_the_key(sandbox: Sandbox, folder: Path) -> None:
    (folder / "staff.txt").write_text("a roster\nof several lines\n")
    ended = scripted(sandbox, "--secret-file", "staff.txt")
    assert ended.code == 2
    assert "holds something else than a key" in ended.err
    assert (folder / "staff.txt").read_text().startswith("a roster")
    assert not (folder / SETTINGS).exists()


def test_another_settings_file_takes_nothing_from_the_one_in_the_folder(
    sandbox: Sandbox, folder: Path
) -> None:
    (folder / SETTINGS).write_text("center = 'another'\n")
    where = ["--account-id", str(sandbox.account_id), "--base-url", sandbox.base_url]
    ended = call("init", "-y", "-c", "other.toml", *where, "--test", DEMO_TEST, environ=account(sandbox))
    assert (ended.code, "Give --center as well" in ended.err) == (2, True)
