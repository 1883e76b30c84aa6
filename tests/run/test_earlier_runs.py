"""What a ledger is for: known links, `rerun`, `export`, `history` and forgetting."""

from __future__ import annotations

import shlex
import sqlite3
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bulk_register.ledger import lock
from bulk_register.sandbox import Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HONEST, HostileServer
from tests.support.office import RUN, Office, truth
from tests.support.plans import people

SHORT = (*RUN[:5], "+12h", *RUN[6:])


def test_the_same_command_again_sends_only_what_is_missing(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(30))
        assert office.say(*RUN).code == 0
        office.hire(people(35))
        told = office.say(*RUN)
        assert told.code == 0
        assert [len(arrival.employees) for arrival in sandbox.requests] == [30, 5]
        assert (told.report["registered"], told.report["already_registered"]) == (5, 30)
        assert office.links() == truth(sandbox)


def test_refresh_asks_about_everybody_and_keeps_known_links(tmp_path: Path) -> None:
    with HostileServer() as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(10))
        office.say(*RUN)
        first = office.links()
        server.registrar.registrations.clear()
        told = office.say(*RUN, "--refresh")
        assert told.code == 0
        assert len(server.requests) == 2
        assert office.links() == first
        assert set(office.statuses().values()) == {"already registered"}


def test_refresh_that_is_refused_keeps_known_links_too(tmp_path: Path) -> None:
    with HostileServer([HONEST, *[hostile.message(400, "no")] * 100]) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(10))
        office.say(*RUN)
        first = office.links()
        assert office.say(*RUN, "--refresh").code == 0
        assert office.links() == first
        assert office.say("rerun").code == 0


def test_a_link_that_ends_too_soon_is_asked_for_again_under_an_absolute_end_only(tmp_path: Path) -> None:
    end = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url, {"BULK_REGISTER_TIMEZONE": "UTC"})
        office.hire(people(10))
        office.say(*SHORT)
        assert office.say(*RUN).report["requests"] == 0
        assert "earlier than asked for" in office.rows()[0]["Registration Note"]
        told = office.say(*RUN[:5], end, *RUN[6:])
        assert told.code == 0
        assert told.report["requests"] == 1
        assert set(office.statuses().values()) == {"already registered"}
        assert "earlier than asked for" in office.rows()[0]["Registration Note"]
        assert office.links() == truth(sandbox)


def test_a_link_that_is_over_is_expired_until_reregister(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        over = time.time() + 6  # a busy machine takes its time for a run
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(over))
        assert office.say(*RUN[:5], soon, *RUN[6:]).code == 0
        time.sleep(over + 0.1 - time.time())
        told = office.say(*RUN)
        assert told.code == 1
        assert set(office.statuses().values()) == {"expired"}
        assert not office.links()
        assert office.rows()[0]["Link Valid Till"]
        assert "--reregister" in office.rows()[0]["Registration Note"]
        assert told.report["expired"] == 3
        assert office.say("rerun", 1).code == 0, "all was well when that run ended"
        assert office.say("export", 1).code == 0
        assert set(office.statuses().values()) == {"registered"}
        assert office.say("export", 2).code == 0
        assert set(office.statuses().values()) == {"expired"}
        assert office.say(*RUN, "--reregister").code == 0
        assert office.links() == truth(sandbox)


def test_rerun_writes_to_the_same_place_from_anywhere(tmp_path: Path) -> None:
    with HostileServer([HONEST, hostile.message(400, "no"), hostile.message(400, "no")]) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(2))
        assert office.say(*RUN, "--batch-size", 1, "--workers", 1).code == 1
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        visitor = Office(elsewhere, server.base_url, {"BULK_REGISTER_LEDGER": str(office.ledger)})
        assert visitor.say("rerun").code == 1
        assert visitor.say("rerun").code == 0
        assert not list(elsewhere.iterdir())
        assert set(office.statuses().values()) == {"registered"}
        assert len(list(tmp_path.glob("out*.csv"))) == 1


def test_rerun_refuses_a_changed_roster_and_a_window_that_is_over(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00001"})) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        over = time.time() + 8
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(over))
        assert office.say(*RUN[:5], soon, *RUN[6:]).code == 1
        asked = len(sandbox.requests)
        office.hire(people(4))
        told = office.say("rerun")
        assert told.code == 2
        assert "was changed since run 1" in told.err
        assert_it_does_the_same(office, told.err, soon)
        assert office.say("export").code == 2
        time.sleep(max(0.0, over - time.time()))
        office.hire(people(3))
        told = office.say("rerun")
        assert told.code == 2
        assert "the time in which its links work is over" in told.err
        assert "with the end that you want" in told.err
        assert_it_does_the_same(office, told.err, "+10d")
        assert len(sandbox.requests) == asked


