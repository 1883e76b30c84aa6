"""The lines become employees: one for each identifier, with the lines that contradict each other named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bulk_register.language import _
from bulk_register.records import Employees, Status, repeated_note
from bulk_register.roster.employees.identifiers import CleanedIdentifiers, named_rows
from bulk_register.roster.employees.row_kinds import RowKinds
from bulk_register.roster.table.person_columns import kind_words

# What a column that tells people apart is called, and how to get its texts (object, index 0 is row 1), which
# only repeated identifiers need.
Person = tuple[str, Callable[[], np.ndarray]]


def build_employees(lines: RowKinds, cleaned: CleanedIdentifiers, persons: Sequence[Person]) -> Employees:
    """Judge every line and give each distinct identifier its place, in the order of their first rows."""
    import pandas as pd  # slow to load

    rows = lines.rows
    status, note = _filled_with("", len(rows)), _filled_with("", len(rows))
    identifiers = cleaned.texts[rows - 1]
    valid = _mark(lines, cleaned, status, note)
    codes, distinct = pd.factorize(identifiers[valid])
    employee = np.full(len(rows), -1, np.int64)
    employee[valid] = codes
    first = np.empty(len(distinct), np.int64)
    first[codes[::-1]] = np.flatnonzero(valid)[::-1]
    if len(distinct) < len(codes):
        _note_repeats(rows, employee, first, note)
        for places, why in _contradictions(rows, employee, first, persons):
            status[places], note[places] = str(Status.CONFLICT), why
    columns = {"row": rows, "identifier": identifiers, "employee": employee, "status": status, "note": note}
    table = pd.DataFrame(
        {name: pd.Series(column, dtype=column.dtype) for name, column in columns.items()}, copy=False
    )
    return Employees(table, np.asarray(distinct, object), rows[first])


def near_duplicates(employees: Employees) -> Iterator[str]:
    """Warnings about identifiers that differ only in case, width of letters, or leading zeros."""
    texts = employees.identifiers.tolist()
    joined = "".join(texts)
    if not joined.isascii() or joined not in (joined.upper(), joined.lower()):
        yield from _alike(employees, [text.casefold() for text in texts], _("upper and lower case"))
    if len(set(map(len, texts))) > 1 and any(text.startswith("0") for text in texts):
        yield from _alike(employees, [text.lstrip("0") for text in texts], _("leading zeros"))
    if not joined.isascii():
        written = [unicodedata.normalize("NFKC", text) for text in texts]
        yield from _alike(employees, written, _("how their characters are written"))


def _alike(employees: Employees, keys: list[str], what: str) -> Iterator[str]:
    if len(set(keys)) == len(keys):
        return
    import pandas as pd  # slow to load

    keyed = pd.Series(keys, dtype=object)
    alike = keyed[keyed.duplicated(keep=False)]
    groups = [
        employees.first_rows[list(places)].tolist()
        for places in alike.groupby(alike, sort=False).groups.values()
    ]
    shown = "; ".join(named_rows(rows) for rows in groups[:5])
    more = _("; and {more:,} more such groups", more=len(groups) - 5) if len(groups) > 5 else ""
    yield _(
        "Identifiers that differ only in {what} are taken as different employees: {shown}{more}.",
        what=what,
        shown=shown,
        more=more,
    )


def _mark(lines: RowKinds, cleaned: CleanedIdentifiers, status: np.ndarray, note: np.ndarray) -> np.ndarray:
    """Set status and note of the lines that are no employees or can't be sent; returns which are neither."""
    faults = cleaned.faults | lines.faults
    marked = (
        np.isin(lines.rows, [*lines.ignored, *faults])
        if lines.ignored or faults
        else np.zeros(len(lines.rows), bool)
    )
    for place in np.flatnonzero(marked).tolist():
        row = int(lines.rows[place])
        status[place] = str(Status.IGNORED if row in lines.ignored else Status.INVALID)
        note[place] = lines.ignored.get(row) or faults[row]
    return ~marked


def _note_repeats(rows: np.ndarray, employee: np.ndarray, first: np.ndarray, note: np.ndarray) -> None:
    valid = np.flatnonzero(employee >= 0)
    again = valid[first[employee[valid]] != valid]
    note[again] = [repeated_note(row) for row in rows[first[employee[again]]].tolist()]


def _contradictions(
    rows: np.ndarray, employee: np.ndarray, first: np.ndarray, persons: Sequence[Person]
) -> Iterator[tuple[np.ndarray, str]]:
    """The places of one employee's lines that differ in what tells people apart, and a note that says so."""
    columns = [(what, load()) for what, load in persons]
    for places in _repeated(employee, _written_alike(rows, employee, first, columns)):
        numbers = rows[places].tolist()
        differ = dict.fromkeys(
            what for what, texts in columns if _differ(texts[number - 1] for number in numbers)
        )
        if differ:
            yield (
                places,
                _(
                    "{numbers} have the same identifier but differ in {differ}: correct the roster",
                    numbers=named_rows(numbers),
                    differ=_(" and ").join(map(kind_words, differ)),
                ),
            )


def _written_alike(
    rows: np.ndarray, employee: np.ndarray, first: np.ndarray, columns: list[tuple[str, np.ndarray]]
) -> np.ndarray:
    """Which employees have the very same texts in all their lines (bool); most of the repeated ones do."""
    alike = np.ones(len(first), bool)
    valid = np.flatnonzero(employee >= 0)
    own, of_first = rows[valid] - 1, rows[first[employee[valid]]] - 1
    for _what, texts in columns:
        alike[employee[valid][texts[own] != texts[of_first]]] = False
    return alike


def _repeated(employee: np.ndarray, alike: np.ndarray) -> Iterator[np.ndarray]:
    """The places of each employee's lines, for the employees with several that aren't alike."""
    wanted = np.append(~alike, False)  # the last is for lines without an employee
    places = np.flatnonzero(wanted[employee])
    order = places[np.argsort(employee[places], kind="stable")]
    yield from np.split(order, np.flatnonzero(np.diff(employee[order])) + 1) if len(order) else ()


def _differ(texts: Iterator[str]) -> bool:
    """Whether the texts say different things; a blank one says nothing."""
    return len({folded for text in texts if (folded := same_person_text(text))}) > 1


def same_person_text(text: str) -> str:
    """The text without case, superfluous white space, width of letters, and zeros in front of numbers."""
    words = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    words = "".join(one for one in words if unicodedata.category(one) != "Cf")
    return re.sub(r"\b0+(?=\d)", "", re.sub(r"[ t]00:00(:00(\.0+)?)?$", "", words))


def _filled_with(text: str, length: int) -> np.ndarray:
    array = np.empty(length, object)
    array[:] = text
    return array
