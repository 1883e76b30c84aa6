"""Ctrl-C and SIGTERM: in order the first time, at once the second time."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from bulk_register.sandbox import Behaviour, Sandbox
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Request
from tests.support.office import RUN, Office, truth, until
from tests.support.plans import people

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_a_run_in_order(tmp_path: Path, number: int, code: int) -> None:
    with Sandbox(Behaviour(latency_seconds=0.3)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        names = office.hire(people(300))
        process = office.start(*RUN, "--batch-size", 10, "--workers", 3)
        until(lambda: len(sandbox.requests) >= 4)
        process.send_signal(number)
        time.sleep(0.2)
        asked = len(sandbox.requests)
        told = office.end(process)
        assert told.code == code
        assert len(sandbox.requests) <= asked, "nothing new goes out"
        assert office.links() == truth(sandbox), "what was in flight was waited for"
        statuses = Counter(office.statuses().values())
        assert statuses == {"registered": asked * 10, "not sent": 300 - asked * 10}
        assert told.report["exit_code"] == code
        assert "rerun" in told.out
        assert "Traceback" not in told.err
        assert office.say("rerun").code == 0
        assert set(office.links()) == set(names)
        assert set(sandbox.created.values()) == {1}
        assert len(sandbox.requests) == asked + len(range(asked * 10, 300, 10))


def test_a_second_signal_gives_up_on_what_is_in_flight(tmp_path: Path) -> None:
    def react(request: Request) -> Reaction:
        slow = not free.is_set() and request is not server.requests[0]
        return Reaction(hang_seconds=30) if slow else HONEST

    free = threading.Event()
    with HostileServer(react) as server:
        office = Office(tmp_path, server.base_url)
        names = office.hire(people(100))
        process = office.start(*RUN, "--batch-size", 10, "--workers", 3)
        until(lambda: len(server.requests) >= 4)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        told = office.end(process)
        assert time.monotonic() - started < 20  # of 30 s until the answers
        assert told.code == 130
        assert Counter(office.statuses().values()) == {"registered": 10, "unknown": 30, "not sent": 60}
        free.set()
        assert office.say("rerun").code == 0
        assert set(office.links()) == set(names)
        assert office.links() == truth(server)
        assert set(server.created.values()) == {1}


def test_a_signal_before_anything_was_sent_ends_the_program_and_writes_nothing(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        copies = Path(office.environment["TMPDIR"])
        (tmp_path / "staff.csv").write_text(
            "Employee ID,Name\n" + "".join(f"emp-{number},N\n" for number in range(400_000)), encoding="utf-8"
        )
        process = office.start(*RUN)
        until(lambda: [file for file in copies.glob("bulk_register-*/*") if file.name != "lock"])
        process.send_signal(signal.SIGTERM)
        told = office.end(process)
        assert told.code == 143
        assert "Stopped" in told.err
        assert not sandbox.requests
        assert {file.name for file in tmp_path.iterdir()} == {"staff.csv"}
        assert not list(copies.glob("bulk_register-*"))


def test_a_signal_that_leaves_nobody_without_a_link_asks_for_nothing_more(tmp_path: Path) -> None:
    with Sandbox(Behaviour(latency_seconds=0.3)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(30))
        assert office.tell(*RUN).code == 0
        process = office.start(*RUN, "--refresh", "--batch-size", 10, "--workers", 1)
        until(lambda: len(sandbox.requests) >= 2)
        process.send_signal(signal.SIGINT)
        told = office.end(process)
        assert told.code == 130
        assert len(office.links()) == 30
        assert "rerun" not in told.out
