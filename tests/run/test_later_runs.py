"""Runs after runs: what was overtaken is not advertised, and nothing with links is lost from its place."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from bulk_register.sandbox import DEMO_CENTER, DEMO_TESTS, Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HONEST, HostileServer
from tests.support.office import RUN, Office, Told
from tests.support.plans import people

DEFAULT = ("run", "staff.csv", "--valid-till", "+10d", "--report", "report.json")
OTHER_TEST = ("--test", DEMO_TESTS[1].test_id)


def advertised(office: Office) -> list[str]:
    """The runs that `rerun` without a number, `doctor` and `history` say are not finished."""
    said = office.say("rerun").out
    named = re.findall(r"not finished: ([\d, ]+)\.", said)
    found = named[0].split(", ") if named else []
    doctor = re.search(r"\(runs? ([\d, ]+)\)", office.say("doctor").out)
    assert (doctor[1].split(", ") if doctor else []) == found
    history = office.say("history").out
    assert [line.split()[0] for line in history.splitlines() if " open " in line] == found
    return found


def test_a_run_that_a_later_one_has_overtaken_is_not_advertised(tmp_path: Path) -> None:
    with HostileServer([hostile.html(503)] * 2) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        assert office.say(*RUN, "--attempts", 1, "--reregister").code == 3
        assert office.say(*RUN, "--attempts", 1).code == 3
        assert office.say(*RUN).code == 0
        assert advertised(office) == []
        assert "overtaken" in office.say("history", 1).out


def test_a_run_for_a_wrong_center_is_overtaken_by_that_for_the_right_one(tmp_path: Path) -> None:
    refusal = hostile.message(404, "Center was not found")
    with HostileServer(lambda request: None if DEMO_CENTER in str(request.body) else refusal) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        assert office.say(*RUN, "--center", "wrong").code in (1, 3)
        assert office.say(*RUN).code == 0
        assert advertised(office) == []


@pytest.mark.parametrize("other", [OTHER_TEST, ("--center", "second")])
def test_a_run_is_not_overtaken_by_one_for_another_exam_or_of_another_roster(
    other: tuple[str, ...], tmp_path: Path
) -> None:
    with HostileServer([hostile.html(503), hostile.html(503)]) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(3))
        assert office.say(*RUN, "--attempts", 1).code == 3
        office.hire(people(4)[3:], "four.csv")
        assert office.say("run", "four.csv", "--valid-till", "+10d", "--attempts", 1).code == 3
        assert office.say("run", "four.csv", "--valid-till", "+10d").code == 0
        assert office.say(*DEFAULT, *other).code == 0
        assert advertised(office) == ["1"]


def aside(folder: Path) -> list[Path]:
    return sorted(folder.glob("*(before *"))


def named_aside(office: Office, told: Told) -> dict[str, str]:
    """The links of the one file that was moved aside, and that the summary names."""
    [kept] = aside(office.folder)
    assert kept.name in told.out
    return office.links(kept.name)


def test_an_output_is_not_replaced_by_one_with_fewer_links(tmp_path: Path) -> None:
    with HostileServer([HONEST, *[hostile.html(503)] * 2]) as server:
        office = Office(tmp_path, server.base_url)
        office.hire(people(5))
        assert office.say(*RUN).code == 0
        links = office.links()
        told = office.say(*RUN, "--reregister", "--attempts", 1)
        assert told.code == 3
        assert office.links() != links
        assert named_aside(office, told) == links
        assert office.say(*RUN).code == 0
        assert len(aside(tmp_path)) == 1, "what holds no link is replaced, and so is what holds as many"
        assert office.say(*RUN).code == 0
        assert len(aside(tmp_path)) == 1


def test_a_link_that_is_withheld_counts_as_none(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        lines = ["Employee ID,Name", "A1,Ada Invented", "A2,Boris Invented", "A2,Clara Invented"]
        (tmp_path / "staff.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert office.say(*RUN, "--allow-conflicts").code == 0
        links = office.links()
        assert len(links) == 2
        told = office.say(*RUN)
        assert told.code == 1
        assert len(office.links()) == 1
        assert named_aside(office, told) == links


def test_an_output_is_not_replaced_by_one_for_another_exam(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        assert office.say(*RUN).code == 0
        links = office.links()
        office.hire(people(5))
        told = office.say(*RUN, *OTHER_TEST)
        assert told.code == 0
        assert named_aside(office, told) == links


def test_a_second_exam_gets_an_output_of_its_own_name_and_keeps_it(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        for _ in range(2):
            first = office.say(*DEFAULT)
            second = office.say(*DEFAULT, *OTHER_TEST)
            assert first.report["output"] == str(tmp_path / "staff.registered.xlsx")
            assert second.report["output"] == str(tmp_path / "staff.registered-2.xlsx")
            assert "staff.registered.xlsx holds links of another exam" in second.out
        assert not aside(tmp_path)


def test_a_sandbox_replaces_what_it_left_and_nothing_else(tmp_path: Path) -> None:
    office = Office(tmp_path, "https://nowhere.invalid")
    office.hire(people(3))
    words = ("run", "staff.csv", "--sandbox", "--only-new", "new.xlsx")
    for _ in range(3):
        assert office.say(*words).code == 0
    assert not aside(tmp_path)
    (tmp_path / "staff.sandbox.xlsx").write_bytes(b"somebody's")
    assert office.say(*words).code == 0
    assert [kept.read_bytes() for kept in aside(tmp_path)] == [b"somebody's"]


def test_the_exam_is_named_wherever_a_link_is(tmp_path: Path) -> None:
    title = DEMO_TESTS[0].title
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        told = office.say(*RUN, "--test", title.upper())
        tests = [DEMO_TESTS[0].test_id]
        assert [told.report[key] for key in ("center", "tests")] == [DEMO_CENTER, tests]
        told = office.say(*RUN)  # by its identifier: what it was called last is remembered
        words = f"test {title.upper()}, center {DEMO_CENTER}"
        assert told.report["test_titles"] == [title.upper()]
        assert f"\nTest {words[5:]}\n" in told.out
        assert f"run 2: {words}\n" in told.err
        assert f'"center": "{DEMO_CENTER}"' in office.say(*RUN, "--log-format", "json").err
        assert f"The links are for: {words}\n" in office.say("verify", "out.csv").out
        assert f"{title.upper()} ({tests[0]})" in office.say("history", 1).out
        assert DEMO_CENTER in office.say("history").out


def test_the_list_of_runs_fits_80_columns(tmp_path: Path) -> None:
    with HostileServer() as server:
        office = Office(tmp_path, server.base_url)
        long = "the roster of all the people of every department.csv"
        office.hire(people(1200), long)
        more = ("--center", "a-center-with-quite-a-long-name-2026", "--test", DEMO_TESTS[1].test_id)
        for flags in ((), more):
            words = ("run", long, "--valid-till", "+10d", "-o", f"{len(flags)}.csv", *flags)
            assert office.say(*words).code == 0
        lines = office.say("history").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split()[3:7] == ["1,200", "complete", DEMO_CENTER, f"{DEMO_TESTS[0].test_id[:8]}…"]
    assert re.search(r" 1,200 +complete +a-center-\S*…  \S{8}…  the .*…$", lines[1])


def test_batches_count_from_one_in_what_a_person_reads(tmp_path: Path) -> None:
    with Sandbox(Behaviour(unknown={"emp-00003"}, name_unknown=True)) as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(4))
        office.say(*RUN, "--batch-size", 1)
        said = office.say("rerun", "-v").err
    assert "batch 1 (1 employee)" in said
    assert "batch 5" not in said


def test_a_list_that_waits_for_its_mail_is_not_emptied(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        office.hire(people(3))
        words = (*RUN, "--only-new", "mail.xlsx")
        assert office.say(*words).code == 0
        before = (tmp_path / "mail.xlsx").read_bytes()
        assert "mail.xlsx of an earlier run was left as it is" in office.say(*words).out
        assert (tmp_path / "mail.xlsx").read_bytes() == before
        assert openpyxl.load_workbook(tmp_path / "mail.xlsx").worksheets[0].max_row == 4
