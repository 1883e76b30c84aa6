"""One employee for each identifier; lines that contradict each other are named."""

from __future__ import annotations

import numpy as np

from tests.support.rosters import read, statuses

HEADER = "Employee ID,First name,Last name,E-mail,Born\n"


def test_same_identifier_is_one_employee_and_the_first_row_wins() -> None:
    employees = read(HEADER + "b,B,,,\na,A,,,\nb,B,,,\n").employees
    assert list(employees.identifiers) == ["b", "a"]
    assert employees.first_rows.tolist() == [2, 3]
    assert employees.rows["employee"].tolist() == [0, 1, 0]
    assert employees.rows["note"].tolist() == ["", "", "same employee as row 2"]


def test_columns_have_their_types() -> None:
    employees = read(HEADER + "1,A,,,\n,,,x,y\n").employees
    types = {name: str(kind) for name, kind in employees.rows.dtypes.items()}
    assert types == {
        "row": "int64",
        "identifier": "object",
        "employee": "int64",
        "status": "object",
        "note": "object",
    }
    assert employees.first_rows.dtype == np.int64
    assert employees.identifiers.dtype == object
    assert employees.rows["employee"].tolist() == [0, -1]


def test_different_people_with_one_identifier_are_a_conflict_on_all_rows() -> None:
    found = statuses(HEADER + "1,Ann,X,a@x,\n2,Cy,Z,,\n1,Bob,X,b@x,\n1,,,,\n")
    assert {row: status for row, (status, _) in found.items()} == {
        2: "conflict",
        4: "conflict",
        5: "conflict",
    }
    assert "rows 2, 4, 5" in found[2][1]
    assert "name and e-mail" in found[4][1]


def test_conflicting_rows_keep_their_employee() -> None:
    employees = read(HEADER + "1,Ann,,,\n1,Bob,,,\n2,Cy,,,\n").employees
    assert list(employees.identifiers) == ["1", "2"]
    assert employees.rows["employee"].tolist() == [0, 0, 1]


def test_case_white_space_and_blanks_make_no_conflict() -> None:
    rows = "1,Ann  Marie,X,a@x,01.02.1990\n1, ann marie ,x,A@X,1.2.1990\n1,,,,\n"
    assert [status for status, _ in statuses(HEADER + rows).values()] == ["", ""]


def test_birth_dates_that_differ_are_a_conflict() -> None:
    found = statuses(HEADER + "1,A,X,,01.02.1990\n1,A,X,,01.03.1990\n")
    assert "birth date" in found[2][1]


def test_identifiers_that_differ_in_case_or_zeros_are_two_and_warned_about() -> None:
    roster = read(HEADER + "ab1,A,,,\nAB1,B,,,\n007,C,,,\n7,D,,,\n")
    assert list(roster.employees.identifiers) == ["ab1", "AB1", "007", "7"]
    assert "case" in roster.findings.warnings[0]
    assert "rows 2, 3" in roster.findings.warnings[0]
    assert "leading zeros" in roster.findings.warnings[1]
    assert "rows 4, 5" in roster.findings.warnings[1]


def test_warnings_and_notes_name_nobody() -> None:
    roster = read(HEADER + "ab1,Ann Secret,,,\nAB1,B,,,\nab1,Zed,,,\n x 1,C,,,\n")
    said = " ".join([*roster.findings.warnings, *roster.employees.rows["note"]])
    assert not any(word in said for word in ("Ann", "Zed", "ab1", "AB1", "x 1"))


def test_what_was_understood_is_shown_in_order() -> None:
    understood = read(HEADER + "1,A,,,\n1,A,,,\n,B,,,\n2,C,,,\n").findings.understood
    assert dict(understood)["Identifier column"] == 'A (header "Employee ID")'
    assert [what for what, _ in understood] == [
        "Format", "Encoding", "Delimiter", "Header row", "Identifier column", "Evidence", "Compared", "Rows",
        "Employees", "Duplicate rows", "Invalid rows", "First identifiers", "Last identifiers",
    ]  # fmt: skip
