"""The table is found in the sheet, with its header and its identifier column, or the roster is refused."""

from __future__ import annotations

import pytest

from bulk_register.errors import RosterError
from bulk_register.records import RESULT_COLUMNS, Reading
from bulk_register.roster.table.detection import Table, detect_table
from tests.support.rosters import identifiers, read, refusal, table


def located(text: str, **said: object) -> Table:
    rows = [line.split("|") for line in text.strip("\n").split("\n")]
    width = max(map(len, rows))
    return detect_table([row + [""] * (width - len(row)) for row in rows], Reading(**said))  # type: ignore[arg-type]


def refused(text: str, **said: object) -> str:
    with pytest.raises(RosterError) as caught:
        located(text, **said)
    return str(caught.value)


def place(found: Table) -> tuple[int, int]:
    return found.header_row, found.id_column


def test_title_rows_notes_and_blank_rows_above_are_passed_over() -> None:
    found = located("Staff list 2026\n\nPrinted by|HR\nEmployee ID|Name|Dept\n00417|Ann|IT")
    assert place(found) == (4, 0)
    assert found.headers == ("Employee ID", "Name", "Dept")


def test_form_above_does_not_pass_for_a_header() -> None:
    assert place(located("Number|7\nID|R-2026\n\nEmployee ID|Name\n00417|Ann")) == (4, 0)


def test_table_may_begin_in_another_column() -> None:
    found = located("||\n||Employee ID|Name\n||00417|Ann")
    assert (found.first_column, found.id_column, found.headers) == (2, 2, ("Employee ID", "Name"))


def test_column_without_header_belongs_to_the_table() -> None:
    assert located("|Employee ID|Name\n0|00417|Ann").headers == ("", "Employee ID", "Name")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("No|ID|Name", 1),
        ("ID|Employee ID|Name", 1),
        ("Badge|Employee No.|ID", 1),
        ("№|Табельный номер|ФИО", 1),
        ("№ п/п|Таб. №|ФИО|Таб. № руководителя", 1),
        ("Manager ID|ID|Name|Department ID", 1),
        ("National ID|Name|ID", 2),
        ("Participant ID|ID|Name", 1),
        ("Personalnummer|Vorgesetzten-Nr.|Name", 0),
        ("Name|Name|Employee ID", 2),
    ],
)
def test_employees_number_wins(header: str, column: int) -> None:
    assert located(f"{header}\n1|2|3|4").id_column == column


def test_two_equal_names_are_refused_with_the_flag() -> None:
    message = refused("Employee ID|Staff No|Name\n1|2|A")
    assert '"Employee ID" (column A) and "Staff No" (column B)' in message
    assert "--id-column" in message


def test_identifiers_header_twice_is_refused() -> None:
    assert "more than one column" in refused("ID|Name|ID\n1|A|2")


@pytest.mark.parametrize(
    "text",
    ["Employee ID|Name||Employee ID|Name\n1|A||3|C\n2|B", "Employee ID|Name||Office|Phone\n1|A||X|9\n|||Y|8"],
)
def test_tables_side_by_side_are_refused(text: str) -> None:
    assert "side by side" in refused(text)


def test_empty_columns_part_nothing() -> None:
    assert located("Employee ID|Name||Department|City\n1|A||X|Y\n2|B||X|").id_column == 0


def test_unknown_headers_are_listed_with_the_flags() -> None:
    message = refused("Name|Emplyee ID|City\nA|1|X")
    assert 'Row 1 reads: "Name", "Emplyee ID", "City"' in message
    assert '--id-column "Emplyee ID"' in message
    assert "--header-row" in message
    assert "--no-header" in message


def test_data_is_not_quoted_as_headers() -> None:
    message = refused("00417|Ann Example\n00418|Bob Sample")
    assert "Ann" not in message
    assert "--no-header" in message


