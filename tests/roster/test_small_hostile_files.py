"""Small files that ask for much time or memory are read, or refused in plain words, and crash nothing."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from bulk_register.errors import RosterError
from bulk_register.ooxml.cells import each_row
from bulk_register.output import plan_output
from bulk_register.records import Reading
from bulk_register.roster import read_roster
from bulk_register.roster.formats import detect_format
from bulk_register.roster.sheets.sheets import open_ooxml
from bulk_register.roster.text.delimiter import sniff_delimiter
from bulk_register.roster.text.encoding import detect_encoding
from bulk_register.roster.text.scan import ColumnScan
from tests.support.ooxml_files import MAIN, number, prefixed, row, rows, styles, text, workbook

HEAD = row(1, text("A1", "Employee ID"), text("B1", "First Name"))
ANN = row(2, text("A2", "00101"), text("B2", "Ann"))
MAX_MEGABYTES = 900
MAX_SECONDS = 60  # of processor time; on an idle machine a few
LINEAR = 12  # times as long for four times as much, at most; quadratic work takes sixteen

# Reads a roster as the program does, and says what came of it and what it took.
READ = """
import resource, sys
from bulk_register.cli import main
sys.argv = ["bulk-register", "check", sys.argv[1], "--quiet"]
try:
    code = main()
except SystemExit as end:
    code = end.code
used = resource.getrusage(resource.RUSAGE_SELF)
peak = 0
if sys.platform == "linux":  # elsewhere it isn't told, and getrusage counts what the parent took, too
    peak = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) // 1024
