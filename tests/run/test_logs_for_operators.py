"""What an operator's tools read: each line of the log says what it is about, and whether to try again."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HostileServer, Reaction, Request
from tests.support.office import RUN, Office, Told, until
from tests.support.plans import people

JSON = ("--log-format", "json")
ABOUT = ("run", "roster", "center", "profile")

posix = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


def lines(told: Told) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in told.err.splitlines()]
    assert found
    return found


def about(told: Told) -> list[tuple[Any, ...]]:
    """Return what the lines of a log say they are about, each way once, in order."""
    found = lines(told)
    assert all(set(ABOUT) <= line.keys() for line in found)
    return list(dict.fromkeys(tuple(line[name] for name in ABOUT) for line in found))


def settle(office: Office, **more: str) -> None:
    """Let the settings file have profiles, one of them for another center."""
    office.environment.pop("BULK_REGISTER_CENTER", None)
    text = f'center = "{DEMO_CENTER}"\n[profile.night]\nworkers = 2\n'
    text += "".join(f'[profile.{name}]\ncenter = "{center}"\n' for name, center in more.items())
    (office.folder / "bulk_register.toml").write_text(text)


def test_every_line_says_which_run_roster_center_and_profile_it_is_about(tmp_path: Path) -> None:
    with Sandbox(Behaviour(fail_rate=0.3, seed=5, retry_after_seconds=0)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        settle(office)
        office.hire(people(40))
        told = office.say(*RUN, *JSON, "--profile", "night", "--batch-size", 4, "--attempts", 9, "-v")
        assert told.code == 0
        assert about(told) == [
            (None, "staff.csv", DEMO_CENTER, "night"),
            (1, "staff.csv", DEMO_CENTER, "night"),
        ]
        ended = lines(told)[-1]
        facts = {
            name: ended[name] for name in ("event", "exit_code", "reason", "retry", "tests", "registered")
        }
        assert facts == {
            "event": "RunEnded",
            "exit_code": 0,
            "reason": None,
            "retry": False,
            "tests": [DEMO_TEST],
            "registered": 40,
        }
        assert (told.report["profile"], told.report["center"]) == ("night", DEMO_CENTER)
        told, roster = office.say("rerun", *JSON, "--report", "report.json"), str(tmp_path / "staff.csv")
        assert about(told) == [(1, roster, DEMO_CENTER, None)]
        assert {name: told.report[name] for name in ("run", "roster", "center", "tests")} == {
            "run": 1,
            "roster": roster,
            "center": DEMO_CENTER,
            "tests": [DEMO_TEST],
        }


def test_a_line_about_something_that_went_wrong_says_what_is_known_by_then(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        settle(office, berlin="berlin-center")
        told = office.say("run", "gone.csv", "--valid-till", "+1d", "--profile", "berlin", *JSON)
        assert (told.code, about(told)) == (2, [(None, "gone.csv", "berlin-center", "berlin")])
        told = office.say(*RUN, "--workers", 0, "--profile", "berlin", *JSON)
        assert (told.code, about(told)) == (2, [(None, "staff.csv", "berlin-center", "berlin")])
        assert told.report["center"] == "berlin-center"
        told = office.say(*RUN, "--profile", "nobody", *JSON)
        assert (told.code, about(told)) == (2, [(None, "staff.csv", DEMO_CENTER, "nobody")])
        office.hire([*people(2), ""])
        told = office.say(*RUN, "--strict", *JSON)
        assert about(told)[-1] == (None, "staff.csv", DEMO_CENTER, None)
        assert lines(told)[-1]["retry"] is False


def test_a_run_that_is_finished_keeps_its_profile(tmp_path: Path) -> None:
    with Sandbox(Behaviour(fail_rate=1, retry_after_seconds=0)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        settle(office)
        office.hire(people(3))
        assert office.say(*RUN, "--profile", "night", "--attempts", 1).code == 3
        told = office.say("rerun", *JSON, "--report", "report.json")
        assert (told.code, told.report["profile"]) == (3, "night")
        assert {found[-1] for found in about(told)} == {"night"}


def test_those_who_failed_are_not_told_as_done(tmp_path: Path) -> None:
    def react(request: Request) -> Reaction:
        return hostile.html(503) if "emp-00003" in request.employees else hostile.HONEST

    with HostileServer(react) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(12))
        told = office.say(*RUN, "--batch-size", 3, "--attempts", 1, "--workers", 1)
        assert told.code == 3
        assert "9 of 12 employees done (failed: 3)" in told.err
        assert "12 of 12" not in told.err
        assert "warning: batch 2 (3 employees): failed: " in told.err
        assert "status 200" not in told.err  # all else needs -v
        assert (told.report["retry"], "503" in told.report["reason"]) == (True, True)
        told = office.say("rerun", *JSON)
        [warned] = [line for line in lines(told) if line["level"] == "warning"]
        assert (warned["event"], warned["standing"]) == ("Settled", {"registered": 9, "failed": 3})
        assert (warned["ended"], warned["employees"]) == ("failed", 3)


def test_a_quiet_run_in_which_all_came_right_says_nothing(tmp_path: Path) -> None:
    with HostileServer([hostile.html(500), hostile.HONEST, hostile.HONEST, hostile.HONEST]) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(4))
        told = office.say(*RUN, "--attempts", 1, "--workers", 1, "--batch-size", 2, "--quiet")
        assert (told.code, told.out, told.err) == (0, "", "")


REFUSED = hostile.message(403, "The account or its key is wrong")
CASES: list[tuple[str, Callable[[Request], Reaction], Sequence[object], int, bool, str]] = [
    ("down", lambda _: hostile.html(503), ("--attempts", 1), 3, True, "503"),
    ("no time", lambda _: hostile.hang(0.3), ("--deadline", "0.1s", "--workers", 1), 3, True, "--deadline"),
    ("wrong key", lambda _: REFUSED, (), 3, False, "account"),
    ("refused", lambda _: hostile.message(400, "No such center"), (), 3, False, "refuses the request"),
    ("wrong flag", lambda _: hostile.HONEST, ("--workers", 0), 2, False, "--workers"),
    ("guard", lambda _: hostile.HONEST, ("--min-rows", 100), 2, False, "--min-rows"),
    ("fine", lambda _: hostile.HONEST, (), 0, False, ""),
]


@pytest.mark.parametrize(
    ("react", "words", "code", "retry", "reason"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_report_and_log_say_whether_trying_again_can_help(
    react: Callable[[Request], Reaction],
    words: Sequence[object],
    code: int,
    retry: bool,
    reason: str,
    tmp_path: Path,
) -> None:
    with HostileServer(react) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(8))
        told = office.say(*RUN, "--batch-size", 2, *words, *JSON)
    assert told.code == told.report["exit_code"] == code
    assert (told.report["retry"], reason in (told.report["reason"] or "")) == (retry, True)
    assert bool(told.report["reason"]) == bool(code)
    ended = lines(told)[-1]
    assert (ended["exit_code"], ended["retry"]) == (code, retry)


def test_a_ledger_that_another_run_holds_is_worth_trying_again(tmp_path: Path) -> None:
    going = threading.Event()

    def react(_: Request) -> Reaction:
        going.set()
        return hostile.hang(3)

    with HostileServer(react) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(2))
        first = office.start(*RUN[:-2])
        until(going.is_set)
        told = office.say(*RUN[:3], "other.csv", *RUN[4:], *JSON)
        assert (told.code, told.report["retry"]) == (4, True)
        assert lines(told)[-1]["retry"] is True
        assert office.end(first).code == 0


@posix
def test_an_interrupted_run_is_worth_trying_again(tmp_path: Path) -> None:
    with HostileServer(lambda _: hostile.hang(0.2)) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(20))
        process = office.start(*RUN, "--batch-size", 1, "--workers", 1, *JSON)
        until(lambda: startexam.requests)
        process.send_signal(signal.SIGTERM)
        told = office.end(process)
        assert (told.code, told.report["retry"], told.report["reason"]) == (
            143,
            True,
            "the run was interrupted",
        )
        assert lines(told)[-1]["event"] == "RunEnded"
