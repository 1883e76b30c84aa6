"""Exam results: the workbook back with what StartExam tells, by its feed, by reports, and from the ledger."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bulk_register.sandbox import DEMO_TEST, DEMO_TESTS, Behaviour, Sandbox
from tests.support.program import account, call, end, exam, start

SECOND = DEMO_TESTS[1].test_id
BEGAN = float(int(time.time()) - 3600)
FEEDS = ("likely", "unknown shape", "absent")


@pytest.fixture(autouse=True)
def _settings(folder: Path) -> None:
    (folder / "bulk_register.toml").write_text('wait_first = 0.01\nwait_max = 0.05\ntimezone = "UTC"\n')


def register(sandbox: Sandbox, count: int, *more: str, output: str = "staff.registered.csv") -> None:
    lines = ["Employee ID,Name", *(f"emp-{number:04},Person {number}" for number in range(count))]
    Path("staff.csv").write_text("\n".join(lines) + "\n")
    assert call("run", "staff.csv", *exam(sandbox, "-o", output, *more), environ=account(sandbox)).code == 0


def ask(sandbox: Sandbox, file: str = "staff.registered.csv", *more: str) -> tuple[int, dict[str, Any], str]:
    flags = ["--ledger", "ledger.db", "--base-url", sandbox.base_url, "--report", "report.json"]
    output = [] if "-o" in more else ["-o", "results.csv"]
    ended = call("results", file, *flags, *output, *more, environ=account(sandbox))
    report = Path("report.json")
    return ended.code, json.loads(report.read_text()) if report.exists() else {}, ended.out + ended.err


def rows(file: str = "results.csv") -> dict[str, dict[str, str]]:
    with Path(file).open(encoding="utf-8-sig", newline="") as stream:
        return {row["Employee ID"]: row for row in csv.DictReader(stream)}


def cells(file: str) -> list[list[Any]]:
    """The workbook's first sheet as a table of values."""
    rows = openpyxl.load_workbook(file).worksheets[0].iter_rows()
    return [[cell.value for cell in row] for row in rows]


def asked(sandbox: Sandbox, path: str) -> int:
    return sum(one.path == path for one in sandbox.requests)


def some_sit(sandbox: Sandbox) -> None:
    """The first has finished, the second is at it, the third was closed, the rest are absent."""
    sandbox.sit("emp-0000", DEMO_TEST, started=BEGAN, ended=BEGAN + 1500, score=85.5)
    sandbox.sit("emp-0001", DEMO_TEST, started=BEGAN)
    sandbox.sit("emp-0002", DEMO_TEST, started=BEGAN - 90_000, ended=BEGAN, score=10.0, auto_closed=True)


