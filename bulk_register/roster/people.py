"""The texts that name somebody on a roster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bulk_register.ooxml.cell_values import shown
from bulk_register.records import Roster
from bulk_register.roster.table.columns import fold, person_names

FIELDS = {"First Name": "first", "Last Name": "last", "Email": "email"}  # API page "Sync Employees"


def person_texts(roster: Roster) -> Iterator[str]:
    """Yield everybody's identifier, names and e-mail addresses as the roster has them, and the names' words.

    Reads the whole roster again.
    """
    yield from roster.employees.identifiers
    columns = [(what, column) for what, column in roster.source.persons if what != "birth date"]
    for line in roster.source.lines() if columns else ():
        for what, column in columns:
            text = shown(line.cells[column]) if column < len(line.cells) else ""
            yield text
            if what != "e-mail":
                yield from (word for word in text.split() if len(word) > 1)


def likely_fields(headers: Sequence[str]) -> dict[str, str]:
    """Return which header most likely holds what StartExam calls First Name, Last Name and Email.

    Left out is what no header is known for, and what several are.
    """
    found: dict[str, str] = {}
    for name, kind in FIELDS.items():
        known = person_names(kind)
        fitting = [header for header in headers if fold(header) in known]
        if len(fitting) == 1:
            found[name] = fitting[0]
    return found
