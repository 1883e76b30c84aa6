"""CSV outputs: the roster's own records byte for byte, five fields at their right."""

from __future__ import annotations

import codecs
import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_register.output import plan_output
from bulk_register.output.delimited.writer import DelimitedText
from bulk_register.records import RESULT_COLUMNS, Dialect, Reading
from bulk_register.roster import read_roster
from tests.support.ooxml_files import number, row, rows, styles, text, workbook
from tests.support.workbooks import (
    book_source,
    deliver,
    expected_texts,
    results,
    results_of_texts,
    text_source,
    usual,
)

NAMES = ",".join(RESULT_COLUMNS)
COMMA = Dialect("utf-8", ",", "\r\n")


def fields(row_number: int, delimiter: str = ",") -> str:
    return delimiter.join(usual(name, row_number) for name in RESULT_COLUMNS)


def out(
    tmp_path: Path, content: str, dialect: Dialect = COMMA, listed: tuple[int, ...] = (2,), note: str = ""
) -> str:
    path, target = tmp_path / "roster.csv", tmp_path / "out.csv"
    path.write_bytes(dialect.bom + content.encode(dialect.encoding))
    notes = {"Registration Note": note}
    assert isinstance(deliver(text_source(path, dialect), target, list(listed), **notes), DelimitedText)
    data = target.read_bytes()
    assert data.startswith(dialect.bom)
    return data[len(dialect.bom) :].decode(dialect.encoding)


def test_quoting_is_kept_where_it_was(tmp_path: Path) -> None:
    found = out(tmp_path, 'ID,"Name, all"\r\n"00417",Ann "A"\r\n', listed=(2,))
    assert found == f'ID,"Name, all",{NAMES}\r\n"00417",Ann "A",{fields(2)}\r\n'


@pytest.mark.parametrize(
    "dialect",
    [
        Dialect("cp1251", ";", "\r\n"),
        Dialect("utf-8", "\t", "\n", codecs.BOM_UTF8),
        Dialect("utf-16-le", "\t", "\r\n", codecs.BOM_UTF16_LE),
        Dialect("utf-16-be", "|", "\r"),
    ],
    ids=["cp1251", "utf-8 with mark", "utf-16", "utf-16 without mark"],
)
def test_encoding_delimiter_and_line_ends_are_kept(tmp_path: Path, dialect: Dialect) -> None:
    d, end = dialect.delimiter, dialect.line_end
    found = out(tmp_path, f"ID{d}Имя{end}7{d}Анна{end}", dialect)
    assert found == f"ID{d}Имя{d}{d.join(RESULT_COLUMNS)}{end}7{d}Анна{d}{fields(2, d)}{end}"


def test_short_rows_are_filled_and_blank_ones_stay(tmp_path: Path) -> None:
    found = out(tmp_path, "ID,Name,City\r\n7\r\n\r\n8,x\r\n9,x,y,z,\r\n1,2,3,4,5", listed=(2, 4, 5, 6))
    read = list(csv.reader(io.StringIO(found)))
    assert read[2] == []
    at = read[0].index("Participant ID")
    assert [read[line][at] for line in (1, 3, 4, 5)] == ["p0000002", "p0000004", "p0000005", "p0000006"]
    assert not found.endswith("\r\n")


def test_rows_without_results_have_blank_fields(tmp_path: Path) -> None:
    assert out(tmp_path, "ID,Name\n7,x\n8,y\n", listed=(3,)).splitlines()[1] == "7,x,,,,,"


def test_our_fields_are_quoted_where_they_must_be(tmp_path: Path) -> None:
    found = out(tmp_path, "ID\r\n7\r\n", note='a "b", c')
    assert found.endswith(',"a ""b"", c"\r\n')
    assert out(tmp_path, '"ID"\r\n"7"\r\n').splitlines()[1].endswith(',"registered",""')


def test_what_the_encoding_lacks_becomes_question_marks(tmp_path: Path) -> None:
    assert out(tmp_path, "ID\r\n7\r\n", Dialect("cp1252", ","), note="Ошибка x").endswith("?????? x\r\n")


