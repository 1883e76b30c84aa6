"""The encoding is told from the bytes, or the roster is refused."""

from __future__ import annotations

import codecs
from random import Random
from typing import Any

import pytest

from bulk_register.roster.text.legacy_encoding import STEP_BYTES, guess_encoding, others
from tests.support.rosters import identifiers, raw, read, refusal, table

NAMES = {
    "cp1251": ["Иванов Пётр", "Щукина Анна", "Егорова Ольга"],
    "koi8-r": ["Иванов Пётр", "Щукина Анна", "Егорова Ольга"],
    "cp1252": ["Jürgen Groß", "Zoë Müller", "Käthe Böhm"],
    "cp1250": ["Łukasz Wiśniewski", "Grażyna Żółć", "Paweł Dąbrowski"],
    "cp932": ["山田太郎", "佐藤花子", "鈴木ケン"],
    "gb18030": ["张伟", "王芳", "李秀英"],
    "cp950": ["張偉", "歐陽娜娜", "黃強"],
}


def staff(names: list[str]) -> str:
    return table(*((f"0041{place}", name, "IT") for place, name in enumerate(names)))


def names_read(data: bytes, **said: Any) -> list[str]:
    return [str(line.cells[1]) for line in read(data, **said).source.lines()][1:]


@pytest.mark.parametrize("encoding", NAMES)
def test_likely_encodings_are_detected(encoding: str) -> None:
    data = staff(NAMES[encoding]).encode(encoding)
    assert names_read(data) == NAMES[encoding]
    assert raw(read(data)) == data


@pytest.mark.parametrize("encoding", ["cp932", "gb18030", "cp950"])
@pytest.mark.parametrize("shift", [0, 1])
def test_letters_of_two_bytes_are_read_wherever_a_long_text_is_divided(encoding: str, shift: int) -> None:
    """An encoding that fits is one of those offered, and a last letter that is cut off is noticed."""
    names = Random(1).choices(NAMES[encoding], k=27_000)
    data = ("x" * shift + staff(names)).encode(encoding)
    assert len(data) > 4 * STEP_BYTES
    assert guess_encoding(data).encoding == encoding
    assert encoding in others(data, "cp1252")
    cut = data + NAMES[encoding][0].encode(encoding)[:1]
    assert encoding not in others(cut, "cp1252")


@pytest.mark.parametrize("count", [10, 100, 1_000])
@pytest.mark.parametrize("encoding", NAMES)
def test_few_names_that_come_again_and_again_are_read_right(encoding: str, count: int) -> None:
    names = Random(1).choices(NAMES[encoding], k=count)
    assert names_read(staff(names).encode(encoding)) == names


@pytest.mark.parametrize("encoding", NAMES)
def test_detected_encoding_is_shown_with_names(encoding: str) -> None:
    understood = dict(read(staff(NAMES[encoding]).encode(encoding)).findings.understood)
    assert "detected" in understood["Encoding"]
    assert NAMES[encoding][0] in understood["Names read"]


@pytest.mark.parametrize(
    "bom", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE]
)
def test_byte_order_mark_decides_and_is_kept(bom: bytes) -> None:
    encodings = {
        2: {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"},
        3: {bom: "utf-8"},
        4: {bom: "utf-32-le"},
    }
    data = bom + staff(NAMES["cp1251"]).encode(encodings[len(bom)][bom])
    assert names_read(data) == NAMES["cp1251"]
    assert read(data).source.dialect.bom == bom  # type: ignore[union-attr]
    assert raw(read(data)) == data


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("names", [NAMES["cp1252"], NAMES["cp1251"], NAMES["gb18030"]])
def test_utf16_is_recognised_without_its_mark(encoding: str, names: list[str]) -> None:
    assert names_read(staff(names).encode(encoding)) == names


def test_header_in_a_known_word_decides_between_encodings() -> None:
    data = "Таб. №;Name\n00417;ЖЖ\n".encode("cp1251")
    assert "known words" in dict(read(data).findings.understood)["Encoding"]


def test_language_of_the_headers_decides_between_encodings() -> None:
    assert names_read("Matricola;Cognome\n00417;Forlì\n".encode("cp1252")) == ["Forlì"]


def test_names_that_two_encodings_read_differently_are_refused() -> None:
    message = refusal("ID,Name\n1,Niccolò Forlì\n".encode("cp1252"))
    assert "--encoding cp1252 or --encoding cp1250" in message
    assert "Niccolò" in message
    assert "Niccolň" in message


def test_said_encoding_is_used() -> None:
    assert names_read("ID,Name\n1,Niccolò\n".encode("cp1252"), encoding="windows-1252") == ["Niccolò"]


def test_undecided_bytes_outside_identifiers_and_names_are_a_warning() -> None:
    roster = read("ID,Name,City\n00417,Ann Example,Forlì\n".encode("cp1252"))
    assert list(roster.employees.identifiers) == ["00417"]
    assert "Say --encoding" in roster.findings.warnings[0]


@pytest.mark.parametrize(
    "data",
    [
        staff(NAMES["cp1252"]).encode() + "00499,Köln,X\n".encode("cp1252"),
        staff(NAMES["cp1251"] * 3).encode("cp1251") + "00499,Сидоров,X\n".encode(),
    ],
)
def test_mixed_encodings_are_damage(data: bytes) -> None:
    message = refusal(data)
    assert "mixes UTF-8 with another encoding" in message
    assert f"line {data.count(10)}" in message


def test_zero_bytes_are_damage() -> None:
    assert "zero bytes (first in line 2)" in refusal(b"ID,Name\n1,A\x00B\n")


def test_utf16_that_is_cut_off_is_refused() -> None:
    assert "cut off" in refusal(("\ufeff" + table()).encode("utf-16-le")[:-1])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("klingon", "no such encoding"),
        ("base64", "no such encoding"),
        ("iso2022_jp", "can't be given back unchanged"),
        ("ascii", "isn't ASCII throughout: it breaks in line 2"),
        ("utf-32", "isn't UTF-32"),
    ],
)
def test_said_encoding_that_does_not_do_is_refused(said: str, words: str) -> None:
    message = refusal("ID,Name\n1,Ünal\n", encoding=said)
    assert words in message
    assert "--encoding" in message


def test_said_encoding_against_the_mark_is_refused() -> None:
    assert "leave --encoding out" in refusal("\ufeffID\n1\n", encoding="cp1252")


def test_characters_that_an_encoding_writes_in_two_ways_are_given_back_as_they_were() -> None:
    data = "社員番号,氏名,部署\n0001,".encode("cp932") + b"\x87\x90\xed\x40" + ",山田\n".encode("cp932")
    assert data.decode("cp932").encode("cp932") != data
    assert raw(read(data)) == data


def test_ascii_escapes_of_japanese_mail_are_refused() -> None:
    assert "ISO-2022-JP" in refusal("ID,Name\n1,山田\n".encode("iso2022_jp"))


def test_single_column_of_identifiers_needs_no_guess() -> None:
    assert identifiers(b"ID\n00417\n") == ["00417"]
