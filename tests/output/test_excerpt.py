"""Lists of some rows: hidden columns stay hidden, and who has no address stands last."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from bulk_register.output.excel.excerpt import Excerpt, rows_without_address
from bulk_register.output.excel.limits import MAX_FORMATS
from bulk_register.output.results import RosterResults, SomeResults
from bulk_register.records import Reading, Roster
from bulk_register.roster import read_roster

PEOPLE = [
    ("E1", "Ann Example", "ann@staff.example", 900),
    ("E2", "Bob Example", None, 800),
    ("E3", "Cid Example", "cid@staff.example", 700),
]


def roster_of(folder: Path) -> Roster:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Employee ID", "Name", "E-mail", "Salary"])
    for person in PEOPLE:
        sheet.append(person)
    sheet.column_dimensions["D"].hidden = True
    book.save(folder / "staff.xlsx")
    (folder / "private").mkdir()
    return read_roster(folder / "staff.xlsx", Reading(), folder / "private")


def excerpt(roster: Roster, path: Path) -> Worksheet:
    places = np.arange(len(PEOPLE))
    part = SomeResults(RosterResults(roster), places)
    last = rows_without_address(roster.source, frozenset(part.rows.tolist()))
    assert last == {3}
    Excerpt(roster.source, roster.employees.identifiers, part, last).write(path)
    return openpyxl.load_workbook(path).worksheets[0]


def test_a_row_without_an_address_stands_behind_all_others(tmp_path: Path) -> None:
    sheet = excerpt(roster_of(tmp_path), tmp_path / "list.xlsx")
    rows = list(sheet.iter_rows(min_row=2, max_col=3, values_only=True))
    assert rows == [person[:3] for person in (PEOPLE[0], PEOPLE[2], PEOPLE[1])]


def test_a_hidden_column_stays_hidden(tmp_path: Path) -> None:
    sheet = excerpt(roster_of(tmp_path), tmp_path / "list.xlsx")
    hidden = [name for name, column in sheet.column_dimensions.items() if column.hidden]
    assert hidden == ["D"]


def list_of(path: Path) -> Worksheet:
    copies = path.parent / "private"
    copies.mkdir()
    roster, made = read_roster(path, Reading(), copies), path.with_name("list.xlsx")
    part = SomeResults(RosterResults(roster), np.arange(len(roster.employees.rows)))
    Excerpt(roster.source, roster.employees.identifiers, part).write(made)
    return openpyxl.load_workbook(made).worksheets[0]


def test_dates_keep_the_format_of_the_roster(tmp_path: Path) -> None:
    moment = dt.datetime(2024, 2, 29, 6, 30)
    cells: list[tuple[dt.date | dt.time | dt.timedelta | float, str]] = [
        (moment.date(), "dd.mm.yyyy"), (moment.date(), "mm-dd-yy"), (moment, '[$-409]d" of "mmm, h:mm AM/PM'),
        (moment.time(), "h:mm"), (dt.timedelta(hours=30), "[h]:mm"), (0.5, "0%"),
        (moment.date(), "d\x7f" * 3),
    ]  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Employee ID", "Name", *(f"Day {number}" for number in range(len(cells)))])
    for at, person in enumerate(("Ann", "Bob"), 2):
        sheet.append([f"E{at}", person])
        for column, (value, code) in enumerate(cells[at - 2 :], 3):
            cell = sheet.cell(at, column, value)
            cell.number_format = code
    book.save(tmp_path / "staff.xlsx")
    found = list_of(tmp_path / "staff.xlsx")
    shown = [[(cell.value, cell.number_format) for cell in row[2:9]] for row in found.iter_rows(min_row=2)]
    midnight = dt.datetime(2024, 2, 29)
    assert shown[0] == [
        (midnight, "dd.mm.yyyy"), (midnight, "mm-dd-yy"), (moment, '[$-409]d" of "mmm, h:mm AM/PM'),
        (moment.time(), "h:mm"), (dt.timedelta(hours=30), "[h]:mm"), (0.5, "General"),
        (midnight, "yyyy-mm-dd"),
    ]  # fmt: skip
    assert shown[1][:2] == [(midnight, "mm-dd-yy"), (moment, '[$-409]d" of "mmm, h:mm AM/PM')]


def test_more_formats_than_a_workbook_holds_are_the_usual_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Employee ID", "Name", "Hired"])
    for number in range(MAX_FORMATS + 5):
        sheet.append([f"E{number}", "Ann", dt.date(2024, 2, 29)])
        sheet.cell(number + 2, 3).number_format = f'yyyy-mm-dd" {number}"'
    book.save(tmp_path / "staff.xlsx")
    found = list_of(tmp_path / "staff.xlsx")
    codes = [cell.number_format for cell in found["C"][1:]]
    assert codes[:MAX_FORMATS] == [f'yyyy-mm-dd" {number}"' for number in range(MAX_FORMATS)]
    assert codes[MAX_FORMATS:] == ["yyyy-mm-dd"] * 5


def test_dates_of_a_text_stay_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "staff.csv").write_text("Employee ID,Name,Hired\nE1,Ann,29.02.2024\n")
    found = list_of(tmp_path / "staff.csv")
    assert found["C2"].value == "29.02.2024"
