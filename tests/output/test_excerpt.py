"""Lists of some rows: hidden columns stay hidden, and who has no address stands last."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from bulk_register.output.excel.excerpt import rows_without_address, write_excerpt
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
    write_excerpt(roster.source, roster.employees.identifiers, part, path, last)
    return openpyxl.load_workbook(path).worksheets[0]


def test_a_row_without_an_address_stands_behind_all_others(tmp_path: Path) -> None:
    sheet = excerpt(roster_of(tmp_path), tmp_path / "list.xlsx")
    rows = list(sheet.iter_rows(min_row=2, max_col=3, values_only=True))
    assert rows == [person[:3] for person in (PEOPLE[0], PEOPLE[2], PEOPLE[1])]


def test_a_hidden_column_stays_hidden(tmp_path: Path) -> None:
    sheet = excerpt(roster_of(tmp_path), tmp_path / "list.xlsx")
    hidden = [name for name, column in sheet.column_dimensions.items() if column.hidden]
    assert hidden == ["D"]
