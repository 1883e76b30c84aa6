"""Checksums of records: what changed on disk by itself is noticed where the record is read."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import fields

from bulk_register.records import RunRecord, Scope

# Every table with the columns that its records' checksums cover, the keys included.
COLUMNS: dict[str, tuple[str, ...]] = {
    "scope": ("id", *Scope._fields),
    "run": tuple(item.name for item in fields(RunRecord)),
    "batch": ("run", "number", "employees"),
    "request": ("id", "run", "batch", "employees", "sent", "settled", "ended", "note", "raw"),
    "registration": ("id", "scope", "run", "current", "employees", "participants"),
    "standing": ("run", "employee", "status", "note"),
    "roster": ("run", "employees"),
    "delivery": ("path", "sha256", "run", "links"),
    "told": ("scope", "registration"),
    "untold": ("run", "employee"),
    "title": ("test", "title"),
    "session": ("account_id", "base_url", "participant", "test", "told"),
    "feed": ("account_id", "base_url", "center", "until"),
    "stranger": ("id", "account_id", "base_url", "center", "participants"),
    "extension": ("base_url", "participant", "valid_till", "said"),
    "ending": ("base_url", "participant", "valid_till"),
    "synced": ("id", "account_id", "base_url", "profile", "employees", "digests"),
}
_FUNCTION = "record_checksum"  # its name within SQL


def checksum(table: str, *values: object) -> int:
    """Return a record's checksum (CRC-32: no single changed bit escapes it) over its table and columns.

    Values are as SQLite returns them: a truth value is 0 or 1.
    """
    return zlib.crc32("\0".join(map(str, (table, *values))).encode("utf-8", "surrogatepass"))


def install(connection: sqlite3.Connection) -> None:
    """Let statements on this connection use what `sealing` returns."""
    connection.create_function(_FUNCTION, -1, checksum, deterministic=True)


def sealing(table: str) -> str:
    """Return the statement that gives a table's records their checksums; a WHERE may follow it."""
    return f"UPDATE {table} SET checksum = {_FUNCTION}('{table}', {', '.join(COLUMNS[table])})"  # noqa: S608
