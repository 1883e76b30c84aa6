"""What a scheduled run may bear, what it tells of changes, and the spreadsheet for the mail merge."""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from bulk_register.sandbox import Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HostileServer, Reaction, Request
from tests.support.office import RUN, Office, Told, until
from tests.support.plans import people

posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 as POSIX has it")


def run(office: Office, *more: object) -> Told:
    return office.say(*RUN, *more)


def sheet(path: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path).worksheets[0].values)


@pytest.mark.parametrize(
    ("tolerated", "code"),
    [
        ((), 1),
        (("--tolerate", "rejected"), 1),
        (("--tolerate", "rejected,invalid"), 0),
        (("--tolerate", "rejected", "--tolerate", "invalid"), 0),
        (("--tolerate", "Rejected, invalid, conflict"), 0),
    ],
)
def test_tolerated_rows_make_no_alarm(tolerated: tuple[str, ...], code: int, tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00001"}, name_unknown=True)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire([*people(3), ""])
        told = run(office, *tolerated)
        assert told.code == told.report["exit_code"] == code
        assert [problem["status"] for problem in told.report["problems"]] == ["rejected", "invalid"]


def test_what_is_left_to_do_is_never_tolerated(tmp_path: Path) -> None:
    with Sandbox(Behaviour(fail_rate=1, retry_after_seconds=0)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        assert run(office, "--tolerate", "rejected,unknown,invalid", "--attempts", 1).code == 3
        assert "must be some of" in run(office, "--tolerate", "failed").err


def test_only_those_with_a_new_link_go_into_the_second_spreadsheet(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url, {"BULK_REGISTER_TIMEZONE": "Asia/Tokyo"})
        office.hire(people(3))
        told = run(office, "--only-new", "new.xlsx")
        assert f"3 employees got a new link: {tmp_path / 'new.xlsx'} holds them, a row each." in told.out
        office.hire([*people(5), "emp-00004"])
        run(office, "--only-new", "new.xlsx")
        head, *lines = sheet(tmp_path / "new.xlsx")
        assert head[:5] == ("Employee ID", "Name", "Participant ID", "Exam Link", "Link Valid Till")
        assert [line[0] for line in lines] == ["emp-00003", "emp-00004"]
        assert {str(line[0]): line[2] for line in lines}.items() <= office.links().items()
        ends = datetime.fromisoformat(str(lines[0][4])) - datetime.now()
        assert ends.days in (9, 10)
        aside = [sheet(path) for path in tmp_path.glob("new (before *")]
        assert [len(rows) for rows in aside] == [4]  # nobody knows whether they were mailed
        told = run(office, "--only-new", "new.xlsx")
        assert f"Nobody got a new link, so {tmp_path / 'new.xlsx'} of an earlier run was left" in told.out
        assert sheet(tmp_path / "new.xlsx") == [head, *lines]
        (tmp_path / "new.xlsx").unlink()  # they have been mailed
        told = run(office, "--only-new", "new.xlsx")
        assert f"Nobody got a new link: {tmp_path / 'new.xlsx'} has its headers only." in told.out
        assert sheet(tmp_path / "new.xlsx") == [head]
        run(office, "--only-new", "new.xlsx")
        assert len(list(tmp_path.glob("new*.xlsx"))) == 2  # an empty list is nobody's loss


def ids(path: Path) -> list[object]:
    return [line[0] for line in sheet(path)[1:]]


@posix
def test_a_link_of_a_run_that_was_killed_stands_in_the_next_list(tmp_path: Path) -> None:
    with HostileServer(lambda _: hostile.hang(0.05)) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(40))
        words = (*RUN, "--only-new", "new.xlsx", "--batch-size", 2, "--workers", 1)
        process = office.start(*words)
        until(lambda: len(startexam.requests) >= 4)
        process.kill()
        office.end(process)
        assert not (tmp_path / "new.xlsx").exists()
        office.hire([*people(2), "somebody-else"], "other.csv")
        office.tell("run", "other.csv", "--valid-till", "+10d", "--only-new", "new.xlsx")
        listed = ids(tmp_path / "new.xlsx")
        assert set(listed) == {*people(2), "somebody-else"}
        told = office.tell(*words)
        assert told.report["already_registered"] > 0
        assert ids(tmp_path / "new.xlsx") == people(40)[2:]  # those of the other roster had their turn
        office.hire(people(41))
        office.tell(*words)
        assert ids(tmp_path / "new.xlsx") == people(41)[40:]


@posix
def test_finishing_a_run_that_is_killed_lists_nobody_twice(tmp_path: Path) -> None:
    down, slow = threading.Event(), hostile.hang(0.05)
    down.set()
    with HostileServer(
        lambda _: hostile.html(503) if down.is_set() and len(startexam.requests) > 3 else slow
    ) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(40))
        words = (*RUN, "--only-new", "new.xlsx", "--batch-size", 2, "--workers", 1, "--attempts", 1)
        assert office.tell(*words).code == 3
        first = ids(tmp_path / "new.xlsx")
        assert 0 < len(first) < 40
        down.clear()
        asked = len(startexam.requests)
        process = office.start("rerun")
        until(lambda: len(startexam.requests) >= asked + 4)
        process.kill()
        office.end(process)
        assert ids(tmp_path / "new.xlsx") == first
        assert office.tell("rerun").code == 0
        assert sorted([*map(str, first), *map(str, ids(tmp_path / "new.xlsx"))]) == people(40)


