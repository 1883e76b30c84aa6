"""One ledger behind PgBouncer, which gives each transaction whatever connection is free."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk_register.places import DatabaseAddress
from tests.support.machines import END_LEASES, FLAGS, PATIENCE, WORKERS, asked_again, two_offices
from tests.support.office import RUN, truth, until
from tests.support.pgbouncer import PGBOUNCER, Pooler
from tests.support.postgresql import Server, rows

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@pytest.fixture
def pooler(server: Server) -> Iterator[Pooler]:
    if not PGBOUNCER:
        pytest.skip("no PgBouncer's program here")
    with tempfile.TemporaryDirectory() as folder, Pooler(Path(folder), server.port) as between:
        yield between


@pytest.fixture
def pooled(database: DatabaseAddress, server: Server, pooler: Pooler) -> DatabaseAddress:
    """Return the address of an empty database, as seen through PgBouncer."""
    return DatabaseAddress(database.secret.replace(f":{server.port}/", f":{pooler.port}/"))


def test_two_machines_behind_a_pooler_keep_one_ledger(tmp_path: Path, pooled: DatabaseAddress) -> None:
    with two_offices(tmp_path, pooled, fail_rate=0.25, latency_seconds=0.1) as (sandbox, first, second):
        process = first.start(*RUN, *FLAGS, "--attempts", 30)
        until(lambda: sandbox.requests, PATIENCE)
        assert second.say(*RUN, *FLAGS).code == 4
        assert first.end(process).code == 0
        asked = len(sandbox.requests)
        assert second.say(*RUN, *FLAGS).code == 0
        assert len(sandbox.requests) == asked
        assert first.links() == second.links() == truth(sandbox)
        assert set(sandbox.created.values()) == {1}
        assert second.say("history", "--forget", "1", "-y").code == 0
        doctor = second.say("doctor")
        assert "pooler" in doctor.out, "it is told, and is no problem"
        assert "Problem: database" not in doctor.out


def test_a_run_outlives_a_pooler_that_is_restarted(
    tmp_path: Path, pooled: DatabaseAddress, pooler: Pooler
) -> None:
    with two_offices(tmp_path, pooled, latency_seconds=0.2) as (sandbox, first, _):
        process = first.start(*RUN, *FLAGS)
        for asked in (5, 15):
            until(lambda asked=asked: len(sandbox.requests) > asked, PATIENCE)  # type: ignore[misc]
            pooler.stop()
            pooler.start()
        assert first.end(process).code == 0
        assert first.links() == truth(sandbox)
        assert asked_again(sandbox) == 0


def test_what_a_killed_machine_left_behind_a_pooler_is_finished_by_another(
    tmp_path: Path, pooled: DatabaseAddress, database: DatabaseAddress
) -> None:
    with two_offices(tmp_path, pooled, latency_seconds=0.2) as (sandbox, first, second):
        process = first.start(*RUN, *FLAGS)
        until(lambda: len(sandbox.requests) > 10, PATIENCE)
        process.kill()
        first.end(process)
        assert second.say(*RUN, *FLAGS).code == 4, "its lease isn't over yet"
        rows(database, END_LEASES)
        assert second.say(*RUN, *FLAGS).code == 0
        assert second.links() == truth(sandbox)
        assert set(sandbox.created.values()) == {1}
        assert asked_again(sandbox) <= WORKERS * 10
