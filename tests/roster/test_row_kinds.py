"""Lines that aren't people are told from those that are."""

from __future__ import annotations

import pytest

from bulk_register.errors import RosterDoubtError
from bulk_register.records import Matter
from bulk_register.roster.employees.row_labels import label_of
from tests.support.rosters import PEOPLE, identifiers, read, refusal, statuses, table

MANY = [(f"{number:05d}", f"Person {number}", "IT", "Town") for number in range(10, 22)]
HEADER = "Employee ID,Name,Department,City"
EXPECTED = [row[0] for row in MANY]


def staff(*lines: str) -> str:
    return table(*MANY, header=HEADER) + "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        "Total,12,,", "Total: 12,,,", ",Total,,12", "Grand total,,,12", "Итого,12,,", "ИТОГО: 12 чел.,,,",
        "Summe,12,,",
        ",,,12", "Total 12 employees,,,", "合计,12,,", "Page 2 of 3,,,", ",,,Page 2 of 3", "Seite 2/3,,,",
        "- 2 -,,,",
        "стр. 2,,,", "Sales,,,", "Human Resources,,,", "Prepared by:,HR,,", "Signature ____________,,,",
        "____,____,,",
        "Директор,,,И. Пример", "Подпись,,,", "Report generated 2026-01-01 10:00,,,", "(12 rows affected),,,",
        "-----------,----,----,----", "End of report,,,", "Employee ID,Name,Department,City",
        "employee id,NAME,,",
    ],
)  # fmt: skip
def test_lines_that_are_no_people_are_ignored(line: str) -> None:
    data = staff(line)
    assert identifiers(data) == EXPECTED
    assert [(row, status) for row, (status, _) in statuses(data).items()] == [(14, "ignored")]


@pytest.mark.parametrize(
    ("line", "what"),
    [("Total 12 employees,,,", "a total"), ("Total,12,,", "a total"), (",,Sales,", "a heading or remark")],
)
def test_what_such_a_line_is_stands_beside_it(line: str, what: str) -> None:
    assert statuses(staff(line)) == {14: ("ignored", f"not an employee: {what}")}


@pytest.mark.parametrize(
    "line", [",Ann Example,,", ",Ann Example,IT,Town", "Ann Example,00099,IT,Town", "Sales 7,,,"]
)
def test_lines_that_may_be_people_are_never_dropped_in_silence(line: str) -> None:
    data = staff(line)
    assert identifiers(data) == EXPECTED
    assert statuses(data)[14][0] == "invalid"


@pytest.mark.parametrize("line", ["00099,,,", "T7,Ann,IT,Town", "TEMP,Ann,IT,Town", "12 34,Ann,IT,Town"])
def test_unusual_employees_are_employees(line: str) -> None:
    assert identifiers(staff(line))[-1] == line.split(",")[0]


@pytest.mark.parametrize(
    "line", ["Total,,2", "合计,2人,", "IT Total,,1", "Head,____,A. Example", "Signed by:,,x"]
)
def test_lines_are_known_by_their_first_cell_too(line: str) -> None:
    text = f"Dept,Employee ID,Name\nIT,00417,Ann\nIT,00418,Bob\nIT,00419,Cy\n{line}\n"
    assert identifiers(text) == ["00417", "00418", "00419"]


def test_company_called_total_is_a_company() -> None:
    text = "Company,Employee ID,Name,E-mail\nTotal,00417,Ann,\nTotal,00418,Bob,\nTotal,00419,,\n"
    assert identifiers(text) == ["00417", "00418", "00419"]


def test_blank_rows_between_are_no_rows() -> None:
    roster = read(staff("", " , ,,", "00099,Ann,IT,Town"))
    assert len(roster.employees.rows) == 13
    assert roster.employees.first_rows[-1] == 16


def test_group_headings_and_repeated_headers_change_nothing() -> None:
    text = "\n".join(["Sales,,,", *map(",".join, MANY[:6]), "", HEADER, "IT,,,", *map(",".join, MANY[6:])])
    assert identifiers(f"{HEADER}\n{text}\n") == EXPECTED


def test_repeated_header_of_two_rows_is_ignored() -> None:
    header = "Employee,,Manager,\nID,Name,ID,Name\n"
    text = header + "00417,Ann,9,M\n00418,Bob,9,M\n" + header + "00419,Cy,9,M\n"
    assert identifiers(text) == ["00417", "00418", "00419"]


def test_numbers_of_the_columns_below_the_header_are_ignored() -> None:
    text = table(("1", "2", "3"), *PEOPLE)
    assert identifiers(text) == [row[0] for row in PEOPLE]
    assert statuses(text)[2] == ("ignored", "not an employee: numbers of the columns")