def test_the_command_instead_keeps_what_the_settings_file_says_otherwise(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00001"})) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        (tmp_path / "bulk_register.toml").write_text("proctoring = true\n")
        assert office.say(*RUN, "--no-proctoring").code == 1
        office.hire(people(4))
        words = shlex.split(office.say("rerun").err.splitlines()[-1])
        assert "--no-proctoring" in words
        asked = len(sandbox.requests)
        office.say(*words[1:])
        again = {name for arrival in sandbox.requests[asked:] for name in arrival.employees}
        assert again == {"emp-00001", "emp-00003"}


def test_the_command_instead_keeps_a_beginning_that_is_still_to_come(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00001"})) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        assert office.say(*RUN, "--valid-from", "+2d").code == 1
        office.hire(people(4))
        words = shlex.split(office.say("rerun").err.splitlines()[-1])
        start = words[words.index("--valid-from") + 1]
        assert abs(datetime.fromisoformat(start).timestamp() - time.time() - 2 * 86_400) < 60


def assert_it_does_the_same(office: Office, said: str, till: str) -> None:
    """The command that is said instead stands on its own line and needs no settings but the key."""
    command = shlex.split(said.splitlines()[-1])
    assert command[:3] == ["bulk-register", "run", str(office.folder / "staff.csv")]
    assert command[command.index("--valid-till") + 1] == till
    bare = replace(office)
    ours = ("BULK_REGISTER_", "STARTEXAM_ACCOUNT")
    bare.environment = {name: text for name, text in bare.environment.items() if not name.startswith(ours)}
    told = bare.say(*command[1:], "--dry-run")
    assert told.code == 0, told.err


def test_rerun_without_any_run_and_with_nothing_to_finish(tmp_path: Path) -> None:
    with HostileServer([hostile.html(503)]) as server:
        office = Office(tmp_path, server.base_url)
        assert office.say("rerun").code == 2
        office.hire(people(2))
        assert office.say(*RUN, "--attempts", 1).code == 3
        office.hire(["somebody-else"], "other.csv")
        assert office.say("run", "other.csv", "-o", "other-out.csv", "--valid-till", "+10d").code == 0
        told = office.say("rerun")
        assert told.code == 0
        assert "1" in told.out
        assert len(server.requests) == 2
        assert office.say("rerun", 7).code == 2
        assert office.say("rerun", 1).code == 0
        assert len(office.links()) == 2


def test_export_makes_the_output_again_and_changes_nothing(tmp_path: Path) -> None:
    with HostileServer(
        [HONEST, hostile.nulls(0), *[hostile.message(400, "Unknown person.")] * 100]
    ) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(30))
        told = office.say(*RUN, "--batch-size", 10, "--workers", 1)
        assert told.code == 1
        first = office.rows()
        assert Counter(office.statuses().values()) == {"registered": 19, "unknown": 1, "rejected": 10}
        asked, history = len(server.requests), office.say("history").out
        (tmp_path / "out.csv").unlink()
        assert office.say("export").code == 0
        assert office.rows() == first
        assert office.say("export", 1, "-o", "again.csv").code == 0
        assert office.rows("again.csv") == first
        assert len(server.requests) == asked
        assert office.say("history").out == history


def test_export_finds_a_roster_that_was_moved_where_it_is_told_to_look(tmp_path: Path) -> None:
    with HostileServer([HONEST] * 9) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(5))
        assert office.say(*RUN).code == 0
        first = office.rows()
        (tmp_path / "out.csv").unlink()
        (tmp_path / "archive").mkdir()
        (tmp_path / "staff.csv").rename(tmp_path / "archive" / "november.csv")
        told = office.say("export", "--language", "en")
        assert told.code == 2
        assert f"is not at {tmp_path / 'staff.csv'} any more" in told.err
        assert f"bulk-register export 1 --ledger {office.ledger} --roster FILE" in told.err
        assert not (tmp_path / "out.csv").exists()
        assert office.say("export", "--roster", "archive/november.csv").code == 0
        assert office.rows() == first
        assert office.say("export", "--roster", "archive/nowhere.csv").code == 2
        office.hire(people(5)[::-1], "archive/other.csv")
        told = office.say("export", "--roster", "archive/other.csv", "-o", "other.csv")
        assert told.code == 2
        assert "is not the roster of run 1" in told.err
        assert not (tmp_path / "other.csv").exists()
        assert len(server.requests) == 1


def test_history_forgets_what_it_is_told_to_forget(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(40))
        office.say(*RUN)
        office.hire([f"other-{number}" for number in range(40)])
        office.say(*RUN)
        assert office.say("history", "--forget", 1).code == 0
        content = b"".join(file.read_bytes() for file in tmp_path.glob("ledger*"))
        assert b"emp-00012" not in content
        assert truth(sandbox)["emp-00012"].encode() not in content
        assert b"other-12" in content
        assert office.say("rerun", 1).code == 2
        told = office.say(*RUN)
        assert told.report["already_registered"] == 40
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * 86400))
        assert office.say("history", "--forget-before", tomorrow).code == 0
        assert office.say("rerun").code == 2


def test_a_ledger_in_use_is_exit_4(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00001"})) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(2))
        office.say(*RUN)
        asked = len(sandbox.requests)
        with lock(office.ledger):
            assert office.say(*RUN).code == 4
            assert office.say("rerun").code == 4
            assert office.say("history", "--forget", 1).code == 4
            assert office.say("history").code == 0
            assert office.say("export").code == 0
        assert len(sandbox.requests) == asked


@pytest.mark.parametrize("content", [b"", b"rubbish" * 1000])
def test_a_damaged_ledger_is_exit_2_and_nothing_is_sent(tmp_path: Path, content: bytes) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(2))
        office.ledger.write_bytes(content)
        for words in (RUN, ("rerun",), ("history",), ("export",)):
            told = office.say(*words)
            assert told.code == 2
            assert "damaged" in told.err
            assert "Traceback" not in told.err
        assert not sandbox.requests
        assert office.ledger.read_bytes() == content


def test_a_ledger_that_changed_by_itself_delivers_nothing(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(30))
        assert office.say(*RUN).code == 0
        before, asked = (tmp_path / "out.csv").read_bytes(), len(sandbox.requests)
        connection = sqlite3.connect(office.ledger)
        connection.execute("UPDATE run SET valid_till = valid_till + 4096")
        connection.commit()
        connection.close()
        office.hire(people(31))
        for words in (RUN, ("rerun",), ("export",), ("history",), ("verify", "out.csv")):
            told = office.say(*words)
            assert told.code == 2
            assert f"The ledger {office.ledger} is damaged" in told.err
        assert (tmp_path / "out.csv").read_bytes() == before
        assert len(sandbox.requests) == asked
