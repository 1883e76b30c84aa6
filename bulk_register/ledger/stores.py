"""Which store keeps a ledger."""

from __future__ import annotations

from pathlib import Path

from bulk_register.ledger.record_store import RecordStore
from bulk_register.ledger.sqlite_store import SqliteStore


def open_store(path: Path, *, write: bool) -> RecordStore:
    """Open a ledger; raises LedgerError where that can't be."""
    return SqliteStore(path, write=write)
