"""Delimited text becomes rows and cells as a spreadsheet program shows them, and its own bytes again."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_register.errors import RosterError
from bulk_register.roster.text.delimiter import DelimiterGuess, sniff_delimiter
from bulk_register.roster.text.encoding import TextEncoding
from bulk_register.roster.text.lines import text_lines
from bulk_register.roster.text.scan import BLOCK_LINES
from bulk_register.roster.text.text_grid import RECORDS, TextGrid
from tests.support.rosters import PEOPLE, identifiers, raw, read, refusal, statuses, table

EXPECTED = [identifier for identifier, *_ in PEOPLE]


def cut_of(text: str) -> DelimiterGuess:
    return sniff_delimiter(text.splitlines(keepends=True), None, lambda cell: cell == "Employee ID")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_told(delimiter: str, end: str) -> None:
    text = table(delimiter=delimiter).replace("\n", end)
    roster = read(text)
    assert list(roster.employees.identifiers) == EXPECTED
    assert roster.employees.first_rows.tolist() == [2, 3, 4]
    dialect = roster.source.dialect
    assert dialect is not None
    assert (dialect.delimiter, dialect.line_end) == (delimiter, end)
    assert raw(roster) == text.encode()


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Employee ID;Name;Pay\n" + '1;"Doe, J";1,5\n2;"Roe, K";2,5\n' * 9, ";"),
        ("Staff, all of them\n\nEmployee ID;Name\n" + "1;A, B\n" * 9, ";"),
        ("Employee ID,Roles\n" + "1,a;b;c\n" * 9, ","),
        ("x;y\n1,5;2,5\n3,5;4,5\n", ";"),
        ("Employee ID\n1\n2\n", ","),
    ],
)
def test_delimiter_is_judged_over_many_rows(text: str, delimiter: str) -> None:
    assert cut_of(text).delimiter == delimiter


def test_said_delimiter_is_used() -> None:
    assert identifiers("Employee ID^Name\n00417^A\n", delimiter="^") == ["00417"]


def test_delimiter_of_two_characters_is_refused() -> None:
    assert "--delimiter" in refusal(table(), delimiter="::")


def test_delimiter_that_leaves_cells_uncut_is_refused() -> None:
    assert "--delimiter" in refusal("x,y\n1;A,z\n2;B,z\n", id_column="x", delimiter=",")


def test_sep_line_is_no_row_and_is_kept() -> None:
    text = "sep=;\r\n" + table(delimiter=";").replace("\n", "\r\n")
    roster = read(text)
    assert (roster.source.header_row, roster.employees.first_rows.tolist()) == (1, [2, 3, 4])
    assert raw(roster) == text.encode()


@pytest.mark.parametrize("above", ["#TYPE System.Object\n", "# all staff, by HR\n#\n", "\n\n", ' \n"a\nb"\n'])
def test_lines_above_the_header_are_rows_and_kept(above: str) -> None:
    text = above + table()
    roster = read(text)
    assert list(roster.employees.identifiers) == EXPECTED
    assert roster.source.header_row == len(list(csv.reader(io.StringIO(above, newline="")))) + 1
    assert raw(roster) == text.encode()


@pytest.mark.parametrize("tail", ["\x1a", "\x1a\r\n", "\x1a\x1a"])
@pytest.mark.parametrize("last", ["\n", ""])
def test_ctrl_z_at_the_end_is_no_row_and_is_kept(tail: str, last: str) -> None:
    text = table().removesuffix("\n") + last + tail
    roster = read(text)
    assert list(roster.employees.identifiers) == EXPECTED
    assert roster.source.last_row == 4
    assert raw(roster) == text.encode()


def test_quoted_line_break_makes_no_new_row() -> None:
    text = 'Employee ID,Name,Room\n00417,"Ann\nExample",1\n\n00418,"Bob\r\nSample",2\n'
    roster = read(text)
    assert roster.employees.first_rows.tolist() == [2, 4]
    assert [line.raw for line in roster.source.lines()][1] == '00417,"Ann\nExample",1\n'


def test_k_th_line_is_row_k() -> None:
    roster = read("\n" + table())
    lines = list(roster.source.lines())
    rows = roster.employees.rows
    assert [lines[row - 1].cells[0] for row in rows["row"]] == rows["identifier"].tolist()


def test_space_before_a_quote_belongs_to_the_delimiter() -> None:
    assert identifiers('"Name", "Employee ID"\n"Doe, J", "00417"\n"Roe, K", "00418"\n') == ["00417", "00418"]


def test_short_rows_are_filled() -> None:
    text = table(*PEOPLE, ("00420",))
    assert identifiers(text) == [*EXPECTED, "00420"]


def test_trailing_delimiters_move_nothing() -> None:
    assert identifiers("Employee ID,Name\n00417,Ann,\n00418,Bob,\n") == ["00417", "00418"]


def test_longer_row_is_registered_and_named_if_the_identifier_stands_first() -> None:
    roster = read(table(*PEOPLE, ("00420", "Doe", "J", "IT")))
    assert list(roster.employees.identifiers) == [*EXPECTED, "00420"]
    assert "row 5" in roster.findings.warnings[0]


def test_longer_row_is_invalid_if_its_identifier_may_have_moved() -> None:
    found = statuses("Name,Employee ID\nAnn,00417\nBob,00418\nDoe, J,00419\n")
    assert found[4][0] == "invalid"
    assert "quotes" in found[4][1]


def test_rows_that_are_all_longer_than_the_header_are_refused() -> None:
    assert "--header-row" in refusal("Employee ID,Name\n1,00417,Ann\n2,00418,Bob\n")


def test_rest_of_a_line_broken_in_two_is_not_registered() -> None:
    found = statuses(table(*PEOPLE * 3, ("00420", "Doe")) + "Jane,IT\n")
    assert found[12][0] == "invalid"


@pytest.mark.parametrize(
    "body",
    [
        '00417,"Ann,IT\n00418,Bob 12",IT\n00419,Cy,IT\n',
        '00417,"Ann,IT\n00418,"Bob",IT\n00419,Cy,IT\n',
        '"00417","Ann\n"00418","Bob","IT"\n"00419","Cy","IT"\n',
    ],
)
def test_stray_quote_that_swallows_lines_is_refused_with_its_row(body: str) -> None:
    message = refusal("Employee ID,Name,Department\n00410,X,Y\n00411,X,Y\n00412,X,Y\n" + body)
    assert "row 5: a stray quote" in message


@pytest.mark.parametrize("rest", ["", "\n" + "00419,X,Y\n" * 9, "x" * 200_000 + "\n"])
def test_quote_that_is_never_closed_is_refused_with_its_row(rest: str) -> None:
    message = refusal(table() + '00420,"Ann' + rest)
    assert "row 5" in message
    assert "never closed" in message


def test_address_in_several_lines_is_no_stray_quote() -> None:
    text = 'Employee ID,Address\n00417,"Main Street 5\n12345 Town, Land"\n00418,"x\n1, y"\n'
    assert identifiers(text) == ["00417", "00418"]


def test_cell_too_long_for_a_workbook_is_warned_about() -> None:
    roster = read(table(*PEOPLE, ("00420", "x" * 40_000, "IT")))
    assert "row 5" in roster.findings.warnings[-1]
    assert ".csv output" in roster.findings.warnings[-1]


def test_cell_too_long_to_be_read_again_is_refused() -> None:
    assert "row 5" in refusal(table(*PEOPLE, ("00420", "x" * 140_000, "IT")))


def as_text(cell: str) -> str:
    """What a spreadsheet shows of ="00123", which some programs write to keep zeros."""
    return cell.rstrip()[2:-1] if re.fullmatch(r'="[^"]*"\s*', cell) else cell


CELLS = st.text(st.sampled_from('ab0 ,;"\n\r\t=\u00a0\u0436'), max_size=4)


@given(
    st.lists(st.lists(CELLS, max_size=4), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()
)
@settings(max_examples=150, deadline=None)
def test_sweep_keeps_what_the_csv_module_reads(rows: list[list[str]], end: str, quick: bool) -> None:
    text = "".join(",".join(row).replace('"', "" if quick else '"') + end for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_text(text, encoding="utf-8", newline="")
        grid = TextGrid(TextEncoding(path, "utf-8"), DelimiterGuess(",", 2))
        expected = list(csv.reader(io.StringIO(text, newline="")))
        if text.count('"') % 2:  # the sweep refuses what the csv module closes at the end
            return
        try:
            first, third = grid.texts([0, 2])
        except RosterError:
            assert '"' in text
            return
        assert grid.widths.tolist() == [len(row) for row in expected]
        assert grid.filled.tolist() == [sum(bool(cell.strip()) for cell in row) for row in expected]
        assert first.tolist() == [as_text(row[0]) if row else "" for row in expected]
        assert third.tolist() == [as_text(row[2]) if len(row) > 2 else "" for row in expected]
        assert "".join(line.raw for line in grid.lines()) == text


def test_blocks_of_lines_meet_without_a_seam() -> None:
    rows = [
        (f"{number:05d}", 'x "y"' if number % 97 == 0 else "x", "a\nb" if number % 89 == 0 else "c")
        for number in range(1, 4 * BLOCK_LINES)
    ]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("Employee ID", "Name", "Note"), *rows])
    roster = read(file.getvalue())
    assert list(roster.employees.identifiers) == [row[0] for row in rows]
    assert roster.employees.first_rows.tolist() == list(range(2, len(rows) + 2))
    assert raw(roster) == file.getvalue().encode()


def test_records_come_in_blocks_without_a_seam() -> None:
    broken = {RECORDS - 2, RECORDS - 1, 3 * RECORDS}  # rows of several lines, across and beside a seam
    names = ['"a\n\nb"' if number in broken else "a" for number in range(9_000)]
    rows = [f"{number:05d},{name},x\n" for number, name in enumerate(names)]
    text = "Employee ID,Name,Note\n" + "".join(rows)
    roster = read(text)
    assert raw(roster) == text.encode()
    assert roster.source.records is not None
    assert [records.even for records in roster.source.records()] == [False, False, True, False, True]


def test_text_lines_end_only_where_lines_end(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\x0bb\u2028c\x85d\ne\r\nf\rg", encoding="utf-8", newline="")
    assert list(text_lines(TextEncoding(tmp_path / "a", "utf-8"))) == [
        "a\x0bb\u2028c\x85d\n",
        "e\r\n",
        "f\r",
        "g",
    ]
