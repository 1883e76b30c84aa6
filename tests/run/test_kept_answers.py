"""An answer that has come is kept, whatever happens to the process or to those who listen to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bulk_register.sandbox import Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HostileServer, Reaction, Request
from tests.support.office import RUN, Office, truth, until
from tests.support.plans import people

posix = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

LISTENER = """
import sys
from bulk_register import load_settings, register_roster

def tell(event):
    if type(event).__name__ == sys.argv[1]:
        raise ZeroDivisionError("whoever listens has failed")

settings = load_settings({"output": "out.csv", "valid_till": "+10d", "batch_size": 10, "workers": 3})
register_roster("staff.csv", settings, tell=tell)
"""
BEFORE_SENDING = ("RosterRead", "Planned", "RunStarted")


@pytest.mark.parametrize(
    "event", [*BEFORE_SENDING, "RequestDone", "Waiting", "Settled", "Warned", "Delivered"]
)
def test_whichever_event_a_listener_fails_at_what_has_come_is_kept(tmp_path: Path, event: str) -> None:
    def react(_: Request) -> Reaction:
        if len(server.requests) == 1:
            return hostile.date_refused(3600)
        busy = len(server.requests) == 4
        return hostile.later(503, "0") if busy else Reaction(hang_seconds=0.02 * len(server.requests))

    with HostileServer(react) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(80))
        process = subprocess.run(
            [sys.executable, "-c", LISTENER, event],
            cwd=tmp_path,
            env=office.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "ZeroDivisionError: whoever listens has failed" in process.stderr
        if event in BEFORE_SENDING:
            assert not server.requests
            return
        assert office.links() == truth(server), "every answer is in the output"
        asked = len(server.requests)
        assert office.say("rerun").code == 0
        assert office.links() == truth(server)
        assert set(office.links()) == set(people(80))
        names = [name for request in server.requests[asked:] for name in request.employees]
        assert bool(names) == (event != "Delivered")


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_with_standard_error_closed_stops_in_order(tmp_path: Path, number: int) -> None:
    with Sandbox(Behaviour(latency_seconds=0.3)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(200))
        words = [sys.executable, "-m", "bulk_register", *RUN, "--batch-size", "10"]
        process = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 2>&-', "sh", *words],
            cwd=tmp_path,
            env=office.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        until(lambda: len(sandbox.requests) >= 4)
        process.send_signal(number)
        assert process.wait(60) == 128 + number
        assert office.links() == truth(sandbox)
        assert len(office.links()) >= 40


@posix
@pytest.mark.parametrize("drip", [None, (40, 0.1)], ids=["whole", "in pieces"])
def test_an_answer_that_came_while_the_process_was_stopped_is_read(
    tmp_path: Path, drip: tuple[int, float] | None
) -> None:
    with HostileServer(lambda _: Reaction(hang_seconds=0.5, drip=drip)) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(10))
        process = office.start(*RUN, "--timeout", 2, "--attempts", 1)
        until(lambda: server.requests)
        time.sleep(0.2)
        process.send_signal(signal.SIGSTOP)
        time.sleep(4)
        process.send_signal(signal.SIGCONT)
        told = office.end(process)
        assert told.code == 0, told.err
        assert len(server.requests) == 1
        assert office.links() == truth(server)
