"""The numbers for Prometheus, read with its own parser, and the command that a failure runs."""

from __future__ import annotations

import json
import os
import shlex
import signal
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from bulk_register.run.metrics import _escaped, _plain
from bulk_register.sandbox import DEMO_CENTER, DEMO_SECRET_KEY, Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HostileServer, Reaction, Request
from tests.support.office import RUN, Office, until
from tests.support.plans import people

METRICS = ("--metrics", "job.prom")
posix = pytest.mark.skipif(os.name != "posix", reason="signals and modes as POSIX has them")

Numbers = dict[str, float]


def numbers(folder: Path, **expected: str) -> Numbers:
    """Return the file's samples by name and own label; all have the expected labels."""
    found: Numbers = {}
    text = (folder / "job.prom").read_text(encoding="utf-8")
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            labels = dict(sample.labels)
            assert {name: labels.pop(name) for name in expected} == expected
            own = ",".join(text for name, text in labels.items() if name in ("status", "within_days"))
            found[sample.name.removeprefix("bulk_register_") + (f":{own}" if own else "")] = sample.value
    return found


def test_a_file_for_prometheus_holds_times_counts_and_ends(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00003"}, name_unknown=True)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire([*people(5), ""])
        before = time.time()
        assert office.say(*RUN, *METRICS, "--ending-days", 11).code == 1
        found = numbers(tmp_path, center=DEMO_CENTER, profile="", roster="staff.csv")
        assert before <= found["last_run_timestamp_seconds"] <= time.time()
        assert 0 < found["last_run_duration_seconds"] < 60
        assert "last_success_timestamp_seconds" not in found
        assert (found["last_run_exit_code"], found["last_run_retry"], found["invalid_rows"]) == (1, 0, 1)
        assert {name: number for name, number in found.items() if number and "employees" in name} == {
            "employees:registered": 4,
            "employees:rejected": 1,
        }
        assert found["links_ending:11"] == 4
        assert office.say(*RUN, *METRICS, "--tolerate", "invalid,rejected", "--ending-days", 9).code == 0
        again = numbers(tmp_path)
        assert again["last_success_timestamp_seconds"] == again["last_run_timestamp_seconds"]
        assert (again["employees:already_registered"], again["links_ending:9"]) == (4, 0)
        text = (tmp_path / "job.prom").read_text()
        assert not any(name in text for name in people(5))
        assert str(tmp_path) not in text


@posix
def test_the_last_success_survives_runs_that_fail_each_in_its_way(tmp_path: Path) -> None:
    def react(_: Request) -> Reaction:
        return hostile.html(503) if down else hostile.hang(0.2)

    down: list[bool] = []
    with HostileServer(react) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(2))
        assert office.say(*RUN, *METRICS).code == 0
        success = numbers(tmp_path)["last_success_timestamp_seconds"]
        office.hire(people(40))
        process = office.start(*RUN[:3], "other.csv", *RUN[4:-2], "--batch-size", 1, "--workers", 1, *METRICS)
        until(lambda: len(startexam.requests) > 1)
        ended = [office.say(*RUN, *METRICS).code]  # the ledger is busy
        assert numbers(tmp_path)["last_run_retry"] == 1
        process.send_signal(signal.SIGINT)
        ended.append(office.end(process).code)
        interrupted = numbers(tmp_path)
        assert interrupted["employees:registered"] + interrupted["employees:not_sent"] == 38
        ended.append(office.say(*RUN, "--workers", 0, *METRICS).code)
        ended.append(office.say("run", "gone.csv", "--valid-till", "+1d", *METRICS).code)
        down.append(True)
        ended.append(office.say(*RUN, *METRICS, "--attempts", 1).code)
        found = numbers(tmp_path)
        assert ended == [4, 130, 2, 2, 3]
        assert (found["last_success_timestamp_seconds"], found["last_run_exit_code"]) == (success, 3)
        assert found["employees:failed"] + found["employees:not_sent"] > 30
        assert office.say("rerun", 1, *METRICS).code == 0  # nothing is left in it: what is known stays
        assert numbers(tmp_path)["employees:failed"] == found["employees:failed"]
        assert numbers(tmp_path, roster="staff.csv")["last_success_timestamp_seconds"] > success


