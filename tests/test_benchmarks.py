"""The benchmarks and docs/nightly mean what they say; no times are asserted."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from benchmarks import chart, floor, model, phases, rosters, table
from benchmarks.database import ROUND_TRIPS, Databases
from benchmarks.race import Contestant
from bulk_register.ledger import Ledger
from bulk_register.places import DatabaseAddress
from tests.support.ledgers import filled

ROOT = Path(__file__).parent.parent
NIGHTLY = ROOT / "docs" / "nightly"
MACHINE = model.Machine(start=1.0, row=0.00002, request=0.005)


@pytest.mark.parametrize("inline", [False, True])
def test_both_kinds_of_workbook_hold_the_same_employees_as_the_csv(tmp_path: Path, inline: bool) -> None:
    rosters.write_csv(tmp_path / "staff.csv", 700)
    rosters.write_xlsx(tmp_path / "staff.xlsx", 700, inline=inline)
    with (tmp_path / "staff.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    rows = CalamineWorkbook.from_path(tmp_path / "staff.xlsx").get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row] for row in rows] == lines
    assert len({line[0] for line in lines}) == 701


def test_the_floor_adds_five_cells_to_each_row(tmp_path: Path) -> None:
    roster, output = str(tmp_path / "staff.xlsx"), str(tmp_path / "out.xlsx")
    rosters.write_xlsx(Path(roster), 600)
    floor.main(roster, output, "-", "1", "key", "center", "test", "8")
    rows = CalamineWorkbook.from_path(output).get_sheet_by_index(0).to_python()
    assert len(rows) == 601
    assert rows[0][8:] == [
        "Participant ID", "Exam Link", "Link Valid Till", "Registration Status", "Registration Note",
    ]  # fmt: skip
    assert rows[600][9] == f"https://go.startexam.com/center#participant/{rows[600][8]}"


def run_measured(folder: Path, *words: str) -> Path:
    """A run on the sandbox by one of the benchmarks' own programs; returns its output."""
    rosters.write_xlsx(folder / "staff.xlsx", 700)
    output = folder / "out.xlsx"
    run = ["run", str(folder / "staff.xlsx"), "-o", str(output), "--sandbox", "-y", "-q"]
    kept = {"XDG_STATE_HOME": str(folder / "state"), "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", *words, *run], cwd=ROOT, env=os.environ | kept, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return output


def test_a_run_without_a_ledger_gives_everybody_a_link(tmp_path: Path) -> None:
    output = run_measured(tmp_path, "benchmarks.unledgered")
    rows = CalamineWorkbook.from_path(output).get_sheet_by_index(0).to_python()
    assert sum("#participant/" in str(row[9]) for row in rows) == 700


def test_every_phase_of_a_run_is_timed(tmp_path: Path) -> None:
    result = tmp_path / "phases.json"
    run_measured(tmp_path, "benchmarks.phases", str(result))
    found = json.loads(result.read_text())
    assert set(found["calls"]) == set(phases.DOORS)


def test_a_run_is_local_work_and_the_first_batch_alone_and_the_others_side_by_side() -> None:
    seconds = model.run_seconds(10_000, 0.995, 19, MACHINE)
    assert seconds == pytest.approx(1.0 + 0.2 + 1.0 + 19 * 1.0 / 19)


def test_more_workers_than_batches_bring_nothing() -> None:
    assert model.run_seconds(5_000, 2.0, 9, MACHINE) == model.run_seconds(5_000, 2.0, 32, MACHINE)


def test_the_processor_is_the_wall_where_the_service_is_quick() -> None:
    assert model.run_seconds(100_000, 0.0, 32, MACHINE) == pytest.approx(1.0 + 2.0 + 200 * 0.005)


def test_a_machine_is_told_from_a_profile() -> None:
    profile = {
        "cpu_seconds": 1.0 + 20.0 + 10.0,
        "cpu": {"read": 8.0, "plan": 12.0, "send": 3.0, "ledger": 4.0, "write": 2.0},
    }
    assert model.machine_of(1.0, 1_000_000, profile) == MACHINE


def test_a_rate_limit_keeps_as_many_workers_busy_as_little_says() -> None:
    assert model.workers_for(10, 0.5) == 5
    assert model.workers_for(1, 0.1) == 1


def test_a_row_that_costs_the_same_at_every_size_has_a_ratio_of_one() -> None:
    points = {str(size): {"cpu": [0.5 + size / 1000]} for size in (1_000, 10_000, 100_000)}
    assert table.row_cost_ratio(points) == pytest.approx(1)


def test_a_target_that_is_missed_says_so() -> None:
    times = {
        "bulk-register": {"wall": [2.0], "cpu": [2.0], "peak": [500.0]},
        "floor": {"wall": [1.0]},
        "rows": 1,
    }
    verdicts = {one.what: one.met for one in table.lines({"main": times})}
    assert verdicts["peak memory of that run"] is False
    assert verdicts["second run, everything known"] is None


@pytest.mark.usefixtures("server")  # a reason to skip it
def test_a_run_in_each_database_begins_with_an_empty_one(tmp_path: Path) -> None:
    ours = Contestant("ours", ["run", "--ledger", str(tmp_path)])
    with Databases() as databases:
        others = databases.contestants(ours, tmp_path)
        assert [one.words[:2] for one in others] == [ours.words[:2]] * len(ROUND_TRIPS)
        took = []
        for one in others:
            address = DatabaseAddress(one.words[2])
            one.before()
            with Ledger(address, write=False) as ledger:
                assert ledger.runs() == []
            began = time.perf_counter()
            filled(address, 3)
            took.append(time.perf_counter() - began)
        assert took[2] > 0.02  # a round trip at least


def test_databases_are_held_against_the_run_with_a_file_and_the_local_one() -> None:
    names = ("bulk-register", "PostgreSQL", "PostgreSQL, 10 ms", "PostgreSQL, 20 ms")
    times = {name: {"wall": [seconds]} for name, seconds in zip(names, (4.0, 4.4, 6.0, 8.0), strict=True)}
    near, far = (one for one in table.lines({"database": times}) if "with the ledger in" in one.what)
    assert (near.measured, near.met) == ("4.4 s, 1.10 x", True)
    assert (far.measured, far.met) == ("6.0 s, 1.36 x (PostgreSQL, 20 ms: 1.82 x)", False)


def test_the_chart_is_well_formed() -> None:
    page = chart.page([chart.chart("A & B", "s", {"CSV": [(1000, 0.5), (10_000, 2)]})])
    assert ElementTree.fromstring(page).tag.endswith("svg")  # noqa: S314 - our own


@pytest.mark.parametrize("name", sorted(path.name for path in NIGHTLY.iterdir() if path.is_file()))
def test_the_nightly_examples_use_flags_that_there_are(name: str) -> None:
    known = set(re.findall(r"--[a-z-]+", (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")))
    lines = (NIGHTLY / name).read_text(encoding="utf-8").splitlines()
    used = re.findall(r"--[a-z][a-z-]+", " ".join(line for line in lines if not line.startswith("#")))
    assert set(used) <= known


@pytest.mark.filterwarnings("default")  # Airflow's own
def test_airflow_s_own_loader_parses_the_dag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
    loader = pytest.importorskip("airflow.dag_processing.dagbag", reason="Airflow isn't installed")
    found = loader.DagBag(NIGHTLY / "airflow_dag.py")
    assert not found.import_errors
    assert found.dags["nightly_registration"].task_ids == ["register"]
