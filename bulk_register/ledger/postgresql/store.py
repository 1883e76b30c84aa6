"""The ledger's records in a PostgreSQL database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import sql

from bulk_register.errors import LedgerError
from bulk_register.language import _
from bulk_register.ledger.checksums import COLUMNS
from bulk_register.ledger.postgresql.connection import Connection
from bulk_register.ledger.postgresql.lease import WHOLE_LEDGER, Lease, take
from bulk_register.ledger.postgresql.link import Link
from bulk_register.ledger.postgresql.migration import make_ready
from bulk_register.ledger.postgresql.numbers import Numbers
from bulk_register.ledger.postgresql.texts import restored, stored
from bulk_register.ledger.postgresql.turn import Turn
from bulk_register.ledger.record_store import RecordStore, Writer
from bulk_register.places import DatabaseAddress
from bulk_register.records import Scope

READING_SECONDS = 15.0  # how long what only reads waits for a lost connection


class PostgresqlStore(RecordStore):
    """An open schema. It is made, or brought up to date, where it is opened to be written."""

    def __init__(self, address: DatabaseAddress, *, write: bool) -> None:
        self.address = address
        self.link = Link(address)
        self.lease: Lease | None = None  # what every transaction that writes checks
        self.numbers = Numbers()
        self.changes = 0  # statements of this store that write
        self._commits = 0  # transactions of this store that wrote
        self._turn: Turn | None = None  # the transaction that is open
        self._in_snapshot = False
        try:
            self.is_there = make_ready(self.link, write=write)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.link.close()

    def each(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        query, values = query.replace("?", "%s"), [stored(value) for value in values]
        if self._turn:
            rows = self._turn.read(query, values)
        elif self._in_snapshot:
            rows = self.link.insist(lambda connection: connection.execute(query, values).fetchall())
        else:
            rows = self.link.insist(self.link.read(query, values), READING_SECONDS)
        for row in rows:
            yield tuple(map(restored, row))

    def numbered(self, table: str, numbers: Sequence[int]) -> Iterator[list[Any]]:
        return self.records(table, "WHERE id = ANY(?) ORDER BY id", [list(numbers)])

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        def begin(connection: Connection) -> None:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.execute(self.link.set_schema)

        self.link.insist(begin)
        self._in_snapshot = True
        try:
            yield
        finally:
            self._in_snapshot = False
            self.link.roll_back()

    def last_run(self) -> int:
        return int(self.all("SELECT last_run FROM ledger WHERE id = 1")[0][0])

    def state(self) -> tuple[int, int]:
        if self._turn:
            version = self._turn.version()
        else:
            version = self.only_version(self.all("SELECT version FROM ledger WHERE id = 1"))
        return self.by_others(version), self.changes

    def only_version(self, found: Sequence[tuple[Any, ...]]) -> int:
        """Return what the one record of the table `ledger` says; raises LedgerError where it isn't there."""
        if len(found) != 1:
            raise self.damaged(_("a record in its table '{table}' is missing", table="ledger"))
        return int(found[0][0])

    def by_others(self, version: int) -> int:
        """Return how many transactions others have written when the ledger is at this version."""
        return version - self._commits

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        if self._turn:
            yield self._turn
            return
        turn = self._turn = Turn(self)
        try:
            yield turn
            self._commits += turn.commit()
        except BaseException:
            self.numbers.clear()
            turn.roll_back()
            raise
        finally:
            self._turn = None

    @contextmanager
    def held(self, scope: Scope | None = None) -> Iterator[object]:
        """Take a lease, which is renewed until this ends; raises LedgerBusyError where another has it."""
        key = WHOLE_LEDGER if scope is None else json.dumps(scope, ensure_ascii=False)
        self.lease = take(self.link, stored(key))
        try:
            with self.lease.kept():
                yield self.lease
        finally:
            lease, self.lease = self.lease, None
            lease.release(self.link)

    def lost(self) -> str:
        return str(self.lease.lost_error()) if self.lease and self.lease.remaining() <= 0 else ""

    def damaged(self, what: str) -> LedgerError:
        return LedgerError(
            _(
                "The ledger {place} is damaged ({what}). It holds whose each link is, so nothing was taken "
                "from it. Restore the database, or its schema {schema}, from a backup.",
                place=self.address,
                schema=self.address.schema,
                what=what,
            )
        )

    def clear_deleted(self) -> None:
        """Write the tables anew. What logs and backups of the server hold is its administrator's."""

        def act(connection: Connection) -> None:
            with connection.patience():
                for table in COLUMNS:
                    name = sql.Identifier(self.address.schema, table)
                    connection.execute(sql.SQL("VACUUM (FULL) {}").format(name))

        self.link.insist(act)
