"""Two machines, which are two homes here, with one ledger in PostgreSQL: one run at a time, nothing lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from benchmarks.network import Network
from bulk_register.places import DatabaseAddress
from bulk_register.sandbox import DEMO_PROFILE
from tests.support.machines import BATCHES, END_LEASES, FLAGS, PATIENCE, WORKERS, asked_again, two_offices
from tests.support.office import RUN, Office, truth, until
from tests.support.plans import people
from tests.support.postgresql import BINARIES, Server, has_own_mounts, rows

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

OTHER_BACKENDS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
STATES = "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
END_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_whom_one_machine_added_and_what_it_learnt_the_other_knows(
    tmp_path: Path, database: DatabaseAddress
) -> None:
    with two_offices(tmp_path, database, known=frozenset()) as (sandbox, first, second):
        settings = f'employee_profile = "{DEMO_PROFILE}"\n[fields]\n"First Name" = "Name"\n'
        for office in (first, second):
            (office.folder / "bulk_register.toml").write_text(settings, encoding="utf-8")
        assert first.say(*RUN, *FLAGS, "--sync").code == 0
        assert first.links() == truth(sandbox)
        asked = len(sandbox.requests)
        assert second.say(*RUN, *FLAGS, "--sync").code == 0
        assert second.links() == first.links()
        assert second.say("sync", "staff.csv").code == 0
        assert len(sandbox.requests) == asked, "all of them are there, and have their links"
        assert first.say("results", "out.csv").code == second.say("results", "out.csv").code == 1
        assert first.say("history", "1", "--extended", "+30d").code == 0
        assert second.say(*RUN, *FLAGS, "--valid-till", "+20d").code == 0
        assert len([one for one in sandbox.requests if one.employees]) == len(
            [one for one in sandbox.requests[:asked] if one.employees]
        ), "an extended link reaches further than what is asked for"


def test_the_second_machine_asks_nothing(tmp_path: Path, database: DatabaseAddress) -> None:
    with two_offices(tmp_path, database, fail_rate=0.25) as (sandbox, first, second):
        assert first.say(*RUN, *FLAGS).code == 0
        asked = len(sandbox.requests)
        assert second.say(*RUN, *FLAGS).code == 0
        assert len(sandbox.requests) == asked
        assert first.links() == second.links() == truth(sandbox)
        assert set(sandbox.created.values()) == {1}
        listed = [office.say("history").out for office in (first, second)]
        assert listed[0] == listed[1]


def test_of_thousands_among_faults_nobody_is_lost_or_registered_twice(
    tmp_path: Path, database: DatabaseAddress
) -> None:
    patient = ("--batch-size", 100, "--workers", 8, "--attempts", 30)
    with two_offices(tmp_path, database, 6_000, fail_rate=0.25, retry_after_seconds=0) as found:
        sandbox, first, second = found
        told = first.say(*RUN, *patient)
        assert (told.code, told.report["registered"]) == (0, 6_000)
        assert len(sandbox.requests) > 65, "60 requests would do without faults"
        asked = len(sandbox.requests)
        told = second.say(*RUN, *patient)
        assert (told.code, told.report["already_registered"], told.report["requests"]) == (0, 6_000, 0)
        assert len(sandbox.requests) == asked
        assert first.links() == second.links() == truth(sandbox)
        assert len(truth(sandbox)) == 6_000
        assert set(sandbox.created.values()) == {1}


def test_of_two_at_once_one_is_told_who_has_it(tmp_path: Path, database: DatabaseAddress) -> None:
    with two_offices(tmp_path, database, latency_seconds=0.5) as (sandbox, first, second):
        process = first.start(*RUN, *FLAGS)
        until(lambda: sandbox.requests, PATIENCE)
        told = second.say(*RUN, *FLAGS)
        assert told.code == 4
        assert re.search(rf"on {os.uname().nodename} \(process {process.pid}\) since 2\d\d\d-", told.err)
        assert second.say("history", "--forget", "1", "-y").code == 4
        other = second.say(*RUN, *FLAGS, "--center", "other-center")
        assert other.code in (2, 3), "another scope is free, and this center isn't there"
        assert first.end(process).code == 0
        assert second.say(*RUN, *FLAGS).code == 0
        assert second.links() == first.links() == truth(sandbox)
        assert set(sandbox.created.values()) == {1}


@pytest.mark.parametrize("command", ["run", "rerun"])
def test_what_a_killed_machine_left_is_finished_by_another(
    tmp_path: Path, database: DatabaseAddress, command: str
) -> None:
    with two_offices(tmp_path, database, latency_seconds=0.2) as (sandbox, first, second):
        process = first.start(*RUN, *FLAGS)
        until(lambda: len(sandbox.requests) > 10, PATIENCE)
        process.kill()
        first.end(process)
        words = ["rerun"] if command == "rerun" else [*RUN, *FLAGS]
        assert second.say(*words).code == 4, "its lease isn't over yet"
        rows(database, END_LEASES)
        assert second.say(*words).code == 0
        office = first if command == "rerun" else second  # a run's output stays where it was
        assert office.links() == truth(sandbox)
        assert set(sandbox.created.values()) == {1}
        assert asked_again(sandbox) <= WORKERS * 10
        assert len(office.links()) == BATCHES * 10


def start_with_short_lease(office: Office, lease_seconds: int = 3) -> subprocess.Popen[str]:
    """Start a run whose lease lasts as long as a test may wait, and that waits as long for others."""
    script = (
        "from bulk_register.ledger.postgresql import connection, lease, link\n"
        f"lease.LEASE_SECONDS, lease.RENEW_SECONDS, connection.SILENT_SECONDS = {lease_seconds}, 0.5, 3\n"
        "link.IDLE_SECONDS, link.LOCK_SECONDS = 1, 2\n"
        "from bulk_register.cli import main\nmain()"
    )
    return office.start(*RUN, *FLAGS, program=("-c", script))


def test_an_old_holder_that_wakes_writes_nothing_more(tmp_path: Path, database: DatabaseAddress) -> None:
    with two_offices(tmp_path, database, latency_seconds=0.2) as (sandbox, first, second):
        process = start_with_short_lease(first)
        until(lambda: len(sandbox.requests) > 10, PATIENCE)
        process.send_signal(signal.SIGSTOP)
        time.sleep(4)
        assert second.end(start_with_short_lease(second)).code == 0
        everything = "SELECT (SELECT version FROM ledger), (SELECT max(id) FROM request)"
        before, asked = rows(database, everything), len(sandbox.requests)
        process.send_signal(signal.SIGCONT)
        told = first.end(process)
        assert told.code == 3
        assert "may not write into the ledger" in told.err
        assert rows(database, everything) == before
        assert len(sandbox.requests) <= asked + WORKERS, "only what was on its way when it fell asleep"
        assert second.links() == truth(sandbox)
        assert first.links().items() <= truth(sandbox).items()
        assert set(sandbox.created.values()) == {1}


def test_a_program_that_fell_asleep_between_two_statements_is_not_waited_for(
    tmp_path: Path, database: DatabaseAddress
) -> None:
    """Its server counts it as busy, because no answer was asked for yet."""
    with two_offices(tmp_path, database) as (_, first, second):
        assert first.say(*RUN, *FLAGS).code == 0
        second.hire(people(BATCHES * 10 + 5))
        ledger = sql.Identifier(database.schema, "ledger")
        terminated = pytest.raises(psycopg.OperationalError, match="terminat")
        with (
            terminated,
            psycopg.connect(database.secret, application_name="bulk-register") as asleep,
            asleep.pipeline(),
        ):
            asleep.execute(sql.SQL("SELECT version FROM {} FOR UPDATE").format(ledger))
            assert second.end(start_with_short_lease(second)).code == 0
        assert len(second.links()) == BATCHES * 10 + 5


@pytest.mark.parametrize("trouble", ["cut", "terminated", "restarted"])
def test_a_run_outlives_its_connection(
    tmp_path: Path, database: DatabaseAddress, server: Server, trouble: str
) -> None:
    with Network(server.port) as network:
        far = DatabaseAddress(database.secret.replace(str(server.port), str(network.port)))
        with two_offices(tmp_path, far, latency_seconds=0.2) as (sandbox, first, _):
            process = first.start(*RUN, *FLAGS)
            for asked in (5, 15):
                until(lambda asked=asked: len(sandbox.requests) > asked, PATIENCE)  # type: ignore[misc]
                if trouble == "restarted":
                    server.stop(at_once=asked == 5)
                    server.start()
                elif trouble == "cut":
                    network.cut_at_answer_to(b"COMMIT\0")
                else:
                    rows(database, END_CONNECTIONS)
            assert first.end(process).code == 0
            assert first.links() == truth(sandbox)
            assert set(sandbox.created.values()) == {1}
            assert asked_again(sandbox) == 0


@contextmanager
def hanging(pids: Sequence[int]) -> Iterator[None]:
    """Let processes do nothing, while the system keeps their connections."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_server_that_hangs_is_not_waited_for_without_end(
    tmp_path: Path, database: DatabaseAddress, server: Server
) -> None:
    impatient = DatabaseAddress(f"{database.secret}?connect_timeout=2")
    with two_offices(tmp_path, impatient, latency_seconds=0.5) as (sandbox, first, second):
        process = start_with_short_lease(first, lease_seconds=8)
        until(lambda: len(sandbox.requests) > 10, PATIENCE)
        with hanging([server.pid, *(pid for (pid,) in rows(database, OTHER_BACKENDS))]):
            told = first.end(process)
        assert told.code == 3
        assert f"{impatient} can't be used" in told.err
        assert first.links().items() <= truth(sandbox).items()
        rows(database, END_LEASES)
        assert second.say("rerun").code == 0
        assert first.links() == truth(sandbox)
        assert len(truth(sandbox)) == BATCHES * 10
        assert set(sandbox.created.values()) == {1}
        assert asked_again(sandbox) <= WORKERS * 10


