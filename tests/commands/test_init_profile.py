"""`init --roster`: StartExam's fields matched to a roster's columns, and tried with one employee."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bulk_register.roster import likely_fields
from bulk_register.sandbox import DEMO_CENTER, DEMO_PROFILE, DEMO_TEST, Behaviour, Sandbox
from tests.support.program import account, call
from tests.support.terminal import Terminal

FLAGS = ["--center", DEMO_CENTER, "--test", DEMO_TEST, "--valid-till", "+10d", "--timezone", "UTC"]


@pytest.fixture(autouse=True)
def _roster(folder: Path) -> None:
    people = ["001,Anna,Berg,von,anna@example.com", "002,Ben,Carl,,ben@example.com"]
    text = "\n".join(["Employee ID,Vorname,Nachname,Zusatz,E-Mail", *people, ""])
    (folder / "staff.csv").write_text(text, encoding="utf-8")


def command(sandbox: Sandbox, *more: str) -> list[str]:
    where = [
        "--account-id",
        str(sandbox.account_id),
        "--base-url",
        sandbox.base_url,
        "--secret-file",
        "key.txt",
    ]
    return ["init", *where, *FLAGS, "--roster", "staff.csv", *more]


def test_headers_are_matched_where_exactly_one_fits() -> None:
    assert likely_fields(["Табельный номер", "Имя", "Фамилия", "E-mail"]) == {
        "First Name": "Имя",
        "Last Name": "Фамилия",
        "Email": "E-mail",
    }
    assert likely_fields(["Mail", "E-mail", "Name"]) == {}


def test_a_script_takes_what_is_matched_and_sync_needs_no_more(folder: Path) -> None:
    with Sandbox(Behaviour(known=frozenset())) as sandbox:
        ended = call(*command(sandbox, "--employee-profile", DEMO_PROFILE, "--yes"), environ=account(sandbox))
        assert ended.code == 0, ended.err
        table = tomllib.loads((folder / "bulk_register.toml").read_text(encoding="utf-8"))
        assert table["fields"] == {"First Name": "Vorname", "Last Name": "Nachname", "Email": "E-Mail"}
        assert not sandbox.people
        assert call("sync", "staff.csv", "--ledger", "l.db", environ=account(sandbox)).code == 0
        assert sandbox.people["001"]["Email"] == "anna@example.com"


def test_a_person_is_asked_and_one_employee_is_tried(folder: Path) -> None:
    with (
        Sandbox(Behaviour(known=frozenset())) as sandbox,
        Terminal(command(sandbox), folder, account(sandbox), columns=200) as terminal,
    ):
        terminal.wait_for("Profile of employees in StartExam")
        terminal.type(f"{DEMO_PROFILE}\n")
        terminal.wait_for("field First Name [Vorname]:")
        terminal.type("\n")
        terminal.wait_for("field Last Name [Nachname]:")
        terminal.type("Name\n")
        terminal.wait_for("the roster has no column Name")
        terminal.type("Zusatz + Nachname\n")
        terminal.wait_for("field Email [E-Mail]:")
        terminal.type("\n")
        terminal.wait_for("A further field")
        terminal.type("\n")
        terminal.wait_for("Last Name: von Berg")
        terminal.wait_for("as a try?")
        terminal.type("y\n")
        terminal.wait_for("StartExam has taken it")
        assert terminal.end() == 0
        assert sandbox.people == {
            "001": {"First Name": "Anna", "Last Name": "von Berg", "Email": "anna@example.com"}
        }
    table = tomllib.loads((folder / "bulk_register.toml").read_text(encoding="utf-8"))
    assert table["fields"]["Last Name"] == ["Zusatz", "Nachname"]
    assert table["employee_profile"] == DEMO_PROFILE


def test_what_startexam_refuses_can_be_answered_again(folder: Path) -> None:
    with (
        Sandbox(Behaviour(known=frozenset())) as sandbox,
        Terminal(command(sandbox), folder, account(sandbox), columns=200) as terminal,
    ):
        terminal.wait_for("Profile of employees in StartExam")
        terminal.type(f"{DEMO_TEST}\n" + 4 * "\n" + "y\n")
        terminal.wait_for("is not found")
        terminal.wait_for("Change the answers?")
        terminal.type("n\n")
        assert terminal.end() == 0
        assert not sandbox.people


def test_a_profile_that_is_no_identifier_is_refused(sandbox: Sandbox, folder: Path) -> None:
    ended = call(*command(sandbox, "--employee-profile", "staff", "--yes"), environ=account(sandbox))
    assert ended.code == 2
    assert "--employee-profile" in ended.err
    assert not (folder / "bulk_register.toml").exists()
