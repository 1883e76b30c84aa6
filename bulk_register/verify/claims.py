"""What an output says, row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import letters, shown
from bulk_register.ooxml.hyperlinks import hyperlinks
from bulk_register.records import RESULT_COLUMNS, Roster, Source, known_header

LINK = re.compile(r"(?P<base>https?://.+)/(?P<center>[^/#]+)#participant/(?P<participant>[^/#?]+)")


class Claim(NamedTuple):
    """What one row of an output says; "" where it says nothing."""

    row: int  # as the spreadsheet numbers it
    identifier: str
    participant: str
    link: str
    till: str
    status: str
    address: str = ""  # where a click on the link leads
    key: str = ""  # the participant that the row gives, case-folded: its link's, else its own column's


@dataclass(frozen=True)
class Claims:
    """What an output says, for its rows with a person, a link or a status."""

    rows: tuple[Claim, ...]
    columns: frozenset[str]  # of RESULT_COLUMNS: those that the file has
    places: dict[str, int] = field(default_factory=dict)  # each identifier's first row


def claims_of(roster: Roster) -> Claims:
    """Return what an output's rows say; raises RosterError where the file has no column of links."""
    source, rows = roster.source, roster.employees.rows
    places = _result_places(source)
    if "Exam Link" not in places:
        raise RosterError(
            _(
                "{file} has no column {column}: it isn't what bulk-register run wrote. Name the file with "
                "the links, like staff.registered.xlsx.",
                file=source.path.name,
                column=_("Exam Link"),
            )
        )
    linked = hyperlinks(source.copy, source.sheet or "") if source.format in ("xlsx", "xlsm") else {}
    identifiers = dict(zip(rows["row"].tolist(), rows["identifier"].tolist(), strict=True))
    claims = []
    for row, line in enumerate(source.lines(), 1):
        if row not in identifiers:
            continue
        cells = line.cells
        said = (shown(cells[p]).strip() if p is not None and p < len(cells) else "" for p in _all(places))
        participant, link, till, status = said
        address = linked.get((row, places["Exam Link"]), link)
        claims.append(
            Claim(row, identifiers[row], participant, link, till, status, address, _key(link, participant))
        )
    first: dict[str, int] = {}
    for claim in claims:
        first.setdefault(claim.identifier, claim.row)
    return Claims(tuple(claims), frozenset(places), first)


# --- within


def _result_places(source: Source) -> dict[str, int]:
    places: dict[str, int] = {}
    for column, header in enumerate(source.headers, source.first_column):
        name = known_header(header)
        if name in places:
            raise RosterError(
                _(
                    "{file} has two columns {column} ({first} and {second}), and nobody can tell which is "
                    "mailed. Remove one of them.",
                    file=source.path.name,
                    column=header.strip(),
                    first=letters(places[name]),
                    second=letters(column),
                )
            )
        if name:
            places[name] = column
    return places


def _key(link: str, participant: str) -> str:
    found = LINK.fullmatch(link) if link else None
    return (unquote(found["participant"]) if found else participant).casefold()


def _all(places: Mapping[str, int]) -> list[int | None]:
    return [places.get(name) for name in RESULT_COLUMNS[:4]]
