"""A person at a terminal: the question before anything is sent, the progress bar, Ctrl-C."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bulk_register.ledger import Ledger
from bulk_register.records import RunRecord, Scope
from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Behaviour, Sandbox
from tests.support.program import account, exam, write_roster
from tests.support.terminal import CONTROL_C, CONTROL_D, ESCAPES, Terminal

QUESTION = "Send this to StartExam? [y/N]: "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_roster(tmp_path, 12)
    return tmp_path


def registering(sandbox: Sandbox) -> list[str]:
    """The requests that register people; titles may be looked up for the question."""
    return [arrival.path for arrival in sandbox.requests if arrival.method == "POST"]


def terminal(sandbox: Sandbox, folder: Path, *flags: str, columns: int = 80, **environ: str) -> Terminal:
    args = ["run", "staff.csv", *exam(sandbox, *flags)]
    return Terminal(args, folder, account(sandbox, **environ), columns)


def test_the_question_tells_how_many_which_test_and_until_when(sandbox: Sandbox, folder: Path) -> None:
    with terminal(sandbox, folder, "--timezone", "Asia/Tokyo", "--valid-till", "2031-01-02") as at:
        at.wait_for(QUESTION)
        assert registering(sandbox) == []
        for words in ("12 employees are to be registered", DEMO_CENTER, f"Workplace safety ({DEMO_TEST})"):
            assert words in at.seen
        assert "2031-01-02 23:59:59 (Asia/Tokyo)" in at.seen
        at.type("y\n")
        assert at.end() == 0
    assert len(sandbox.created) == 12
    assert "registered         12" in at.seen

    write_roster(folder, 15)
    with terminal(sandbox, folder) as at:
        at.wait_for("3 employees are to be registered; 12 more links are known already.")
        at.type("y\n")
        assert at.end() == 0
    with terminal(sandbox, folder) as at:  # nobody is left to be asked about
        assert at.end() == 0
    assert QUESTION not in at.seen


@pytest.mark.parametrize(
    ("keys", "code"), [("n\n", 2), ("\n", 2), (CONTROL_D, 2), (CONTROL_C, 130), ("maybe\nn\n", 2)]
)
def test_any_other_answer_sends_nothing(keys: str, code: int, sandbox: Sandbox, folder: Path) -> None:
    with terminal(sandbox, folder) as at:
        at.wait_for(QUESTION)
        at.type(keys)
        assert at.end() == code
    assert registering(sandbox) == []
    assert "othing was sent" in at.seen
    assert "Error" not in at.seen
    assert ("Please type y for yes or n for no" in at.seen) == keys.startswith("maybe")


@pytest.mark.parametrize("elsewhere", ["stdout", "stderr"])
def test_the_question_is_asked_where_the_person_looks(elsewhere: str, sandbox: Sandbox, folder: Path) -> None:
    into = {elsewhere: "said.txt"}
    with Terminal(["run", "staff.csv", *exam(sandbox)], folder, account(sandbox), into=into) as at:
        at.wait_for(QUESTION)
        assert "12 employees are to be registered" in at.seen
        at.type("n\n")
        assert at.end() == 2
    assert registering(sandbox) == []
    assert QUESTION not in (folder / "said.txt").read_text()


def test_who_cannot_see_the_question_is_not_taken_to_agree(sandbox: Sandbox, folder: Path) -> None:
    into = {"stdout": "said.txt", "stderr": "log.txt"}
    with Terminal(["run", "staff.csv", *exam(sandbox)], folder, account(sandbox), into=into) as at:
        assert at.end() == 2
    assert registering(sandbox) == []
    assert "Add --yes to go on without it." in (folder / "log.txt").read_text()
    with Terminal(["run", "staff.csv", *exam(sandbox, "-y")], folder, account(sandbox), into=into) as at:
        assert at.end() == 0


def test_nobody_is_asked_before_something_is_tried(folder: Path) -> None:
    with Terminal(["run", "staff.csv", "--sandbox"], folder, {}) as at:
        assert at.end() == 0
    assert QUESTION not in at.seen


def test_the_question_tells_who_gets_no_link_anyway(sandbox: Sandbox, folder: Path) -> None:
    lines = ["Employee ID,Name", "1,Ann Example", "1,Bob Sample", "2,Cid Specimen", ",Dan Placeholder"]
    (folder / "staff.csv").write_text("\n".join(lines) + "\n")
    with terminal(sandbox, folder) as at:
        at.wait_for(QUESTION)
        assert "without a link: 1 row that can't be sent, 1 employee whose rows differ" in at.seen
        at.type("n\n")
        assert at.end() == 2
    assert "Traceback" not in at.seen
    assert not list(folder.glob("*.registered.*"))


def test_a_termination_before_sending_sends_nothing(sandbox: Sandbox, folder: Path) -> None:
    with terminal(sandbox, folder) as at:
        at.wait_for(QUESTION)
        at.terminate()
        assert at.end() == 143
    assert registering(sandbox) == []
    assert "Traceback" not in at.seen


def test_yes_asks_nothing_and_the_bar_shows_how_far_it_is(folder: Path) -> None:
    with (
        Sandbox(Behaviour(latency_seconds=0.3)) as slow,
        terminal(slow, folder, "--yes", "--batch-size", "3", "--workers", "1") as at,
    ):
        at.wait_for("6 of 12")
        assert at.end() == 0
    plain = ESCAPES.sub("", at.seen)
    assert QUESTION not in plain
    assert "Registering" in plain
    assert "/s" in plain


def test_the_bar_tells_that_startexam_lets_wait(folder: Path) -> None:
    with Sandbox(Behaviour(fail_rate=1, seed=1, retry_after_seconds=0)) as failing:
        flags = ("--yes", "--attempts", "3")
        with terminal(failing, folder, *flags, BULK_REGISTER_WAIT_FIRST="0.5") as at:
            at.wait_for("Waiting for StartExam")
            assert at.end() == 3


def test_ctrl_c_while_sending_stops_in_order(folder: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=0.4)) as slow:
        with terminal(slow, folder, "--yes", "--batch-size", "1", "--workers", "1") as at:
            at.wait_for("1 of 12")
            at.type(CONTROL_C)
            assert at.end() == 130
        assert 1 <= len(slow.created) < 12
    assert "Stopping: waiting for the requests under way" in at.seen
    assert "bulk-register rerun 1" in at.seen
    assert (folder / "staff.registered.xlsx").exists()


def test_a_long_history_is_cut_on_a_terminal_alone(folder: Path) -> None:
    record = RunRecord(Scope(1, "u", "c", "t", ""), "{}", "r", "0", "o", 0, 1, False, 0, 0)
    with Ledger(folder / "ledger.db") as ledger:
        for _ in range(30):
            ledger.begin(record, [])
    with Terminal(["history", "--ledger", "ledger.db"], folder, {}) as at:
        assert at.end() == 0
    assert "… and 10 earlier runs; send the output to a file to see all" in at.seen
    with Terminal(["history", "--ledger", "ledger.db"], folder, {}, into={"stdout": "all.txt"}) as at:
        assert at.end() == 0
    assert len((folder / "all.txt").read_text().splitlines()) == 31


@pytest.mark.parametrize(("keys", "code", "left"), [("n\n", 2, 2), ("\n", 2, 2), ("y\n", 0, 1)])
def test_nothing_is_forgotten_before_the_person_agrees(
    keys: str, code: int, left: int, sandbox: Sandbox, folder: Path
) -> None:
    with terminal(sandbox, folder, "--yes") as at:
        assert at.end() == 0
    with Terminal(["history", "--forget", "1", "--ledger", "ledger.db"], folder, {}) as at:
        at.wait_for("Forget run 1, and the links that became known in it? [y/N]: ")
        at.type(keys)
        assert at.end() == code
    with Terminal(["history", "--ledger", "ledger.db"], folder, {}) as at:
        assert at.end() == 0
    assert len(at.seen.splitlines()) == left


@pytest.mark.parametrize("columns", [20, 40, 200])
def test_a_narrow_terminal_is_no_trouble(columns: int, sandbox: Sandbox, folder: Path) -> None:
    with terminal(sandbox, folder, "--yes", columns=columns) as at:
        assert at.end() == 0
    assert "Traceback" not in at.seen


def test_no_color_means_no_color(folder: Path) -> None:
    colors = re.compile(r"\x1b\[[0-9;]*[0-9]+m")
    with Sandbox(Behaviour(latency_seconds=0.3)) as slow:
        with terminal(slow, folder, "--yes", "--refresh") as colored:
            assert colored.end() == 0
        with terminal(slow, folder, "--yes", "--refresh", NO_COLOR="1") as plain:
            assert plain.end() == 0
    assert re.search(r"\x1b\[3[0-9]|\x1b\[38;", colored.seen)
    assert not [found for found in colors.findall(plain.seen) if re.search(r"\[(3|4|9|10)\d|\[38;", found)]


def test_json_for_a_log_means_no_bar(sandbox: Sandbox, folder: Path) -> None:
    with terminal(sandbox, folder, "--yes", "--log-format", "json", "-v") as at:
        assert at.end() == 0
    assert "\x1b" not in at.seen


def test_what_programs_read_is_never_broken_to_fit_a_terminal(sandbox: Sandbox, folder: Path) -> None:
    with terminal(sandbox, folder, "--yes", "--log-format", "json", "-v", "--report", "-", columns=40) as at:
        assert at.end() == 0
    lines = at.seen.replace("\r\n", "\n").splitlines()
    logged = [json.loads(line) for line in lines if line.startswith('{"time"')]
    assert {line["event"] for line in logged if "event" in line} >= {"RunStarted", "RequestDone", "RunEnded"}
    first = lines.index("{")
    assert json.loads("\n".join(lines[first : lines.index("}") + 1]))["exit_code"] == 0
