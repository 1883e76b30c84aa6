"""How records are written: each with its checksum."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from bulk_register.ledger.checksums import COLUMNS, checksum, sealing


def insert(
    cursor: sqlite3.Cursor, table: str, records: Iterable[tuple[object, ...]], *, anew: bool = False
) -> None:
    """Write records with the columns of COLUMNS; `anew`: in place of those with the same key."""
    columns, verb = COLUMNS[table], "INSERT OR REPLACE" if anew else "INSERT"
    marks = ",".join("?" * (len(columns) + 1))
    query = f"{verb} INTO {table} ({','.join(columns)}, checksum) VALUES ({marks})"
    cursor.executemany(query, ((*record, checksum(table, *record)) for record in records))


def seal(cursor: sqlite3.Cursor, table: str, number: int) -> None:
    """Give a record that was changed its checksum."""
    cursor.execute(f"{sealing(table)} WHERE id = ?", (number,))


def next_number(cursor: sqlite3.Cursor, table: str) -> int:
    """Return the number of the next record that is added to a table."""
    [(number,)] = cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")  # noqa: S608
    return int(number)


def as_list(identifiers: Sequence[str]) -> str:
    """Return identifiers as a column holds them: a JSON list."""
    return json.dumps(identifiers, ensure_ascii=False, separators=(",", ":"))
