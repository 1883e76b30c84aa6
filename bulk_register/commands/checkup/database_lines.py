"""What `doctor` says of the database that keeps the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from bulk_register.commands.checkup.check_line import CheckLine, State
from bulk_register.language import _
from bulk_register.ledger import inspect_database
from bulk_register.places import DatabaseAddress

SLOW_MILLISECONDS = 30.0  # a round trip; each transaction takes two


def database_lines(address: DatabaseAddress) -> Iterator[CheckLine]:
    """Look at a database before a run relies on it; raises LedgerError where it doesn't answer."""
    found = inspect_database(address)
    yield CheckLine(
        State.OK,
        _(
            "database: PostgreSQL {version}, answers within {milliseconds:.1f} ms, as {user}",
            version=found.version,
            milliseconds=found.milliseconds,
            user=found.user,
        ),
    )
    if found.pooled:
        pooler = _("database: a pooler is between (PgBouncer or the like), which does no harm")
        yield CheckLine(State.NOTE, pooler)
    if found.milliseconds > SLOW_MILLISECONDS:
        yield CheckLine(State.NOTE, _("database: it is far away, which makes runs slower"))
    if not found.durable:
        fsync = _("database: fsync is off, so a power cut there can lose answers of StartExam")
        yield CheckLine(State.NOTE, fsync)
    if not found.primary:
        standby = _("database: it is a standby, which can't be written to. Name the primary server")
        yield CheckLine(State.PROBLEM, standby)
    elif not found.writable:
        words = _(
            "database: {user} may not write in the schema {schema}. Have the rights given that "
            "docs/postgresql.md names",
            user=found.user,
            schema=address.schema,
        )
        yield CheckLine(State.PROBLEM, words)
