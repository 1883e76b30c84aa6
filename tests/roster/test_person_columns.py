"""The columns that tell people apart: found by their headers, or said; who differs there gets no link."""

from __future__ import annotations

import pytest

from bulk_register.errors import RosterDoubtError
from bulk_register.records import Matter
from tests.support.rosters import read, refusal, statuses

ROWS = "Employee ID,Wer,Name,Dept\n101,Ann,A.,IT\n101,Bo,A.,HR\n"


def differing(said: tuple[str, ...], text: str = ROWS) -> set[str]:
    """Return the notes of the rows that look like different people."""
    found = statuses(text, person_columns=said).values()
    return {note for status, note in found if status == "conflict"}


def test_known_headers_are_compared_where_nobody_says_anything() -> None:
    assert read(ROWS).source.compared == (2,)
    assert differing(()) == set()


@pytest.mark.parametrize("name", ["Wer", "wer", " WER ", "B", "b"])
def test_a_column_is_named_by_header_or_letter(name: str) -> None:
    roster = read(ROWS, person_columns=(name,))
    assert roster.source.compared == (1,)
    assert dict(roster.findings.understood)["Compared"] == '"Wer" in B'
    [note] = differing((name,))
    assert 'differ in "Wer"' in note


def test_several_columns_are_compared() -> None:
    [note] = differing(("Dept", "Wer"))
    assert 'differ in "Wer" and "Dept"' in note


def test_what_is_said_replaces_what_was_found_and_none_compares_nothing() -> None:
    text = "Employee ID,Name,Dept\n101,Ann,IT\n101,Bo,IT\n"
    assert differing((), text)
    assert differing(("Dept",), text) == set()
    assert differing(("none",), text) == set()
    roster = read(text, person_columns=("none",))
    assert dict(roster.findings.understood)["Compared"] == "nothing"
    assert roster.source.persons == (("name", 1),)  # still known as somebody's name: kept out of the log


def test_all_columns_of_one_header_are_compared() -> None:
    text = "Employee ID,Wer,Wer\n101,Ann,x\n101,Ann,y\n"
    assert read(text, person_columns=("Wer",)).source.compared == (1, 2)
    assert differing(("Wer",), text)


def test_without_headers_letters_and_numbers_do() -> None:
    text = "101,Ann\n102,Bo\n101,Cy\n"
    for name in ("B", "2"):
        found = statuses(text, no_header=True, id_column="A", person_columns=(name,))
        assert 'differ in "B"' in found[1][1]


def test_an_unknown_column_is_a_doubt_with_the_others_as_candidates() -> None:
    with pytest.raises(RosterDoubtError) as caught:
        read(ROWS, person_columns=("Name", "Who"))
    doubt = caught.value.doubt
    assert doubt.matter is Matter.PERSON_COLUMNS
    assert [(one.setting, one.value) for one in doubt.candidates] == [
        ("person_columns", "Name"),
        ("person_columns", "Wer"),
        ("person_columns", "Dept"),
    ]
    assert doubt.candidates[1].samples == ("Ann", "Bo")
    assert 'no column is called "Who"' in str(caught.value)
    assert "--person-column Name or --person-column Wer" in str(caught.value)
    assert "none" in refusal(ROWS, person_columns=("2",))  # a number is no letter where there are headers


@pytest.mark.parametrize("name", ["Employee ID", "A", "Exam Link"])
def test_identifiers_and_our_own_columns_tell_nobody_apart(name: str) -> None:
    text = "Employee ID,Name,Exam Link\n101,Ann,\n102,Bo,\n"
    assert "--person-column: " in refusal(text, person_columns=(name,))
