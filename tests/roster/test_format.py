"""What a file is, is told from its bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import get_args

import openpyxl
import pytest

from bulk_register.records import Format
from bulk_register.roster.formats import ENDINGS, FORMATS
from bulk_register.run.guards import newest_roster
from tests.support.rosters import identifiers, read, refusal, table


def workbook() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Employee ID", "Name"])  # type: ignore[union-attr]
    book.active.append(["00417", "Ann Example"])  # type: ignore[union-attr]
    book.save(file)
    return file.getvalue()


def packed(*names: str) -> bytes:
    """A ZIP archive, the same at every call: the clock in it would be in the names of tests as well."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")
    return file.getvalue()


def test_workbook_named_csv_is_a_workbook() -> None:
    roster = read(workbook(), name="staff.csv")
    assert (roster.source.format, list(roster.employees.identifiers)) == ("xlsx", ["00417"])


@pytest.mark.parametrize("name", ["staff.xls", "staff.xlsx", "staff", "staff.pdf"])
def test_text_is_text_whatever_its_name(name: str) -> None:
    assert read(table(), name=name).source.format == "csv"


def test_utf16_tab_text_named_xls_is_read() -> None:
    text = table(delimiter="\t").replace("\n", "\r\n")
    assert identifiers(("\ufeff" + text).encode("utf-16-le"), name="sap.xls") == ["00417", "00418", "00419"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><body><table><tr><td>ID</td></tr></table></body></html>", "a web page"),
        (b"\xef\xbb\xbf\r\n <!-- x --><TABLE><TR><TD>ID</TD></TR></TABLE>", "a web page"),
        ("\ufeff<html><table>".encode("utf-16"), "a web page"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "a web archive"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "XML spreadsheet",
        ),
        (b'<?xml version="1.0"?><staff><employee/></staff>', "XML"),
        (b'[{"id": 1}]', "JSON"),
        (b"ID;PWXL;N;E\r\nP;PGeneral\r\n", "SYLK"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"{\\rtf1\\ansi", "rich text"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x09\x08\x10\x00\x00\x06", "Excel 4 or older"),
        (packed("staff.csv", "other.txt"), "a ZIP archive with staff.csv"),
        (packed("a.jpg"), "a ZIP archive, and no workbook"),
        (packed("Index/Document.iwa"), "Apple Numbers"),
        (b"PK\x03\x04 cut off", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_other_kinds_are_refused_in_their_words(data: bytes, words: str) -> None:
    assert words in refusal(data, name="staff.xls")


def test_semicolon_table_that_begins_like_sylk_is_a_table() -> None:
    assert identifiers("ID;Personenart;Name\n00417;A;Ann Example\n") == ["00417"]


def test_text_beyond_the_bound_is_refused_with_the_flag() -> None:
    assert "--max-size" in refusal(table(), max_bytes=10)


def test_each_kind_of_file_is_declared_once() -> None:
    assert sorted(one.name for one in FORMATS) == sorted(get_args(Format))
    assert len(ENDINGS) == len(set(ENDINGS))
    assert all(one.endings[0] == f".{one.name}" for one in FORMATS)


@pytest.mark.parametrize("ending", ENDINGS)
def test_files_of_every_kind_are_found_in_folders_and_archives(ending: str, tmp_path: Path) -> None:
    (tmp_path / f"staff{ending}").write_bytes(b"")
    assert newest_roster(str(tmp_path)).name == f"staff{ending}"
    assert f"with staff{ending} in it" in refusal(packed(f"staff{ending}"), name="staff.zip")