def test_lines_that_are_not_rows_stay_before_their_row(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text('sep=;\nID;"N"\n7;"x;y"\n', newline="")
    deliver(text_source(path, Dialect("utf-8", ";", "\n")), tmp_path / "out.csv", [2])
    assert (tmp_path / "out.csv").read_bytes().decode() == (
        f'sep=;\nID;"N";{";".join(RESULT_COLUMNS)}\n7;"x;y";{fields(2, ";")}\n'
    )


def test_columns_that_are_there_are_filled_in_place(tmp_path: Path) -> None:
    old = "https://l.example/a#participant/1"
    content = f'ID,exam link,Name,Registration Note\r\n7,"{old}, one",x,old\r\n8,{old},y\r\n9,{old},z,old\r\n'
    found = out(tmp_path, content, listed=(2, 3))
    read = list(csv.reader(io.StringIO(found)))
    link, till, status = expected_texts(2)[1:4]
    assert read[0] == ["ID", "exam link", "Name", "Registration Note", "Participant ID", *RESULT_COLUMNS[2:4]]
    assert read[1] == ["7", link, "x", "", "p0000002", till, status]
    assert read[2] == ["8", link.replace("2", "3"), "y", "", "p0000003", till, status]
    assert read[3] == ["9", "", "z", "", "", "", ""]


def test_feeding_the_output_back_changes_nothing(tmp_path: Path) -> None:
    once = out(tmp_path, 'ID,Name\r\n7,"x"\r\n8,y\r\n', listed=(2, 3))
    assert out(tmp_path, once, listed=(2, 3)) == once


def test_formulas_are_guarded_when_asked(tmp_path: Path) -> None:
    path, target = tmp_path / "roster.csv", tmp_path / "out.csv"
    path.write_bytes(b'ID,Name\r\n=1+1,"=x, y"\r\n7,"a-b"\r\n-5,@x\r\n')
    source = text_source(path, COMMA)
    plan_output(source, target, escape_formulas=True).write(results([2, 3, 4]), target)
    found = [line[: line.index(",p")] for line in target.read_text().splitlines()[1:]]
    assert found == ["'=1+1,\"'=x, y\"", '7,"a-b"', "'-5,'@x"]


def test_a_workbook_as_csv_has_its_cells_as_they_are_seen(tmp_path: Path) -> None:
    sheet = rows(
        row(1, text("A1", "ID"), text("B1", "Hired"), text("C1", "Pay")),
        row(
            3,
            number("A3", 417, 1),
            number("B3", 45000, 2),
            number("C3", 1000.5),
            '<c r="D3" t="e"><v>#N/A</v></c>',
        ),
    )
    path = workbook(tmp_path / "a.xlsx", sheet, look=styles("General", "00000", "dd.mm.yyyy"))
    target = tmp_path / "out.csv"
    deliver(book_source(path), target, [3])
    assert target.read_bytes() == codecs.BOM_UTF8 + (
        f"ID,Hired,Pay,,{NAMES}\r\n,,,,,,,,\r\n00417,2023-03-15,1000.5,#N/A,{fields(3)}\r\n".encode()
    )


def test_bytes_that_an_encoding_writes_back_differently_stay_as_they_were(tmp_path: Path) -> None:
    twice = b"\xfa\x4a"  # an IBM extension of Shift-JIS, which Python's codec writes as NEC's
    assert twice.decode("cp932").encode("cp932") != twice
    before = "社員番号,氏名\r\n001,山田".encode("cp932") + twice + b"\r\n"
    roster = tmp_path / "staff.csv"
    roster.write_bytes(before)
    (tmp_path / "private").mkdir()
    source = read_roster(roster, Reading(encoding="cp932"), tmp_path / "private").source
    results = results_of_texts([2], [["x"]] * len(RESULT_COLUMNS))
    plan_output(source, tmp_path / "out.csv").write(results, tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_bytes().split(b"\r\n")
    assert lines[1].startswith(before.split(b"\r\n")[1])


CELLS = st.text("ab1 ,;\"'\n=é", max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=8),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\r\n", "\n"]),
    st.booleans(),
    st.data(),
)
def test_whatever_a_text_holds_its_records_come_back_with_their_results_beside_them(
    table: list[list[str]], quoting: int, end: str, even: bool, data: st.DataObject
) -> None:
    width = max(map(len, table))
    lines = [line + ["x"] * (width - len(line) if even else 0) for line in [["ID"], *table]]
    records = [written(line, quoting, end) for line in lines]
    listed = data.draw(st.sets(st.integers(2, len(lines))).map(sorted))
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / "roster.csv", Path(folder) / "out.csv"
        path.write_text("".join(records), encoding="utf-8", newline="")
        deliver(text_source(path, COMMA), target, listed)
        found = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8"), newline="")))
        assert found[0] == lines[0] + [""] * (width - len(lines[0])) + list(RESULT_COLUMNS)
        for row, line in enumerate(lines[1:], 2):
            if row in listed:
                fields = expected_texts(row)
                assert found[row - 1] == line + [""] * (width - len(line)) + fields
            else:
                assert found[row - 1] == line + [""] * (len(found[row - 1]) - len(line))
        at = 0
        whole = target.read_text(encoding="utf-8")
        for record in records:
            at = whole.index(record.removesuffix(end), at)


def written(line: list[str], quoting: int, end: str) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=quoting, lineterminator=end).writerow(line)  # type: ignore[arg-type]
    return file.getvalue()
