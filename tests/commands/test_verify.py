"""`verify`: whatever was done to an output is found before it is mailed."""

from __future__ import annotations

import csv
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bulk_register.sandbox import Behaviour, Sandbox
from tests.support.hostile_server import HostileServer, Reaction, Request, message
from tests.support.ooxml_files import row, rows, styles, text, workbook
from tests.support.program import Ended, account, call, exam, rewrite, write_roster

LEDGER = ("--ledger", "ledger.db")
PEOPLE = 6
ID, NAME, PARTICIPANT, LINK, TILL, STATUS, NOTE = range(7)

Table = list[list[str]]


@pytest.fixture(autouse=True)
def _roster(folder: Path) -> None:
    write_roster(folder, PEOPLE)


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


def turn_round(table: Table) -> None:
    """The people in the opposite order, below their header."""
    table[1:] = table[:0:-1]


def repeat_the_links(table: Table) -> None:
    for line in table:
        line.append(line[LINK])


def verify(path: Path, *more: str, **environ: str) -> Ended:
    ended = call("verify", str(path), *LEDGER, *more, environ=environ)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", ended.out + ended.err)  # no participant, no link
    assert "00700000" not in ended.out + ended.err  # nobody's identifier
    return ended


def test_an_untouched_output_is_fit_to_be_mailed(output: Path, sandbox: Sandbox) -> None:
    asked = len(sandbox.requests)
    ended = verify(output)
    assert ended == Ended(
        0,
        "6 links checked against what earlier runs got: each is its own row's, and works.\n"
        "Nobody has changed the file since it was written.\n"
        "The links are for: test 7a1c2b9e…, center demo-center\n",
        "",
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


def write_text(row: int, column: int, value: str) -> Callable[[Table], None]:
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


def rows_with(what: str, words: str) -> int:
    """Return of how many rows this is said."""
    return len(rows_named("\n".join(line for line in words.splitlines() if what in line)))


def rows_named(words: str) -> list[int]:
    """Return the rows that lines begin with, like `Row 7: …` and `Rows 2 to 5, 9: …`."""
    spans = [
        part.split(" to ")
        for line in re.findall(r"^Rows? ([\d, to]+):", words, re.MULTILINE)
        for part in line.split(", ")
    ]
    return [row for span in spans for row in range(int(span[0]), int(span[-1]) + 1)]


@pytest.mark.parametrize(
    ("tamper", "rows", "words"),
    [
        (swap, [2, 3], "this is the link of another employee, the one in row"),
        (give_all_of_row_5, [3], "this is the link of another employee, the one in row 5"),
        (
            write_text(3, ID, "008888888"),
            [3],
            "this is another employee's link, or the employee identifier was changed",
        ),
        (write_text(3, ID, "7000001"), [3], "identifier was changed: its zeros in front"),
        (write_text(3, ID, ""), [3], "a link is given, but there is no employee identifier"),
        (write_text(3, STATUS, "conflict"), [3], "a link is given although the status is conflict"),
        (write_text(3, STATUS, ""), [3], "a link is given although there is no status"),
        (write_text(3, LINK, ""), [3], "the status is registered, but there is no link"),
        (write_text(3, LINK, "see mail"), [3], "the link is not an exam link, or was changed"),
        (write_text(3, TILL, "2031-01-01 00:00:00"), [3], "Link Valid Till was changed"),
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
    assert rows_named(ended.out) == rows
    assert words in ended.out
    assert f"{len(rows)} row{'s are' if len(rows) > 1 else ' is'} not fit to be mailed" in ended.out


def test_a_participant_in_another_case_is_the_same_one(output: Path, sandbox: Sandbox) -> None:
    def upper(table: Table) -> None:
        link, participant = table[2][LINK], table[2][PARTICIPANT]
        table[2][LINK] = link.replace(participant, participant.upper())
        table[3][PARTICIPANT] = table[3][PARTICIPANT].upper()

    change(output, upper)
    ended = verify(output, "--ask", "--base-url", sandbox.base_url, **account(sandbox))
    assert (ended.code, "6 of them against StartExam" in ended.out) == (0, True), ended


def test_an_identifier_in_another_case_is_another_identifier(sandbox: Sandbox, folder: Path) -> None:
    (folder / "staff.csv").write_text("Employee ID,Name\nanna-1,Anna\nbert-2,Bert\n")
    assert call("run", "staff.csv", *exam(sandbox, "-o", "out.csv"), environ=account(sandbox)).code == 0
    change(folder / "out.csv", write_text(3, ID, "BERT-2"))
    ended = verify(folder / "out.csv")
    assert ended.code == 1
    assert rows_named(ended.out) == [3]
    assert "or upper and lower case" in ended.out


# --- whose name and address stand beside the link


def write_people(folder: Path) -> None:
    lines = ["Employee ID,Name,E-mail,City"]
    lines += [
        f"{7_000_000 + number:09d},Person {number},p{number}@staff.example,X" for number in range(PEOPLE)
    ]
    lines.append(lines[-1].upper())  # the same person twice
    (folder / "staff.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def people(sandbox: Sandbox, folder: Path) -> Path:
    write_people(folder)
    assert call("run", "staff.csv", *exam(sandbox, "-o", "out.csv"), environ=account(sandbox)).code == 0
    return folder / "out.csv"


def sort_one_column(column: int) -> Callable[[Table], None]:
    """What a spreadsheet does if only this column is marked."""

    def tamper(table: Table) -> None:
        cells = [line[column] for line in table[1:]]
        for line, cell in zip(table[1:], [*cells[1:], cells[0]], strict=True):
            line[column] = cell

    return tamper


@pytest.mark.parametrize(("column", "header"), [(1, "Name"), (2, "E-mail")])
def test_a_column_of_names_or_addresses_that_was_sorted_by_itself_is_found(
    column: int, header: str, people: Path
) -> None:
    change(people, sort_one_column(column))
    for name in ("out.csv", "renamed.csv"):
        shutil.copy(people, people.with_name(name)) if name != people.name else None
        ended = verify(people.with_name(name))
        assert ended.code == 1
        # rows 7 and 8 are the same person
        assert f"Rows 2 to 6, 8: {header}: not what the roster says of this employee\n" in ended.out
        assert rows_named(ended.out) == [2, 3, 4, 5, 6, 8]
        assert "Names and addresses don't all agree with staff.csv." in ended.out
        assert "bulk-register export 1 --ledger" in ended.out


def test_what_does_not_tell_people_apart_may_be_changed(people: Path) -> None:
    change(people, sort_one_column(3))
    change(people, write_text(3, 1, " PERSON  1"))
    change(people, turn_round)
    ended = verify(people)
    assert (ended.code, ended.out.splitlines()[1]) == (0, "Names and addresses agree with staff.csv.")


def rename(column: int, header: str) -> Callable[[Table], None]:
    def tamper(table: Table) -> None:
        table[0][column] = header

    return tamper


@pytest.mark.parametrize("header", ["e-mail", " E-Mail ", "E-mail address"])
def test_a_column_with_another_header_is_known_by_what_it_means(header: str, people: Path) -> None:
    change(people, rename(2, header))
    assert verify(people).out.splitlines()[1] == "Names and addresses agree with staff.csv."
    change(people, sort_one_column(2))
    assert verify(people).code == 1


def test_of_an_employee_with_two_addresses_each_is_right_and_a_third_is_not(
    sandbox: Sandbox, folder: Path
) -> None:
    lines = ["Employee ID,Name,E-mail,City", "007000001,Bert,b@staff.example,X"]
    lines += [f"007000000,Anna,{address}@staff.example,X" for address in ("a1", "a2", "a2", "a3")]
    (folder / "staff.csv").write_text("\n".join(lines) + "\n")
    flags = exam(sandbox, "-o", "out.csv", "--allow-conflicts")
    assert call("run", "staff.csv", *flags, environ=account(sandbox)).code == 0
    change(folder / "out.csv", write_text(2, 3, "Y"))
    assert verify(folder / "out.csv").code == 0
    change(folder / "out.csv", write_text(4, 2, "b@staff.example"))
    ended = verify(folder / "out.csv")
    assert rows_named(ended.out) == [4]
    assert "E-mail: not what the roster says of this employee" in ended.out


def test_a_column_that_is_not_there_any_more_is_told(people: Path) -> None:
    change(people, rename(2, "Mail to"))
    told = verify(people).out.splitlines()[1]
    assert "agree with staff.csv. Not compared, for the file has no such column: E-mail." in told
    change(people, rename(1, "Called"))
    assert "Not compared, for the file has no such column: Name, E-mail." in verify(people).out


def test_the_apostrophe_that_keeps_a_name_from_being_a_formula_is_no_change(
    sandbox: Sandbox, folder: Path
) -> None:
    (folder / "staff.csv").write_text("Employee ID,Name,City\n007000000,=Anna,X\n007000001,O'Neill',X\n")
    flags = exam(sandbox, "-o", "out.csv", "--escape-formulas")
    assert call("run", "staff.csv", *flags, environ=account(sandbox)).code == 0
    change(folder / "out.csv", write_text(3, 2, "Y"))
    assert "'=Anna" in (folder / "out.csv").read_text()
    ended = verify(folder / "out.csv")
    assert (ended.code, ended.out.splitlines()[1]) == (0, "Names and addresses agree with staff.csv.")


def test_of_two_columns_with_one_header_each_is_compared(sandbox: Sandbox, folder: Path) -> None:
    lines = [f"{7_000_000 + number:09d},First {number},Last {number}" for number in range(PEOPLE)]
    (folder / "staff.csv").write_text("\n".join(["Employee ID,Name,Name", *lines]) + "\n")
    assert call("run", "staff.csv", *exam(sandbox, "-o", "two.csv"), environ=account(sandbox)).code == 0
    for column in (1, 2):
        shutil.copy(folder / "two.csv", folder / "copy.csv")
        change(folder / "copy.csv", sort_one_column(column))
        assert verify(folder / "copy.csv").code == 1


def test_people_of_an_earlier_roster_are_compared_with_that(people: Path, sandbox: Sandbox) -> None:
    (people.parent / "b.csv").write_text("Employee ID,Name,E-mail\n008000000,Bea,b@staff.example\n")
    flags = exam(sandbox, "-o", "b-out.csv")
    assert call("run", "b.csv", *flags, environ=account(sandbox)).code == 0
    shutil.copy(people, people.with_name("both.csv"))
    added = people.with_name("b-out.csv").read_text().splitlines()[1].split(",")
    change(people.with_name("both.csv"), lambda table: table.append([*added[:3], "X", *added[3:]]))
    ended = verify(people.with_name("both.csv"))
    assert (ended.code, "agree with b.csv and staff.csv." in ended.out) == (0, True), ended
    for name, who in (("staff.csv", "6 employees"), ("b.csv", "1 employee")):
        roster = people.with_name(name)
        before = roster.read_bytes()
        roster.write_bytes(before + b"\n")
        told = verify(people.with_name("both.csv")).out
        roster.write_bytes(before)
        assert f"of {who} could not be compared" in told
    change(people.with_name("both.csv"), sort_one_column(2))
    assert verify(people.with_name("both.csv")).code == 1


def test_where_the_roster_is_another_one_by_now_nobody_can_be_sure(people: Path) -> None:
    change(people, sort_one_column(2))
    write_roster(people.parent, PEOPLE)
    ended = verify(people)
    assert ended.code == 0  # no row is known to be wrong
    assert "Names and addresses could not be compared: " in ended.out
    assert "staff.csv was changed since run 1. Compare them yourself before you mail them." in ended.out
    (people.parent / "staff.csv").unlink()
    assert "can't be read any more." in verify(people).out


def test_without_names_and_addresses_there_is_nothing_to_compare(sandbox: Sandbox, folder: Path) -> None:
    (folder / "ids.csv").write_text("Employee ID,City\n1,X\n2,Y\n")
    assert call("run", "ids.csv", *exam(sandbox, "-o", "o.csv"), environ=account(sandbox)).code == 0
    (folder / "ids.csv").unlink()
    change(folder / "o.csv", write_text(2, 1, "Z"))
    ended = verify(folder / "o.csv")
    assert (ended.code, "compared" in ended.out) == (0, False)


def test_a_list_of_nobody_is_nothing_to_mail(sandbox: Sandbox, folder: Path) -> None:
    for _ in range(2):
        flags = exam(sandbox, "--only-new", "new.xlsx")
        (folder / "new.xlsx").unlink(missing_ok=True)
        assert call("run", "staff.csv", *flags, environ=account(sandbox)).code == 0
    ended = verify(folder / "new.xlsx")
    assert ended == Ended(1, "This file holds no links: there is nothing to mail.\n", "")


def test_an_output_that_openpyxl_cannot_read_is_verified_too(sandbox: Sandbox, folder: Path) -> None:
    sheet = rows(row(1, text("A1", "Employee ID")), row(2, text("A2", "E1")))
    look = styles("General").replace('<fills count="2">', '<fills count="2"><fill><oddFill/></fill>')
    workbook(folder / "odd.xlsx", sheet, look=look)
    assert call("run", "odd.xlsx", *exam(sandbox), environ=account(sandbox)).code == 0
    assert verify(folder / "odd.registered.xlsx").code == 0


def test_startexam_is_asked_where_the_run_was(output: Path, sandbox: Sandbox) -> None:
    ended = verify(output, "--ask", **account(sandbox))  # from a folder without the settings
    assert (ended.code, "6 of them against StartExam" in ended.out) == (0, True)


def test_no_export_is_advised_for_what_it_would_write_again(output: Path) -> None:
    with Sandbox(Behaviour(seed=5)) as other:
        rewrite(Path("ledger.db"), "UPDATE scope SET base_url = ?", other.base_url)
        ended = verify(output, "--ask", **account(other))
    assert (ended.code, "export" in ended.out) == (1, False)


def test_whom_startexam_cannot_be_asked_about_is_told(output: Path, sandbox: Sandbox) -> None:
    for flags in (("--account-id", "2002"), ("--base-url", "http://127.0.0.1:9")):
        ended = verify(output, "--ask", *flags, **account(sandbox))
        assert ended.code == 1
        assert rows_with("StartExam was not asked: the settings name another account", ended.out) == PEOPLE
        assert "of them against StartExam" not in ended.out


def test_a_file_without_any_link_is_nothing_to_mail(folder: Path) -> None:
    everybody = {f"{7_000_000 + number:09d}" for number in range(PEOPLE)}
    with Sandbox(Behaviour(unknown=everybody)) as refusing:
        assert call("run", "staff.csv", *exam(refusing, "-o", "o.csv"), environ=account(refusing)).code != 0
    ended = verify(folder / "o.csv")
    assert (ended.code, ended.out.splitlines()[0]) == (
        1,
        "This file holds no links: there is nothing to mail.",
    )


def test_two_columns_of_links_are_refused(output: Path) -> None:
    change(output, repeat_the_links)
    ended = verify(output)
    assert ended.code == 2
    assert "has two columns Exam Link (D and H)" in ended.err


def test_links_of_another_ledger_are_unknown(output: Path) -> None:
    ended = call("verify", str(output), "--ledger", "another.db")
    assert ended.code == 1
    assert rows_with("no earlier run on this computer got this link", ended.out) == PEOPLE
    assert "There are no records of earlier runs at" in ended.err
    assert not Path("another.db").exists()


def test_a_sandbox_s_links_work_for_nobody(folder: Path) -> None:
    assert call("run", "staff.csv", "--sandbox", *LEDGER).code == 0
    ended = verify(folder / "staff.sandbox.xlsx")
    assert ended.code == 1
    assert rows_with("this is a link of the sandbox, which works for nobody", ended.out) == PEOPLE


def test_links_whose_time_is_over_are_found(output: Path) -> None:
    now = int(time.time())  # time passes
    rewrite(Path("ledger.db"), "UPDATE run SET valid_from = ?, valid_till = ?", now - 900_000, now - 60)
    ended = verify(output)
    assert ended.code == 1
    assert rows_with("the link has stopped working: its time is over", ended.out) == PEOPLE


def test_a_link_that_was_made_anew_since_is_an_earlier_one(output: Path, sandbox: Sandbox) -> None:
    shutil.copy(output, "old.csv")
    environ = account(sandbox)
    assert (
        call("run", "staff.csv", *exam(sandbox, "-o", "out.csv", "--reregister"), environ=environ).code == 0
    )
    assert verify(output).code == 0
    assert rows_with("the employee has got a newer one since", verify(Path("old.csv")).out) == PEOPLE


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
    change(output, write_text(3, ID, "008888888"))  # would be registered if it were asked about
    ended = verify(output, "--ask", "--base-url", sandbox.base_url, **environ)
    assert ended.code == 1
    assert len([line for line in ended.out.splitlines() if line.startswith("Row ")]) == 1
    assert "checked against what earlier runs got, 5 of them against StartExam" in ended.out
    assert sandbox.created == made
    asked = [request.employees for request in sandbox.requests[-(PEOPLE - 1) :]]
    assert len({name for (name,) in asked}) == PEOPLE - 1, "so few are asked one by one"


def test_asking_about_a_run_that_made_new_registrations_makes_none(sandbox: Sandbox) -> None:
    environ, flags = account(sandbox), exam(sandbox, "-o", "out.csv", "--reregister")
    assert call("run", "staff.csv", *flags, environ=environ).code == 0
    made = sandbox.created.copy()
    ended = verify(Path("out.csv"), "--ask", "--base-url", sandbox.base_url, **environ)
    assert ended.code == 0, ended
    assert "6 of them against StartExam" in ended.out
    assert sandbox.created == made


def test_many_are_asked_about_at_once_and_who_is_refused_is_found(sandbox: Sandbox, folder: Path) -> None:
    write_roster(folder, 40)
    people = [f"{7_000_000 + number:09d}" for number in range(40)]
    environ, refused = account(sandbox), set[str]()

    def react(request: Request) -> Reaction | None:
        return message(400, "no") if refused & set(request.employees) else None

    with HostileServer(react) as server:
        address = "--base-url", server.base_url
        assert call("run", "staff.csv", *exam(sandbox, "-o", "out.csv", *address), environ=environ).code == 0
        made = server.created.copy()
        assert verify(folder / "out.csv", "--ask", *address, **environ).code == 0
        _, request = server.requests
        assert sorted(request.employees) == people
        assert request.employees != people, "an answer in the roster's order would look right"
        refused.add(people[7])
        ended = verify(folder / "out.csv", "--ask", *address, **environ)
        assert server.created == made
        assert len(server.requests) - 2 <= 13, "halves, and no more of them than it takes"
    assert rows_named(ended.out) == [9]
    assert "Row 9: StartExam refuses this employee now" in ended.out


def test_a_link_that_startexam_contradicts_is_found(output: Path, sandbox: Sandbox) -> None:
    environ = account(sandbox)
    people = [f"{7_000_000 + number:09d}" for number in range(PEOPLE)]
    with Sandbox(Behaviour(unknown={people[2]}, seed=5)) as other:
        rewrite(Path("ledger.db"), "UPDATE scope SET base_url = ?", other.base_url)
        ended = verify(output, "--ask", "--base-url", other.base_url, **environ)
    assert ended.code == 1
    assert "Row 4: StartExam refuses this employee now" in ended.out
    assert rows_with("StartExam gives this employee another link, or none", ended.out) == PEOPLE - 1


def test_asking_in_vain_is_not_taken_for_an_answer(output: Path, sandbox: Sandbox) -> None:
    environ = account(sandbox, BULK_REGISTER_ATTEMPTS="1")
    rewrite(Path("ledger.db"), "UPDATE scope SET base_url = 'http://127.0.0.1:9'")
    ended = verify(output, "--ask", "--base-url", "http://127.0.0.1:9", **environ)
    assert ended.code == 3
    assert "The file could not be held against StartExam: 127.0.0.1:9 can't be reached" in ended.err
