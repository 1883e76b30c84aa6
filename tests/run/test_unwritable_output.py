"""An output that can't be written where it should be: nothing is lost, and the message says where it is."""

from __future__ import annotations

import os
import resource
import stat
from pathlib import Path

import pytest

from bulk_register.sandbox import Account, Sandbox
from tests.support.hostile_server import HostileServer, Reaction, Request
from tests.support.office import RUN, Office, truth
from tests.support.plans import people

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")


def test_a_folder_that_is_gone_when_the_output_is_written(tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()

    def react(_: Request) -> Reaction | None:
        away.rmdir()
        return None

    with HostileServer(react) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(5))
        told = office.say("run", "staff.csv", "-o", away / "out.csv", "--valid-till", "+10d")
        assert told.code == 0
        assert office.links() == truth(server), "the working folder takes it"
        assert "away" in told.out + told.err
        assert str(tmp_path / "out.csv") in told.out


def test_a_full_disk_for_the_output_loses_nothing(tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_100_000, resource.RLIM_INFINITY))

    with Sandbox(account=Account(any_center=True)) as sandbox:
        office = Office(tmp_path, sandbox.base_url, {"BULK_REGISTER_CENTER": "c" * 150})
        office.hire([f"{number:06d}" for number in range(6000)])
        told = office.tell(*RUN, preexec_fn=full)
        assert told.code == 3
        assert "export" in told.out + told.err
        assert "Traceback" not in told.err
        assert not list(tmp_path.glob("*out*"))
        assert len(sandbox.created) == 6000
        assert office.say("export").code == 0
        assert office.links() == truth(sandbox)
        assert set(sandbox.created.values()) == {1}


def test_somebody_elses_file_in_the_place_is_moved_aside(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        (tmp_path / "out.csv").write_text("precious")
        told = office.say(*RUN)
        aside = [file for file in tmp_path.glob("out*") if file.name != "out.csv"]
        assert [file.read_text() for file in aside] == ["precious"]
        assert aside[0].name in told.out
        office.say(*RUN)
        assert len(list(tmp_path.glob("out*"))) == 2, "its own unchanged work is written over"


def test_the_output_has_the_permissions_of_any_new_file_and_the_ledger_is_private(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with Sandbox() as sandbox:
            office = Office(tmp_path, sandbox.base_url)
            office.hire(people(3))
            office.say(*RUN)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == 0o644
    for file in tmp_path.glob("ledger*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_that_is_said_names_a_person_a_participant_or_the_key(tmp_path: Path) -> None:
    def react(request: Request) -> Reaction | None:
        from tests.support import hostile_server as hostile

        if "Willis-74" in request.employees:
            return hostile.message(400, "Employee 'Willis-74' is not found.")
        return hostile.html(503) if len(server.requests) == 2 else None

    with HostileServer(react) as server:
        office = Office(tmp_path, server.base_url)
        office.hire([*people(20), "Willis-74", *people(40)[20:]])
        for flags in (("-v",), ("-v", "--log-format", "json", "--refresh")):
            told = office.say(*RUN, "--batch-size", 10, *flags)
            assert told.code == 1
            for secret in (*truth(server).values(), "emp-0", "Willis", "demo-secret", "SharedKey"):
                assert secret not in told.err
        rejected = [row["Registration Note"] for row in office.rows() if row["Employee ID"] == "Willis-74"]
        assert rejected == ["Employee 'Willis-74' is not found."]
