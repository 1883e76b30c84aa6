"""What was understood, said for people: the pairs that `check` shows."""

from __future__ import annotations

from bulk_register.ooxml.cell_values import letters
from bulk_register.records import Employees, Source, Status
from bulk_register.roster.file.format import KINDS
from bulk_register.roster.table.detection import Table
from bulk_register.roster.text.delimiter import DELIMITERS
from bulk_register.roster.text.encoding import TextEncoding

ENDS = 3  # first and last identifiers shown


def describe(
    source: Source, table: Table, employees: Employees, text: TextEncoding | None, sample: str
) -> tuple[tuple[str, str], ...]:
    """The pairs in the order in which they were found out."""
    pairs = [("Format", KINDS[source.format])]
    if text is not None and source.dialect is not None:
        pairs.append(("Encoding", f"{text.name} ({text.how})" if text.how else text.name))
        if sample:
            pairs.append(("Names read", sample))
        pairs.append(("Delimiter", _delimiter(source.dialect.delimiter)))
    if source.sheet is not None:
        pairs.append(("Sheet", source.sheet))
    pairs.append(("Header row", str(source.header_row) if source.header_row else "none"))
    pairs.append(("Identifier column", f"{letters(source.id_column)} ({table.why})"))
    pairs += (
        [("Compared", ", ".join(f"{what} in {letters(column)}" for what, column in table.persons))]
        if table.persons
        else []
    )
    return (*pairs, *_counts(employees))


def _delimiter(delimiter: str) -> str:
    return f"{DELIMITERS[delimiter]}" if delimiter in DELIMITERS else repr(delimiter)


def _counts(employees: Employees) -> list[tuple[str, str]]:
    rows = employees.rows
    out = rows["status"][rows["employee"].to_numpy() < 0]
    ignored = int((out == str(Status.IGNORED)).sum())
    invalid = len(out) - ignored
    duplicates = len(rows) - ignored - invalid - len(employees)
    first, last = employees.identifiers[:ENDS].tolist(), employees.identifiers[-ENDS:].tolist()
    counts = [
        ("Rows", len(rows)),
        ("Employees", len(employees)),
        ("Duplicate rows", duplicates),
        ("Invalid rows", invalid),
        ("Ignored lines", ignored),
    ]
    shown = [(what, f"{count:,}") for what, count in counts if count or what in ("Rows", "Employees")]
    return [*shown, ("First identifiers", ", ".join(first)), ("Last identifiers", ", ".join(last))]
