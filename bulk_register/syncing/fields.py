"""A roster's employees with the fields of their profile in StartExam, as the setting `fields` maps them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bulk_register.errors import SettingsError
from bulk_register.language import _
from bulk_register.ooxml.cell_values import letters, shown
from bulk_register.records import Line, Person, Roster, Source, Status
from bulk_register.settings import ProfileField

Places = Sequence[tuple[ProfileField, Sequence[int]]]  # each field with the columns (from 0) that it joins


@dataclass(frozen=True)
class People:
    """Everybody on a roster whom StartExam can be told of, by position in `Employees.identifiers`.

    Who has rows that look like different people isn't among them.
    """

    by_code: Mapping[int, Person]

    def __repr__(self) -> str:
        return f"People({len(self.by_code)})"

    def due(self, known: Mapping[str, str]) -> dict[int, Person]:
        """Return those whom StartExam doesn't have like this; `known` are digests by identifier."""
        return {code: one for code, one in self.by_code.items() if known.get(one.identifier) != digest(one)}


def people_of(roster: Roster, fields: Sequence[ProfileField]) -> People:
    """Return a roster's employees with their fields, each from the employee's first row.

    Reads the roster again. Raises SettingsError where it lacks a header, or has one twice.
    """
    places = _places(roster.source, fields)
    rows = roster.employees.rows
    conflicting = set(rows["employee"][rows["status"] == Status.CONFLICT])
    first_rows = roster.employees.first_rows.tolist()
    wanted = {row: code for code, row in enumerate(first_rows) if code not in conflicting}
    found: dict[int, Person] = {}
    for row, line in enumerate(roster.source.lines(), 1):
        if (code := wanted.get(row)) is not None:
            found[code] = Person(roster.employees.identifiers[code], tuple(_filled(line, places)))
    return People(dict(sorted(found.items())))


def digest(person: Person) -> str:
    """Return what tells a person's fields from other ones, and nothing else of them."""
    text = json.dumps(sorted(person.fields), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _filled(line: Line, places: Places) -> Iterator[tuple[str, str]]:
    """Yield the fields that have a value; what is blank on the roster is left as it is in StartExam."""
    for field, columns in places:
        cells = (line.cells[column] for column in columns if column < len(line.cells))
        parts = (" ".join(shown(cell).split()) for cell in cells)
        if text := " ".join(part for part in parts if part) or field.value:
            yield field.name, text


def _places(source: Source, fields: Sequence[ProfileField]) -> Places:
    headers = _by_header(source)
    problems = [
        problem
        for field in fields
        for header in field.headers
        if (problem := _problem(header, headers.get(folded(header), []), field, source))
    ]
    if problems:
        raise SettingsError(problems)
    return [(field, [headers[folded(header)][0] for header in field.headers]) for field in fields]


def _by_header(source: Source) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for column, header in enumerate(source.headers if source.header_row else (), source.first_column):
        found.setdefault(folded(header), []).append(column)
    return found


def _problem(header: str, columns: Sequence[int], field: ProfileField, source: Source) -> str:
    if not columns:
        return _(
            "fields: {roster} has no column “{header}”, from which the field “{field}” is to come. "
            "Its columns are: {columns}.",
            roster=source.path.name,
            header=header,
            field=field.name,
            columns=", ".join(filter(None, source.headers)) or "-",
        )
    if len(columns) > 1:
        return _(
            "fields: {roster} has several columns “{header}” ({columns}), and it can't be told which of them "
            "the field “{field}” comes from. Rename one of them.",
            roster=source.path.name,
            header=header,
            field=field.name,
            columns=", ".join(map(letters, columns)),
        )
    return ""


def folded(header: str) -> str:
    """Return a header without letter case and spare blanks, as headers and fields are compared."""
    return " ".join(header.split()).casefold()
