"""Employees whom StartExam doesn't know come in a file of their own, ready to be added there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook

from bulk_register import load_settings, register_roster
from bulk_register.ledger import Ledger
from bulk_register.output.results import RunResults, Style
from bulk_register.records import Event, Line, Roster, Status, Warned
from bulk_register.run import open_roster
from bulk_register.run.lists import Lists, unknown_path, unknown_places
from bulk_register.run.report import Finished
from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Behaviour, Sandbox
from tests.support.program import write_roster


@pytest.fixture(autouse=True)
def _roster(folder: Path) -> None:
    write_roster(folder, 6)


def finish(roster: Path, unknown: set[str], fail_rate: float = 0, **more: str) -> Finished:
    with Sandbox(Behaviour(unknown=unknown, fail_rate=fail_rate, retry_after_seconds=0)) as sandbox:
        flags = {"center": DEMO_CENTER, "tests": [DEMO_TEST], "valid_till": "+10d", "ledger": "l.db"}
        flags["attempts"] = "1"
        where = {"base_url": sandbox.base_url, "account_id": sandbox.account_id}
        environ = {"STARTEXAM_SECRET_KEY": sandbox.secret_key}
        settings = load_settings(flags | where | more, environ=environ)
        finished = register_roster(roster, settings)
        with open_roster(roster, settings, lambda _: None) as found, Ledger(Path("l.db")) as ledger:
            settings = load_settings({"sandbox": True}, environ={})
            lists = Lists(finished.output or roster, ledger, settings, lambda _: None)
            again = lists.deliver(with_roster(replace(finished, notes=()), found))
            return replace(again, notes=finished.notes)


def with_roster(finished: Finished, roster: Roster) -> Finished:
    """The same end with a roster whose private copy is still there."""
    outcome = finished.outcome
    return replace(finished, outcome=replace(outcome, plan=replace(outcome.plan, roster=roster)))


def said(finished: Finished, words: dict[int, str]) -> Finished:
    """The same end, had StartExam said these words of employees."""
    statuses = finished.outcome.statuses.copy()
    for code, note in words.items():
        statuses.note[code] = note
    results = RunResults(finished.outcome.plan, statuses, Style("https://go.startexam.com"))
    return replace(finished, results=results)


def rows(path: Path) -> list[list[object]]:
    return [[cell.value for cell in row] for row in load_workbook(path).worksheets[0]]


def test_their_rows_come_with_all_columns_beside_the_output(folder: Path) -> None:
    finished = finish(folder / "staff.csv", {"007000002", "007000004"})
    found = rows(folder / "staff.unknown.xlsx")
    assert found[0][:3] == ["Employee ID", "Name", "Participant ID"]
    assert [row[:2] for row in found[1:]] == [["007000002", "Person 2"], ["007000004", "Person 4"]]
    assert [row[5] for row in found[1:]] == ["rejected", "rejected"]
    assert any(
        note.startswith(f"StartExam refused 2 employees: {folder / 'staff.unknown.xlsx'} holds them")
        for note in finished.notes
    )


def test_the_file_can_be_fed_back_once_they_are_added(folder: Path) -> None:
    finish(folder / "staff.csv", {"007000002", "007000004"})
    again = finish(folder / "staff.unknown.xlsx", set())
    assert again.exit_code == 0
    assert len(again.outcome.plan.roster.employees) == 2


def test_our_own_earlier_file_is_replaced_and_somebody_s_is_kept(folder: Path) -> None:
    finish(folder / "staff.csv", {"007000002"})
    finish(folder / "staff.csv", {"007000002"})
    assert len(list(folder.glob("staff.unknown*"))) == 1
    (folder / "staff.unknown.xlsx").write_bytes(b"somebody's work")
    finish(folder / "staff.csv", {"007000002"})
    (kept,) = folder.glob("staff.unknown (before *).xlsx")
    assert kept.read_bytes() == b"somebody's work"


def test_where_nobody_is_refused_nothing_is_touched(folder: Path) -> None:
    finished = finish(folder / "staff.csv", set())
    assert not list(folder.glob("*.unknown*"))
    assert not any("refused" in note for note in finished.notes)
    (folder / "staff.unknown.xlsx").write_bytes(b"yesterday's")
    finish(folder / "staff.csv", set())
    assert (folder / "staff.unknown.xlsx").read_bytes() == b"yesterday's"


def test_an_earlier_list_is_removed_once_nobody_is_refused_any_more(folder: Path) -> None:
    finish(folder / "staff.csv", {"007000002"})
    finished = finish(folder / "staff.csv", set())
    assert not list(folder.glob("staff.unknown*"))
    assert "Nobody is refused any more, so staff.unknown.xlsx of an earlier run was removed" in finished.notes
    finish(folder / "staff.csv", {"007000002"})
    (folder / "staff.unknown.xlsx").write_bytes(b"with somebody's notes")
    finish(folder / "staff.csv", set())
    assert (folder / "staff.unknown.xlsx").read_bytes() == b"with somebody's notes"


def test_the_list_goes_although_each_night_s_roster_has_another_name(folder: Path) -> None:
    finish(folder / "staff.csv", {"007000002"}, output="links.csv")
    assert (folder / "links.unknown.xlsx").exists()
    (folder / "staff.csv").rename(folder / "tonight.csv")
    finish(folder / "tonight.csv", set(), output="links.csv")
    assert not (folder / "links.unknown.xlsx").exists()


def test_a_list_that_is_the_roster_itself_stays_as_it_is(folder: Path) -> None:
    finish(folder / "staff.csv", {"007000002", "007000004"})
    roster = folder / "staff.unknown.xlsx"
    before = roster.read_bytes()
    for unknown in ({"007000002"}, set[str]()):
        finish(roster, unknown, output=str(folder / "staff.registered.xlsx"))
        assert roster.read_bytes() == before
        assert (folder / "staff.unknown-2.xlsx").exists() == bool(unknown)


def test_the_list_stays_while_it_cannot_be_told_whether_they_are_still_refused(folder: Path) -> None:
    finish(folder / "staff.csv", {"007000002"})
    finished = finish(folder / "staff.csv", set(), fail_rate=1)
    assert finished.exit_code == 3
    assert (folder / "staff.unknown.xlsx").exists()


def test_a_workbook_s_identifiers_keep_their_zeros_and_its_dates_stay_dates(folder: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Staff list"])
    sheet.append([None, "Employee ID", "Name", "Score"])
    for number in (417, 418, 419):
        sheet.append([None, number, f"=Person {number}", 1.5])
        sheet.cell(sheet.max_row, 2).number_format = "00000"
        sheet.cell(sheet.max_row, 3).data_type = "s"
    book.save(folder / "staff.xlsx")
    finish(folder / "staff.xlsx", {"00418"})
    head, row = rows(folder / "staff.unknown.xlsx")
    assert head[:4] == [None, "Employee ID", "Name", "Score"]
    assert row[:4] == [None, "00418", "=Person 418", 1.5]


def test_refusals_for_another_reason_stay_out_where_some_are_understood(folder: Path) -> None:
    finished = finish(folder / "staff.csv", {"007000001", "007000003"})
    assert unknown_places(said(finished, {1: "Employee is hidden"})).tolist() == [3]
    assert unknown_places(said(finished, {1: "Employee is hidden", 3: "Some words"})).tolist() == [1, 3]
    found = said(finished, {1: "Employee is hidden", 3: "Сотрудник не найден"})
    assert unknown_places(found).tolist() == [3]


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("staff.registered.xlsx", "staff.unknown.xlsx"),
        ("staff.registered-2.xlsm", "staff.unknown.xlsx"),
        ("staff.sandbox.xlsx", "staff.sandbox.unknown.xlsx"),
        ("links.csv", "links.unknown.xlsx"),
    ],
)
def test_the_name_follows_the_output_s(output: str, name: str) -> None:
    assert unknown_path(Path("exports") / output, Path("exports/staff.csv")) == Path("exports") / name


def test_a_failure_is_a_warning_and_the_output_stands(folder: Path) -> None:
    finished = finish(folder / "staff.csv", set())
    finished.outcome.statuses.settle(np.array([0]), Status.REJECTED, "unknown")
    lines = [Line(["1", "x" * 40_000])] * 3  # more than a workbook's cell holds
    long = replace(finished.outcome.plan.roster.source, lines=lambda: iter(lines))
    wide = with_roster(finished, replace(finished.outcome.plan.roster, source=long))
    told: list[Event] = []
    with Ledger(folder / "l.db") as ledger:
        settings = load_settings({"sandbox": True}, environ={})
        same = Lists(folder / "o.xlsx", ledger, settings, told.append).deliver(wide)
    assert same.notes == finished.notes
    assert isinstance(told[0], Warned)
    assert "could not be written" in told[0].message