def program_with(module: str, constant: str, value: object) -> tuple[str, str]:
    """Return a program that differs from ours by a constant."""
    script = f"from importlib import import_module\nimport_module({module!r}).{constant} = {value!r}\n"
    return "-c", f"{script}from bulk_register.cli import main\nmain()"


@posix
def test_a_bug_and_a_termination_are_in_the_file_too(tmp_path: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=0.2)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(100))
        slow = (*RUN, *METRICS, "--batch-size", 10, "--workers", 2)
        told = office.tell(*slow, program=program_with("bulk_register.sending.send", "TICK_SECONDS", "a bug"))
        assert (told.code, "This is a bug" in told.err) == (70, True)
        found = numbers(tmp_path, center=DEMO_CENTER, roster="staff.csv")
        assert (found["last_run_exit_code"], found["last_run_retry"]) == (70, 0)
        process = office.start(*slow)
        until(lambda: len(sandbox.requests) > 3)
        process.send_signal(signal.SIGTERM)
        assert office.end(process).code == 143
        found = numbers(tmp_path, center=DEMO_CENTER, roster="staff.csv")
        assert (found["last_run_exit_code"], found["last_run_retry"]) == (143, 1)
        assert found["employees:not_sent"] > 0
        assert "last_success_timestamp_seconds" not in found
        assert office.say("rerun", *METRICS).code == 0
        found = numbers(tmp_path)
        assert found["last_success_timestamp_seconds"] == found["last_run_timestamp_seconds"]


@posix
def test_the_file_is_whole_at_any_time_readable_for_all_and_alone_in_its_folder(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(2))
        folder = tmp_path / "collected"
        folder.mkdir()
        old = os.umask(0o077)
        try:
            assert office.say(*RUN, "--metrics", "collected/job.prom").code == 0
        finally:
            os.umask(old)
        assert [path.name for path in folder.iterdir()] == ["job.prom"]
        assert stat.S_IMODE((folder / "job.prom").stat().st_mode) == 0o644
        folder.rename(tmp_path / "gone")
        told = office.say(*RUN, "--metrics", "collected/job.prom")
        assert (told.code, "warning: The metrics can't be written to" in told.err) == (0, True)
        told = office.say(*RUN, "--metrics", "job.txt")
        assert (told.code, "must end in .prom" in told.err) == (2, True)


