"""Identifiers lose what surrounds them and nothing else; cells that can't be identifiers have a reason."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_register.roster.employees.identifiers import check_identifier, check_identifiers, named_rows
from bulk_register.roster.grid import IdentifierCells
from tests.support.rosters import identifiers, read, statuses


def column(texts: list[str]) -> IdentifierCells:
    array = np.empty(len(texts), object)
    array[:] = texts
    return IdentifierCells(array)


@pytest.mark.parametrize(
    "space", [" ", "\t", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u200e", "\u202a", "\u00ad", "\n"]
)
def test_outer_white_space_goes(space: str) -> None:
    assert check_identifier(f"{space}00417{space}{space}") == ("00417", "", "")


@pytest.mark.parametrize(
    "text", ["00417", "NA", "null", "E-17", "12.5", "1E05", "ÄÖ1", "工1", "0", "x" * 250, "1" * 40]
)
def test_text_is_kept_as_it_is(text: str) -> None:
    assert check_identifier(text)[:2] == (text, "")


@pytest.mark.parametrize("text", ["12 34", "12\u00a034", "AB\u200b1"])
def test_white_space_inside_is_kept_and_warned_about(text: str) -> None:
    assert (check_identifier(text).text, check_identifier(text).fault) == (text, "")
    assert "inside" in check_identifier(text).oddity


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no identifier"), ("  \u200b", "no identifier"), ("-", "no identifier"),
        ("????", "no identifier"),
        ("x" * 251, "250"), ("a\x07b", "control"), ("\x1c1", "control"), ("4\ufffd7", "lost"),
        ("#N/A", "error value"), ("#REF!", "error value"), ("#Н/Д", "error value"), ("#NV", "error value"),
        ("8.30507E+11", "lost digits"), ("8,30507E+11", "lost digits"), ("1E+05", "lost digits"),
        ("8.3e11", "lost digits"),
        ("TRUE", "TRUE"), ("false", "FALSE"), ("=A1+1", "formula"),
        ("2026-12-31", "a date"), ("31.12.2026", "a date"), ("12/31/2026", "a date"),
        ("2026-01-02 00:00:00", "a date"),
    ],
)  # fmt: skip
def test_what_can_not_be_an_identifier_has_its_reason(text: str, word: str) -> None:
    assert word in check_identifier(text).fault


@pytest.mark.parametrize("text", ["2026-13-45", "99.99.2026", "1.2.3", "2026-001", "12-3456"])
def test_what_only_resembles_a_date_is_kept(text: str) -> None:
    assert check_identifier(text).fault == ""


ODD = st.text(st.sampled_from("0123456789AZaz-_ .+E#/=\u00a0\u200b\u0416\n\x07"), max_size=9)


@given(
    st.lists(ODD | st.sampled_from(["00417", "E-17", "#N/A", "417.0"]), min_size=1, max_size=30),
    st.integers(1, 3),
)
def test_column_is_judged_as_each_of_its_cells(texts: list[str], first_row: int) -> None:
    cleaned = check_identifiers(column(texts), first_row)
    for row, text in enumerate(texts, 1):
        expected = check_identifier(text) if row >= first_row else (text, "", "")
        found = (cleaned.texts[row - 1], cleaned.faults.get(row, ""), cleaned.oddities.get(row, ""))
        assert found == expected


def test_line_break_inside_an_identifier_is_a_fault() -> None:
    found = statuses('Employee ID,Name\n"0041\n7",A\n00418,B\n')
    assert found[2][0] == "invalid"


def test_faults_that_the_grid_knows_count_first() -> None:
    cells = IdentifierCells(column(["1", "2"]).text, {2: "a date"})
    assert check_identifiers(cells, 1).faults == {2: "a date"}


def test_float_tails_go_if_all_have_them() -> None:
    roster = read("Employee ID,Name\n417.0,A\n418.0,B\n,C\nTotal,2\n")
    assert list(roster.employees.identifiers) == ["417", "418"]
    fix = roster.findings.fixes[0]
    assert (fix.count, fix.examples[0]) == (2, (2, "417.0", "417"))


def test_float_tails_stay_if_some_have_none() -> None:
    roster = read("Employee ID,Name\n417.0,A\nE418,B\n")
    assert list(roster.employees.identifiers) == ["417.0", "E418"]
    assert ".0" in roster.findings.warnings[0]


def test_formula_around_text_goes() -> None:
    roster = read('Employee ID,Name\n="00417",A\n"=""00418""",B\n')
    assert list(roster.employees.identifiers) == ["00417", "00418"]
    assert roster.findings.fixes[0].count == 2
    assert [line.cells[0] for line in roster.source.lines()] == ["Employee ID", "00417", "00418"]


def test_trimmed_identifiers_are_reported() -> None:
    fix = read("Employee ID,Name\n 00417\u00a0,A\n00418,B\n").findings.fixes[0]
    assert (fix.count, fix.examples[0]) == (1, (2, " 00417\u00a0", "00417"))


def test_long_digits_in_text_are_as_written() -> None:
    assert identifiers("Employee ID\n12345678901234567890\n12345678901234567891\n") == [
        "12345678901234567890",
        "12345678901234567891",
    ]


def test_invalid_rows_stay_with_their_reason() -> None:
    found = statuses("Employee ID,Name\n00417,A\n#N/A,B\n,C\n8.3E+11,D\n")
    assert [status for status, _ in found.values()] == ["invalid"] * 3
    assert list(found) == [3, 4, 5]


def test_rows_are_named_and_counted() -> None:
    assert named_rows([3]) == "row 3"
    assert named_rows(range(1, 9)) == "rows 1, 2, 3, 4, 5 and 3 more"
