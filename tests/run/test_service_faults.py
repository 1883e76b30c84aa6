"""Whole runs against a service that fails, refuses, lies or dies."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bulk_register.sandbox import Account, Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Request
from tests.support.office import RUN, Office, truth
from tests.support.plans import people


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_six_thousand_employees_at_a_fault_rate_of_a_quarter(tmp_path: Path, seed: int) -> None:
    with Sandbox(Behaviour(fail_rate=0.25, seed=seed, retry_after_seconds=0)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        names = office.hire(people(6000))
        told = office.say(*RUN, "--batch-size", 100, "--attempts", 12)
        assert told.code == 0
        assert office.links() == truth(sandbox)
        assert set(office.links()) == set(names)
        assert set(sandbox.created.values()) == {1}
        faults = Counter(arrival.fault for arrival in sandbox.requests if arrival.fault)
        assert sum(faults.values()) >= 8
        assert told.report["retries"] == sum(faults.values())
        assert told.report["requests"] == len(sandbox.requests) == 60 + sum(faults.values())


def test_after_too_many_faults_rerun_finishes(tmp_path: Path) -> None:
    def react(request: Request) -> Reaction:
        down = not restored and "emp-00030" in request.employees
        return hostile.html(503) if down else HONEST

    restored: list[bool] = []
    with HostileServer(react) as server:
        office = Office(tmp_path, server.base_url)
        names = office.hire(people(60))
        told = office.say(*RUN, "--batch-size", 10, "--attempts", 2)
        assert told.code == 3
        assert "rerun" in told.out
        assert Counter(office.statuses().values()) == {"registered": 50, "failed": 10}
        assert told.report["failed"] == 10

        restored.append(True)
        asked = len(server.requests)
        told = office.say("rerun", "--report", "report.json")
        assert told.code == 0
        assert [request.employees for request in server.requests[asked:]] == [names[30:40]]
        assert office.links() == truth(server)
        assert set(office.statuses().values()) == {"registered"}
        assert set(server.created.values()) == {1}

        told = office.say("rerun")
        assert told.code == 0
        assert len(server.requests) == asked + 1


def test_four_unknown_among_two_thousand(tmp_path: Path) -> None:
    bad = {"emp-00100", "emp-00600", "emp-01999", "emp-01998"}
    with Sandbox(Behaviour(unknown=bad)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(2000))
        told = office.say(*RUN)
        assert told.code == 1
        assert {name for name, status in office.statuses().items() if status == "rejected"} == bad
        assert len(office.links()) == 1996
        assert len(sandbox.requests) - 4 <= 80
        assert {row["Registration Note"] for row in office.rows() if row["Employee ID"] in bad} == {
            "Employee is not found."
        }
        assert {problem["employee"] for problem in told.report["problems"]} == bad


@pytest.mark.parametrize(
    "flags",
    [
        ("--test", "00000000-0000-0000-0000-000000000000"),
        ("--center", "nowhere"),
        ("--proctoring",),
    ],
)
def test_a_wrong_request_is_found_out_cheaply(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with Sandbox(account=Account(proctoring=False)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(5000))
        told = office.say(*RUN, *flags)
        assert told.code == 3
        assert len(sandbox.requests) <= 30
        assert set(office.statuses().values()) == {"not sent"}
        assert not sandbox.created
        said = told.out + told.err
        assert "Either the request is wrong" in said
        assert "StartExam knows none of these employees yet" in said


def test_a_nightly_run_with_one_new_hire_whom_startexam_does_not_know(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"new"})) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(20))
        assert office.say(*RUN).code == 0
        office.hire([*people(20), "new"])
        told = office.say(*RUN)
        assert told.code == 1
        assert office.statuses()["new"] == "rejected"
        assert len(office.links()) == 20
        assert len(sandbox.requests) == 2


@pytest.mark.parametrize("skew_seconds", [3600, -3600])
def test_a_clock_an_hour_off_registers_and_says_so_once(tmp_path: Path, skew_seconds: int) -> None:
    with Sandbox(Behaviour(clock_skew_seconds=skew_seconds)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(50))
        told = office.say(*RUN, "--batch-size", 10, "--attempts", 1, "-v")
        assert told.code == 0
        assert Counter(arrival.status for arrival in sandbox.requests) == {403: 1, 200: 5}
        assert told.err.count("This machine's clock is 60 minutes") == 1
        assert office.links() == truth(sandbox)


def test_wrong_credentials_stop_at_the_first_refusal(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url, {"STARTEXAM_SECRET_KEY": "another-secret"})
        office.hire(people(2000))
        told = office.say(*RUN)
        assert told.code == 3
        assert len(sandbox.requests) == 1
        assert "secret key" in told.out + told.err
        assert "another-secret" not in told.out + told.err
        assert set(office.statuses().values()) == {"not sent"}


def test_a_dead_service_is_left_soon(tmp_path: Path) -> None:
    with HostileServer(lambda _: hostile.html(503)) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(100))
        told = office.say(*RUN, "--batch-size", 10, "--attempts", 3)
        assert told.code == 3
        assert len(server.requests) == 9
        assert Counter(office.statuses().values()) == {"failed": 30, "not sent": 70}


def test_where_nobody_answers_everybody_is_failed(tmp_path: Path) -> None:
    with HostileServer() as server:
        pass
    office = Office(tmp_path, server.base_url)
    office.hire(people(10))
    told = office.say(*RUN, "--attempts", 2)
    assert told.code == 3
    assert set(office.statuses().values()) == {"failed"}
    assert "can't be reached" in told.out + told.err


def test_a_deadline_bounds_a_run_and_rerun_goes_on(tmp_path: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=0.2)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(200))
        told = office.say(*RUN, "--batch-size", 10, "--workers", 1, "--deadline", "0.5s")
        assert told.code == 3
        statuses = Counter(office.statuses().values())
        assert 10 <= statuses["registered"] <= 60
        assert statuses["registered"] + statuses["not sent"] == 200
        assert office.links() == truth(sandbox)


# --- existing participants


def test_a_service_that_leaves_existing_participants_out(tmp_path: Path) -> None:
    with Sandbox(Behaviour(existing="left out")) as sandbox:
        before = Office(tmp_path, sandbox.base_url)
        before.hire(people(25)[12:14])
        assert before.say(*RUN).code == 0
        before.ledger.unlink()
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(25))
        told = office.say(*RUN, "--batch-size", 10, "--workers", 1)
        assert told.code == 3
        assert Counter(office.statuses().values()) == {"registered": 10, "unknown": 10, "not sent": 5}
        assert office.links().items() <= truth(sandbox).items()
        assert "leaves employees who are registered already out" in told.out + told.err

        told = office.say("history", 1)
        assert told.code == 0
        assert "Not matched (batch 2): 8 participants for 10 employees" in told.out
        for name in people(20)[14:]:
            assert truth(sandbox)[name] in told.out
        assert "emp-00012" in told.out


def test_a_null_for_an_existing_participant_makes_the_employee_unknown(tmp_path: Path) -> None:
    with Sandbox(Behaviour(existing="null")) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(5))
        assert office.say(*RUN).code == 0
        office.ledger.unlink()
        office.hire(people(12))
        told = office.say(*RUN)
        assert told.code == 1
        assert {name for name, status in office.statuses().items() if status == "unknown"} == set(people(5))
        assert len(office.links()) == 7
        assert told.report["unknown"] == 5


def test_anothers_participant_stops_the_run_and_reaches_nobody(tmp_path: Path) -> None:
    script = [HONEST, hostile.anothers()]
    with HostileServer(script) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(30))
        told = office.say(*RUN, "--batch-size", 10, "--workers", 1)
        assert told.code == 3
        assert Counter(office.statuses().values()) == {"registered": 20, "not sent": 10}
        assert office.links().items() <= truth(server).items()
        assert "another employee" in told.out + told.err
        office.say("rerun")
        assert office.links() == truth(server)


@pytest.mark.parametrize("made", [hostile.short, hostile.long, hostile.repeated, hostile.malformed])
def test_an_answer_that_cannot_be_matched_is_asked_for_again(tmp_path: Path, made: object) -> None:
    assert callable(made)
    with HostileServer([HONEST, made()]) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(30))
        told = office.say(*RUN, "--batch-size", 10, "--workers", 1)
        assert told.code == 0
        assert office.links() == truth(server)
        assert "Not matched (batch 2)" in office.say("history").out + office.say("history", 1).out


# --- a new registration for everybody


def test_with_reregister_a_lost_answer_is_not_asked_for_again_by_rerun_either(tmp_path: Path) -> None:
    script = [
        HONEST,
        replace(hostile.html(502), work=True),
        hostile.html(503),
        HONEST,
        hostile.message(400, "no"),
    ]
    with HostileServer(script) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(40))
        told = office.say(*RUN, "--batch-size", 10, "--workers", 1, "--reregister")
        assert told.code == 1
        assert Counter(office.statuses().values()) == {"registered": 20, "unknown": 10, "rejected": 10}
        asked = len(server.requests)
        told = office.say("rerun")
        assert [request.employees for request in server.requests[asked:]] == [people(40)[30:]]
        assert told.code == 1
        assert Counter(office.statuses().values()) == {"registered": 30, "unknown": 10}
        assert set(server.created.values()) == {1}


def test_with_reregister_everybody_gets_a_new_link(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(20))
        office.say(*RUN)
        first = office.links()
        assert office.say(*RUN, "--reregister").code == 0
        second = office.links()
        assert not set(first.values()) & set(second.values())
        assert second == truth(sandbox)
        assert office.say(*RUN).report["already_registered"] == 20
        assert office.links() == second
        assert set(sandbox.created.values()) == {2}
