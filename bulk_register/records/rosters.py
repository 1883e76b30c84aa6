"""A roster that was read: where its table is, who is on it, and what the reader found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from bulk_register.language import _
from bulk_register.records.doubts import Decision

if TYPE_CHECKING:
    import pandas as pd  # slow to load

Cell = str | int | float | bool | datetime | date | time | timedelta | None
Format = Literal["csv", "xlsx", "xlsm", "xlsb", "xls", "ods"]


_NO_FORMATS: Mapping[int, str] = MappingProxyType({})


class Line(NamedTuple):
    """One line of the roster's sheet or text, blank and title lines included."""

    cells: Sequence[Cell]
    raw: str = ""  # delimited text only: the record as the file has it, its line end included
    formats: Mapping[int, str] = _NO_FORMATS  # of cells with dates and times, by column, where it is known


class Records(NamedTuple):
    """Some rows of a delimited text in a row, as the file has them, their line ends included."""

    raw: list[str]
    even: bool  # none has a quote, and all have as many fields as the text's longest row


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is written, so that the output can be written the same way."""

    encoding: str  # a Python codec name; reads the file without its byte order mark
    delimiter: str
    line_end: str = "\r\n"
    bom: bytes = b""
    skip_space: bool = False  # spaces between a delimiter and a quote don't count


@dataclass(frozen=True)
class Reading:
    """What the person said about how to read the roster; None or False: told from the file itself."""

    id_column: str | None = None  # a header's text; with `no_header` also a letter (A) or number (1)
    person_columns: tuple[str, ...] = ()  # headers or letters; ("none",): nobody is told apart
    sheet: str | None = None
    header_row: int | None = None  # as the spreadsheet numbers it
    no_header: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    skip_hidden: bool = False
    max_bytes: int = 2 * 1024**3  # of the unpacked file


class SheetOutline(NamedTuple):
    """A worksheet of an OOXML file around its rows (as plain UTF-8), and how these stand."""

    part: str
    head: bytes  # up to the start tag of sheetData
    tail: bytes  # from the end tag of sheetData on
    last_row: int
    width: int  # columns up to the last cell that holds anything
    in_order: bool  # every row stands below the one before


@dataclass(frozen=True)
class Source:
    """Where the roster's table is in its file. Rows count from 1 as a spreadsheet does, columns from 0."""

    path: Path  # as the person named it
    copy: Path  # our private copy; everything is read from there
    sha256: str
    format: Format
    header_row: int  # where the result headers go; 0 without a header
    first_row: int  # first row below the header
    last_row: int  # last row of the file with something in it
    width: int  # columns of the file up to the last with something in it; of a text: of its longest row
    first_column: int  # the table's first column
    headers: tuple[str, ...]  # the table's headers, `first_column` being that of headers[0]
    id_column: int
    lines: Callable[[], Iterator[Line]]  # reads the whole sheet again from the copy: k-th line is row k
    sheet: str | None = None
    dialect: Dialect | None = None  # of delimited text
    records: Callable[[], Iterator[Records]] | None = None  # of delimited text: reads it whole again
    outline: SheetOutline | None = None  # of an OOXML file's sheet
    persons: tuple[tuple[str, int], ...] = ()  # what is of a person (name, e-mail, birth date), and where
    compared: tuple[int, ...] = ()  # which of these columns tell people apart


@dataclass(frozen=True)
class Employees:
    """The roster's lines, judged: who is to be registered, and which lines can't be.

    `rows` has a line for each roster row below the header with something in it, in order:
    `row` int64 (the spreadsheet's number), `identifier` object (cleaned text, "" where there is none),
    `employee` int64 (position in `identifiers`; -1 where the row holds no valid identifier),
    `status` object ("", or `invalid`, `ignored`, `conflict`) and `note` object (what to fix, or
    `same employee as row N`).
    """

    rows: pd.DataFrame
    identifiers: np.ndarray  # object: distinct valid identifiers, in the order of their first rows
    first_rows: np.ndarray  # int64: the row of each identifier's first appearance

    def __len__(self) -> int:
        return len(self.identifiers)

    def __repr__(self) -> str:
        return f"Employees({len(self)} in {len(self.rows)} rows)"


class Change(NamedTuple):
    """One cell that was read otherwise than it is written."""

    row: int
    before: str
    after: str


@dataclass(frozen=True)
class Fix:
    """A kind of repair the reader made, how often, and the first few examples."""

    what: str
    count: int
    examples: tuple[Change, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Findings:
    """What the reader understood, repaired and doubts; `check` shows it."""

    # ("Encoding", "UTF-8 with byte order mark"), ..., also the first and last identifiers
    understood: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    fixes: tuple[Fix, ...] = ()
    warnings: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()  # which sheet, header row and column were taken, and why


@dataclass(frozen=True)
class Roster:
    """A roster that was read and understood."""

    source: Source
    employees: Employees
    findings: Findings = field(default_factory=Findings)

    def __repr__(self) -> str:
        return f"Roster({str(self.source.path)!r}, {self.employees!r})"


def repeated_note(row: int) -> str:
    """Return the note on a row that repeats an earlier row's employee."""
    return _("same employee as row {row}", row=row)


def repeated_note_pattern() -> re.Pattern[str]:
    """Return what finds that note at the end of a row's notes, in the language in use."""
    words = re.escape(repeated_note(0)).replace("0", r"\d+")
    return re.compile(rf"(; )?{words}\Z")
