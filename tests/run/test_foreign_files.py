"""Files as other programs write them, from roster to output: every link in its row, nothing lost."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import load_workbook

from bulk_register import load_settings, register_roster
from bulk_register.errors import RosterError
from bulk_register.records import RESULT_COLUMNS
from bulk_register.run.report import Finished
from tests.support.ooxml_files import number, row, rows, styles, text, workbook

HEAD = row(1, text("A1", "Employee ID"), text("B1", "Name"))


def register(roster: Path, output: str, **more: object) -> Finished:
    return register_roster(roster, load_settings({"sandbox": True, "output": output, **more}, environ={}))


pytestmark = pytest.mark.usefixtures("folder")


def linked(path: Path) -> dict[str, str]:
    """Who has which participant in an output."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            table: list[list[Any]] = [list(line) for line in csv.reader(file, skipinitialspace=True)]
    else:
        table = [list(line) for line in load_workbook(path).get_sheet_by_index(0).to_python()]
    at = next(place for place, line in enumerate(table) if "Participant ID" in line)
    column = table[at].index("Participant ID")
    return {
        str(line[0]): str(line[column]) for line in table[at + 1 :] if len(line) > column and line[column]
    }


@pytest.mark.parametrize("output", ["o.xlsx", "o.csv"])
def test_rows_without_numbers_stand_where_their_cells_say(output: str, folder: Path) -> None:
    body = [f"<row>{text(f'A{at}', f'E{at}')}{text(f'B{at}', f'Ann {at}')}</row>" for at in (3, 4, 6)]
    sheet = rows(f"<row>{text('A1', 'Employee ID')}{text('B1', 'Name')}</row>", *body)
    finished = register(workbook(folder / "staff.xlsx", sheet), output)
    given = dict(zip(("E3", "E4", "E6"), finished.outcome.statuses.participant, strict=True))
    assert linked(folder / output) == given


def test_identifiers_in_rows_without_numbers_keep_their_zeros(folder: Path) -> None:
    body = [f"<row>{number(f'A{at}', at * 100, 1)}{text(f'B{at}', 'x')}</row>" for at in (3, 4, 6)]
    sheet = rows(HEAD, *body)
    path = workbook(folder / "staff.xlsx", sheet, look=styles("General", "00000"))
    register(path, "o.csv")
    assert list(linked(folder / "o.csv")) == ["00300", "00400", "00600"]


@pytest.mark.parametrize("output", ["o.xlsx", "o.csv"])
def test_rows_and_cells_that_contradict_each_other_are_refused(output: str, folder: Path) -> None:
    sheet = rows(HEAD, row(2, text("A2", "E2")), row(3, text("A4", "E4")))
    with pytest.raises(RosterError, match="damaged"):
        register(workbook(folder / "staff.xlsx", sheet), output)