def test_a_connection_that_hangs_is_given_up_for_another(tmp_path: Path, database: DatabaseAddress) -> None:
    with two_offices(tmp_path, database, latency_seconds=0.5) as (sandbox, first, _):
        process = start_with_short_lease(first, lease_seconds=30)
        until(lambda: len(sandbox.requests) > WORKERS, PATIENCE)
        told = None
        while told is None:  # not in a transaction, whose locks nobody could get any more
            assert process.poll() is None
            with hanging([pid for (pid,) in rows(database, OTHER_BACKENDS)]):
                if all(state == "idle" for (state,) in rows(database, STATES)):
                    told = first.end(process)
        assert told.code == 0
        assert first.links() == truth(sandbox)
        assert asked_again(sandbox) == 0


FILL_DISK = """
CREATE TABLE ballast (content text);
ALTER TABLE ballast ALTER content SET STORAGE PLAIN;
DO $$ BEGIN LOOP INSERT INTO ballast VALUES (repeat('x', 8000)); END LOOP;
EXCEPTION WHEN disk_full THEN NULL; END $$
"""  # pages that a statement has added stay, whatever becomes of it


@pytest.fixture
def small_disk() -> Iterator[DatabaseAddress]:
    """Return the address of a database whose tables are on a small disk."""
    if not BINARIES:
        pytest.skip("no PostgreSQL server's programs here")
    if not has_own_mounts():
        pytest.skip("no mounts of one's own here")
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), disk="4m") as server:
        address = server.new_database()
        name = address.secret.rpartition("/")[2]
        server.execute("postgres", f"CREATE TABLESPACE small LOCATION '{server.small}'")
        server.execute("postgres", f"ALTER DATABASE {name} SET default_tablespace = small")
        yield address


