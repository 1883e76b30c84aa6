"""Makes the sample rosters: invented people, the same ones each time."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

FOLDER = Path(__file__).parent
FIRST = ("Ada", "Boris", "Chloé", "Dmitri", "Elif", "Farid", "Greta", "Hana", "Igor", "Jana", "Kofi", "Otto")
LAST = ("Example", "Sample", "Mustermann", "Образцова", "Beispiel", "Ejemplo", "Exemple", "Przykładowa")
TEAMS = ("Accounts", "Logistics", "Production", "Quality", "Sales")
HEADERS = ["Employee ID", "Name", "E-mail", "Department", "Start date"]
EMPLOYEES = 1200
DUPLICATES = (7, 500, 1100)  # employees who stand in the roster twice


def people() -> list[list[str]]:
    """Return the rows of the sample roster: 1,203 rows of 1,200 employees."""
    chance = random.Random(2026)  # noqa: S311
    rows = []
    for number in range(1, EMPLOYEES + 1):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        day = f"20{chance.randint(10, 25)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        row = [f"{number * 7:06}", name, f"person{number}@staff.example", chance.choice(TEAMS), day]
        rows.append(row)
    return rows + [rows[place] for place in DUPLICATES]


def write_workbook(path: Path) -> None:
    """Write the roster as an HR person's workbook: styled headers, widths, a filter, a second sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Staff"
    sheet.append(HEADERS)
    for row in people():
        sheet.append(row)
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="44546A")
    for column, width in zip("ABCDE", (13, 24, 28, 14, 12), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes, sheet.auto_filter.ref = "A2", sheet.dimensions
    notes = book.create_sheet("Notes")
    notes["A1"] = "Exported for the yearly exam. All people are invented."
    book.save(path)


def write_csv(path: Path, rows: list[list[str]]) -> None:
    """Write a roster as a spreadsheet program does in much of Europe: semicolons, UTF-8, CRLF."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADERS, *rows])


def flawed() -> list[list[str]]:
    """Return rows with the faults that rosters have: `bulk-register check` names each."""
    return [
        ["00417", "Ada Example", "ada@staff.example", "Sales", "2019-04-01"],
        ["", "Boris Sample", "boris@staff.example", "Sales", "2020-01-15"],
        ["#N/A", "Greta Beispiel", "greta@staff.example", "Quality", "2021-06-30"],
        ["00418 ", "Hana Specimen", "hana@staff.example", "Logistics", "2018-11-05"],
        ["00417", "Ada Example", "ada@staff.example", "Sales", "2019-04-01"],
        ["00419", "Igor Exemple", "igor@staff.example", "Accounts", "2022-02-01"],
        ["00419", "Jana Ejemplo", "jana@staff.example", "Accounts", "2023-09-12"],
    ]


if __name__ == "__main__":
    write_workbook(FOLDER / "staff.xlsx")
    write_csv(FOLDER / "staff.csv", people())
    write_csv(FOLDER / "flawed.csv", flawed())
