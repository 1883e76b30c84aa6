"""Control characters of files, headers, cells and StartExam's words: shown, never obeyed."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_register.commands.terminal.streams import VisibleStream, json_text, visible
from bulk_register.errors import one_line
from bulk_register.sandbox import DEMO_TESTS, Account, Sandbox
from bulk_register.sandbox.account import KnownTest
from tests.support.program import Ended, account, end, exam, start
from tests.support.terminal import Terminal

# what a terminal or a reader of logs may obey: ECMA-48's controls, Unicode's Bidi_Control (UAX 9), line ends
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
HOSTILE = "\x1b]0;title\x07\x1b[31m\u202e\x9b2J\u2066"
UNDECODABLE = "\udcff"  # how Python calls a byte of a file's name that is no UTF-8
TEXTS = st.text(st.characters())  # half surrogate pairs too


@given(TEXTS)
def test_no_text_brings_a_control_character_through(text: str) -> None:
    shown = visible(text)
    assert not RAW.search(shown)
    assert visible(shown) == shown
    assert len(one_line(text).splitlines()) <= 1


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Zl", "Zp"])))
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert visible(f"{text}\n\t") == f"{text}\n\t"


@given(st.lists(TEXTS), st.sampled_from(["utf-8", "ascii", "cp1251"]))
def test_no_way_of_writing_to_a_stream_brings_one_through(texts: list[str], encoding: str) -> None:
    raw = io.BytesIO()
    stream = VisibleStream(raw, encoding=encoding, errors="backslashreplace", newline="\n")
    stream.writelines(texts)
    for text in texts:
        print(text, sep=text, end=text, file=stream)
        assert stream.write(text) == len(text)
    stream.flush()
    assert not RAW.search(raw.getvalue().decode(encoding))


@given(st.dictionaries(TEXTS, st.lists(TEXTS)), st.booleans(), st.sampled_from([None, 2]))
def test_json_says_the_same_and_has_no_raw_control(
    content: dict[str, list[str]], ascii_only: bool, indent: int | None
) -> None:
    text = json_text(content, indent=indent, ascii_only=ascii_only)
    assert not RAW.search(text)
    assert text.isascii() or not ascii_only
    again = json.loads(text.encode())
    json.dumps(again, ensure_ascii=False).encode()  # no half of a surrogate pair is left
    if not re.search("[\ud800-\udfff]", "".join([*content, *map("".join, content.values())])):
        assert again == content


# --- the whole program


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    hostile = KnownTest(DEMO_TESTS[0].test_id, f"Fire {HOSTILE} safety")
    with Sandbox(account=Account(tests=(hostile, *DEMO_TESTS[1:]))) as running:
        yield running


def hostile_workbook(folder: Path, ending: str = "") -> str:
    name = f"st{HOSTILE.replace('/', '')}aff{ending}.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "St\u202eaff\x9b"
    sheet.append(["Employee ID", "Na\u202eme\x9b", "E-mail"])
    sheet.append(["0\u202e01", "Anna\u2066", "a@example.com"])
    sheet.append(["0\x9b02", "Boris", "b@example.com"])
    sheet.append(["003", "Vera\x85", "v@example.com"])
    sheet.append(["003", "Gleb\u202e", "g@example.com"])
    book.save(folder / name)
    return name


def assert_shown(ended: Ended) -> None:
    assert ended.code != 70, ended.err
    assert not RAW.search(ended.out), ended.out
    assert not RAW.search(ended.err), ended.err


def test_no_command_obeys_what_it_reads(sandbox: Sandbox, tmp_path: Path) -> None:
    name, words = hostile_workbook(tmp_path), f"x{HOSTILE}"
    output = name.replace(".xlsx", ".registered.xlsx")
    flags, ledger = exam(sandbox), ("--ledger", "ledger.db")
    for args in (
        ["check", name],
        ["run", name, *flags, "-v"],
        ["run", name, *flags, "-v", "--log-format", "json", "--report", "-", "--refresh"],
        ["verify", output, *ledger],
        ["history", *ledger],
        ["export", "-o", f"{words}.csv", *ledger],
        ["doctor", *ledger, "--base-url", sandbox.base_url],
        ["tests", "--base-url", sandbox.base_url],
        ["template", f"{words}.xlsx"],
        ["run", name, "--center", words, "--test", words, "--valid-till", words],
        ["check", words, words],
        [words],
    ):
        assert_shown(end(start(args, tmp_path, account(sandbox))))


@pytest.mark.skipif(sys.platform == "win32", reason="names of files hold no line feed there")
def test_no_name_begins_a_line_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    people = [["Employee ID", "Na\nERROR me"], ["00101", "Ann"], ["00102", "Bob"]]
    for name, sheets in {"one": ["St\nERROR aff"], "two": ["No\nERROR rth", "So\rERROR uth"]}.items():
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title in sheets:
            sheet = book.create_sheet(title)
            for line in people:
                sheet.append(line)
        book.save(tmp_path / f"{name}\nERROR x.xlsx")
    (tmp_path / "none\nERROR x.csv").write_text("City,Street\nA,B\n")
    for args in (
        ["check", "one\nERROR x.xlsx"],
        ["check", "two\nERROR x.xlsx"],
        ["check", "one\nERROR x.xlsx", "--sheet", "x\nERROR y"],
        ["check", "none\nERROR x.csv"],
        ["run", "one\nERROR x.xlsx", *exam(sandbox)],
        ["run", "one\nERROR x.xlsx", *exam(sandbox), "--dry-run"],
        ["run", "one\nERROR x.xlsx", *exam(sandbox), "-o", "out\nERROR x.txt"],
    ):
        ended = end(start(args, tmp_path, account(sandbox)))
        assert "ERROR" in ended.out + ended.err
        assert not re.search("^ERROR", ended.out + ended.err, re.MULTILINE), args


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
@pytest.mark.parametrize(
    "args", [["--help"], ["run", "--help"], ["--version"], ["history", "--ledger", "l.db"]]
)
def test_words_that_nobody_can_read_stop_nothing(args: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = end(start(args, tmp_path, stdout=full))
    assert (ended.code, ended.err) == (0, "")
    with start(args, tmp_path, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == 0


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are text there")
def test_a_name_that_is_no_text_works_or_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    roster = tmp_path / f"st{UNDECODABLE}.csv"
    roster.write_text("Employee ID,Name\n001,Anna\n", encoding="utf-8")
    (tmp_path / "staff.csv").write_text("Employee ID,Name\n001,Anna\n", encoding="utf-8")
    good = [*exam(sandbox), "--log-format", "json"]
    ended = end(start(["run", roster.name, *good], tmp_path, account(sandbox)))
    assert ended.code == 2
    assert_shown(ended)
    assert "is not in UTF-8: rename it." in ended.err
    for args, code in (
        (["check", roster.name, "--report", "-"], 0),
        (["run", "staff.csv", *good, "-o", f"{UNDECODABLE}.csv"], 2),
        (["run", "staff.csv", *good, "--report", f"{UNDECODABLE}.json"], 2),
        (["run", "staff.csv", *good, "--delimiter", UNDECODABLE], 2),
        (["run", "staff.csv", *good, "-c", UNDECODABLE], 2),
        (["template", f"{UNDECODABLE}.xlsx"], 0),
        (["verify", roster.name, "--ledger", "ledger.db"], 2),
    ):
        ended = end(start(args, tmp_path, account(sandbox)))
        assert ended.code == code, (args, ended.err)
        assert_shown(ended)
    assert not sandbox.created


def test_a_progress_bar_obeys_itself_only(sandbox: Sandbox, tmp_path: Path) -> None:
    name = hostile_workbook(tmp_path)
    with Terminal(["run", name, *exam(sandbox), "-v", "--yes"], tmp_path, account(sandbox)) as at:
        assert at.end() == 1
    assert "\x1b[" in at.seen  # the bar
    for control in ("\x1b]", "\x1b[31m", "\x07", "\u202e", "\x9b", "\u2066"):
        assert control not in at.seen
    assert "\\x1b]0;title" in at.seen
