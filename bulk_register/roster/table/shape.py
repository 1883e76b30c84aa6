"""Sheets that are no table of rows: turned around, forms, cards, legends of columns, tables side by side."""

from __future__ import annotations

from collections.abc import Sequence

from bulk_register.language import N_, _
from bulk_register.records import Candidate, Doubt, Evidence, Matter, Sign
from bulk_register.roster.doubt_text import quoted, refuse
from bulk_register.roster.table.column_evidence import is_like_identifier
from bulk_register.roster.table.columns import classify_header, fold, is_fact
from bulk_register.roster.table.descriptions import describes
from bulk_register.roster.table.headers import Header, Row, tidy

LOOKED_AT = 40  # values below the header
SHORTEST = 4  # letters of a known header that can't be somebody's initials: MI, DR, RFC
REMEDY = N_(
    "A roster has one header row and one employee a row: copy it with Paste Special, "
    "Transpose, or export it as a list."
)


def is_header_text(text: str) -> bool:
    """Whether the text is a known header, and so never an identifier."""
    known = classify_header(text).what not in ("", "result") or is_fact(text)
    return known and (len(fold(text)) >= SHORTEST or not text.isascii())


def refuse_no_table(head: Sequence[Row], header: Header, column: int) -> None:
    """Raise RosterDoubtError if headers stand one below the other where identifiers should be."""
    own = {fold(text) for row in header.rows for text in row}  # a legend below may name them again
    values = [tidy(row[column]) for row in head[header.row :] if row[column].strip()][:LOOKED_AT]
    values = [text for text in values if fold(text) not in own and classify_header(text).what != "identifier"]
    known = list(dict.fromkeys(filter(is_header_text, values)))
    if not values or not (len(known) > 1 or _is_form(header, column, values, known)):
        return
    reason = _(
        "row {row}: below {header} stand {headers}, which are headers, not identifiers: the list "
        "is turned around, or a form.",
        row=header.row,
        header=quoted(header.texts[column]),
        headers=", ".join(map(quoted, values[:3])),
    )
    samples = tuple(values[:3])
    candidate = Candidate(header.texts[column], "", (Evidence(Sign.KNOWN_HEADERS),), samples)
    refuse(Doubt(Matter.LAYOUT, reason, (candidate,), _(REMEDY), row=header.row))


def _is_form(header: Header, column: int, values: list[str], known: list[str]) -> bool:
    """Whether the header's other cells are values: Employee ID | 00101, and below it Name | Quentin Zebra."""
    others = [text for place, text in enumerate(header.texts) if text and place != column]
    if len(known) == len(values):
        return True
    if not others or not all(is_like_identifier(text) or describes(text) for text in others):
        return False
    return bool(known) or not any(any(map(str.isdigit, text)) for text in values)


def refuse_neighbour(head: Sequence[Row], header: Header, column: int) -> None:
    """Raise RosterDoubtError if an empty column parts two tables that may both hold people."""
    rows = [row for row in head[header.row :] if any(map(str.strip, row))]
    width = len(header.texts)
    empty = [
        not header.texts[place] and not any(row[place].strip() for row in rows) for place in range(width)
    ]
    left = max((place for place in range(column) if empty[place]), default=-1)
    right = min((place for place in range(column + 1, width) if empty[place]), default=width)
    others = [place for place, text in enumerate(header.texts) if text and not left < place < right]
    others = [place for place in others if header.meanings[place].what != "result"]
    alone = [row for row in rows if not any(map(str.strip, row[left + 1 : right]))]
    goes_on = any(sum(bool(row[place].strip()) for place in others) > 1 for row in alone)
    if len(others) > 1 and (goes_on or _has_people(header, others, rows)):
        reason = _("row {row}: two tables stand side by side, parted by an empty column.", row=header.row)
        remedy = _("Keep only the roster in the file, or move the other table to another sheet.")
        tables = (
            Candidate(", ".join(text for text in header.texts[left + 1 : right] if text), ""),
            Candidate(", ".join(header.texts[place] for place in others), ""),
        )
        refuse(Doubt(Matter.LAYOUT, reason, tables, remedy, row=header.row))


def _has_people(header: Header, places: list[int], rows: Sequence[Row]) -> bool:
    """Whether these columns are a roster of their own: an identifier by name, and a person's name."""
    kinds = {place: header.meanings[place].what for place in places}
    numbered = [place for place, what in kinds.items() if what == "identifier"]
    held = any(is_like_identifier(row[place].strip()) for row in rows for place in numbered)
    return held and "name" in kinds.values()