def test_a_database_that_is_away_is_told_from_one_that_lets_nobody_in(
    tmp_path: Path, database: DatabaseAddress, server: Server
) -> None:
    with two_offices(tmp_path, database) as (sandbox, first, _):
        nowhere = database.secret.rpartition("/")[0] + "/no-such-database"
        refused = first.say(*RUN, *FLAGS, "--ledger", nowhere)
        server.stop(at_once=True)
        try:
            away = first.say(*RUN, *FLAGS)
        finally:
            server.start()
        assert (refused.code, refused.report["retry"]) == (2, False)
        assert (away.code, away.report["retry"]) == (2, True)
        assert "can't be reached now" in away.err
        assert not sandbox.requests
        assert first.say(*RUN, *FLAGS).code == 0


def test_a_full_disk_of_the_server_stops_the_run_and_the_rest_is_asked_for_later(
    tmp_path: Path, small_disk: DatabaseAddress
) -> None:
    batch, batches = 100, 60
    words = ("--batch-size", batch, "--workers", WORKERS)
    with two_offices(tmp_path, small_disk, batch * batches, latency_seconds=0.1) as (sandbox, first, second):
        process = first.start(*RUN, *words)
        until(lambda: len(sandbox.requests) > 10, PATIENCE)
        rows(small_disk, FILL_DISK)
        told = first.end(process)
        assert told.code == 3
        assert "No space left on device" in told.err
        assert told.report["retry"] is True
        links = first.links()
        assert links.items() <= truth(sandbox).items()
        assert len(links) >= len(truth(sandbox)) - WORKERS * batch
        rows(small_disk, "DROP TABLE ballast")
        asked = len(sandbox.requests)
        assert second.say("rerun").code == 0
        assert not links.keys() & {name for arrival in sandbox.requests[asked:] for name in arrival.employees}
        assert first.links() == truth(sandbox)
        assert len(truth(sandbox)) == batch * batches
        assert set(sandbox.created.values()) == {1}
        assert asked_again(sandbox) <= WORKERS * batch


def test_a_database_that_is_away_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    away = DatabaseAddress("postgresql://somebody:hush-hush@127.0.0.1:1/ledger")
    with two_offices(tmp_path, away) as (sandbox, first, _):
        for command in (RUN, ("history",), ("rerun",), ("export",)):
            told = first.say(*command)
            assert told.code == 2
            assert "postgresql://somebody@127.0.0.1:1/ledger can't be reached now" in told.err
            assert "hush-hush" not in told.err + told.out + str(told.report)
        doctor = first.say("doctor")
        assert "hush-hush" not in doctor.out + doctor.err
        assert not [arrival for arrival in sandbox.requests if arrival.employees]