def test_cells_without_their_places_reach_the_csv(folder: Path) -> None:
    body = [f"<row><c><v>{100 + at}</v></c><c><v>5</v></c><c><v>77{at}</v></c></row>" for at in range(3)]
    register(workbook(folder / "staff.xlsx", rows(HEAD, *body)), "o.csv")
    assert [line.split(",")[2] for line in Path("o.csv").read_text("utf-8-sig").splitlines()[1:]] == [
        "770", "771", "772",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Staff/2026", "'quoted'", "a" * 40, "[x]:*?\\"])
def test_a_sheet_s_name_that_excel_would_refuse_is_no_trouble(name: str, folder: Path) -> None:
    path = workbook(folder / "staff.xlsx", rows(HEAD, row(2, text("A2", "E1"), text("B2", "Ann"))))
    source = openpyxl.load_workbook(path)
    vars(source.worksheets[0])["_WorkbookChild__title"] = name  # what openpyxl itself refuses to set
    source.save(folder / "named.xlsx")
    finished = register(folder / "named.xlsx", "o.xlsx", only_new="new.xlsx")
    assert finished.exit_code == 0
    assert len(openpyxl.load_workbook(folder / "new.xlsx").sheetnames[0]) <= 31


@pytest.mark.parametrize("output", ["o.csv", "o.xlsx"])
@pytest.mark.parametrize("cell", ['<c r="B2" t="d"><v>10:30:00</v></c>', '<c r="B2" s="1"><v>1E400</v></c>'])
def test_values_out_of_the_ordinary_are_no_trouble(cell: str, output: str, folder: Path) -> None:
    sheet = rows(HEAD, row(2, text("A2", "E1"), cell))
    path = workbook(folder / "staff.xlsx", sheet, look=styles("General", "00000"))
    assert register(path, output, only_new="new.xlsx").exit_code == 0
    assert list(linked(folder / "new.xlsx")) == ["E1"]


@pytest.mark.parametrize("output", ["o.csv", "o.xlsx"])
def test_rows_out_of_order_are_refused_before_anything_is_sent(output: str, folder: Path) -> None:
    sheet = rows(HEAD, row(3, text("A3", "E3")), row(2, text("A2", "E2")))
    with pytest.raises(RosterError, match="stands below"):
        register(workbook(folder / "staff.xlsx", sheet), output)
    assert not list(folder.glob("o.*"))


def test_formats_far_down_are_no_rows(folder: Path) -> None:
    wide = "".join(text(f"{chr(67 + at % 24)}1", f"c{at}") for at in range(2)) + "".join(
        f'<c t="inlineStr"><is><t>h{at}</t></is></c>' for at in range(118)
    )
    head = f'<row r="1">{text("A1", "Employee ID")}{text("B1", "Name")}{wide}</row>'
    sheet = rows(head, row(2, text("A2", "E2")), '<row r="1048576" ht="15"/>')
    register(workbook(folder / "staff.xlsx", sheet), "o.csv")
    assert len(Path("o.csv").read_text("utf-8-sig").splitlines()) == 2


def test_an_identifier_with_noise_behind_its_digits_is_the_one_that_is_shown(folder: Path) -> None:
    cells = [number("A2", "417.00000000000006", 1), number("A3", "418.99999999999994", 1)]
    sheet = rows(HEAD, row(2, cells[0]), row(3, cells[1]))
    register(workbook(folder / "staff.xlsx", sheet, look=styles("General", "00000")), "o.csv")
    assert list(linked(folder / "o.csv")) == ["00417", "00419"]


def test_a_ctrl_z_between_two_joined_files_ends_nothing(folder: Path) -> None:
    content = b"Employee ID;Name\r\nE001;Ann\r\nE002;Bob\r\n\x1aE003;Cid\r\nE004;Dan\r\n\x1a"
    (folder / "staff.csv").write_bytes(content)
    finished = register(folder / "staff.csv", "o.csv")
    assert {"E001", "E002", "E004"} <= set(finished.outcome.plan.roster.employees.identifiers)
    assert b"E003;Cid" in (folder / "o.csv").read_bytes()
    assert (folder / "o.csv").read_bytes().endswith(b"\x1a")


def test_quotes_behind_spaces_part_no_fields(folder: Path) -> None:
    lines = [f'E00{at}, "Doe, Ann {at}", "Paris, FR", R1\n' for at in range(1, 6)]
    (folder / "staff.csv").write_text(
        "".join(["Employee ID, Name, City, Room\n", *lines, 'E006, "Doe, Z"\n'])
    )
    register(folder / "staff.csv", "once.csv")
    register(folder / "once.csv", "twice.csv")
    assert len(linked(folder / "twice.csv")) == 6
    with (folder / "twice.csv").open(newline="") as file:
        table = list(csv.reader(file, skipinitialspace=True))
    assert {len(line) for line in table} == {9}
    assert table[0][4:] == list(RESULT_COLUMNS)
    people = [[f"E00{at}", f"Doe, Ann {at}", "Paris, FR", "R1"] for at in range(1, 6)]
    assert [line[:4] for line in table[1:6]] == people


def test_what_stands_above_the_header_stays(folder: Path) -> None:
    title = "Staff list;;;Approved by HR;2026;keep me;and me"
    header = ";".join(["Employee ID", "Name", *RESULT_COLUMNS])
    (folder / "staff.csv").write_text(f"{title}\n;;;;;;\n{header}\nE001;Ann;;;;;\n")
    register(folder / "staff.csv", "o.csv")
    assert (folder / "o.csv").read_text().splitlines()[0] == title


@pytest.mark.parametrize(("last", "invalid"), [("00107;Pe", 1), ("00107;Pe;IT", 0), ("00107;Pe\n", 0)])
def test_a_last_line_that_was_cut_off_is_not_sent(last: str, invalid: int, folder: Path) -> None:
    lines = [f"00{100 + at};Person {at};IT\n" for at in range(7)]
    (folder / "staff.csv").write_text("".join(["Employee ID;Name;Department\n", *lines, last]))
    employees = register(folder / "staff.csv", "o.csv").outcome.plan.roster.employees
    assert (employees.rows["status"] == "invalid").sum() == invalid
    assert ("00107" in employees.identifiers) == (not invalid)


def test_an_earlier_last_line_is_no_cut(folder: Path) -> None:
    lines = [f"00{100 + at};Person {at};IT\n" for at in range(7)]
    (folder / "staff.csv").write_text(
        "".join(["Employee ID;Name;Department\n", *lines, "00107;Pe\n", "Total;8;x"])
    )
    employees = register(folder / "staff.csv", "o.csv").outcome.plan.roster.employees
    assert "00107" in employees.identifiers
