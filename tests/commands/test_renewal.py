"""Links that are over: renewed for exactly those, believed where they were extended, told before they end."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from bulk_register.sandbox import Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HostileServer, Request
from tests.support.office import RUN, Office
from tests.support.plans import people
from tests.support.program import account, call, exam, rewrite

DAY = 86_400

pytestmark = pytest.mark.usefixtures("folder")


def roster(*names: str) -> None:
    lines = ["Employee ID,Name", *(f"{name},Name of {name}" for name in names)]
    Path("staff.csv").write_text("\n".join(lines) + "\n")


def run(sandbox: Sandbox, *more: str) -> tuple[int, dict[str, Any], str]:
    flags = exam(sandbox, "-o", "out.csv", "--report", "report.json", *more)
    ended = call("run", "staff.csv", *flags, environ=account(sandbox))
    return ended.code, json.loads(Path("report.json").read_text()), ended.out + ended.err


def end(run_: int, seconds: float) -> None:
    """Let the links of a run end so many seconds from now."""
    rewrite(Path("ledger.db"), "UPDATE run SET valid_till = ? WHERE id = ?", int(time.time() + seconds), run_)


def age(days: float) -> None:
    rewrite(Path("ledger.db"), "UPDATE run SET started = started - ?", int(days * DAY))


@pytest.fixture
def three_of_six_over(sandbox: Sandbox) -> Sandbox:
    roster("a", "b", "c")
    run(sandbox)
    end(1, -60)
    roster("d", "e", "f")
    run(sandbox)
    roster("a", "b", "c", "d", "e", "f")
    return sandbox


def test_exactly_those_whose_link_is_over_are_registered_anew(three_of_six_over: Sandbox) -> None:
    sandbox = three_of_six_over
    before = sandbox.registrations
    code, report, _ = run(sandbox, "--renew-expired")
    assert (code, report["registered"], report["already_registered"]) == (0, 3, 3)
    assert sandbox.created == {"a": 2, "b": 2, "c": 2, "d": 1, "e": 1, "f": 1}
    kept = {key: one for key, one in sandbox.registrations.items() if key[2] in "def"}
    assert kept.items() <= before.items()
    asked = len(sandbox.requests)
    assert run(sandbox, "--renew-expired")[1]["already_registered"] == 6
    assert len(sandbox.requests) == asked


def test_new_hires_and_renewals_go_out_in_one_run(three_of_six_over: Sandbox) -> None:
    roster("a", "g")
    code, report, _ = run(three_of_six_over, "--renew-expired")
    assert (code, report["registered"], report["batches"]) == (0, 2, 2)
    assert three_of_six_over.created["g"] == 1


def test_renewals_count_in_what_is_said_before_and_meanwhile(three_of_six_over: Sandbox) -> None:
    roster("a", "b", "g")
    _, _, told = run(three_of_six_over, "--renew-expired", "--dry-run")
    assert "That takes 2 requests of up to 2 employees." in told
    _, _, told = run(three_of_six_over, "--renew-expired")
    assert "3 of 3 employees done" in told


def test_without_it_the_note_names_all_three_ways(three_of_six_over: Sandbox) -> None:
    code, report, _ = run(three_of_six_over)
    assert (code, report["expired"]) == (1, 3)
    note = report["problems"][0]["note"]
    assert all(flag in note for flag in ("--renew-expired", "--reregister", "--extended"))


def test_max_new_guards_it(three_of_six_over: Sandbox) -> None:
    code, _, told = run(three_of_six_over, "--renew-expired", "--max-new", "2")
    assert code == 2
    assert "--max-new" in told
    assert set(three_of_six_over.created.values()) == {1}


@pytest.mark.parametrize("command", ["rerun", "run"])
def test_a_renewal_whose_answer_was_lost_is_never_sent_again(tmp_path: Path, command: str) -> None:
    losing: list[Request] = []

    def react(request: Request) -> hostile.Reaction | None:
        if request.payload.get("doNotCreateIfExist") is False and not losing:
            losing.append(request)
            return hostile.reset_after_work()
        return None

    with HostileServer(react) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(["a", "b"])
        assert office.say(*RUN).code == 0
        rewrite(office.ledger, "UPDATE run SET valid_till = 1")
        told = office.say(*RUN, "--renew-expired")
        assert (told.code, told.report["unknown"]) == (1, 2)
        assert startexam.created == {"a": 2, "b": 2}
        office.say(
            *((command, "--report", "report.json") if command == "rerun" else (*RUN, "--renew-expired"))
        )
        assert startexam.created == {"a": 2, "b": 2}
        assert office.links() == {name: one for (*_, name), one in startexam.registrations.items()}


def test_where_startexam_has_not_made_it_the_note_says_what_is_left_to_do(tmp_path: Path) -> None:
    def react(request: Request) -> hostile.Reaction | None:
        anew = request.payload.get("doNotCreateIfExist") is False
        return hostile.reset_before_work() if anew and len(startexam.requests) < 4 else None

    with HostileServer(react) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(["a", "b"])
        assert office.say(*RUN).code == 0
        rewrite(office.ledger, "UPDATE run SET valid_till = 1")
        for _ in range(2):
            told = office.say(*RUN, "--renew-expired")
        assert (told.code, told.report["expired"]) == (1, 2)
        [note] = {problem["note"] for problem in told.report["problems"]}
        assert "--renew-expired doesn't ask twice" in note
        assert set(startexam.created.values()) == {1}
        assert office.say(*RUN, "--reregister").code == 0
        assert startexam.created == {"a": 2, "b": 2}


@pytest.mark.parametrize("seed", range(3))
def test_renewals_at_a_quarter_of_faults_lose_nothing_and_make_no_third_registration(
    tmp_path: Path, seed: int
) -> None:
    with Sandbox(Behaviour(fail_rate=0.25, seed=seed)) as startexam:
        office = Office(tmp_path, startexam.base_url)
        names = office.hire(people(600))
        flags = ("--batch-size", "10", "--attempts", "8")
        while office.say(*RUN, *flags).code:
            assert len(startexam.requests) < 1000
        rewrite(office.ledger, "UPDATE run SET valid_till = 1")
        first = startexam.registrations
        for _ in range(5):
            office.say(*RUN, *flags, "--renew-expired")
        links, latest = office.links(), startexam.registrations
        assert links.items() <= {name: one for (*_, name), one in latest.items()}.items()
        assert not set(links.values()) & set(first.values())
        made = [name for name in names if startexam.created[name] == 2]
        assert links.keys() == set(made), "whatever StartExam made was learnt of in the end"
        assert max(startexam.created.values()) == 2


def test_who_is_named_as_extended_keeps_the_link(three_of_six_over: Sandbox) -> None:
    Path("extended.csv").write_text("Employee ID\nc\n")
    code, report, _ = run(three_of_six_over, "--extended", "2", "--extended", "extended.csv")
    assert (code, report["already_registered"], report["expired"]) == (1, 5, 1)
    assert run(three_of_six_over)[1]["already_registered"] == 5  # it is remembered
    assert set(three_of_six_over.created.values()) == {1}


def test_a_row_without_employee_can_not_be_extended(three_of_six_over: Sandbox) -> None:
    assert run(three_of_six_over, "--extended", "40")[0] == 2


def test_all_links_of_a_run_can_be_extended(three_of_six_over: Sandbox) -> None:
    ended = call("history", "1", "--extended", "+20d", "--ledger", "ledger.db")
    assert ended.code == 0
    assert "3 links of run 1" in ended.out
    code, report, _ = run(three_of_six_over)
    assert (code, report["already_registered"]) == (0, 6)
    assert call("history", "1", "--extended", "2020-01-01", "--ledger", "ledger.db").code == 2


def test_links_that_end_soon_are_told_once(sandbox: Sandbox) -> None:
    roster("a", "b")
    assert run(sandbox)[0] == 0
    end(1, 3 * DAY)
    assert run(sandbox)[0] == 0  # made a moment ago: who made them knows
    age(1)
    code, report, told = run(sandbox)
    assert (code, report["changes"]["warned_rows"]) == (1, [2, 3])
    assert "2 links end within 7 days" in told
    assert run(sandbox)[0] == 0
    end(1, 2 * DAY)
    assert run(sandbox, "--renew-expired")[0] == 0
    assert run(sandbox, "--ending-days", "1")[0] == 0
