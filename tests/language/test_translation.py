"""Messages in the reader's language: filled in, counted, recognised again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bulk_register
from bulk_register.language import LANGUAGES, _, english, every_language, grouped, ngettext, recalled, use
from bulk_register.records import RESULT_COLUMNS, Status, result_headers, status_words
from tests.support.rosters import refusal
from translations import messages


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    yield
    use("en")


def test_every_language_has_a_catalog_without_faults() -> None:
    assert {path.parent.parent.name for path in messages.catalogs()} == set(LANGUAGES) - {"en"}
    assert [fault for path in messages.catalogs() for fault in messages.faults(path)] == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("строка {row}", "строка {line}", "other placeholders"),
        ('msgid "row {row}"', '#, fuzzy\nmsgid "row {row}"', "fuzzy"),
        ('msgid "row {row}"', 'msgid "row {row} of old"', "stale"),
        ('msgid "row {row}"', 'msgid "row {row} of old"', "not there"),
        ('msgstr "строка {row}"', 'msgstr ""', "not translated"),
        ('msgstr[2] "{number:,} строк"', 'msgstr[2] ""', "not translated"),
    ],
)
def test_faults_of_a_catalog_are_found(before: str, after: str, fault: str, tmp_path: Path) -> None:
    [path] = [path for path in messages.catalogs() if path.parent.parent.name == "ru"]
    broken = tmp_path / "ru" / "LC_MESSAGES" / path.name
    broken.parent.mkdir(parents=True)
    text = path.read_text(encoding="utf-8")
    assert before in text
    broken.write_text(text.replace(before, after), encoding="utf-8")
    assert any(f"ru: {fault}: " in found for found in messages.faults(broken))


def test_no_message_stands_inside_an_f_string() -> None:
    package = Path(bulk_register.__file__).parent
    inside = [
        f"{path.name}:{call.lineno}"
        for path in package.rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in messages.KEYWORDS
        if isinstance(call.args[0], ast.Constant)
    ]
    assert inside == [], "Babel finds them there with some versions of Python only"


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1 строка"), (3, "3 строки"), (11, "11 строк"), (21, "21 строка"), (1203, "1\u00a0203 строки")],
)
def test_russian_counts_in_three_forms(number: int, words: str) -> None:
    use("ru")
    assert ngettext("{number:,} row", "{number:,} rows", number) == words


def test_english_counts_in_two() -> None:
    assert ngettext("{number:,} row", "{number:,} rows", 1) == "1 row"
    assert ngettext("{number:,} row", "{number:,} rows", 1203) == "1,203 rows"


@given(st.integers(), st.sampled_from(LANGUAGES))
def test_a_number_keeps_its_digits_in_every_language(number: int, language: str) -> None:
    use(language)
    assert int(grouped(number).replace("\u00a0", "").replace(",", "")) == number


def test_what_stands_in_quotes_has_those_of_the_language() -> None:
    sentence = "The sheet {sheet!r} is protected: the results are added all the same, and it stays so."
    assert "sheet 'Staff' is" in _(sentence, sheet="Staff")
    use("ru")
    assert "Лист «Staff\\n2» защищён" in _(sentence, sheet="Staff\n2"), "on one line"
    assert "'Staff' is" in english(_(sentence, sheet="Staff"))


def test_a_header_stands_in_quotes_of_the_language() -> None:
    use("ru")
    text = "Kennung,Person\n" + "".join(f"x{number},P{number}\n" for number in range(9))
    said = refusal(text)
    assert "«Kennung»" in said
    assert '--id-column "Person"' in said, "what is typed stays as it is typed"


def test_a_message_knows_its_english_form() -> None:
    use("ru")
    inner = _("row {row}", row=7)
    words = _("Error: {message}", message=inner)
    assert words == "Ошибка: строка 7"
    assert english(words) == "Error: row 7"
    assert english("StartExam's own words") == "StartExam's own words"


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("same employee as row 12", "тот же сотрудник, что в строке 12"),
        ("Error: row 7", "Ошибка: строка 7"),
        ("Everything is in order.", "Всё в порядке."),
        ("Der Test ist archiviert.", "Der Test ist archiviert."),
        ("", ""),
    ],
)
def test_what_was_kept_in_english_is_shown_in_the_language_in_use(kept: str, shown: str) -> None:
    assert recalled(kept) == kept
    use("ru")
    assert recalled(kept) == shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_and_statuses_differ_from_each_other(language: str) -> None:
    use(language)
    assert len(set(result_headers())) == len(RESULT_COLUMNS)
    assert set(status_words()) == set(Status)
    assert len(set(status_words().values())) == len(Status)
    assert all(
        header in every_language(name) for header, name in zip(result_headers(), RESULT_COLUMNS, strict=True)
    )
