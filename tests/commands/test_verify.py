"""`verify`: whatever was done to an output is found before it is mailed."""

from __future__ import annotations

import csv
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bulk_register.sandbox import Behaviour, Sandbox
from tests.commands.program import Ended, account, call, exam, write_roster

LEDGER = ("--ledger", "ledger.db")
PEOPLE = 6
ID, NAME, PARTICIPANT, LINK, TILL, STATUS, NOTE = range(7)

Table = list[list[str]]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_roster(tmp_path, PEOPLE)
    return tmp_path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def output(sandbox: Sandbox, folder: Path) -> Path:
    assert call("run", "staff.csv", *exam(sandbox, "-o", "out.csv"), environ=account(sandbox)).code == 0
    return folder / "out.csv"


def change(path: Path, tamper: Callable[[Table], None]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    tamper(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)


def verify(path: Path, *more: str, **environ: str) -> Ended:
    ended = call("verify", str(path), *LEDGER, *more, environ=environ)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", ended.out + ended.err)  # no participant, no link
    assert "00700000" not in ended.out + ended.err  # nobody's identifier
    return ended


def test_an_untouched_output_is_fit_to_be_mailed(output: Path, sandbox: Sandbox) -> None:
    asked = len(sandbox.requests)
    ended = verify(output)
    assert ended == Ended(
        0, "6 links checked against what earlier runs got: each is its own row's, and works.\n", ""
    )
    assert len(sandbox.requests) == asked
    assert verify(output, "--quiet") == Ended(0, "", "")
    shutil.copy(output, output.with_name("renamed.csv"))  # a colleague's copy
    assert verify(output.with_name("renamed.csv")).code == 0


def swap(table: Table) -> None:
    table[1][PARTICIPANT:TILL], table[2][PARTICIPANT:TILL] = (
        table[2][PARTICIPANT:TILL],
        table[1][PARTICIPANT:TILL],
    )


def put(row: int, column: int, value: str) -> Callable[[Table], None]:
    def tamper(table: Table) -> None:
        table[row - 1][column] = value

    return tamper


def replace(column: int, old: str, new: str) -> Callable[[Table], None]:
    def tamper(table: Table) -> None:
        assert re.search(old, table[2][column])
        table[2][column] = re.sub(old, new, table[2][column])

    return tamper


def give_all_of_row_5(table: Table) -> None:
    table[2][PARTICIPANT:TILL] = table[4][PARTICIPANT:TILL]


@pytest.mark.parametrize(
    ("tamper", "rows", "words"),
    [
        (swap, [2, 3], "this is the link of another employee, the one in row"),
        (give_all_of_row_5, [3], "this is the link of another employee, the one in row 5"),
        (
            put(3, ID, "008888888"),
            [3],
            "this is another employee's link, or the employee identifier was changed",
        ),
        (put(3, ID, "7000001"), [3], "identifier was changed: its zeros in front"),
        (put(3, ID, ""), [3], "a link is given, but there is no employee identifier"),
        (put(3, STATUS, "conflict"), [3], "a link is given although the status is conflict"),
        (put(3, STATUS, ""), [3], "a link is given although there is no status"),
        (put(3, LINK, ""), [3], "the status is registered, but there is no link"),
        (put(3, LINK, "see mail"), [3], "the link is not an exam link, or was changed"),
        (put(3, TILL, "2031-01-01 00:00:00"), [3], "Link Valid Till was changed"),
        (replace(LINK, "demo-center", "other"), [3], "names another center than the one it was made for"),
        (
            replace(LINK, r"go\.startexam", "go.startexarn"),
            [3],
            "the link does not lead to https://go.startexam",
        ),
        (
            replace(LINK, "[0-9a-f]{3}$", "000"),
            [3],
            "the link is not that of the row's Participant ID; no earlier run on this computer",
        ),
        (
            replace(PARTICIPANT, "[0-9a-f]{3}$", "000"),
            [3],
            "the link is not that of the row's Participant ID",
        ),
    ],
)
def test_what_was_changed_is_found_with_its_row(
    tamper: Callable[[Table], None], rows: list[int], words: str, output: Path
) -> None:
    change(output, tamper)
    ended = verify(output)
    assert ended.code == 1, ended
    assert [int(row) for row in re.findall(r"^Row (\d+):", ended.out, re.MULTILINE)] == rows
    assert words in ended.out
    assert f"{len(rows)} row{'s are' if len(rows) > 1 else ' is'} not fit to be mailed" in ended.out


def test_links_of_another_ledger_are_unknown(output: Path) -> None:
    ended = call("verify", str(output), "--ledger", "another.db")
    assert ended.code == 1
    assert ended.out.count("no earlier run on this computer got this link") == PEOPLE
    assert "There are no records of earlier runs at" in ended.err
    assert not Path("another.db").exists()


def test_a_sandbox_s_links_work_for_nobody(folder: Path) -> None:
    assert call("run", "staff.csv", "--sandbox", *LEDGER).code == 0
    ended = verify(folder / "staff.sandbox.xlsx")
    assert ended.code == 1
    assert ended.out.count("this is a link of the sandbox, which works for nobody") == PEOPLE


def test_links_whose_time_is_over_are_found(output: Path) -> None:
    with sqlite3.connect("ledger.db") as ledger:  # time passes
        ledger.execute("UPDATE run SET valid_from = ?, valid_till = ?", (time.time() - 9e5, time.time() - 60))
    ledger.close()
    ended = verify(output)
    assert ended.code == 1
    assert ended.out.count("the link has stopped working: its time is over") == PEOPLE


def test_a_link_that_was_made_anew_since_is_an_earlier_one(output: Path, sandbox: Sandbox) -> None:
    shutil.copy(output, "old.csv")
    environ = account(sandbox)
    assert (
        call("run", "staff.csv", *exam(sandbox, "-o", "out.csv", "--reregister"), environ=environ).code == 0
    )
    assert verify(output).code == 0
    assert verify(Path("old.csv")).out.count("the employee has got a newer one since") == PEOPLE


def test_a_workbook_whose_link_leads_elsewhere_than_it_says(sandbox: Sandbox, folder: Path) -> None:
    assert call("run", "staff.csv", *exam(sandbox), environ=account(sandbox)).code == 0
    path = folder / "staff.registered.xlsx"
    assert verify(path).code == 0
    book = load_workbook(path)
    cell = book.worksheets[0]["D4"]
    assert str(cell.value).startswith("https://go.startexam.com/")
    cell.hyperlink.target = "https://evil.example"
    book.save(path)
    ended = verify(path)
    assert ended.code == 1
    assert [line for line in ended.out.splitlines() if line.startswith("Row")] == [
        "Row 4: a click on the link leads elsewhere than its text says"
    ]


def test_a_file_without_links_is_no_output(folder: Path) -> None:
    ended = verify(folder / "staff.csv")
    assert ended.code == 2
    assert "staff.csv has no column Exam Link" in ended.err
    assert "no such file" in verify(folder / "nothing.csv").err


def test_rows_that_rightly_have_no_link_are_no_problem(sandbox: Sandbox, folder: Path) -> None:
    text = (folder / "staff.csv").read_text() + "007000001,Somebody Else\n,Nobody\nTotal,7\n"
    (folder / "staff.csv").write_text(text)
    assert call("run", "staff.csv", *exam(sandbox, "-o", "out.csv"), environ=account(sandbox)).code == 1
    assert verify(folder / "out.csv").code == 0


def test_startexam_can_be_asked_as_well_and_registers_nobody(output: Path, sandbox: Sandbox) -> None:
    environ = account(sandbox)
    made = sandbox.created.copy()
    change(output, put(3, ID, "008888888"))  # would be registered if it were asked about
    ended = verify(output, "--ask", "--base-url", sandbox.base_url, **environ)
    assert ended.code == 1
    assert len(ended.out.splitlines()) == 2
    assert "checked against StartExam and what earlier runs got" in ended.out
    assert sandbox.created == made
    assert len(sandbox.requests[-1].employees) == PEOPLE - 1


def test_startexam_says_otherwise(output: Path, sandbox: Sandbox) -> None:
    environ = account(sandbox)
    people = [f"{7_000_000 + number:09d}" for number in range(PEOPLE)]
    with sqlite3.connect("ledger.db") as ledger, Sandbox(Behaviour(unknown={people[2]}, seed=5)) as other:
        ledger.execute("UPDATE scope SET base_url = ?", (other.base_url,))
        ledger.commit()
        ended = verify(output, "--ask", "--base-url", other.base_url, **environ)
    ledger.close()
    assert ended.code == 1
    assert "Row 4: StartExam refuses this employee now" in ended.out
    assert ended.out.count("StartExam gives this employee another link, or none") == PEOPLE - 1


def test_asking_in_vain_is_not_taken_for_an_answer(output: Path, sandbox: Sandbox) -> None:
    environ = account(sandbox, BULK_REGISTER_ATTEMPTS="1")
    with sqlite3.connect("ledger.db") as ledger:
        ledger.execute("UPDATE scope SET base_url = 'http://127.0.0.1:9'")
    ledger.close()
    ended = verify(output, "--ask", "--base-url", "http://127.0.0.1:9", **environ)
    assert ended.code == 3
    assert "The file could not be held against StartExam: 127.0.0.1:9 can't be reached" in ended.err
