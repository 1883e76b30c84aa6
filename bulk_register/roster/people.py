"""The texts that name somebody on a roster."""

from __future__ import annotations

from collections.abc import Iterator

from bulk_register.ooxml.cell_values import shown
from bulk_register.records import Roster


def person_texts(roster: Roster) -> Iterator[str]:
    """Yield everybody's identifier, names and e-mail addresses as the roster has them, and the names' words.

    Reads the whole roster again.
    """
    yield from roster.employees.identifiers
    columns = [(what, column) for what, column in roster.source.persons if what in ("name", "e-mail")]
    for line in roster.source.lines() if columns else ():
        for what, column in columns:
            text = shown(line.cells[column]) if column < len(line.cells) else ""
            yield text
            if what == "name":
                yield from (word for word in text.split() if len(word) > 1)