@pytest.fixture(params=FEEDS)
def anyhow(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(Behaviour(feed=request.param)) as running:
        yield running


def test_each_row_has_its_own_result_whichever_way_it_is_asked(anyhow: Sandbox) -> None:
    register(anyhow, 4)
    some_sit(anyhow)
    code, report, told = ask(anyhow)
    assert code == 1
    found = rows()
    assert [row["Exam Status"] for row in found.values()] == [
        "finished",
        "started",
        "closed by timeout",
        "not started",
    ]
    first, began = found["emp-0000"], datetime.fromtimestamp(BEGAN, UTC).strftime("%Y-%m-%d %H:%M:%S")
    assert (first["Exam Started"], first["Exam Time"]) == (began, "00:25:00")
    assert (first["Exam Score"], first["Exam Max Score"], first["Exam Percent"]) == ("85.5", "100", "85.5")
    assert first["Exam Level"] == "Good"
    assert found["emp-0002"]["Exam Time"] == "1.01:00:00"
    assert found["emp-0001"]["Exam Percent"] == ""
    assert (report["people_finished"], report["people_not_started"]) == (1, 1)
    assert report["tests"][0]["mean_percent"] == 47.75
    assert "1 has finished" in told


def test_the_feed_spares_a_report_each_and_is_read_on_where_it_ended() -> None:
    with Sandbox(Behaviour(feed_page=3)) as sandbox:
        register(sandbox, 8)
        for number in range(7):
            sandbox.sit(f"emp-{number:04}", DEMO_TEST, started=BEGAN + number, ended=BEGAN + 600)
        code, report, _ = ask(sandbox)
        assert (code, report["people_finished"]) == (1, 7)
        assert (asked(sandbox, "/v2/sessions"), asked(sandbox, "/v2/session")) == (3, 0)
        sandbox.sit("emp-0007", DEMO_TEST, started=BEGAN, ended=time.time())
        assert ask(sandbox)[0] == 0
        assert asked(sandbox, "/v2/sessions") == 4
        before = len(sandbox.requests)
        assert ask(sandbox)[0] == 0
        assert len(sandbox.requests) == before


def test_finished_exams_are_not_asked_about_again_unless_that_is_wanted() -> None:
    with Sandbox(Behaviour(feed="absent")) as sandbox:
        register(sandbox, 3)
        some_sit(sandbox)
        ask(sandbox)
        assert asked(sandbox, "/v2/session") == 3
        ask(sandbox)
        assert asked(sandbox, "/v2/session") == 4  # the one that is still at it
        sandbox.sit("emp-0000", DEMO_TEST, started=BEGAN, ended=BEGAN + 1500, score=99.0)
        ask(sandbox, "staff.registered.csv", "--refresh")
        assert rows()["emp-0000"]["Exam Score"] == "99"


def test_a_result_never_stands_in_a_strangers_row(sandbox: Sandbox) -> None:
    register(sandbox, 3)
    some_sit(sandbox)
    lines = Path("staff.registered.csv").read_text(encoding="utf-8-sig").splitlines()
    one, two = lines[1].split(","), lines[2].split(",")
    one[2:4], two[2:4] = two[2:4], one[2:4]  # somebody has sorted a part of the columns
    Path("staff.registered.csv").write_text(
        "\n".join([lines[0], ",".join(one), ",".join(two), lines[3]]) + "\n"
    )
    code, report, _ = ask(sandbox, "staff.registered.csv", "--refresh")
    assert code == 1
    assert [row["Exam Status"] for row in rows().values()] == ["", "", "closed by timeout"]
    assert [item["row"] for item in report["problems"]] == [2, 3]


def test_whom_the_feed_mentioned_before_the_ledger_knew_them_is_asked_about() -> None:
    with Sandbox() as sandbox:
        register(sandbox, 2, "--ledger", "elsewhere.db")
        register(sandbox, 1)
        sandbox.sit("emp-0000", DEMO_TEST)
        sandbox.sit("emp-0001", DEMO_TEST)
        ask(sandbox)
        register(sandbox, 2)  # the second is known here only now
        ask(sandbox)
        assert [row["Exam Status"] for row in rows().values()] == ["started", "started"]
        assert asked(sandbox, "/v2/session") == 1


@pytest.mark.parametrize("feed", FEEDS)
def test_several_tests_have_a_set_of_columns_each(feed: Any) -> None:
    with Sandbox(Behaviour(feed=feed)) as sandbox:
        register(sandbox, 2, "--test", SECOND)
        sandbox.sit("emp-0000", DEMO_TEST, ended=BEGAN, started=BEGAN - 60)
        sandbox.sit("emp-0000", SECOND, started=BEGAN)
        code, report, _ = ask(sandbox, "staff.registered.csv", "--refresh")
        [first, second] = (name for name in rows()["emp-0000"] if name.startswith("Exam Status"))
        found = rows()
        assert (found["emp-0000"][first], found["emp-0000"][second]) == ("finished", "started")
        assert (found["emp-0001"][first], found["emp-0001"][second]) == ("not started", "not started")
        assert len(report["tests"]) == 2
        assert code == 1


def test_of_a_test_that_a_report_leaves_out_nothing_is_said() -> None:
    with Sandbox(Behaviour(feed="absent", several_sessions="one")) as sandbox:
        register(sandbox, 1, "--test", SECOND)
        sandbox.sit("emp-0000", DEMO_TEST, started=BEGAN, ended=BEGAN + 60)
        sandbox.sit("emp-0000", SECOND, started=BEGAN + 100)
        code, report, _ = ask(sandbox)
        statuses = [text for name, text in rows()["emp-0000"].items() if name.startswith("Exam Status")]
        assert statuses == ["finished", ""]
        assert (code, report["people_unknown"]) == (1, 1)


@pytest.mark.parametrize("feed", FEEDS)
def test_with_faults_every_result_is_right(feed: Any) -> None:
    behaviour = Behaviour(feed=feed, feed_page=10, fail_rate=0.25, retry_after_seconds=0, seed=3)
    with Sandbox(behaviour) as sandbox:
        register(sandbox, 60)
        for number in range(0, 60, 2):
            sandbox.sit(f"emp-{number:04}", DEMO_TEST, ended=BEGAN, started=BEGAN - 60, score=float(number))
        code, report, _ = ask(sandbox, "staff.registered.csv", "--refresh")
        assert (code, report["people_finished"], report["people_not_started"]) == (1, 30, 30)
        assert {name: row["Exam Score"] for name, row in rows().items()} == {
            f"emp-{number:04}": "" if number % 2 else str(number) for number in range(60)
        }


def test_where_startexam_is_gone_the_code_is_3_and_what_was_known_is_written() -> None:
    with Sandbox(Behaviour(feed="absent")) as sandbox:
        register(sandbox, 5)
        some_sit(sandbox)
        sandbox_url = sandbox.base_url
        ask(sandbox)
    flags = ["--ledger", "ledger.db", "--base-url", sandbox_url, "-o", "results.csv", "--attempts", "1"]
    ended = call("results", "staff.registered.csv", *flags, environ=account(sandbox))
    assert ended.code == 3
    assert [row["Exam Status"] for row in rows().values()] == ["finished", "", "closed by timeout", "", ""]


def test_a_workbook_is_rewritten_in_place_with_numbers_as_numbers(sandbox: Sandbox) -> None:
    register(sandbox, 3, output="staff.registered.xlsx")
    some_sit(sandbox)
    ended = ask(sandbox, "staff.registered.xlsx", "-o", "r.xlsx", "--finished-only", "done.xlsx", "--refresh")
    assert ended[0] == 1
    table = cells("r.xlsx")
    assert table[0][-7:] == [
        "Exam Status",
        "Exam Started",
        "Exam Time",
        "Exam Score",
        "Exam Max Score",
        "Exam Percent",
        "Exam Level",
    ]
    assert table[1][-4:] == [85.5, 100, 85.5, "Good"]
    assert table[1][-6] == datetime.fromtimestamp(BEGAN, UTC).replace(tzinfo=None)
    assert table[1][:2] == ["emp-0000", "Person 0"]
    done = cells("done.xlsx")
    assert [row[0] for row in done[1:]] == ["emp-0000", "emp-0002"]
    assert done[1][-2] == 85.5


def test_results_fed_back_are_filled_in_place(sandbox: Sandbox) -> None:
    register(sandbox, 2, output="staff.registered.xlsx")
    assert ask(sandbox, "staff.registered.xlsx", "-o", ".")[0] == 1
    for number in range(2):
        sandbox.sit(f"emp-{number:04}", DEMO_TEST, started=BEGAN, ended=BEGAN + 60, score=70.0)
    assert ask(sandbox, "staff.results.xlsx", "-o", "again.xlsx", "--refresh")[0] == 0
    table = cells("again.xlsx")
    assert table[0].count("Exam Status") == 1
    assert [row[table[0].index("Exam Percent")] for row in table[1:]] == [70, 70]


def test_results_of_either_language_are_filled_in_place_in_the_other(sandbox: Sandbox) -> None:
    register(sandbox, 4)
    some_sit(sandbox)
    flags = ["--ledger", "ledger.db", "--base-url", sandbox.base_url, "-o", "ru.csv", "--language", "ru"]
    told = end(start(["results", "staff.registered.csv", *flags], Path.cwd(), account(sandbox)))
    found = rows("ru.csv")
    assert [row["Статус экзамена"] for row in found.values()] == [
        "завершён",
        "начат",
        "закрыт по времени",
        "не начат",
    ]
    assert found["emp-0000"]["Баллы за экзамен"] == "85.5"
    assert "Exam Status" not in found["emp-0000"]
    assert told.code == 1
    assert "has finished" not in told.out
    assert ask(sandbox, "ru.csv", "-o", "again.csv")[0] == 1
    again = rows("again.csv")
    assert list(again["emp-0000"]) == list(found["emp-0000"])
    assert again["emp-0002"]["Статус экзамена"] == "closed by timeout"


def test_a_column_of_the_roster_s_own_is_not_overwritten(sandbox: Sandbox) -> None:
    register(sandbox, 1)
    lines = Path("staff.registered.csv").read_text(encoding="utf-8-sig").splitlines()
    Path("staff.registered.csv").write_text("\n".join([lines[0] + ",Exam Level", lines[1] + ",mine"]) + "\n")
    code, _, told = ask(sandbox)
    assert code == 2
    assert 'a column "Exam Level" of its own' in told


def test_a_run_s_number_means_its_output(sandbox: Sandbox) -> None:
    register(sandbox, 1)
    assert ask(sandbox, "1")[0] == 1
    Path("staff.registered.csv").unlink()
    code, _, told = ask(sandbox, "1")
    assert code == 2
    assert "export 1" in told


def test_sandbox_links_and_foreign_files_are_told_apart(sandbox: Sandbox) -> None:
    Path("staff.csv").write_text("Employee ID,Name\na,Anna\n")
    assert ask(sandbox, "staff.csv")[0] == 2
    call("run", "staff.csv", "--sandbox", "-o", "s.csv")
    code, report, _ = ask(sandbox, "s.csv")
    assert (code, len(report["problems"])) == (1, 1)
    assert not sandbox.requests


def test_a_wrong_key_stops_it(sandbox: Sandbox) -> None:
    register(sandbox, 2)
    flags = ["--ledger", "ledger.db", "--base-url", sandbox.base_url, "-o", "results.csv"]
    ended = call(
        "results", "staff.registered.csv", *flags, environ=account(sandbox, STARTEXAM_SECRET_KEY="no")
    )
    assert ended.code == 3
    assert asked(sandbox, "/v2/session") == 0
