"""Which store keeps a ledger."""

from __future__ import annotations

from bulk_register.errors import LedgerError
from bulk_register.language import _
from bulk_register.ledger.record_store import RecordStore
from bulk_register.ledger.sqlite_store import SqliteStore
from bulk_register.places import DatabaseAddress, LedgerPlace


def open_store(place: LedgerPlace, *, write: bool) -> RecordStore:
    """Open a ledger; raises LedgerError where that can't be."""
    return (
        _open_database(place, write=write)
        if isinstance(place, DatabaseAddress)
        else SqliteStore(place, write=write)
    )


def _open_database(address: DatabaseAddress, *, write: bool) -> RecordStore:
    try:
        from bulk_register.ledger.postgresql.store import PostgresqlStore  # psycopg may not be installed
    except ImportError as error:
        raise LedgerError(
            _(
                "The ledger {place} is in PostgreSQL, for which a library is missing ({reason}). Install it: "
                "pip install 'bulk-register[postgres]'",
                place=address,
                reason=error,
            )
        ) from None
    store = PostgresqlStore(address, write=write)
    if store.is_there:
        return store
    store.close()
    return SqliteStore.empty()
