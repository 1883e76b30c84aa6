"""Small ODS, XLSB and XLS files that ask for much memory are read, or refused before it is taken."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bulk_register.errors import RosterError
from bulk_register.records import Format, Reading
from bulk_register.roster import read_roster
from tests.roster.test_small_hostile_files import LINEAR, MAX_MEGABYTES, READ, seconds
from tests.support.other_workbooks import (
    biff,
    compound,
    ods,
    ods_cell,
    ods_row,
    xls,
    xls_label,
    xls_shared,
    xls_texts,
    xlsb,
    xlsb_cell,
    xlsb_row,
)
from tests.support.workbooks import opened

MAX_SECONDS = 20
LONG = "x" * 60_000
FAR, DAMAGED, COPIES, REPEATS = (
    "nearly all empty",
    "the workbook is damaged",
    "in copies of",
    "repeats of others",
)


def columns(count: int | str) -> str:
    return f' table:number-columns-repeated="{count}"'


def repeated(count: int | str) -> str:
    return f' table:number-rows-repeated="{count}"'


def gap(count: int) -> str:
    return f"<table:table-cell{columns(count)}/>"


def long_cells(count: int) -> list[bytes]:
    return [xls_shared(at % 60_000 + 1, at // 60_000 + 2, 0) for at in range(count)]


def dimensions(*numbers: int) -> bytes:
    return biff(0x0200, struct.pack("<LLHHH", *numbers, 0))


def broken(circle: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(compound(b"", circle=circle))
        return path

    return make


SHEET = '<table:table table:name="S">{}</table:table>'
WIDE = ods_row(ods_cell("x", columns(16_384)))
NEVER = ods_row(ods_cell("x", columns(16_384)), more=repeated(0))
PIECES = (struct.pack("<HB", 64_000, 0) + b"x" * 8_000, *[b"\0" + b"x" * 8_000] * 7)
# how each file is made, and what is said about it
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "ods far cell": (
        lambda p: ods(p, ods_row(gap(1), more=repeated(90_000)), ods_row(gap(9_000), ods_cell("x"))),
        FAR,
    ),
    "ods a million rows": (
        lambda p: ods(p, ods_row(ods_cell("7"), ods_cell("x", columns(99)), more=repeated(10**6))),
        FAR,
    ),
    "ods many of few": (
        lambda p: ods(p, ods_row(ods_cell("7", columns(12)), more=repeated(600_000))),
        REPEATS,
    ),
    "ods wide rows": (lambda p: ods(p, *[WIDE] * 1_300), FAR),
    "ods wide rows that don't count": (lambda p: ods(p, *[NEVER] * 1_300), REPEATS),
    "ods wide sheets": (lambda p: ods(p, others=SHEET.format(WIDE * 300) * 5), REPEATS),
    "ods blanks": (lambda p: ods(p, ods_row(ods_cell('<text:s text:c="900000000"/>'))), COPIES),
    "ods long text again and again": (lambda p: ods(p, ods_row(ods_cell(LONG, columns(9_000)))), COPIES),
    "ods number in another spelling": (
        lambda p: ods(p, ods_row(ods_cell("x", columns("&#57;999999")))),
        DAMAGED,
    ),
    "ods number without end": (lambda p: ods(p, ods_row(ods_cell("x"), more=repeated("9" * 5_000))), DAMAGED),
    "ods tag without end": (lambda p: ods(p, ods_row(ods_cell("x", ' a="' + columns(3)))), DAMAGED),
    "xlsb far corner": (lambda p: xlsb(p, xlsb_row(1_048_576, xlsb_cell(16_383, "x"))), "cell XFD1048576"),
    "xlsb far row": (lambda p: xlsb(p, xlsb_row(1_048_576, xlsb_cell(30, "x"))), "cell AE1048576"),
    "xlsb column beyond all": (lambda p: xlsb(p, xlsb_row(3, xlsb_cell(0xFFFFFFF0, "x"))), DAMAGED),
    "xlsb cell without a place": (lambda p: xlsb(p, b"\x94\x01\x10" + b"\xff" * 16, b"\x04\x00"), DAMAGED),
    "xlsb long text again and again": (
        lambda p: xlsb(p, *(xlsb_row(at, xlsb_cell(0, 0)) for at in range(3, 9_000)), strings=(LONG,)),
        COPIES,
    ),
    "xlsb sheets together": (
        lambda p: xlsb(p, xlsb_row(700_000, xlsb_cell(19, "x")), links=(1, 2)),
        "the sheets up to 'sheet2' come to 28,000,000 cells",
    ),
    "xlsb long text in several sheets": (
        lambda p: xlsb(
            p, *(xlsb_row(at, xlsb_cell(0, 0)) for at in range(3, 600)), strings=(LONG,), links=(1, 2)
        ),
        COPIES,
    ),
    "xlsb one part for two sheets": (lambda p: xlsb(p, links=(1, 1)), "kept in one part"),
    "xls last cell": (lambda p: xls(p, xls_label(65_536, 255, "x")), "cell IV65536"),
    "xls dimensions": (lambda p: xls(p, dimensions(0, 2**32 - 1, 0, 256)), DAMAGED),
    "xls dimensions upside down": (lambda p: xls(p, dimensions(9, 3, 0, 256)), DAMAGED),
    "xls far column": (lambda p: xls(p, xls_label(65_536, 65_000, "x")), DAMAGED),
    "xls same sheet again": (lambda p: xls(p, sheets=250), "lie over one another"),
    "xls far cells": (lambda p: xls(p, xls_label(65_536, 100, "x"), sheets=2), "nearly all empty"),
    "xls long text again and again": (
        lambda p: xls(p, *long_cells(9_000), texts=xls_texts(*PIECES)),
        COPIES,
    ),
    "xls pieces of a text": (lambda p: xls(p, texts=xls_texts(b"", *[b""] * 60_000)), "too many pieces"),
    "xls texts that break off": (lambda p: xls(p, texts=xls_texts(b"\x05\0\0x")), "shared texts break off"),
    "xls stream in a circle": (broken("stream"), DAMAGED),
    "xls directory in a circle": (broken("directory"), DAMAGED),
}
READ_RIGHT: dict[str, Callable[[Path], Path]] = {
    "ods blank rows and columns": lambda p: ods(
        p,
        ods_row(gap(16_384), more=repeated(100_000)),
        ods_row(ods_cell("00102"), gap(16_383)),
        ods_row(gap(16_384), more=repeated(948_000)),
    ),
    "ods rows and columns again": lambda p: ods(p, ods_row(ods_cell("00102", columns(2)), more=repeated(3))),
    "xlsb far row": lambda p: xlsb(p, xlsb_row(300_000, xlsb_cell(0, "00102"))),
    "xlsb many columns": lambda p: xlsb(
        p, xlsb_row(3, xlsb_cell(0, 0), xlsb_cell(300, 1)), strings=("00102", "x")
    ),
    "xls far cell": lambda p: xls(p, xls_label(3, 0, "00102"), xls_label(65_536, 20, "x")),
    "xls dimensions that begin nowhere": lambda p: xls(
        p, dimensions(0, 65_536, 999, 2), xls_label(3, 0, "00102")
    ),
    "xls shared texts in pieces": lambda p: xls(
        p,
        xls_shared(3, 0, 1),
        texts=xls_texts(b"\x02\0\x0c\x01\0\x01\0\0\0ab12345\x05\0\x0000", b"\x011\x000\x002\0"),
    ),
}


def suffix(case: str) -> Format:
    return case.partition(" ")[0]  # type: ignore[return-value]


@pytest.mark.parametrize("case", REFUSED)
def test_what_asks_for_too_much_is_refused_in_plain_words(case: str, tmp_path: Path) -> None:
    make, message = REFUSED[case]
    path = make(tmp_path / f"roster.{suffix(case)}")
    assert path.stat().st_size < 2_000_000
    start = time.process_time()
    with pytest.raises(RosterError, match=re.escape(message)):
        opened(path, suffix(case))
    assert time.process_time() - start < MAX_SECONDS


@pytest.mark.parametrize("case", READ_RIGHT)
def test_what_reaches_far_but_takes_little_is_read(case: str, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    roster = read_roster(READ_RIGHT[case](tmp_path / f"roster.{suffix(case)}"), Reading(), copies)
    assert list(roster.employees.identifiers) == ["00101", "00102"]


MOST: dict[str, Callable[[Path], Path]] = {
    "ods": lambda p: ods(p, ods_row(ods_cell("7", columns(12)), more=repeated(330_000))),
    "ods rows": lambda p: ods(
        p, ods_row(gap(16_384), more=repeated(780_000)), ods_row(gap(9), ods_cell("x"))
    ),
    "xlsb": lambda p: xlsb(p, xlsb_row(800_000, xlsb_cell(19, "x"))),
    "xlsb texts": lambda p: xlsb(
        p, *(xlsb_row(at, xlsb_cell(0, 0)) for at in range(3, 990)), strings=(LONG,)
    ),
    "xls": lambda p: xls(p, xls_label(65_536, 121, "x")),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage")
@pytest.mark.parametrize("case", MOST)
def test_the_most_that_a_small_file_may_ask_for_is_bounded(case: str, tmp_path: Path) -> None:
    path = MOST[case](tmp_path / f"roster.{suffix(case)}")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=300
    )
    found = re.search(r"USED (\d+) ([\d.]+) (\d+)", done.stdout)
    assert found, done.stderr
    assert int(found[1]) in (0, 2)
    assert float(found[2]) < MAX_SECONDS
    assert int(found[3]) < MAX_MEGABYTES


# --- each pass over a file, four times as long ------------------------------------------------------------


def ods_pass(folder: Path, size: int) -> object:
    return opened(ods(folder / "a.ods", *[ods_row(ods_cell("1"), gap(3), ods_cell("2"))] * size), "ods")


def ods_row_pass(folder: Path, size: int) -> object:
    return opened(ods(folder / "b.ods", ods_row(*[ods_cell("1", columns(1))] * size)), "ods")


def xlsb_pass(folder: Path, size: int) -> object:
    cells = (xlsb_row(at, xlsb_cell(at % 256, "x"), xlsb_cell(256, 0)) for at in range(3, size))
    return opened(xlsb(folder / "a.xlsb", *cells, strings=("x",) * size), "xlsb")


def xls_pass(folder: Path, size: int) -> object:
    cells = (xls_shared(at % 65_536 + 1, 0, at) for at in range(size))
    texts = xls_texts(*[b"\x01\0\0x" * 2_000] * (size // 2_000))
    return opened(xls(folder / "a.xls", *cells, texts=texts), "xls")


PASSES: dict[Callable[[Path, int], object], int] = {
    ods_pass: 6_000,
    ods_row_pass: 4_000,
    xlsb_pass: 6_000,
    xls_pass: 12_000,
}


@pytest.mark.parametrize("work", PASSES)
def test_each_pass_takes_time_that_grows_with_the_file(
    work: Callable[[Path, int], object], tmp_path: Path
) -> None:
    size = PASSES[work]
    assert seconds(work, tmp_path, 4 * size) < LINEAR * max(seconds(work, tmp_path, size), 0.001)
