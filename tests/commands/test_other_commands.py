"""The commands beside `run`: tests, history, export, rerun and sandbox as a person uses them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bulk_register.ledger import lock
from bulk_register.sandbox import DEMO_TESTS, Account, Sandbox
from tests.support.hostile_server import HONEST, HostileServer, html
from tests.support.program import Ended, account, call, end, exam, start, write_roster

LEDGER = ("--ledger", "ledger.db")


@pytest.fixture(autouse=True)
def _roster(folder: Path) -> None:
    write_roster(folder, 6)


def test_tests_are_listed_with_their_identifiers(sandbox: Sandbox) -> None:
    ended = call("tests", "--base-url", sandbox.base_url, environ=account(sandbox))
    assert (ended.code, ended.err) == (0, "")
    for test in DEMO_TESTS:
        assert re.search(
            rf"^{re.escape(test.title)} +{test.test_id}  {test.status}$", ended.out, re.MULTILINE
        )
    archived = call("tests", "--base-url", sandbox.base_url, "--status", "archive", environ=account(sandbox))
    assert len(archived.out.splitlines()) == 2
    wrong = call("tests", "--base-url", sandbox.base_url, "--status", "old", environ=account(sandbox))
    assert wrong == Ended(2, "", "Error: --status is 'old': it must be active, archive or deleted.\n")
    none = call("tests", "--base-url", sandbox.base_url, "--status", "deleted", environ=account(sandbox))
    assert none == Ended(0, "No test is deleted.\n", "")


def test_tests_in_an_account_without_any() -> None:
    with Sandbox(account=Account(tests=())) as empty:
        ended = call("tests", "--base-url", empty.base_url, environ=account(empty))
    assert ended == Ended(0, "StartExam has no tests in this account.\n", "")


def test_a_run_that_was_not_done_is_finished_under_its_settings() -> None:
    with HostileServer([HONEST, html(503), html(503), html(503)]) as server, Sandbox() as demo:
        environ = account(demo, BULK_REGISTER_WAIT_FIRST="0.01", BULK_REGISTER_WAIT_MAX="0.01")
        flags = ["--base-url", server.base_url, "--batch-size", "2", "--attempts", "3", "--workers", "1"]
        first = call("run", "staff.csv", *exam(demo, *flags, "--report", "1.json"), environ=environ)
        assert first.code == 3
        second = call("rerun", *LEDGER, "--report", "2.json", environ=environ)
        assert second.code == 0, second.err
        assert len(server.created) == 6
    before, after = (json.loads(Path(f"{number}.json").read_text()) for number in (1, 2))
    assert (before["registered"], before["exit_code"]) == (6 - before["failed"] - before["not_sent"], 3)
    assert (after["run"], after["registered"], after["exit_code"]) == (before["run"], 6, 0)
    assert after["output"] == before["output"]
    assert after["started"] > before["finished"]


def test_an_export_writes_the_same_again_and_sends_nothing(sandbox: Sandbox, folder: Path) -> None:
    assert call("run", "staff.csv", *exam(sandbox, "-o", "a.csv"), environ=account(sandbox)).code == 0
    sent = len(sandbox.requests)
    ended = call("export", "1", "-o", "b.csv", *LEDGER)
    assert (ended.code, ended.out) == (0, f"Output: {folder / 'b.csv'}\n")
    assert [line.split(",")[:4] for line in (folder / "b.csv").read_text().splitlines()[1:]] == [
        line.split(",")[:4] for line in (folder / "a.csv").read_text().splitlines()[1:]
    ]
    assert call("export", "-o", "~nobody-here/b.csv", *LEDGER).code == 2
    (folder / "bulk_register.toml").write_text("output = 'elsewhere.csv'\n")
    assert call("export", *LEDGER).out == f"Output: {folder / 'a.csv'}\n"  # where the run wrote it
    assert len(sandbox.requests) == sent


def test_history_is_forgotten_when_it_is_said(sandbox: Sandbox) -> None:
    for _ in range(2):
        call("run", "staff.csv", *exam(sandbox), environ=account(sandbox))
    assert len(call("history", *LEDGER).out.splitlines()) == 3
    assert call("history", "--forget", "1", *LEDGER).out == "Forgotten: 1 run.\n"
    assert call("history", "--forget-before", "2000-01-01", *LEDGER).out == "Forgotten: 0 runs.\n"
    assert call("history", "--forget-before", "2100-01-01", *LEDGER).out == "Forgotten: 1 run.\n"
    assert call("history", *LEDGER).out.startswith("There is no earlier run.")


def test_another_run_with_the_same_ledger_is_waited_for_by_the_person(sandbox: Sandbox, folder: Path) -> None:
    with lock(folder / "ledger.db"):
        flags = exam(sandbox, "--report", "r.json")
        ended = call("run", "staff.csv", *flags, environ=account(sandbox))
    assert ended.code == 4
    assert re.search(r"^Error: .*Wait", ended.err, re.MULTILINE)
    found = json.loads((folder / "r.json").read_text())
    assert (found["exit_code"], found["employees"], found["not_sent"]) == (4, 6, 6)
    assert sandbox.requests == []


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_the_sandbox_tells_how_to_use_it_and_ends_with_ctrl_c(folder: Path) -> None:
    process = start(["sandbox", "--seed", "1"], folder)
    assert process.stdout is not None
    told = "".join(process.stdout.readline() for _ in range(5))
    found = dict(re.findall(r"(STARTEXAM_\w+)=(\S+)", told))
    command = told.splitlines()[-1].split()[2:]
    args = ["staff.csv" if word == "ROSTER" else word for word in command]
    assert call("run", *args, environ=found).code == 0
    process.send_signal(signal.SIGINT)
    assert end(process).code == 0


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = call("sandbox", "--port", str(taken.getsockname()[1]))
    assert ended.code == 2
    assert "Name another with --port." in ended.err


FLAWED = "Employee ID,Name\n00417,Ada Example\n,Boris Sample\nPage 1 of 2,\n#N/A,Greta Beispiel\n"


def test_check_writes_the_rows_with_a_problem_to_send_back(folder: Path) -> None:
    (folder / "flawed.csv").write_text(FLAWED)
    (folder / "back.xlsx").write_text("somebody's")
    ended = call("check", "flawed.csv", "-o", "back.xlsx")
    assert ended.code == 1
    lines = list(load_workbook(folder / "back.xlsx").worksheets[0].iter_rows(values_only=True))
    assert [line[:2] for line in lines[1:]] == [(None, "Boris Sample"), ("#N/A", "Greta Beispiel")]
    assert all(line[-2] == "invalid" and line[-1] for line in lines[1:])
    assert [file.read_text() for file in folder.glob("back (before*")] == ["somebody's"]


def test_check_writes_nothing_where_every_row_can_be_sent(folder: Path) -> None:
    assert call("check", "staff.csv", "-o", "back.xlsx").code == 0
    assert not (folder / "back.xlsx").exists()


def test_check_lists_the_lines_that_are_ignored(folder: Path) -> None:
    (folder / "flawed.csv").write_text(FLAWED)
    assert re.search(r"^Row 4: ignored: \S", call("check", "flawed.csv").out, re.MULTILINE)


def test_the_rows_with_a_problem_come_in_a_workbook_if_there_are_any(folder: Path) -> None:
    ended = call("check", "staff.csv", "-o", "fix.xlsx")
    assert ended.out.endswith("No row has a problem, so fix.xlsx was not written.\n")
    assert not (folder / "fix.xlsx").exists()
    (folder / "staff.csv").write_text("Employee ID,Name\n,A\n1,B\n")
    ended = call("check", "staff.csv", "-o", "fix.xlsx", "--report", "-")
    assert json.loads(ended.out)["invalid_rows"] == 1
    assert f"The rows with a problem are in {folder / 'fix.xlsx'}" in ended.err


def test_a_center_is_a_name_and_no_address(sandbox: Sandbox) -> None:
    flags = exam(sandbox, "--center", "https://app.startexam.com/my-center")
    ended = call("run", "staff.csv", *flags, environ=account(sandbox))
    assert ended.code == 2
    assert "that is an address; it must be the center's unique name" in ended.err
