"""Sheets of a workbook are weighed: one that is certain and alone is taken, else all candidates are named."""

from __future__ import annotations

import pytest

from bulk_register.errors import RosterDoubtError
from bulk_register.records import Matter
from tests.support.rosters import read
from tests.support.workbooks import book_of

Rows = list[list[str]]
PEOPLE = ["Quentin Zebra", "Yolanda Yak", "Xaver Ox", "Wanda Wolf"]
IDENTIFIERS = ["00101", "00102", "00103", "00104"]


def people(*headers: str, first: int = 101, count: int = 4) -> Rows:
    """A sheet of people under three headers."""
    return [list(headers), *([f"{first + place:05d}", PEOPLE[place], "IT"] for place in range(count))]


STAFF = people("Employee ID", "Name", "Department")


@pytest.mark.parametrize(
    "sheets",
    [
        {
            "Staff": people("ID", "Name", "Department"),
            "Leavers": people("Employee ID", "Name", "Left on", first=900),
        },
        {
            "Team": people("Nr.", "Name", "Abteilung"),
            "Weg": people("Personalnummer", "Name", "Austritt", first=900),
        },
        {"Лист1": people("ID", "ФИО", "Отдел"), "Лист2": people("Табельный номер", "ФИО", "Дата увольнения")},
        {
            "Staff": people("Kennung", "Vor- und Nachname", "Ort"),
            "Extern": people("Personalnummer", "Name", "Firma"),
        },
        {"Page 1": STAFF, "Page 2": people("", "", "", first=107)[1:]},
        {"Staff": STAFF, "Contractors": [["ID", "First name", "Last name"], ["C1", "Di", "Dee"]]},
        {"Staff": people("ID", "Name", "Department"), "Agency": people("Badge", "Name", "Agency", first=900)},
        {
            "Cities": [["ID", "City"], ["1", "Rome"]],
            "Staff": people("Pers.-Kennung", "Vor- und Nachname", "Ort"),
        },
    ],
    ids=lambda sheets: " and ".join(sheets),
)
def test_another_sheet_never_wins_in_silence(sheets: dict[str, Rows]) -> None:
    with pytest.raises(RosterDoubtError) as caught:
        read(book_of(sheets), name="staff.xlsx")
    doubt = caught.value.doubt
    assert doubt.matter is Matter.SHEET
    assert {one.name for one in doubt.candidates} == set(sheets)
    assert {one.setting for one in doubt.candidates} == {"sheet"}


@pytest.mark.parametrize(
    "beside",
    [
        [["ID", "Name", "Head"], ["1", "IT", "Ann"], ["2", "Ops", "Bo"]],
        [["Employee ID", "5 digits"], ["Name", "as in the passport"], ["Department", "short form"]],
        [
            ["Field", "Meaning"],
            ["Employee ID", "Unique number"],
            ["First Name", "Given name"],
            ["Last Name", "…"],
        ],
        [["No", "Value"], ["1", "a"], ["2", "b"], ["3", "c"]],
        [["Nr.", "Frage", "Antwort"], ["1", "Wer?", "Wir"], ["2", "Wo?", "Hier"]],
        [["Row Labels", "Sum of Hours"], ["00101", "8"], ["00102", "7"], ["Grand Total", "15"]],
        [["Name", "E-Mail", "Telefon"], ["Wanda Wolf", "wanda@example.com", "030 111"]],
        [["Cost center", "Description"], ["4000", "Sales"], ["4010", "IT"]],
        [["Version", "Date", "Author"], ["1.0", "2026-01-01", "Wanda"]],
    ],
)
def test_lookups_and_notes_are_no_rosters(beside: Rows) -> None:
    roster = read(book_of({"Staff": STAFF, "Beside": beside}), name="staff.xlsx")
    assert list(roster.employees.identifiers) == IDENTIFIERS
    assert dict(roster.findings.understood)["Other sheets"].startswith('"Beside"')


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["Employee form"],
            [],
            ["Employee ID", "00101", "Department", "IT"],
            ["First name", "Xaver", "Last name", "Ox"],
        ],
        [
            ["Employee ID", "00101"],
            ["Name", "Xaver Ox"],
            [],
            ["Employee ID", "00102"],
            ["Name", "Wanda Wolf"],
        ],
        [["Personalnummer", "101", "102"], ["Vorname", "A", "B"], ["Nachname", "X", "Y"]],
        [["Employee ID", "Name", "Department"], *([f"{one} Xaver Ox IT"] for one in IDENTIFIERS)],
    ],
)
def test_forms_and_uncut_rows_are_no_tables(rows: Rows) -> None:
    with pytest.raises(RosterDoubtError) as caught:
        read(book_of({"Sheet": rows}), name="staff.xlsx")
    assert caught.value.doubt.matter is Matter.LAYOUT


def test_leavers_below_under_a_header_of_their_own_are_refused() -> None:
    below = [[], ["Former staff"], ["Employee ID", "Name", "Left on"], ["00900", "Tim Tapir", "2025-03-31"]]
    with pytest.raises(RosterDoubtError) as caught:
        read(book_of({"Staff": [*STAFF, *below]}), name="staff.xlsx")
    assert caught.value.doubt.matter is Matter.HEADER_ROW


def test_decisions_and_their_evidence_go_with_the_roster() -> None:
    roster = read(book_of({"Staff": STAFF, "Notes": [["Read me"]]}), name="staff.xlsx")
    matters = [decision.matter for decision in roster.findings.decisions]
    assert matters == [Matter.SHEET, Matter.HEADER_ROW, Matter.IDENTIFIER_COLUMN]
    assert roster.findings.decisions[-1].taken.samples == ("00101", "00102", "00103")
    assert "Evidence" in dict(roster.findings.understood)
