"""A row of a grid read as a table's header: what its texts mean, alone or with the row above or below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulk_register.language import _
from bulk_register.ooxml.cell_values import letters
from bulk_register.roster.delimiters import DELIMITERS
from bulk_register.roster.table.columns import RANKS, ColumnKind, classify_header, fold

Row = Sequence[str]


@dataclass(frozen=True)
class Header:
    """One row, or two, as a header. `texts` and `meanings` have an entry for each column of the grid."""

    row: int  # the lower one, from 1
    texts: tuple[str, ...]
    meanings: tuple[ColumnKind, ...]
    rows: tuple[Row, ...] = ()  # as they stand in the grid

    @property
    def filled(self) -> int:
        """How many columns have a text."""
        return sum(map(bool, self.texts))

    @property
    def known(self) -> int:
        """How many columns have a known name."""
        return sum(one.what != "" for one in self.meanings)

    @property
    def rank(self) -> int:
        """The rank of the strongest identifier name, as in columns.RANKS; len(RANKS) without one."""
        return min((one.rank for one in self.meanings if one.what == "identifier"), default=len(RANKS))

    def identifiers(self) -> list[int]:
        """The columns with the strongest identifier names."""
        best = ColumnKind("identifier", self.rank)
        return [column for column, one in enumerate(self.meanings) if one == best]

    def called(self, name: str) -> list[int]:
        """The columns with this very text, or else with one that differs only in what doesn't matter."""
        return columns_called(self.texts, name)


def columns_called(texts: Sequence[str], name: str) -> list[int]:
    """The places of headers with this very text, or else of those that differ only in what doesn't matter."""
    exact = [column for column, text in enumerate(texts) if text == tidy(name)]
    return exact or [column for column, text in enumerate(texts) if text and fold(text) == fold(name) != ""]


def lettered(said: str, width: int) -> int | None:
    """The column that a letter (A) or a number (1) names, if the grid is that wide."""
    said = said.strip().upper()
    column = int(said) - 1 if said.isdecimal() else -1
    if said.isascii() and said.isalpha() and len(said) <= 3:
        column = next((place for place in range(width) if letters(place) == said), -1)
    return column if 0 <= column < width else None


def read_header(head: Sequence[Row], row: int) -> Header:
    """The row as a header, together with the row above it if that one groups the columns."""
    texts = tuple(map(tidy, head[row - 1]))
    above = tuple(map(tidy, head[row - 2])) if row > 1 else ()
    if sum(map(bool, above)) < 2 or any(map(is_number, above)):
        return Header(row, texts, tuple(map(classify_header, texts)), (texts,))
    return _joined(row, above, texts)


def with_row_below(head: Sequence[Row], header: Header, column: int) -> Header:
    """The header, with the row below it if that names columns too: parts of a group, or another language."""
    below = tuple(map(tidy, head[header.row])) if header.row < len(head) else ()
    if not any(any(map(str.isalnum, text)) for text in below) or any(
        is_number(text) or "@" in text for text in below
    ):
        return header
    gaps = any(text and not header.texts[place] for place, text in enumerate(below))
    parts = (
        not below[column]
        and gaps
        and header.row + 1 < len(head)
        and bool(head[header.row + 1][column].strip())
    )
    language = classify_header(below[column]).what == "identifier" and fold(below[column]) != fold(
        header.texts[column]
    )
    if not parts and not (language and _is_header_too(header, below)):
        return header
    joined = _joined(header.row + 1, header.texts, below)
    texts, meanings = list(joined.texts), list(joined.meanings)
    texts[column], meanings[column] = header.texts[column], header.meanings[column]
    return Header(joined.row, tuple(texts), tuple(meanings), (*header.rows, below))


def _is_header_too(header: Header, below: Row) -> bool:
    """Whether more than the identifier's name is known in the row below; that alone may be a login: num."""
    known = sum(bool(classify_header(text).what) for text in below)
    return known > 1 or header.filled <= 1 or sum(map(bool, below)) <= 1


def says_again(header: dict[int, str], texts: Row | dict[int, str]) -> bool:
    """Whether the texts are those of a header (folded, by column), with no more than a number beside them.

    "Left on" where "Department" stood makes another table: of leavers, say.
    """
    places = texts.items() if isinstance(texts, dict) else enumerate(texts)
    cells = {place: text for place, text in places if text}
    same = [place for place, text in cells.items() if fold(text) == header.get(place)]
    words = [text for place, text in cells.items() if place not in same and not any(map(str.isdigit, text))]
    return bool(same) and not words and 2 * len(same) >= len(cells)


def tidy(cell: str) -> str:
    """The text on one line, its white space single."""
    return " ".join(cell.replace("\ufeff", "").split())


def is_number(cell: str) -> bool:
    """Whether the cell is data rather than a name: digits, and no letter."""
    return any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell))


def _joined(row: int, above: Row, below: Row) -> Header:
    """Two rows as one header: an upper text goes for its column and for those right of it without one."""
    texts, meanings, group = [], [], ""
    for upper, lower in zip(above, below, strict=True):
        group = upper or (group if lower else "")
        both = f"{group} {lower}".strip()
        found = classify_header(both) if classify_header(both).what else classify_header(lower)
        texts.append(both if classify_header(both).what or not lower else lower)
        meanings.append(found)
    return Header(row, tuple(texts), tuple(meanings), (above, below))


def in_one_column(texts: Sequence[str]) -> str:
    """What to do where all headers stand in one cell: Employee ID;First Name;Last Name."""
    for mark, name in DELIMITERS.items():
        parts = [part.strip(" \"'") for part in texts[0].split(mark)] if len(texts) == 1 else []
        if len(parts) > 1 and any(classify_header(part).what for part in parts):
            return _(
                "The headers stand in one cell, parted by a {name}. In a workbook use Data, Text to "
                "Columns; in a text take the quotes around whole lines off, or say --delimiter.",
                name=_(name),
            )
    return ""


def likely_header(headers: list[Header]) -> Header:
    """The first row that is at least half as full as the fullest; an empty one if there is none."""
    fullest = max((header.filled for header in headers), default=0)
    return next((header for header in headers if 2 * header.filled >= fullest), Header(0, (), ()))
