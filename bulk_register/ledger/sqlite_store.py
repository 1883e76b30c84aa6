"""The ledger's records in an SQLite file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from bulk_register.errors import LedgerError
from bulk_register.ledger import database
from bulk_register.ledger.checksums import COLUMNS, checksum, sealing
from bulk_register.ledger.failures import damaged, guarded
from bulk_register.ledger.record_store import RecordStore, Writer
from bulk_register.records import Scope

NOWHERE = Path(":memory:")


class SqliteStore(RecordStore):
    """An open SQLite file."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self.is_there = write or path.exists()
        self.connection = database.connect(path, write=write) if path != NOWHERE else database.empty()
        self._under_way: SqliteWriter | None = None  # the transaction that is open

    @classmethod
    def empty(cls) -> SqliteStore:
        """Return a ledger with nothing in it, for one that isn't there."""
        return cls(NOWHERE, write=False)

    def close(self) -> None:
        self.connection.close()

    def each(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with guarded(self.path):
            # `yield from` would close the cursor of rows left unread, perhaps after the connection
            for row in self.connection.execute(query, values):  # noqa: UP028
                yield row

    def numbered(self, table: str, numbers: Sequence[int]) -> Iterator[list[Any]]:
        where = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return self.records(table, where, [json.dumps(list(numbers))])

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with guarded(self.path):
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def last_run(self) -> int:
        last = self.all("SELECT seq FROM sqlite_sequence WHERE name = 'run'")  # AUTOINCREMENT keeps count
        return int(last[0][0]) if last else 0

    def state(self) -> tuple[int, int]:
        [(by_others,)] = self.all("PRAGMA data_version")
        return by_others, self.connection.total_changes

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        if self._under_way:
            yield self._under_way
            return
        with guarded(self.path):
            writer = self._under_way = SqliteWriter(self)
            try:
                writer.execute("BEGIN IMMEDIATE")
                yield writer
                self._commit()
            except BaseException:
                if self.connection.in_transaction:  # a full disk has rolled it back already
                    writer.execute("ROLLBACK")
                raise
            finally:
                self._under_way = None

    def _commit(self) -> None:
        """Wait until all of the transaction is on disk."""
        self.connection.execute("COMMIT")

    def held(self, scope: Scope | None = None) -> AbstractContextManager[object]:  # noqa: ARG002
        """Take the whole file, whatever the scope: SQLite has one writer at a time."""
        return database.lock(self.path)

    def damaged(self, what: str) -> LedgerError:
        return damaged(self.path, what)

    def clear_deleted(self) -> None:
        database.rewrite(self.path, self.connection)


class SqliteWriter(Writer):
    """A transaction in an SQLite file."""

    def __init__(self, store: SqliteStore) -> None:
        self._store, self._cursor = store, store.connection.cursor()

    def execute(self, query: str, values: Sequence[object] = ()) -> None:
        self._cursor.execute(query, values)

    def execute_each(self, query: str, values: Sequence[Sequence[object]]) -> None:
        self._cursor.executemany(query, values)

    def insert(self, table: str, records: Iterable[tuple[object, ...]], *, anew: bool = False) -> None:
        columns, verb = COLUMNS[table], "INSERT OR REPLACE" if anew else "INSERT"
        marks = ",".join("?" * (len(columns) + 1))
        query = f"{verb} INTO {table} ({','.join(columns)}, checksum) VALUES ({marks})"
        self._cursor.executemany(query, ((*record, checksum(table, *record)) for record in records))

    def change(self, table: str, number: int, **values: object) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        self.execute(f"UPDATE {table} SET {columns} WHERE id = ?", (*values.values(), number))  # noqa: S608
        self.execute(f"{sealing(table)} WHERE id = ?", (number,))

    def next_number(self, table: str) -> int:
        [(number,)] = self._cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")  # noqa: S608
        return int(number)

    def next_run(self) -> int:
        return self._store.last_run() + 1

    def set_last_run(self, number: int) -> None:
        self.execute("DELETE FROM sqlite_sequence WHERE name = 'run'")
        self.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('run', ?)", (number,))