def test_a_list_that_fails_at_the_end_is_made_up_for(tmp_path: Path) -> None:
    def react(_: Request) -> Reaction:
        (tmp_path / "new.xlsx").mkdir(exist_ok=True)  # somebody takes its place
        return hostile.HONEST

    with HostileServer(react) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(5))
        told = run(office, "--only-new", "new.xlsx")
        assert (told.code, len(office.links())) == (3, 5)
        assert "use run again, without --reregister: the list then holds these people" in told.err
        assert "rerun" not in told.out
        (tmp_path / "new.xlsx").rmdir()
        assert run(office, "--only-new", "new.xlsx").code == 0
        assert ids(tmp_path / "new.xlsx") == people(5)


def test_a_link_that_was_withheld_is_listed_once_the_roster_is_mended(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        text = (tmp_path / "staff.csv").read_text()
        (tmp_path / "staff.csv").write_text(text + "emp-00001,Somebody Else\n")
        assert run(office, "--only-new", "new.xlsx").code == 1
        assert ids(tmp_path / "new.xlsx") == ["emp-00000", "emp-00002"]
        office.hire(people(3))
        assert run(office, "--only-new", "new.xlsx").code == 0
        assert ids(tmp_path / "new.xlsx") == ["emp-00001"]


def test_what_was_forgotten_is_listed_like_anything_new(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        run(office)  # without a list: these people stand in the output
        run(office, "--only-new", "new.xlsx")
        assert ids(tmp_path / "new.xlsx") == []
        assert office.say("history", "--forget-before", "2100-01-01").code == 0
        run(office, "--only-new", "new.xlsx")
        assert ids(tmp_path / "new.xlsx") == people(3)


def test_finishing_a_run_lists_those_whom_its_first_part_did_not(tmp_path: Path) -> None:
    refusals = [hostile.HONEST, hostile.message(400, "no"), hostile.message(400, "no")]
    with HostileServer(refusals) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(2))
        assert run(office, "--batch-size", 1, "--workers", 1, "--only-new", "new.xlsx").code == 1
        first = ids(tmp_path / "new.xlsx")
        while office.say("rerun").code:
            pass
        assert first + ids(tmp_path / "new.xlsx") == people(2)
        assert len(office.links()) == 2


def test_a_list_that_cannot_be_written_is_found_before_anything_is_sent(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        for named, words in (
            ("new.csv", "must end in .xlsx"),
            ("out.xlsx", "would replace"),
            ("nowhere/new.xlsx", "doesn't exist"),
            (".", "must end in .xlsx"),
        ):
            told = office.say(*RUN[:3], "out.xlsx", *RUN[4:], "--only-new", named)
            assert told.code == 2
            assert words in told.err
            assert "--only-new" in told.err
        assert sandbox.requests == []


def test_a_newest_file_that_is_an_output_stops_the_night(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        (tmp_path / "exports").mkdir()
        office.hire(people(3), "exports/staff.csv")
        assert office.say("run", "exports/staff.csv", "-o", "out.csv", "--valid-till", "+10d").code == 0
        (tmp_path / "out.csv").rename(tmp_path / "exports" / "links for Ann.csv")
        for words in (("run", "exports", "--valid-till", "+10d"), ("check", "exports")):
            told = office.say(*words)
            assert told.code == 2
            assert "links for Ann.csv, which has the columns of an output" in told.err
        assert len(sandbox.requests) == 1
        assert office.say("check", "exports/links for Ann.csv").code == 0  # named, it is meant


def test_what_changed_since_the_last_run_is_told(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00007"}, name_unknown=True)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(4))
        assert run(office).report["changes"] is None
        office.hire([*people(8)[2:]])
        told = run(office, "--ending-days", 3)
        assert told.report["changes"] == {
            "since_run": 1,
            "new": 4,
            "gone": ["emp-00000", "emp-00001"],
            "ending_rows": [],
            "newly_failing_rows": [7],
            "ending_days": 3,
            "warned_rows": [],
        }
        since = "Employees since run 1, the last one for this exam"
        assert f"{since}: 4 new on the roster, 2 gone, 1 newly without a link." in told.out
        told = run(office, "--ending-days", 11)
        changes = told.report["changes"]
        assert (changes["new"], changes["gone"], changes["newly_failing_rows"]) == (0, [], [])
        assert changes["ending_rows"] == [2, 3, 4, 5, 6]
        assert "5 with a link that ends within 11 days" in told.out


def test_who_had_no_link_before_is_not_newly_without_one(tmp_path: Path) -> None:
    with HostileServer(lambda _: hostile.html(503)) as startexam:
        office = Office(tmp_path, startexam.base_url)
        office.hire(people(4))
        assert run(office, "--batch-size", 1, "--attempts", 1).report["not_sent"]
        told = run(office, "--attempts", 1)
        assert (told.code, told.report["changes"]["newly_failing_rows"]) == (3, [])


def test_another_exam_is_another_story(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(4))
        run(office)
        assert run(office, "--proctoring").report["changes"] is None


def test_an_output_beside_the_rosters_is_never_taken_for_the_newest_one(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        (tmp_path / "exports").mkdir()
        office.hire(people(3), "exports/staff.csv")
        hour_ago = time.time() - 3600
        os.utime(tmp_path / "exports" / "staff.csv", (hour_ago, hour_ago))
        words = ("run", "exports", "-o", "exports/links.csv", "--valid-till", "+10d")
        for _ in range(2):
            told = office.say(*words, "--only-new", "exports/mail.xlsx")
            assert told.code == 0
            assert told.out.startswith("staff.csv: 3 rows")
        assert office.say("check", "exports").out.startswith("exports/staff.csv\n")
        assert office.say("check", "exports/*.csv").out.startswith("exports/staff.csv\n")


def test_a_guard_that_trips_leaves_everything_as_it_is(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(10))
        run(office)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.suffix == ".csv"}
        office.hire(people(200)[:100])
        for guard, words in (
            (("--max-new", 50), "run it once with --max-new 90"),
            (("--min-rows", 1000), "--min-rows 0"),
            (("--newer-than", "1s"), "--newer-than"),
        ):
            file = tmp_path / "staff.csv"
            os.utime(file, (time.time() - 60,) * 2)
            told = run(office, *guard)
            assert (told.code, told.report["exit_code"]) == (2, 2)
            assert words in told.report["error"]
        assert (tmp_path / "out.csv").read_bytes() == before["out.csv"]
        assert len(sandbox.requests) == 1