def test_a_trial_is_no_night(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.environment["BULK_REGISTER_METRICS"] = str(tmp_path / "job.prom")
        office.environment["BULK_REGISTER_ON_FAILURE"] = (
            f"{shlex.quote(sys.executable)} -c 'print(\"alarm\")'"
        )
        office.hire([*people(2), ""])
        for trial in ("--dry-run", "--sandbox"):
            told = office.tell("run", "staff.csv", "--valid-till", "+1d", trial)
            assert (told.code, "alarm" in told.err) == (1, False)
        assert not (tmp_path / "job.prom").exists()
        assert office.tell("run", "staff.csv", "--sandbox", *METRICS).code == 1
        assert numbers(tmp_path)["last_run_exit_code"] == 1


@given(st.text())
def test_what_a_label_says_is_read_back_as_it_was(text: str) -> None:
    line = f'm{{l="{_escaped(text)}"}} 1\n'
    known = text.encode(errors="replace").decode()
    assert _plain(_escaped(text)) == known
    if not set(text) & set("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):  # at which its parser parts lines
        [family] = text_string_to_metric_families(line)
        assert family.samples[0].labels["l"] == known


# --- the command after a failure

KEEP = """
import json, os, sys
report = json.load(sys.stdin)
with open("told.json", "w") as file:
    json.dump({"report": report, "words": sys.argv[1:], "environment": dict(os.environ)}, file)
print("somebody was told of", report["exit_code"])
"""


def command(folder: Path, script: str = KEEP) -> str:
    (folder / "tell.py").write_text(script)
    return shlex.join([sys.executable, "tell.py", "a b", "$HOME", "; exit 9"])


def told_to(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "told.json").read_text())
    (folder / "told.json").unlink()
    return found


def test_a_failure_runs_a_command_with_the_report_and_without_the_secret(tmp_path: Path) -> None:
    with HostileServer(lambda _: hostile.html(503)) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(3))
        words = ("--on-failure", command(tmp_path))
        told = office.tell(*RUN, "--attempts", 1, *words)
        assert (told.code, "somebody was told of 3" in told.err, "told" in told.out) == (3, True, False)
        heard = told_to(tmp_path)
        assert heard["report"] == told.report
        assert heard["words"] == ["a b", "$HOME", "; exit 9"]  # no shell read them
        assert "STARTEXAM_SECRET_KEY" not in heard["environment"]
        assert DEMO_SECRET_KEY not in json.dumps(heard)
        told = office.tell("run", "gone.csv", "--valid-till", "+1d", "--log-format", "json", *words)
        assert (told.code, told_to(tmp_path)["report"]["exit_code"]) == (2, 2)
        assert [json.loads(line)["message"] for line in told.err.splitlines()][-1] == "somebody was told of 2"
        office.environment["BULK_REGISTER_ON_FAILURE"] = words[1]
        assert (
            office.tell("rerun", "--attempts-of-nobody").code == 2
        )  # no command line at all: nothing is known
        assert office.tell("rerun").code == 3
        assert told_to(tmp_path)["report"]["run"] == 1


def test_a_run_that_ends_well_runs_no_command(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        assert office.tell(*RUN, "--on-failure", command(tmp_path)).code == 0
        assert not (tmp_path / "told.json").exists()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("raise SystemExit(7)", "ended with 7 itself"),
        ("import os; os.close(0); print('x' * 10_000_000)", ""),
        (None, "can't be run"),
    ],
)
def test_what_goes_wrong_with_the_command_is_a_warning(
    script: str | None, words: str, tmp_path: Path
) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(["", *people(2)])
        named = command(tmp_path, script) if script else "no-such-command-anywhere 1"
        told = office.tell(*RUN, "--on-failure", named)
        assert (told.code, words in told.err) == (1, True)


HANG = """
import subprocess
child = subprocess.Popen(["sleep", "300"])
with open("child", "w") as file:
    file.write(f"{child.pid}\\n")
child.wait()
"""


@posix
@pytest.mark.parametrize("ended_by", ["its time", "Ctrl-C"])
def test_a_command_that_hangs_is_ended_with_its_children(ended_by: str, tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(["", *people(2)])
        seconds = 2.0 if ended_by == "its time" else 60.0
        shorter = program_with("bulk_register.commands.terminal.failure_command", "SECONDS", seconds)
        process = office.start(*RUN, "--on-failure", command(tmp_path, HANG), program=shorter)
        pid = tmp_path / "child"
        until(lambda: pid.exists() and pid.read_text().endswith("\n"), 60)
        began = time.monotonic()
        if ended_by == "Ctrl-C":
            process.send_signal(signal.SIGINT)  # sooner than the time that it may take
        told = office.end(process)
        assert time.monotonic() - began < 50
        assert (told.code, f"was ended: it may take {seconds:.0f} s" in told.err) == (1, True)
        child = Path(f"/proc/{int(pid.read_text())}")
        until(lambda: not child.exists() or " Z " in (child / "stat").read_text())


def test_a_command_that_is_none_is_refused(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(2))
        for wrong in ("", "'mail"):
            told = office.say(*RUN, "--on-failure", wrong)
            assert (told.code, "a command in quotes" in told.err) == (2, True), wrong
        assert sandbox.requests == []
