from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bulk_register.errors import GuardError, RosterError
from bulk_register.run import guards
from bulk_register.run.guards import Limits


def roster(folder: Path, name: str, hours_old: float = 0) -> Path:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("Employee ID\n1\n")
    moment = time.time() - hours_old * 3600
    os.utime(file, (moment, moment))
    return file


def test_a_file_is_meant_itself_even_if_it_is_not_there(tmp_path: Path) -> None:
    assert guards.newest_roster(str(tmp_path / "staff.csv")) == tmp_path / "staff.csv"


def test_a_folder_means_its_newest_roster(tmp_path: Path) -> None:
    roster(tmp_path, "old.csv", 30)
    newest = roster(tmp_path, "staff.new.xlsx", 2)
    ours = ("new.registered.xlsx", "x.sandbox.xlsx", "new (before 2026).xlsx")
    for left_out in (*ours, "~$staff.new.xlsx", ".hidden.csv", "notes.pdf"):
        roster(tmp_path, left_out)
    assert guards.newest_roster(str(tmp_path)) == newest


def test_a_pattern_means_its_newest_match(tmp_path: Path) -> None:
    roster(tmp_path, "staff-1.csv", 30)
    newest = roster(tmp_path, "staff-2.csv", 2)
    roster(tmp_path, "other.csv")
    assert guards.newest_roster(str(tmp_path / "staff-*.csv")) == newest


def test_what_this_program_wrote_is_no_roster(tmp_path: Path) -> None:
    older = roster(tmp_path, "staff.csv", 2)
    ours = roster(tmp_path, "links.csv")
    assert guards.newest_roster(str(tmp_path), lambda file: file == ours) == older


def test_a_file_whose_name_looks_like_a_pattern_is_meant_itself(tmp_path: Path) -> None:
    assert guards.newest_roster(str(roster(tmp_path, "staff [2026].csv"))).name == "staff [2026].csv"


@pytest.mark.parametrize("named", ["", "*.csv"])
def test_no_roster_at_all_is_said(named: str, tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="holds no roster"):
        guards.newest_roster(str(tmp_path / named) if named else str(tmp_path))


def test_yesterdays_file_trips_the_guard(tmp_path: Path) -> None:
    file = roster(tmp_path, "staff.csv", 30)
    with pytest.raises(GuardError, match=r"30 hours ago.*--newer-than"):
        guards.check_age(file, Limits(newer_than_seconds=26 * 3600))
    guards.check_age(file, Limits(newer_than_seconds=31 * 3600))
    guards.check_age(file, Limits())


def test_too_few_rows_trip_the_guard() -> None:
    with pytest.raises(GuardError, match="--min-rows"):
        guards.check_rows(99, Limits(min_rows=100))
    guards.check_rows(100, Limits(min_rows=100))


def test_too_many_new_employees_trip_the_guard() -> None:
    with pytest.raises(GuardError, match="--max-new 51"):
        guards.check_new(51, Limits(max_new=50))
    guards.check_new(50, Limits(max_new=50))


def test_too_many_missing_employees_trip_the_guard() -> None:
    with pytest.raises(GuardError, match=r"11 of the 100 .*11\.0 percent"):
        guards.check_missing(11, 100, Limits(max_missing_percent=10))
    guards.check_missing(10, 100, Limits(max_missing_percent=10))
    guards.check_missing(0, 0, Limits(max_missing_percent=0))
