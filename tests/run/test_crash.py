"""kill -9 at any moment: `rerun` finishes, nobody is registered twice, few are asked about twice."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from bulk_register.ledger import Ledger
from bulk_register.sandbox import Behaviour, Sandbox
from tests.support.office import RUN, Nursery, Office, truth, until
from tests.support.plans import people

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 as POSIX has it")

BATCHES, WORKERS = 40, 4
FLAGS = ("--batch-size", 10, "--workers", WORKERS)


def asked_again(sandbox: Sandbox) -> int:
    """How many employees were asked about more than once."""
    asked = Counter(name for arrival in sandbox.requests for name in arrival.employees)
    return sum(count > 1 for count in asked.values())


def check(office: Office, sandbox: Sandbox, names: list[str], kills: int) -> None:
    assert office.links() == truth(sandbox)
    assert set(office.links()) == set(names)
    assert set(sandbox.created.values()) == {1}
    assert asked_again(sandbox) <= kills * WORKERS * 10


@pytest.mark.parametrize("moment", [0, 1, 39])
def test_a_run_that_was_killed_is_finished_by_rerun(tmp_path: Path, moment: int) -> None:
    with Sandbox(Behaviour(latency_seconds=0.02)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        names = office.hire(people(BATCHES * 10))
        process = office.start(*RUN, *FLAGS)
        until(lambda: len(sandbox.requests) >= moment and office.ledger.exists())
        process.kill()
        office.end(process)
        if moment:
            told = office.say("rerun", "--report", "report.json")
            assert "registered" in told.out
        else:  # nothing may have been recorded yet
            told = office.say(*RUN, *FLAGS)
        assert told.code == 0
        check(office, sandbox, names, 1)


def test_what_a_killed_run_left_of_roster_and_links_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=5)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(BATCHES * 10))
        copies = Path(office.environment["TMPDIR"])
        process = office.start(*RUN, *FLAGS)
        until(lambda: len(sandbox.requests) >= 3)
        [alive] = copies.glob("bulk_register-*")
        assert office.tell("check", "staff.csv").code == 0
        assert (alive / "roster.csv").exists(), "a run that goes on keeps its own"
        process.kill()
        office.end(process)
        assert alive.exists()
        assert office.tell("check", "staff.csv").code == 0
        assert not list(copies.glob("bulk_register-*"))


def test_twelve_kills_over_a_run_of_forty_batches(tmp_path: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=0.03)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        names = office.hire(people(BATCHES * 10))
        with Nursery(office) as nursery:
            process = nursery.start(*RUN, *FLAGS)
            for kill in range(12):
                wanted = len(sandbox.requests) + 1 + kill % 4
                until(lambda wanted=wanted: len(sandbox.requests) >= wanted)  # type: ignore[misc]
                os.kill(process, signal.SIGKILL)
                assert nursery.end() == -signal.SIGKILL
                look(office, sandbox, kill + 1)
                process = nursery.start("rerun")
            assert nursery.end() == 0
        check(office, sandbox, names, 12)
        asked = len(sandbox.requests)
        assert office.say("rerun").code == 0
        assert len(sandbox.requests) == asked
        assert set(office.statuses().values()) == {"registered"}


def look(office: Office, sandbox: Sandbox, kills: int) -> None:
    """What was answered is known, whatever was killed since."""
    with Ledger(office.ledger, write=False) as ledger:
        known = ledger.known(ledger.runs()[0].scope)
    given = dict(zip(known.employees, known.participants, strict=True))
    there = truth(sandbox)
    assert given.items() <= there.items()
    assert len(given) >= len(there) - WORKERS * 10 * kills


def test_a_kill_while_refused_employees_are_sought_forgets_nobody(tmp_path: Path) -> None:
    bad = {"emp-00123", "emp-00277"}
    with Sandbox(Behaviour(latency_seconds=0.08, unknown=bad)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(400))
        process = office.start(*RUN, "--batch-size", 100, "--workers", 2)
        until(
            lambda: any(arrival.status == 400 and len(arrival.employees) < 60 for arrival in sandbox.requests)
        )
        process.kill()
        office.end(process)
        told = office.say("rerun", "--report", "report.json")
        assert told.code == 1
        assert {name for name, status in office.statuses().items() if status == "rejected"} == bad
        assert office.links() == truth(sandbox)
        assert len(office.links()) == 398
        assert set(sandbox.created.values()) == {1}


def test_a_new_registration_under_way_at_a_kill_is_never_asked_for_twice(tmp_path: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=0.1)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(100))
        process = office.start(*RUN, *FLAGS, "--reregister")
        until(lambda: len(sandbox.requests) >= 5)
        process.kill()
        office.end(process)
        told = office.say("rerun")
        assert told.code == 1
        assert set(sandbox.created.values()) == {1}
        statuses = Counter(office.statuses().values())
        assert statuses["registered"] + statuses["unknown"] == 100
        assert 0 < statuses["unknown"] <= WORKERS * 10
        assert office.links().items() <= truth(sandbox).items()
        asked = len(sandbox.requests)
        words = f"whether {statuses['unknown']} employees got a new registration can't be known"
        assert words in office.say("rerun").err
        assert len(sandbox.requests) == asked
