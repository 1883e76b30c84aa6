"""A column that happens to bear a result column's name is overwritten only where it is this program's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulk_register.errors import OutputError
from bulk_register.output import plan_output
from bulk_register.output.layout import Layout
from bulk_register.records import RESULT_COLUMNS, Reading
from bulk_register.roster import read_roster

GUID = "d344c6b0-854d-44b1-be5a-478de4679ee9"
LINK = f"https://go.startexam.com/demo#participant/{GUID}"


def layout_of(folder: Path, header: str, *rows: str) -> Layout:
    roster = folder / "staff.csv"
    roster.write_text("\n".join([f"Employee ID,Name,{header}", *rows]) + "\n", encoding="utf-8")
    (folder / "private").mkdir()
    source = read_roster(roster, Reading(), folder / "private").source
    output = plan_output(source, folder / "out.csv")
    layout = output.layout  # type: ignore[attr-defined]
    assert isinstance(layout, Layout)
    return layout


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Registration Note", "E1,Ann Example,on leave until May"),
        ("Participant ID", "E1,Ann Example,badge 17"),
        ("Exam Link", "E1,Ann Example,https://intranet.example/exam"),
        ("registration status ", "E1,Ann Example,waiting list"),
        ("Participant ID,Registration Note", "E1,Ann Example,badge 17,on leave"),
    ],
)
def test_a_column_of_hrs_own_is_refused(tmp_path: Path, header: str, row: str) -> None:
    with pytest.raises(OutputError, match=r"of its own .*row 2 .*Rename the column"):
        layout_of(tmp_path, header, row)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (",".join(RESULT_COLUMNS), "E1,Ann Example,x,y,z,mine,all of it"),
        ("Participant ID,Exam Link", f"E1,Ann Example,{GUID},{LINK}"),
        ("Registration Status,Registration Note", "E1,Ann Example,rejected,not found"),
        ("Participant ID,Registration Note", f"E1,Ann Example,{GUID},on leave"),
        ("Exam Link", "E1,Ann Example,"),
    ],
)
def test_columns_of_an_earlier_output_are_filled_in_place(tmp_path: Path, header: str, row: str) -> None:
    layout = layout_of(tmp_path, header, row)
    assert layout.filled_in_place == set(range(2, 2 + header.count(",") + 1))


def test_two_columns_of_one_name_are_doubt(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r'two columns named "Exam Link" \(C and D\)'):
        layout_of(tmp_path, "Exam Link,exam link", "E1,Ann Example,,")
