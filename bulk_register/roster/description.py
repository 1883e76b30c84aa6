"""What was understood, said for people: the pairs that `check` shows."""

from __future__ import annotations

from bulk_register.errors import one_line
from bulk_register.language import N_, _, grouped
from bulk_register.ooxml.cell_values import letters
from bulk_register.records import Employees, Matter, Source, Status
from bulk_register.roster.delimiters import DELIMITERS
from bulk_register.roster.doubt_text import candidate_line, evidence_text
from bulk_register.roster.formats import file_format
from bulk_register.roster.table.detection import Table
from bulk_register.roster.table.person_columns import kind_words
from bulk_register.roster.text.encoding import TextEncoding

OTHERS = 3  # other sheets, rows and columns shown
ENDS = 3  # first and last identifiers shown


def describe(
    source: Source, table: Table, employees: Employees, text: TextEncoding | None, sample: str
) -> tuple[tuple[str, str], ...]:
    """The pairs in the order in which they were found out."""
    pairs = [(N_("Format"), _(file_format(source.format).title))]
    if text is not None and source.dialect is not None:
        pairs.append((N_("Encoding"), f"{text.name} ({text.how})" if text.how else text.name))
        if sample:
            pairs.append((N_("Names read"), sample))
        pairs.append((N_("Delimiter"), _delimiter(source.dialect.delimiter)))
    if source.sheet is not None:
        pairs.append((N_("Sheet"), one_line(source.sheet)))
    pairs += _others(table, Matter.SHEET, N_("Other sheets"))
    pairs.append((N_("Header row"), str(source.header_row) if source.header_row else _("none")))
    pairs += _others(table, Matter.HEADER_ROW, N_("Other header rows"))
    pairs.append(
        (N_("Identifier column"), _("{column} ({why})", column=letters(source.id_column), why=table.why))
    )
    pairs += _why(table)
    pairs += _others(table, Matter.IDENTIFIER_COLUMN, N_("Other columns"))
    pairs += (
        [
            (
                N_("Compared"),
                ", ".join(
                    _("{what} in {column}", what=kind_words(what), column=letters(column))
                    for what, column in table.told_apart
                )
                or _("nothing"),
            )
        ]
        if table.persons
        else []
    )
    return (*pairs, *_counts(employees))


def _why(table: Table) -> list[tuple[str, str]]:
    """What speaks for the identifier column, with its first values."""
    taken = [one.taken for one in table.decisions if one.matter is Matter.IDENTIFIER_COLUMN]
    return [(N_("Evidence"), evidence_text(one.evidence)) for one in taken if one.evidence]


def _others(table: Table, matter: Matter, what: str) -> list[tuple[str, str]]:
    """The other candidates that were looked at, with their first values."""
    found = [
        candidate_line(other).strip()
        for one in table.decisions
        if one.matter is matter
        for other in one.others
    ]
    more = _("; and {more:,} more", more=len(found) - OTHERS) if len(found) > OTHERS else ""
    return [(what, "; ".join(found[:OTHERS]) + more)] if found else []


def _delimiter(delimiter: str) -> str:
    return _(DELIMITERS[delimiter]) if delimiter in DELIMITERS else repr(delimiter)


def _counts(employees: Employees) -> list[tuple[str, str]]:
    rows = employees.rows
    out = rows["status"][rows["employee"].to_numpy() < 0]
    ignored = int((out == str(Status.IGNORED)).sum())
    invalid = len(out) - ignored
    duplicates = len(rows) - ignored - invalid - len(employees)
    first, last = employees.identifiers[:ENDS].tolist(), employees.identifiers[-ENDS:].tolist()
    counts = [
        (N_("Rows"), len(rows)),
        (N_("Employees"), len(employees)),
        (N_("Duplicate rows"), duplicates),
        (N_("Invalid rows"), invalid),
        (N_("Ignored lines"), ignored),
    ]
    shown = [
        (what, grouped(count)) for what, count in counts if count or what in (N_("Rows"), N_("Employees"))
    ]
    return [*shown, (N_("First identifiers"), ", ".join(first)), (N_("Last identifiers"), ", ".join(last))]
