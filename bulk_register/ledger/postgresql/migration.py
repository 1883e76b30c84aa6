"""The schema with the ledger's tables: made and brought up to date by one program at a time."""

from __future__ import annotations

from psycopg import sql

from bulk_register.errors import LedgerError
from bulk_register.language import _
from bulk_register.ledger.failures import unusable
from bulk_register.ledger.postgresql.connection import Connection
from bulk_register.ledger.postgresql.link import Link
from bulk_register.ledger.postgresql.statements import migrations
from bulk_register.version import __version__

_SEEN = "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = %s"
_TABLES = "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = 'migration'"


def make_ready(link: Link, *, write: bool) -> bool:
    """See to it that the tables are there and of this version; False: none are, and none are to be made.

    Raises LedgerError where they are of a newer program, or can't be used.
    """
    version = link.insist(lambda connection: _version(link, connection))
    newest = len(migrations())
    if version > newest:
        raise LedgerError(
            _(
                "The ledger {path} was written by a newer bulk-register. Update this one.",
                path=link.address,
            )
        )
    if version < newest and write:
        link.insist(lambda connection: _migrate(link, connection))
    elif 0 < version < newest:
        what = _("it is of an older version; the next run brings it up to date")
        raise unusable(link.address, what)
    return write or version > 0


def _version(link: Link, connection: Connection) -> int:
    """Return how many migrations the schema has had; one that may not be looked into is no absent one."""
    schema = link.address.schema
    with connection.pipeline():
        seen = connection.execute(_SEEN, [schema])
        tables = connection.execute(_TABLES, [schema])
    found = seen.fetchone()
    if found and not found[0]:
        what = _("your role may not use its schema {schema}", schema=schema)
        raise unusable(link.address, what)
    if not tables.fetchone():
        return 0
    name = sql.Identifier(schema, "migration")
    row = connection.execute(sql.SQL("SELECT COALESCE(MAX(version), 0) FROM {}").format(name)).fetchone()
    return int(row[0]) if row else 0


def _migrate(link: Link, connection: Connection) -> None:
    """Carry out the missing steps, all of them or none."""
    schema = link.address.schema
    with connection.patience(), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4201))", [schema])
        if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone():
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        connection.execute(link.set_schema)
        _check_encoding(link, connection)
        for number, step in list(enumerate(migrations(), 1))[_version(link, connection) :]:
            if number == 1:
                connection.execute(
                    "CREATE TABLE migration (version bigint PRIMARY KEY, program text NOT NULL, "
                    "made timestamptz NOT NULL DEFAULT now())"
                )
            connection.execute(step)
            values = [number, __version__]
            connection.execute("INSERT INTO migration (version, program) VALUES (%s, %s)", values)


def _check_encoding(link: Link, connection: Connection) -> None:
    row = connection.execute("SHOW server_encoding").fetchone()
    if row and row[0] != "UTF8":
        what = _("its encoding is {encoding}; the ledger needs a database in UTF8", encoding=row[0])
        raise unusable(link.address, what)