@pytest.mark.parametrize("cell", ["ID", "No"])
def test_state_or_answer_in_the_data_is_no_header(cell: str) -> None:
    assert "--id-column" in refused(f"Who|Where|Flag\nAnn|Boise|{cell}\nBob|Reno|NV")


# --- headers of two rows ----------------------------------------------------------------------------------


def test_group_above_says_whose_number_it_is() -> None:
    found = located("Manager||Employee|\nID|Name|ID|Name\n9|M|1|A")
    assert place(found) == (2, 2)
    assert found.headers[2] == "Employee ID"
    assert ("name", 3) in found.persons


def test_name_split_over_two_rows_is_one() -> None:
    assert place(located("Employee|Last\nNumber|Name\n00417|Example")) == (2, 0)


def test_parts_below_a_group_are_header() -> None:
    found = located("Employee ID|Contact||City\n|Phone|E-mail|\n00417|1|a@example.com|B")
    assert (found.header_row, found.first_row, found.id_column) == (2, 3, 0)
    assert ("e-mail", 2) in found.persons


def test_header_in_a_second_language_is_header() -> None:
    assert place(located("Табельный номер|ФИО\nPersonnel number|Name\n00417|A")) == (2, 0)


def test_ruled_line_below_is_no_header() -> None:
    assert located("|Pers.No.|Name\n-----||\n|00417|Ann").header_row == 1


# --- what the person says ---------------------------------------------------------------------------------


def test_said_column_is_taken_whatever_its_name() -> None:
    assert place(located("Title\nLogin|Employee ID\nann|1", id_column="login")) == (2, 0)


def test_said_letter_is_taken_if_no_header_is_called_so() -> None:
    assert located("B|Login\nx|ann", id_column="B").id_column == 0
    assert located("Name|Login\nx|ann", id_column="B").id_column == 1


def test_said_column_that_is_missing_is_refused_with_the_headers() -> None:
    message = refused("Name|Login\nx|ann", id_column="Badge")
    assert '"Name", "Login"' in message
    assert "--id-column" in message


@pytest.mark.parametrize("name", RESULT_COLUMNS)
def test_said_result_column_is_refused(name: str) -> None:
    assert "rename" in refused(f"Name|{name}\nA|1", id_column=name)


def test_said_header_row_is_taken() -> None:
    text = "ID|Name\nEmployee ID|Name\n00417|Ann"
    assert place(located(text, header_row=2)) == (2, 0)
    assert located(text, header_row=1).first_row == 2


def test_said_header_row_that_is_missing_is_refused() -> None:
    assert "--header-row 9" in refused("ID\n1", header_row=9)


@pytest.mark.parametrize("column", ["A", "a", "1"])
def test_without_header_the_column_is_lettered(column: str) -> None:
    found = located("00417|Ann", no_header=True, id_column=column)
    assert (found.header_row, found.first_row, found.id_column, found.headers) == (0, 1, 0, ("A", "B"))


@pytest.mark.parametrize(
    "said", [{}, {"id_column": "C"}, {"id_column": "Login"}, {"id_column": "A", "header_row": 1}]
)
def test_without_header_anything_else_is_refused(said: dict[str, object]) -> None:
    assert "--no-header" in refused("00417|Ann", no_header=True, **said) or "--id-column" in refused(
        "00417|Ann", no_header=True, **said
    )


def test_header_far_down_is_found_when_said() -> None:
    text = "x\n" * 300 + table()
    assert read(text, header_row=301).employees.first_rows.tolist() == [302, 303, 304]


def test_roster_without_header_is_read() -> None:
    assert identifiers("00417,Ann\n00418,Bob\n", no_header=True, id_column="A") == ["00417", "00418"]


def test_column_that_counts_the_rows_is_refused() -> None:
    assert "--id-column" in refusal("No,Name\n1,Ann\n2,Bob\n3,Cy\n")
    assert identifiers("No,Name\n1,Ann\n2,Bob\n", id_column="No") == ["1", "2"]
    assert identifiers("No,Name\n7,Ann\n2,Bob\n") == ["7", "2"]
