"""Which store keeps a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bulk_register.errors import LedgerError
from bulk_register.language import _
from bulk_register.ledger.record_store import RecordStore
from bulk_register.ledger.sqlite_store import SqliteStore
from bulk_register.places import DatabaseAddress, LedgerPlace

if TYPE_CHECKING:
    from bulk_register.ledger.postgresql.inspection import Database


def inspect_database(address: DatabaseAddress) -> Database:
    """Ask a database how it is; raises LedgerError where it doesn't answer."""
    with _psycopg_at_hand(address):
        from bulk_register.ledger.postgresql.inspection import inspect
    return inspect(address)


def open_store(place: LedgerPlace, *, write: bool) -> RecordStore:
    """Open a ledger; raises LedgerError where that can't be."""
    return (
        _open_database(place, write=write)
        if isinstance(place, DatabaseAddress)
        else SqliteStore(place, write=write)
    )


def _open_database(address: DatabaseAddress, *, write: bool) -> RecordStore:
    with _psycopg_at_hand(address):
        from bulk_register.ledger.postgresql.store import PostgresqlStore
    store = PostgresqlStore(address, write=write)
    if store.is_there:
        return store
    store.close()
    return SqliteStore.empty()


@contextmanager
def _psycopg_at_hand(address: DatabaseAddress) -> Iterator[None]:
    """Say how to install it where it isn't."""
    try:
        yield
    except ImportError as error:
        raise LedgerError(
            _(
                "The ledger {place} is in PostgreSQL, for which a library is missing ({reason}). In the "
                "folder that bulk-register was installed from: pip install '.[postgres]'",
                place=address,
                reason=error,
            )
        ) from None
