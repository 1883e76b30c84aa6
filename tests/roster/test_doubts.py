"""A doubt is data: candidates, evidence, samples and the setting that decides; the message is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from bulk_register.errors import RosterDoubtError
from bulk_register.records import Candidate, Doubt, Matter, Sign
from bulk_register.roster.table.column_evidence import counts_rows
from bulk_register.roster.table.descriptions import describes
from bulk_register.roster.table.header_words import speech
from tests.support.rosters import identifiers, read, refusal, statuses

FORM = "ID,Start time,Please enter your employee number\n1,9:01,00101\n2,9:05,00102\n4,9:11,00103\n"


def doubt(text: str, **said: Any) -> Doubt:
    with pytest.raises(RosterDoubtError) as caught:
        read(text, **said)
    return caught.value.doubt


def signs(candidate: Candidate) -> set[Sign]:
    return {one.sign for one in candidate.evidence}


def test_rival_columns_are_named_with_evidence_values_and_flag() -> None:
    found = doubt(FORM)
    assert (found.matter, found.row) == (Matter.IDENTIFIER_COLUMN, 1)
    own, rival = found.candidates
    assert (own.name, own.place, own.samples) == ("ID", "column A", ("1", "2", "4"))
    assert Sign.COUNTS_ROWS in signs(own)
    assert (rival.setting, rival.value) == ("id_column", "Please enter your employee number")
    assert Sign.SPEAKS_OF_EMPLOYEE in signs(rival)


def test_each_flag_of_a_doubt_decides_it() -> None:
    candidates = doubt(FORM).candidates
    assert len(candidates) == 2
    for candidate in candidates:
        assert read(FORM, **{candidate.setting: candidate.value}).employees.identifiers.size == 3


def test_message_has_the_values_and_the_flags() -> None:
    message = refusal(FORM)
    assert "1, 2, 4" in message
    assert "00101, 00102, 00103" in message
    assert '--id-column ID or --id-column "Please enter your employee number"' in message


def test_long_header_is_chosen_by_its_letter() -> None:
    text = FORM.replace("employee number", "employee number with all five digits and the zeros in front")
    assert doubt(text).candidates[1].value == "C"
    assert identifiers(text, id_column="C") == ["00101", "00102", "00103"]


def test_two_columns_of_one_name_are_chosen_by_their_letters() -> None:
    text = "ID,Name,ID\n1,Ann,7\n2,Bo,8\n"
    assert [one.value for one in doubt(text).candidates] == ["A", "C"]
    assert identifiers(text, id_column="C") == ["7", "8"]


def test_people_above_the_header_are_left_out_only_on_purpose() -> None:
    text = "00101,Ann,IT\n00102,Bo,IT\nEmployee ID,Name,Dept\n00103,Cy,IT\n"
    found = doubt(text)
    assert (found.matter, found.row) == (Matter.HEADER_ROW, 1)
    assert doubt(text, id_column="Employee ID").matter is Matter.HEADER_ROW
    assert identifiers(text, header_row=3) == ["00103"]


def test_letter_or_number_says_which_column_it_is() -> None:
    text = "Name,Login\nAnn,ann1\n"
    assert "from A to B" in refusal(text, id_column="Z")
    assert 'Column 2 is B, "Login"' in refusal(text, id_column="2")
    assert (
        'B (named by --id-column, header "Login")'
        in dict(read(text, id_column="b").findings.understood).values()
    )


@pytest.mark.parametrize("header", ["Age", "Number of Posts in FTE", "Notes", "Date", "Agent type"])
def test_no_near_miss_is_made_up(header: str) -> None:
    assert "Perhaps" not in refusal(f"Name,{header}\nAnn,30\nBo,31\n")


def test_many_headers_are_not_listed() -> None:
    message = refusal(",".join(f"Field {n}" for n in range(60)) + "\n" + ",".join(["x"] * 60) + "\n")
    assert "and 48 more" in message


def test_missing_value_costs_its_row_alone() -> None:
    found = statuses("Employee ID,Name\n00101,Ann\n\\N,Bo\nNULL,Cy\n00104,Di\n")
    assert {row: status for row, (status, _) in found.items()} == {3: "invalid", 4: "invalid"}


@pytest.mark.parametrize(
    "numbers", ["1 2 3", "1 2 4 5 7 9", "9 8 7 6 5 4 3 2 1", "0 1 2", "1. 2. 3.", "1 2 3 1 2 1 2 3"]
)
def test_counts_of_rows_are_recognised(numbers: str) -> None:
    assert counts_rows(numbers.split())


@pytest.mark.parametrize("numbers", ["7 2", "101 102 103", "001 002 003", "1 17 44", "5 3 9", "A1 A2"])
def test_identifiers_are_no_counts(numbers: str) -> None:
    assert not counts_rows(numbers.split())


@pytest.mark.parametrize(
    "header",
    [
        "Please enter your employee number (5 digits)", "SIS User ID", "Pers.-Kennung", "Identifiant agent",
        "個人ID", "社員番号を入力してください", "请输入您的工号",
        "Введите ваш табельный номер", "Quel est votre matricule ?",
        "Emp Ref No",
    ],
)  # fmt: skip
def test_headers_that_speak_of_an_employees_number(header: str) -> None:
    assert speech(header).of_employees_number


@pytest.mark.parametrize(
    "header", ["Manager's employee number", "Phone number", "Locker No", "Employee ID type", "Name"]
)
def test_headers_that_speak_of_something_else(header: str) -> None:
    assert not speech(header).of_employees_number


@pytest.mark.parametrize(
    "text",
    [
        "Mandatory", "VARCHAR2(20 CHAR)", "e.g. 00123", "Text, max 20 characters", '{"ImportId":"QID5_TEXT"}',
        "z.B. 00123",
        "(required)", "5-stellig", "半角数字5桁", "XXXXX", "TT.MM.JJJJ", "Обязательное поле",
        "p. ex. 00123", "00123 (example)",
    ],
)  # fmt: skip
def test_texts_that_describe_a_column(text: str) -> None:
    assert describes(text)


@pytest.mark.parametrize(
    "text",
    [
        "00101", "E100", "Numan", "int1", "NP-12", "ES-100", "EX100", "MT-12", "XX", "TMA", "['1']",
        "NUM-0", "INT-001", "Max5", "MIN-1", "TEXT_7", "date/12", "Str:4", "Ex.1", "UUID#9",
    ],
)  # fmt: skip
def test_identifiers_describe_nothing(text: str) -> None:
    assert not describes(text)
