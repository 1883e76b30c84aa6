"""New hires: `sync` alone, and `run --sync`, against the sandbox over real sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bulk_register.sandbox import DEMO_PROFILE, Behaviour, Sandbox
from tests.support.program import account, call, exam

FIELDS = '[fields]\n"First Name" = "Name"\nEmail = "Mail"\nDepartment = {value = "HR"}\n'


def roster(folder: Path, people: Sequence[tuple[str, str, str]]) -> None:
    lines = ["Employee ID,Name,Mail", *map(",".join, people)]
    (folder / "staff.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def staff(count: int) -> list[tuple[str, str, str]]:
    return [(f"emp-{number:05}", f"Person {number}", f"p{number}@example.com") for number in range(count)]


@pytest.fixture(autouse=True)
def _settings(folder: Path) -> None:
    (folder / "bulk_register.toml").write_text(
        f'employee_profile = "{DEMO_PROFILE}"\nwait_first = 0.01\nwait_max = 0.05\n{FIELDS}'
    )


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    """A StartExam that knows nobody yet."""
    with Sandbox(Behaviour(known=frozenset())) as running:
        yield running


def sync(sandbox: Sandbox, *more: str) -> tuple[int, dict[str, Any], str]:
    flags = ["--ledger", "ledger.db", "--base-url", sandbox.base_url, "--report", "report.json"]
    ended = call("sync", "staff.csv", *flags, *more, environ=account(sandbox))
    report = Path("report.json")
    return ended.code, json.loads(report.read_text()) if report.exists() else {}, ended.out + ended.err


def run(sandbox: Sandbox, *more: str) -> tuple[int, dict[str, Any], str]:
    flags = exam(sandbox, "--sync", "-o", "out.csv", "--report", "report.json", *more)
    ended = call("run", "staff.csv", *flags, environ=account(sandbox))
    report = Path("report.json")
    return ended.code, json.loads(report.read_text()) if report.exists() else {}, ended.out + ended.err


def sent(sandbox: Sandbox) -> list[int]:
    """How many employees were in each request that syncs."""
    return [len(one.employees) for one in sandbox.requests if one.path == "/v1/employees"]


def test_new_employees_are_added_with_their_fields_and_only_changed_ones_go_out_again(
    folder: Path, fresh: Sandbox
) -> None:
    roster(folder, staff(1200))
    assert sync(fresh)[0] == 0
    assert sorted(sent(fresh)) == [200, 500, 500]
    assert fresh.people["emp-00007"] == {
        "First Name": "Person 7",
        "Email": "p7@example.com",
        "Department": "HR",
    }
    assert sync(fresh)[1]["unchanged"] == 1200
    roster(folder, [("emp-00000", "Another Name", "p0@example.com"), *staff(1201)[1:]])
    code, report, _ = sync(fresh)
    assert (code, report["synced"], report["unchanged"]) == (0, 2, 1199)
    assert sent(fresh)[3:] == [2]
    assert fresh.people["emp-00000"]["First Name"] == "Another Name"


def test_only_the_first_few_are_tried(folder: Path, fresh: Sandbox) -> None:
    roster(folder, staff(10))
    assert sync(fresh, "--first", "3")[1]["synced"] == 3
    assert len(fresh.people) == 3
    assert sync(fresh)[1]["synced"] == 7


def test_a_run_adds_new_hires_first_and_a_second_one_sends_nothing(folder: Path) -> None:
    known = frozenset(name for name, *_ in staff(1100))
    with Sandbox(Behaviour(known=known)) as sandbox:
        roster(folder, staff(1200))
        code, report, _ = run(sandbox)
        assert (code, report["registered"], report["synced"]) == (0, 1200, 1200)
        before = len(sandbox.requests)
        code, report, _ = run(sandbox)
        assert (code, report["already_registered"], report["synced"]) == (0, 1200, 0)
        assert len(sandbox.requests) == before


def test_without_sync_a_new_hire_is_refused(folder: Path) -> None:
    with Sandbox(Behaviour(known=frozenset({"emp-00000"}))) as sandbox:
        roster(folder, staff(2))
        assert run(sandbox, "--no-sync")[1]["rejected"] == 1


def test_a_refused_value_is_isolated_and_its_row_has_startexams_words(folder: Path) -> None:
    def refuses(name: str, value: str) -> bool:
        return name == "Email" and value == "p613@example.com"

    with Sandbox(Behaviour(known=frozenset(), refuses_value=refuses)) as sandbox:
        roster(folder, staff(1200))
        code, report, told = run(sandbox)
    assert (code, report["registered"], report["rejected"], report["synced"]) == (1, 1199, 1, 1199)
    [problem] = report["problems"]
    assert (problem["row"], problem["employee"]) == (615, "emp-00613")
    assert "Email" in problem["note"]
    assert "p613@example.com" not in told + problem["note"]


@pytest.mark.parametrize("command", [sync, run])
def test_wrong_names_of_fields_stop_it_with_the_first_batch(folder: Path, command: Any) -> None:
    file = folder / "bulk_register.toml"
    file.write_text(file.read_text().replace('"First Name"', '"Given Name"'))
    with Sandbox(Behaviour(known=frozenset())) as sandbox:
        roster(folder, staff(1200))
        code, _, told = command(sandbox)
        assert code == 3
        assert "Given Name" in told
        assert sent(sandbox) == [500, 1, 1, 1]
        assert not sandbox.people
        assert not sandbox.registrations


def test_a_header_that_the_roster_lacks_is_told_before_anything_is_sent(folder: Path, fresh: Sandbox) -> None:
    (folder / "staff.csv").write_text("Employee ID,Name\na,Anna\n")
    code, _, told = run(fresh)
    assert code == 2
    assert "Mail" in told
    assert not fresh.requests


def test_people_whose_rows_differ_are_not_sent(folder: Path, fresh: Sandbox) -> None:
    people = [("a", "Anna", "a@example.com"), ("b", "Ben", "b@example.com"), ("a", "Eve", "e@example.com")]
    roster(folder, people)
    code, report, _ = sync(fresh)
    assert code == 1
    assert list(fresh.people) == ["b"]
    assert [item["status"] for item in report["problems"]] == ["conflict", "conflict"]


@pytest.mark.parametrize("status", [400, 413])
def test_requests_that_are_too_large_are_halved(folder: Path, status: Any) -> None:
    with Sandbox(Behaviour(known=frozenset(), most_synced=100, too_many_synced=status)) as sandbox:
        roster(folder, staff(500))
        assert sync(sandbox)[0] == 0
        assert len(sandbox.people) == 500


def test_with_faults_nobody_is_lost(folder: Path) -> None:
    behaviour = Behaviour(known=frozenset(), fail_rate=0.25, retry_after_seconds=0, seed=7)
    with Sandbox(behaviour) as sandbox:
        roster(folder, staff(300))
        code, report, _ = run(sandbox, "--batch-size", "20")
        assert (code, report["registered"], report["synced"]) == (0, 300, 300)
        assert set(sandbox.created.values()) == {1}


def test_where_startexam_is_gone_the_run_can_be_finished(folder: Path, fresh: Sandbox) -> None:
    roster(folder, staff(3))
    code, report, _ = run(fresh, "--base-url", "http://127.0.0.1:9", "--attempts", "1")
    assert (code, report["registered"]) == (3, 0)
    assert report["failed"] + report["not_sent"] == 3


def test_a_dry_run_counts_and_sends_nothing(folder: Path, fresh: Sandbox) -> None:
    roster(folder, staff(3))
    code, _, told = run(fresh, "--dry-run")
    assert (code, fresh.requests) == (0, [])
    assert "3 employees are added to StartExam or updated there first" in told


def test_what_runs_forget_is_forgotten_of_people_too(folder: Path, fresh: Sandbox) -> None:
    roster(folder, staff(3))
    run(fresh)
    call("history", "--forget", "1", "--ledger", "ledger.db")
    assert b"emp-00001" not in (folder / "ledger.db").read_bytes()
    assert run(fresh)[1]["synced"] == 3


def test_the_sandbox_of_a_trial_takes_any_profile(folder: Path) -> None:
    roster(folder, staff(3))
    assert call("run", "staff.csv", "--sandbox", "--sync").code == 0
