"""The roster's sheet is the one that was named, or the only one with an identifier column."""

from __future__ import annotations

import pytest

from tests.support.rosters import read, refusal
from tests.support.workbooks import book_of

STAFF = [["Employee ID", "Name"], ["00417", "Ann Example"], ["00418", "Bob Sample"]]
LOOKUP = [["Code", "City"], ["T", "Town"]]


def sheet_of(data: bytes, **said: object) -> str | None:
    return read(data, name="staff.xlsx", **said).source.sheet


def test_only_sheet_with_an_identifier_column_is_the_roster() -> None:
    assert (
        sheet_of(book_of({"Notes": [["Read me"]], "Staff": STAFF, "Cities": LOOKUP, "Empty": []})) == "Staff"
    )


def test_stronger_header_wins() -> None:
    assert sheet_of(book_of({"Cities": [["ID", "City"], ["1", "Town"]], "Staff": STAFF})) == "Staff"


def test_sheet_without_employees_is_passed_over() -> None:
    assert sheet_of(book_of({"Template": STAFF[:1], "Staff": STAFF})) == "Staff"


def test_two_sheets_that_could_be_it_are_refused_with_the_flag() -> None:
    message = refusal(book_of({"North": STAFF, "South": STAFF}), name="staff.xlsx")
    assert '"North", "South"' in message
    assert "--sheet" in message


@pytest.mark.parametrize("name", ["South", "south", " South "])
def test_named_sheet_is_taken(name: str) -> None:
    assert sheet_of(book_of({"North": STAFF, "South": STAFF}), sheet=name) == "South"


def test_hidden_sheet_never_wins() -> None:
    assert sheet_of(book_of({"North": STAFF, "South": STAFF}, hide="North")) == "South"
    message = refusal(
        book_of({"North": STAFF, "South": STAFF}, hide="North"), name="staff.xlsx", sheet="North"
    )
    assert "hidden" in message
    assert '"South"' in message


def test_missing_sheet_is_refused_with_the_names() -> None:
    message = refusal(book_of({"North": STAFF, "South": STAFF}), name="staff.xlsx", sheet="West")
    assert "--sheet West" in message
    assert '"North", "South"' in message


def test_no_sheet_with_an_identifier_column_is_refused() -> None:
    message = refusal(book_of({"Cities": LOOKUP, "Towns": LOOKUP}), name="staff.xlsx")
    assert "--sheet" in message
    assert "--id-column" in message


def test_doubt_in_a_sheet_names_the_sheet() -> None:
    twice = [["Employee ID", "Staff No"], ["1", "2"]]
    message = refusal(book_of({"Cities": LOOKUP, "Staff": twice}), name="staff.xlsx")
    assert 'sheet "Staff"' in message
    assert "--id-column" in message


def test_workbook_with_nothing_in_it_is_refused() -> None:
    assert "holds no employees" in refusal(book_of({"Empty": []}), name="staff.xlsx")


def test_table_in_a_workbook_is_found_as_in_text() -> None:
    rows = [
        ["Staff list"],
        [],
        ["", "Employee ID", "Name"],
        *(["", *row] for row in STAFF[1:]),
        ["", "Total", "2"],
    ]
    roster = read(book_of({"Staff": rows}), name="staff.xlsx")
    assert roster.source.header_row == 3
    assert list(roster.employees.identifiers) == ["00417", "00418"]
    assert roster.employees.rows["status"].tolist() == ["", "", "ignored"]