print("USED", code, used.ru_utime + used.ru_stime, peak)
"""


def sheet(path: Path, *more: str, strings: str = "", look: str = "") -> Path:
    shared = f'<sst xmlns="{MAIN}">{strings}</sst>' if strings else ""
    return workbook(path / "roster.xlsx", rows(HEAD, ANN, *more), strings=shared, look=look)


def identifiers(path: Path, folder: Path) -> list[str]:
    copies = folder / "copies"
    copies.mkdir()
    return list(read_roster(path, Reading(), copies).employees.identifiers)


def shared(place: str, index: int | str = 0) -> str:
    return f'<c r="{place}" t="s"><v>{index}</v></c>'


DIGITS = "9" * 5000
REFUSED = {
    "surrogate": ([row(3, text("A3", "00102"), text("B3", "a&#xD800;"))], "no character"),
    "reference": ([row(3, text("A3", "00102"), text("B3", f"a&#{DIGITS};"))], "no character"),
    "row number": ([f'<row r="{DIGITS}">{text("A3", "1")}</row>'], "row number"),
    "row as a fraction": ([f'<row r="3.0">{text("A3", "1")}</row>'], "row number '3.0'"),
    "cell number": ([f'<row r="3">{text("A" + DIGITS, "1")}</row>'], "a cell A999"),
    "shared text": ([row(3, shared("A3", DIGITS))], "shared strings"),
    "far corner": ([row(1048576, text("XFD1048576", "x"))], "cell XFD1048576"),
    "far cell of another row": ([row(3, text("A3", "1"), text("XFD1048576", "x"))], "cell XFD1048576"),
    "far cell in small letters": ([row(3, text("A3", "1"), text("xfd1048576", "x"))], "cell XFD1048576"),
    "far cell with a prefix": (
        [f'<y:row xmlns:y="{MAIN}" r="1048576"><y:c r="XFD1048576"><y:v>1</y:v></y:c></y:row>'],
        "cell XFD1048576",
    ),
    "nearly empty": ([row(6000, text("XFD6000", "x"))], "cell XFD6000"),
}
READ_RIGHT = {
    "half a character": [row(3, text("A3", "00102"), text("B3", "a_xD800_"))],
    "elapsed time": [row(3, text("A3", "00102"), number("B3", "1e15", 1))],
    "date without end": [row(3, text("A3", "00102"), number("B3", "1e300", 2))],
    "style number": [row(3, f'<c r="A3" s="{DIGITS}" t="inlineStr"><is><t>00102</t></is></c>')],
    "formatted far cell": [row(3, text("A3", "00102")), '<row r="1048576"><c r="XFD1048576" s="0"/></row>'],
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_workbook_holds_is_refused_in_plain_words(case: str, tmp_path: Path) -> None:
    more, message = REFUSED[case]
    with pytest.raises(RosterError, match=re.escape(message)):
        identifiers(sheet(tmp_path, *more, strings="<si><t>x</t></si>"), tmp_path)


@pytest.mark.parametrize("case", READ_RIGHT)
def test_what_is_odd_but_understood_is_read(case: str, tmp_path: Path) -> None:
    path = sheet(tmp_path, *READ_RIGHT[case], look=styles("General", "[h]:mm", "yyyy-mm-dd"))
    assert identifiers(path, tmp_path) == ["00101", "00102"]


def test_number_of_thousands_of_digits_is_a_row_with_a_problem(tmp_path: Path) -> None:
    path = sheet(tmp_path, row(3, number("A3", DIGITS, 1)), look=styles("General", "00000"))
    assert identifiers(path, tmp_path) == ["00101"]


RUBY = '<t>00102</t><rPh sb="0" eb="2"><t>999</t></rPh><phoneticPr fontId="1"/>'


@pytest.mark.parametrize("prefix", ["", "x"])
def test_reading_aids_are_no_part_of_a_text(prefix: str, tmp_path: Path) -> None:
    cells = row(3, f'<c r="A3" t="inlineStr"><is>{RUBY}</is></c>', shared("B3"))
    body = rows(HEAD, ANN, cells)
    path = workbook(
        tmp_path / "roster.xlsx",
        prefixed(body) if prefix else body,
        prefix=prefix,
        strings=f'<sst xmlns="{MAIN}"><si>{RUBY}</si></sst>',
    )
    copies = tmp_path / "copies"
    copies.mkdir()
    roster = read_roster(path, Reading(), copies)
    assert [list(line.cells) for line in roster.source.lines()][-1] == ["00102", "00102"]
    assert list(roster.employees.identifiers) == ["00101", "00102"]


def test_cut_off_old_workbook_is_refused_although_the_native_reader_panics(tmp_path: Path) -> None:
    """A compound file ([MS-CFB] 2.2) that ends in the sector which its header begins with."""
    fields = (0x3B, 3, 0xFFFE, 9, 6, 0, 0, 0, 0, 1, 10, 0, 0x1000, 2, 1, 0xFFFFFFFE, 0, 0)
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<6H12L", *fields)
    path = tmp_path / "roster.xls"
    path.write_bytes(header.ljust(512, b"\xff") + "Workbook".encode("utf-16-le").ljust(51, b"\0"))
    with pytest.raises(BaseException, match="slice") as panic:
        CalamineWorkbook.from_path(path)
    assert not isinstance(panic.value, Exception)
    with pytest.raises(RosterError, match="damaged: it breaks off"):
        identifiers(path, tmp_path)


AROUND_THE_ROWS = {
    "columns": ('<cols><col min="1.0" max="4.0" width="12.0" customWidth="1"/></cols>', ""),
    "styles": ("", "xx"),
}


@pytest.mark.parametrize("case", AROUND_THE_ROWS)
def test_what_is_damaged_around_the_rows_is_found_before_sending(case: str, tmp_path: Path) -> None:
    before, look = AROUND_THE_ROWS[case]
    path = workbook(tmp_path / "roster.xlsx", before + rows(HEAD, ANN), look=look)
    copies = tmp_path / "copies"
    copies.mkdir()
    plan = plan_output(read_roster(path, Reading(), copies).source, tmp_path / "out.xlsx")
    assert "not rewritten safely" in plan.notes[0]


def long_texts(folder: Path) -> Path:
    many = (row(at, text(f"A{at}", f"{at:05}"), shared(f"B{at}")) for at in range(3, 7000))
    return sheet(folder, *many, strings=f"<si><t>{'x' * 1_000_000}</t></si>")


def cells_without_a_place(folder: Path) -> Path:
    return sheet(folder, row(3, text("A3", "00418")), *[f"<row>{'<c/>' * 6_000}</row>"] * 350)


def written(content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "roster.csv"
        path.write_bytes(content)
        return path

    return make


HEAVY: dict[str, tuple[Callable[[Path], Path], int]] = {
    "one text in thousands of cells": (long_texts, 2),
    "cells that say no place": (cells_without_a_place, 0),
    "comments": (written(b"<!-- -->" * 140), 2),
    "spaced quotes": (written(b'" "' * 43_000), 2),
    "one line of commas": (written(b"ID,Name\n00101,Ann\n" + b"," * 12_000_000), 2),
    "lines of commas": (written(b"ID,Name\n00101,Ann\n" + (b"," * 1_000_000 + b"\n") * 12), 2),
    "a line of high bytes": (written(b"ID,Name\n00101," + b"\xe9" * 25_000_000), 2),
    "blank lines": (written(b"ID,Name\n00101,Ann\n" + b"\n" * 2_500_000), 2),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage")
@pytest.mark.parametrize("case", HEAVY)
def test_small_files_take_little_time_and_memory(case: str, tmp_path: Path) -> None:
    make, code = HEAVY[case]
    command = [sys.executable, "-c", READ, str(make(tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found = re.search(r"USED (\d+) ([\d.]+) (\d+)", done.stdout)
    assert found, done.stderr
    assert int(found[1]) == code
    assert float(found[2]) < MAX_SECONDS
    assert int(found[3]) < MAX_MEGABYTES
    assert "Traceback" not in done.stderr


# --- each pass over a text, four times as long ------------------------------------------------------------


def encoding(folder: Path, size: int) -> object:
    return detect_encoding(written(b"ID;Name\n" + b"00101;\xcc\xfe\xeb\xeb\xe5\xf0\n" * size)(folder))


def delimiter(_folder: Path, size: int) -> object:
    return sniff_delimiter(['"ID",x\n', '" " ' * size + " " * size], None, str.isalpha)


def scan(_folder: Path, size: int) -> object:
    lines = ["ID,Name\n", *['00101," a"\n', "00102,b\n"] * size]
    return ColumnScan(lambda: iter(lines), sniff_delimiter(lines[:9], None, str.isalpha), [0], True)


def markup(folder: Path, size: int) -> object:
    return detect_format(written(b"<!---->" * min(size // 100, 1100))(folder), 1 << 30)


def xml(_folder: Path, size: int) -> object:
    body = b"<worksheet><sheetData><row>" + b"<c>" * size + b"</row></sheetData></worksheet>"
    return [list(found[2].cell.finditer(found[1])) for found in each_row(iter([body]), "sheet1.xml")]


def merged(folder: Path, size: int) -> object:
    """Tall merged cells, each over a filled one at its end."""
    lines = (row(at, text(f"{'B' if 2 < at < size else 'A'}{at}", "1")) for at in range(2, size + 1))
    ranges = f'<mergeCell ref="A2:A{size}"/>' * size
    path = workbook(folder / "merged.xlsx", rows(HEAD, *lines) + f"<mergeCells>{ranges}</mergeCells>")
    return open_ooxml(path, Reading()).visible[0].identifiers(0)


Pass = Callable[[Path, int], object]
PASSES: dict[Pass, int] = {
    encoding: 8_000,
    delimiter: 20_000,
    scan: 12_000,
    markup: 25_000,
    xml: 50_000,
    merged: 4_000,
}


def seconds(work: Pass, folder: Path, size: int) -> float:
    taken = []
    for _ in range(3):
        start = time.process_time()
        work(folder, size)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("work", PASSES)
def test_each_pass_takes_time_that_grows_with_the_text(work: Pass, tmp_path: Path) -> None:
    size = PASSES[work]
    assert seconds(work, tmp_path, 4 * size) < LINEAR * max(seconds(work, tmp_path, size), 0.001)