@pytest.mark.parametrize(
    "below",
    [
        "Contractor ID,Name,Agency\nC1,Di,X\n",
        "Name,Employee ID\nDi,00420\n",
        "\nOffice,Street,Phone\nTown,Main St,Yes\n",
        "\nCode,Price\n1001,20\n1002,30\n",
    ],
)
def test_another_table_below_is_refused(below: str) -> None:
    assert "another table" in refusal(table(*PEOPLE * 2) + below)


def test_another_table_below_is_a_doubt_about_the_header_row() -> None:
    with pytest.raises(RosterDoubtError) as caught:
        read(table(*PEOPLE * 2) + "Contractor ID,Name,Agency\nC1,Di,X\n")
    assert caught.value.doubt.matter is Matter.HEADER_ROW


def test_decimals_of_one_identifier_cost_its_row_alone() -> None:
    text = "Employee ID,Name\n1500,Ann\n1501,Bo\n17.00,Cy\n1502,Di\n"
    assert identifiers(text) == ["1500", "1501", "1502"]
    note = ".00 at the end, which other identifiers don't have: remove it"
    assert statuses(text) == {4: ("invalid", note)}


def test_single_column_has_totals_and_no_headings() -> None:
    assert identifiers("Employee ID\n00417\n00418\nTotal: 2\nPage 1 of 1\n") == ["00417", "00418"]


def test_words_are_identifiers_where_all_are_words() -> None:
    text = "Employee ID,Name,City\nann.example,Ann,Town\nbob.sample,Bob,Town\ncy.test,Cy,Town\nSales,,\n"
    assert identifiers(text) == ["ann.example", "bob.sample", "cy.test"]
    assert statuses(text)[5][0] == "invalid"


def test_output_fed_back_reads_the_same() -> None:
    results = ",Participant ID,Exam Link,Link Valid Till,Registration Status,Registration Note"
    text = HEADER + results + "\nSales,,,,,,,ignored,not an employee\n"
    text += (
        "".join(",".join(row) + ",p,l,,registered,\n" for row in MANY)
        + "Total,12,,,,,,ignored,not an employee\n"
    )
    assert identifiers(text) == EXPECTED


def test_nobody_below_the_header_is_refused() -> None:
    assert "holds no employees" in refusal(HEADER + "\n")
    assert "holds no employees" in refusal(HEADER + "\n,A,B,C\n")


@pytest.mark.parametrize(
    "name", ["Sumner", "Totaro", "Pageant", "Notea", "Datesh", "Counter", "Reporter 7x"[:4]]
)
def test_names_that_begin_like_such_words_say_nothing(name: str) -> None:
    assert label_of(name) == ""


@pytest.mark.parametrize("name", ["7", "12345", "9" * 40])
@pytest.mark.parametrize("place", [0, 1])
def test_somebody_whose_name_is_a_number_is_an_employee(name: str, place: int) -> None:
    people = [["00101", "Ann"], ["00102", "Bob"]]
    people[place][1] = name
    data = table(*map(tuple, people), header="Employee ID,First Name")
    assert identifiers(data) == ["00101", "00102"]


def test_line_that_may_be_lengths_or_an_employee_is_in_doubt() -> None:
    found = statuses(table(("10", "50"), ("11", "Ann"), header="Employee ID,First Name"))
    assert found[2][0] == "invalid"
    assert "how long a text may be" in found[2][1]


def test_line_of_lengths_unlike_the_identifiers_is_no_employee() -> None:
    data = table(("10", "50"), ("00101", "Ann"), header="Employee ID,First Name")
    assert identifiers(data) == ["00101"]
    assert statuses(data)[2] == ("ignored", "not an employee: it describes the columns")


@pytest.mark.parametrize(
    "word", ["NUM-{}", "INT-00{}", "Max{}", "MIN {}", "TEXT_{}", "date/{}", "Ex.{}", "МАКС-{}"]
)
@pytest.mark.parametrize("training", ["Mandatory", "Fire safety"])
def test_identifiers_of_a_word_that_describes_and_a_number_are_employees(word: str, training: str) -> None:
    people = [word.format(number) for number in (1, 2, 3)]
    data = table(*((one, "Ann", training) for one in people), header="Employee ID,First Name,Training")
    assert identifiers(data) == people
    assert identifiers(table(*((one,) for one in people), header="Employee ID")) == people


@pytest.mark.parametrize("own", ["NUM-0", "INT-001", "Max5", "text_20"])
def test_a_first_employee_unlike_the_others_is_one_all_the_same(own: str) -> None:
    data = table((own, "Ann"), ("00102", "Bob"), header="Employee ID,First Name")
    assert identifiers(data) == [own, "00102"]


def test_words_with_numbers_all_over_a_line_describe_its_columns() -> None:
    data = table(("max5", "max20"), ("00102", "Bob"), header="Employee ID,First Name")
    assert identifiers(data) == ["00102"]
