"""What a person should know of a database before it keeps a ledger."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bulk_register.ledger.postgresql.connection import Connection
from bulk_register.ledger.postgresql.link import Link
from bulk_register.places import DatabaseAddress

TRIES = 5  # of which the fastest tells what the network costs
_RIGHTS = """
SELECT current_setting('server_version'), current_setting('fsync'), pg_is_in_recovery(), pg_backend_pid(),
    has_database_privilege(current_database(), 'CREATE'),
    (SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = %(schema)s),
    (SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = %(schema)s),
    (SELECT bool_and(has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE')) FROM pg_class
     WHERE relkind = 'r' AND relnamespace = to_regnamespace(%(schema)s))
"""


@dataclass(frozen=True)
class Database:
    """How a database answers, and what its role may do there."""

    version: str
    milliseconds: float  # of a round trip
    user: str
    pooled: bool  # something between shares its connections among programs
    durable: bool  # what is committed outlives a power cut
    primary: bool  # it may be written to at all
    writable: bool  # by this role: the schema's tables, or the schema is still to be made and may be


def inspect(address: DatabaseAddress) -> Database:
    """Ask a database; raises LedgerError where it doesn't answer."""
    link = Link(address)
    try:
        return link.insist(lambda connection: _inspect(connection, address.schema))
    finally:
        link.close()


def _inspect(connection: Connection, schema: str) -> Database:
    fastest = min(_times(connection))
    row = connection.execute(_RIGHTS, {"schema": schema}).fetchone()
    assert row
    version, fsync, standby, backend, may_make, may_use, may_create, may_write = row
    writable = may_make if may_use is None else may_use and (may_create if may_write is None else may_write)
    pooled = backend != connection.info.backend_pid
    user = connection.info.user
    return Database(version, fastest * 1000, user, pooled, fsync == "on", not standby, bool(writable))


def _times(connection: Connection) -> Iterator[float]:
    for _ in range(TRIES):
        began = time.perf_counter()
        connection.execute("SELECT 1")
        yield time.perf_counter() - began
