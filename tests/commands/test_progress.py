"""What is said while a run goes on and at its end, where it is said, and what never is."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from bulk_register.sandbox import Behaviour, Sandbox
from tests.support.hostile_server import HostileServer, Reaction, Request, message
from tests.support.office import until
from tests.support.program import Ended, account, call, end, exam, start, write_roster

NO_WAIT = {"BULK_REGISTER_WAIT_FIRST": "0.01", "BULK_REGISTER_WAIT_MAX": "0.02"}
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(autouse=True)
def _roster(folder: Path) -> None:
    write_roster(folder, 12)


def run(sandbox: Sandbox, *flags: str, roster: str = "staff.csv") -> Ended:
    return call("run", roster, *exam(sandbox, *flags), environ=account(sandbox, **NO_WAIT))


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


# --- what never is said


def assert_nobody_is_named(ended: Ended, sandbox: Sandbox) -> None:
    said = ended.out + ended.err
    participants = [str(item) for item in sandbox.registrations.values()]
    assert participants
    assert not any(participant in said for participant in participants)
    assert sandbox.secret_key not in said
    assert "#participant" not in said
    assert "SharedKey" not in said
    assert not re.search(r"0070000\d\d", said)


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("fail_rate", [0, 0.3])
def test_even_with_v_nobody_is_named_and_nothing_secret_is_told(log_format: str, fail_rate: float) -> None:
    with Sandbox(Behaviour(fail_rate=fail_rate, seed=3, retry_after_seconds=0)) as sandbox:
        ended = run(sandbox, "-v", "--batch-size", "2", "--log-format", log_format, "--attempts", "9")
        assert_nobody_is_named(ended, sandbox)
        assert "batch 1 (2 employees): status 200" in ended.err or fail_rate
        for command in (["history"], ["history", "1"]):
            assert_nobody_is_named(call(*command, "--ledger", "ledger.db"), sandbox)
        assert_nobody_is_named(run(sandbox, "-v"), sandbox)


def test_startexams_words_about_an_employee_are_said_without_the_name() -> None:
    refused = {"007000003", "007000007"}
    with Sandbox(Behaviour(unknown=refused, name_unknown=True)) as sandbox:
        ended = run(sandbox, "-v", "--report", "report.json")
        assert ended.code == 1
        assert "rows 5, 9: rejected: Employee '…' is not found." in ended.out
        assert_nobody_is_named(ended, sandbox)
        problems = json.loads(Path("report.json").read_text())["problems"]
        assert {problem["employee"] for problem in problems} == refused
        assert all(problem["employee"] in problem["note"] for problem in problems)


def test_startexams_words_about_a_participant_are_said_without_it() -> None:
    participant = "d344c6b0-854d-44b1-be5a-478de4679ee9"

    blocked = message(400, f"Participant {participant} of 007000003 is blocked")

    def react(request: Request) -> Reaction | None:
        return blocked if "007000003" in request.employees else None

    with HostileServer(react) as server, Sandbox() as demo:
        flags = exam(demo, "-v", "--base-url", server.base_url)
        ended = call("run", "staff.csv", *flags, environ=account(demo))
    assert ended.code == 1
    assert "row 5: rejected: Participant … of … is blocked" in ended.out
    said = ended.out + ended.err
    assert participant not in said
    assert "007000003" not in said


# --- where it is said


def test_json_lines_are_one_object_each_whatever_happens() -> None:
    with Sandbox(Behaviour(fail_rate=0.4, seed=1, retry_after_seconds=0)) as sandbox:
        flags = ["--log-format", "json", "--batch-size", "3", "--attempts", "9"]
        for more in (
            ["-v"],
            ["-v", "--report", "-"],
            ["--dry-run"],
            ["--batch-size", "0"],
            ["-o", "staff.csv"],
        ):
            found = lines_of(run(sandbox, *flags, *more).err)
            assert all({"time", "level", "message"} <= line.keys() for line in found)
        first = lines_of(run(sandbox, *flags, "--refresh", "-v").err)
    events = {line.get("event") for line in first}
    assert {"RosterRead", "Planned", "RunStarted", "RequestDone", "Settled", "Delivered"} <= events


def test_the_environment_and_the_file_choose_json_for_errors_too(sandbox: Sandbox, folder: Path) -> None:
    environ = account(sandbox, BULK_REGISTER_LOG_FORMAT="json")
    assert lines_of(call("run", "nobody.csv", *exam(sandbox), environ=environ).err)[0]["level"] == "error"
    (folder / "bulk_register.toml").write_text("log_format = 'json'\nworkers = 0\n")
    assert lines_of(call("run", "staff.csv", *exam(sandbox), environ=account(sandbox)).err)


def test_a_report_on_standard_output_is_all_there_is(sandbox: Sandbox) -> None:
    ended = run(sandbox, "--report", "-")
    assert json.loads(ended.out)["registered"] == 12
    assert "Output: " in ended.err
    again = run(sandbox, "--report", "-", "-q")
    assert json.loads(again.out)["already_registered"] == 12
    assert again.err == ""
    dry = run(sandbox, "--report", "-", "--dry-run")
    assert json.loads(dry.out)["already_registered"] == 12
    assert "nothing was sent" in dry.err
    check = call("check", "staff.csv", "--report", "-")
    assert (json.loads(check.out)["employees"], check.err) == (12, "")


def test_quiet_says_nothing_of_success_and_tells_of_trouble(sandbox: Sandbox, folder: Path) -> None:
    assert run(sandbox, "-q") == Ended(0, "", "")
    assert run(sandbox, "-q", "--dry-run") == Ended(0, "", "")
    assert call("check", "staff.csv", "-q") == Ended(0, "", "")
    assert call("export", "-q", "--ledger", "ledger.db") == Ended(0, "", "")
    (folder / "staff.registered.xlsx").write_bytes(b"somebody's")
    moved = run(sandbox, "-q")
    assert (moved.code, moved.out) == (0, "")
    assert "What was in staff.registered.xlsx before is in" in moved.err
    (folder / "bad.csv").write_text("Employee ID,Name\n1,A\n,B\n")
    assert "row 3: invalid" in run(sandbox, "-q", roster="bad.csv").out
    assert "Row 3: invalid" in call("check", "bad.csv", "-q").out
    assert "Row 3: invalid" in run(sandbox, "-q", "--dry-run", roster="bad.csv").out


def test_dry_run_ends_like_check_and_sends_nothing(sandbox: Sandbox, folder: Path) -> None:
    (folder / "bad.csv").write_text("Employee ID,Name\n1,A\n,B\n")
    dry = run(sandbox, "--dry-run", "--report", "dry.json", roster="bad.csv")
    assert dry.code == call("check", "bad.csv").code == 1
    assert dry.out.startswith("Row 3: invalid: ")
    assert run(sandbox, "--dry-run").code == 0
    assert sandbox.requests == []
    assert not list(folder.glob("*.registered.*"))
    assert not (folder / "ledger.db").exists()
    found = json.loads((folder / "dry.json").read_text())
    assert (found["exit_code"], found["batches"], found["requests"]) == (1, 1, 0)
    assert (found["employees"], found["not_sent"], found["invalid_rows"]) == (1, 1, 1)


def test_conflicts_that_are_allowed_are_no_problem_of_a_dry_run(sandbox: Sandbox, folder: Path) -> None:
    (folder / "two.csv").write_text("Employee ID,Name\n1,Anna Smith\n1,Boris Johnson\n")
    assert run(sandbox, "--dry-run", roster="two.csv").code == 1
    assert run(sandbox, "--dry-run", "--allow-conflicts", roster="two.csv").code == 0


def test_conflicts_are_told_where_links_are_withheld(sandbox: Sandbox, folder: Path) -> None:
    (folder / "two.csv").write_text("Employee ID,Name\n1,Anna Smith\n1,Boris Johnson\n")
    assert re.search(r"  of these, withheld \(conflict\) +1\n", run(sandbox, roster="two.csv").out)
    allowed = run(sandbox, "--allow-conflicts", roster="two.csv")
    assert (allowed.code, "(conflict)" in allowed.out) == (0, False)


def test_our_own_words_about_a_row_are_told_whole(sandbox: Sandbox, folder: Path) -> None:
    (folder / "two.csv").write_text("Employee ID,Name\n2,Anna Smith\n2,Boris Johnson\n")
    told = "rows 2 to 3: conflict: rows 2, 3 have the same identifier"
    assert told in run(sandbox, roster="two.csv").out


def test_what_is_asked_about_again_is_told(sandbox: Sandbox, folder: Path) -> None:
    run(sandbox)
    write_roster(folder, 14)
    told = run(sandbox, "--refresh").err
    assert "2 employees are to be registered; 12 links are asked about again, and kept while" in told
    assert "14 employees are to be registered anew\n" in run(sandbox, "--reregister").err


def test_history_knows_what_later_runs_have_mended(sandbox: Sandbox) -> None:
    ended = call("run", "staff.csv", *exam(sandbox), environ=account(sandbox, STARTEXAM_SECRET_KEY="x"))
    assert ended.code == 3
    assert "  12 open  " in call("history", "--ledger", "ledger.db").out
    assert run(sandbox).code == 0
    assert " open " not in call("history", "--ledger", "ledger.db").out
    assert "Run 1, " in call("history", "1", "--ledger", "ledger.db").out


def test_check_lists_every_problem_with_its_row(folder: Path) -> None:
    (folder / "bad.csv").write_text("Employee ID,Name\n" + ",A\n" * 120 + "1,B\n")
    ended = call("check", "bad.csv")
    assert [line.split(":")[0] for line in ended.out.splitlines() if line.startswith("Row ")] == [
        f"Row {number}" for number in range(2, 122)
    ]
    assert ended.out.endswith("1 employee can be sent; 120 rows have a problem.\n")
    (folder / "two.csv").write_text("Employee ID,Name\n1,Anna Smith\n1,Boris Johnson\n2,Cid\n")
    told = "2 employees can be sent (1 of them gets no link until its rows agree); 2 rows have a problem."
    assert call("check", "two.csv").out.splitlines()[-1] == told


def test_one_is_not_many(sandbox: Sandbox, folder: Path) -> None:
    write_roster(folder, 1, "one.csv")
    ended = run(sandbox, "-v", roster="one.csv")
    assert "one.csv: 1 row, 1 employee\n" in ended.err
    assert "1 employee is to be registered" in ended.err
    assert "1 of 1 employee done" in ended.err
    assert "1 request, " in ended.out
    assert not re.search(r"\b1 (employees|rows|requests)\b", ended.out + ended.err)


def test_words_for_people_hold_no_jargon(sandbox: Sandbox) -> None:
    ended = run(sandbox, "--batch-size", "5")
    verified = call("verify", "staff.registered.xlsx", "--ledger", "ledger.db")
    assert verified.code == 0
    told = ended.out + ended.err + verified.out + verified.err
    assert not re.search(r"batch|ledger|HTTP|JSON|status|http", told)


def test_what_a_run_is_finished_with_can_be_typed_as_it_is_said(folder: Path) -> None:
    with Sandbox(Behaviour(fail_rate=1, retry_after_seconds=0)) as failing:
        environ = account(failing, **NO_WAIT)
        flags = exam(failing, "--attempts", "1", "--ledger", "my ledger.db")
        ended = call("run", "staff.csv", *flags, environ=environ)
    command = ended.out.splitlines()[-1].strip()
    assert ended.code == 3
    assert command == f"bulk-register rerun 1 --ledger '{folder / 'my ledger.db'}'"


def test_finishing_a_run_tells_its_own_time_and_what_is_left(sandbox: Sandbox) -> None:
    assert run(sandbox).code == 0
    again = call("rerun", "--ledger", "ledger.db", "--report", "r.json", environ=account(sandbox))
    assert again == Ended(0, "Nothing is left to do in run 1: everybody has a link.\n", "")
    found = json.loads(Path("r.json").read_text())
    assert (found["run"], found["exit_code"]) == (1, 0)


# --- streams that end early


def test_nobody_reading_on_is_no_trouble(sandbox: Sandbox, folder: Path) -> None:
    write_roster(folder, 3000, "many.csv")
    for args in (["run", "many.csv", *exam(sandbox)], ["check", "many.csv"], ["run", "--help"]):
        process = start(args, folder, account(sandbox))
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
        assert process.wait(60) in (0, 1 if "--help" in args else 0)  # help is the command line library's
        process.stderr.close()


def test_a_closed_log_does_not_stop_a_run(sandbox: Sandbox, folder: Path) -> None:
    process = start(["run", "staff.csv", *exam(sandbox, "-v", "--batch-size", "1")], folder, account(sandbox))
    assert process.stderr is not None
    process.stderr.close()
    assert process.stdout is not None
    assert "registered         12" in process.stdout.read()
    assert process.wait(60) == 0
    process.stdout.close()
    assert len(sandbox.created) == 12


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
def test_a_full_disk_under_the_log_does_not_stop_a_run(sandbox: Sandbox, folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = start(
            ["run", "staff.csv", *exam(sandbox)], folder, account(sandbox), stderr=full, stdout=full
        )
        assert process.wait(60) == 0
    assert len(sandbox.created) == 12


def test_a_console_without_our_letters_is_no_trouble(sandbox: Sandbox, folder: Path) -> None:
    write_roster(folder, 1, "Персонал.csv")
    environ = account(sandbox, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    ended = end(start(["run", "Персонал.csv", *exam(sandbox)], folder, environ))
    assert ended.code == 0, ended.err


def test_the_first_time_a_way_to_begin_is_said(folder: Path) -> None:
    write_roster(folder)
    ended = call("run", "staff.csv")
    assert ended.code == 2
    *errors, hint = ended.err.splitlines()
    assert all(line.startswith("Error: ") for line in errors)
    assert hint.startswith("The first time: bulk-register init asks for all of this once")
    assert "The first time" not in call("run", "staff.csv", "--center", "x").err


# --- the last line of a log


@pytest.mark.parametrize(
    ("refused", "fail_rate", "code", "level"),
    [(set(), 0, 0, "info"), ({"007000003"}, 0, 1, "warning"), (set(), 1, 3, "error")],
)
def test_the_last_line_of_a_json_log_tells_how_the_run_ended(
    refused: set[str], fail_rate: float, code: int, level: str
) -> None:
    behaviour = Behaviour(unknown=refused, fail_rate=fail_rate, seed=1, retry_after_seconds=0)
    with Sandbox(behaviour) as sandbox:
        ended = run(sandbox, "--log-format", "json", "--attempts", "2")
    last = lines_of(ended.err)[-1]
    linked = 0 if code == 3 else 12 - len(refused)
    assert (ended.code, last["exit_code"], last["level"]) == (code, code, level)
    assert (last["event"], last["run"], last["registered"]) == ("RunEnded", 1, linked)


def test_errors_in_a_json_log_tell_the_exit_code(sandbox: Sandbox) -> None:
    [line] = lines_of(run(sandbox, "--log-format", "json", roster="nowhere.csv").err)
    assert (line["level"], line["exit_code"]) == ("error", 2)


def test_a_quiet_json_log_of_a_good_run_is_empty(sandbox: Sandbox) -> None:
    assert run(sandbox, "--log-format", "json", "--quiet").err == ""


def test_the_last_line_is_the_last_beside_a_report_too(sandbox: Sandbox) -> None:
    ended = run(sandbox, "--log-format", "json", "--report", "-")
    assert lines_of(ended.err)[-1]["event"] == "RunEnded"
    assert json.loads(ended.out)["registered"] == 12


def test_quiet_nights_are_quiet_with_a_list_too(sandbox: Sandbox) -> None:
    for log_format in ("text", "json"):
        for _ in range(2):
            ended = run(sandbox, "--quiet", "--only-new", "new.xlsx", "--log-format", log_format)
            assert ended == Ended(0, "", "")


def test_a_sandbox_says_that_it_is_one() -> None:
    told = call("run", "staff.csv", "--sandbox", "-o", "links.xlsx").out
    assert "This was the sandbox: nobody was registered, and the links lead nowhere." in told


def test_where_startexam_cannot_be_reached_the_network_is_to_be_looked_at(sandbox: Sandbox) -> None:
    ended = run(sandbox, "--base-url", "http://127.0.0.1:9", "--attempts", "1")
    assert ended.code == 3
    assert "StartExam could not be reached. Check the network" in ended.out
    assert "If the center" not in ended.out


def test_a_longer_window_that_known_links_do_not_get_is_told(sandbox: Sandbox) -> None:
    run(sandbox)
    told = run(sandbox, "--valid-till", "2099-01-01").out
    assert "12 known links end earlier than asked for (StartExam keeps a link's first end;" in told


def test_a_report_of_another_run_is_not_left_where_one_was_killed(folder: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=5)) as slow:
        (folder / "report.json").write_text('{"exit_code": 0}')
        process = start(["run", "staff.csv", *exam(slow, "--report", "report.json")], folder, account(slow))
        until(lambda: len(slow.requests) > 0 or not (folder / "report.json").exists())
        process.kill()
        end(process)
    assert not (folder / "report.json").exists()


def test_a_rerun_with_nothing_left_to_do_says_so_in_json_too(sandbox: Sandbox) -> None:
    run(sandbox)
    flags = ["--ledger", "ledger.db", "--log-format", "json", "--report", "r.json"]
    ended = call("rerun", *flags, environ=account(sandbox))
    [last] = lines_of(ended.err)
    assert (ended.code, last["event"], last["exit_code"], last["employees"]) == (0, "RunEnded", 0, 12)
    report = json.loads(Path("r.json").read_text())
    assert (report["run"], report["employees"], report["already_registered"]) == (1, 12, 12)


def test_a_run_says_what_check_says_of_the_reading(sandbox: Sandbox, folder: Path) -> None:
    rows = ["Employee ID,Name", "7310101.0,Ann Example", "7310102.0,Bob Example", "7310103.0,Cid Example"]
    (folder / "tails.csv").write_text("\n".join(rows) + "\n")
    report = folder / "report.json"
    ended = run(sandbox, "--report", str(report), "--log-format", "json", roster="tails.csv")
    assert ended.code == 0
    logged = [json.loads(line) for line in ended.err.splitlines()]
    noted = [line["message"] for line in logged if line["level"] == "warning"]
    assert any(words.startswith("fixed (3): all identifiers ended in .0") for words in noted)
    assert [fix["count"] for fix in json.loads(report.read_text())["fixes"]] == [3]
    assert "Fixed (3): all identifiers ended in .0" in ended.out
    assert "73101" not in ended.err + ended.out
