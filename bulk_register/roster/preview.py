"""How a roster's file looks before anybody knows where its table is, for a person to point at."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bulk_register.errors import RosterError, one_line
from bulk_register.language import _
from bulk_register.records import Reading
from bulk_register.roster.file.snapshot import take_snapshot
from bulk_register.roster.formats import detect_format
from bulk_register.roster.grid import Grid
from bulk_register.roster.text.encoding import detect_encoding, possible_encodings
from bulk_register.roster.text.encoding_doubt import words_beyond_ascii
from bulk_register.roster.text.encoding_names import NAMES
from bulk_register.roster.text.opening import open_text


@dataclass(frozen=True)
class Preview:
    """A file's sheets, and the first rows of one of them as text."""

    sheets: tuple[str, ...] = ()  # the visible ones; none for a text
    sheet: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    encoding: str = ""  # of a text
    encodings: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # codec, name, words as they read in it


def preview_roster(path: Path, reading: Reading, folder: Path, rows: int) -> Preview:
    """Return a roster's first rows from a private copy in `folder`. Raises RosterError where it has none."""
    copy, _sha256 = take_snapshot(path, folder)
    kind = detect_format(copy, reading.max_bytes)
    copy = copy.rename(copy.with_suffix(f".{kind.name}"))
    if kind.open_sheets is None:
        return _of_text(copy, reading, rows)
    with closing(kind.open_sheets(copy, reading)) as found:
        return _of_sheet(found.visible, reading, rows, path.name)


def _of_sheet(sheets: Sequence[Grid], reading: Reading, rows: int, name: str) -> Preview:
    names = tuple(str(sheet.name) for sheet in sheets)
    wanted = [sheet for sheet in sheets if sheet.name == reading.sheet] or sheets
    if not wanted:
        nothing = _("the workbook has no visible sheet with anything in it: it holds no employees.")
        raise RosterError(f"{one_line(name)}: {nothing}")
    return Preview(names, str(wanted[0].name), _cut(wanted[0].head(rows)))


def _of_text(copy: Path, reading: Reading, rows: int) -> Preview:
    try:
        text = detect_encoding(copy, reading.encoding)
    except RosterError:  # it is in doubt: the doubt itself has the candidates
        return Preview()
    with copy.open("rb") as file:
        lines = file.read(1 << 16).splitlines()
    # what reads the same in all of them needs none to be tried on the whole file
    others = () if all(map(bytes.isascii, lines)) else possible_encodings(copy, text.encoding)
    tried = dict.fromkeys((text.encoding, *others))
    words = [(one, NAMES.get(one, one), tuple(words_beyond_ascii(lines, one))) for one in tried]
    shown = tuple(item for item in words if item[2])
    return Preview(rows=_cut(open_text(text, reading).head(rows)), encoding=text.encoding, encodings=shown)


def _cut(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, rows))
