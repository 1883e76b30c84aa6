"""The ledger's records on disk: each checked where it is read, and written in transactions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bulk_register.language import _
from bulk_register.ledger.checksums import COLUMNS, checksum
from bulk_register.ledger.database import connect
from bulk_register.ledger.failures import damaged, guarded


class RecordStore:
    """An open ledger's tables. Every method raises LedgerError where the disk or the file fails."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self.connection = connect(path, write=write)
        self._under_way: sqlite3.Cursor | None = None  # of the transaction that is open

    def records(self, table: str, where: str = "", values: Sequence[object] = ()) -> Iterator[list[Any]]:
        """Yield a table's records, with the columns of COLUMNS; raises LedgerError where one was changed."""
        query = f"SELECT {', '.join(COLUMNS[table])}, checksum FROM {table} {where}"  # noqa: S608
        for *record, written in self.each(query, values):
            if checksum(table, *record) != written:
                raise damaged(
                    self.path, _("a record in its table '{table}' is not what was written", table=table)
                )
            yield record

    def texts(self, column: str) -> list[str]:
        """Return the texts of a column that holds them as a JSON list."""
        try:
            return list(json.loads(column))
        except (TypeError, ValueError):
            raise damaged(self.path, _("a list in it can't be read")) from None

    def all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return list(self.each(query, values))

    def each(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        with guarded(self.path):
            # `yield from` would close the cursor of rows left unread, perhaps after the connection
            for row in self.connection.execute(query, values):  # noqa: UP028
                yield row

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """Write in one transaction, which is that of the caller where one is open already.

        All of it is on disk when this ends; nothing of it where anything is raised.
        """
        if self._under_way:
            yield self._under_way
            return
        with guarded(self.path):
            cursor = self._under_way = self.connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                yield cursor
                self._commit()
            except BaseException:
                if self.connection.in_transaction:  # a full disk has rolled it back already
                    cursor.execute("ROLLBACK")
                raise
            finally:
                self._under_way = None

    def _commit(self) -> None:
        """Wait until all of the transaction is on disk."""
        self.connection.execute("COMMIT")
