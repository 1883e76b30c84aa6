"""The connection to PostgreSQL: made when it is needed, made anew when it was lost, within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import conninfo, errors, pq, sql

from bulk_register.errors import LedgerAwayError, LedgerError
from bulk_register.language import _
from bulk_register.ledger.failures import unusable
from bulk_register.ledger.postgresql.connection import Connection
from bulk_register.ledger.postgresql.statements import statement
from bulk_register.places import DatabaseAddress

Result = TypeVar("Result")

PATIENCE_SECONDS = 45.0  # how long a lost connection is waited for; less than a lease lasts
IDLE_SECONDS = 20.0  # how long a program may sleep within a transaction while others wait
LOCK_SECONDS = 30.0  # how long they wait; longer, so that one who sleeps is gone by then
PAUSE_SECONDS = 0.25  # between attempts at first; they double up to a second or two

# What an address may say otherwise. A network that swallows packets is noticed within half a minute; a server
# that hangs on a network that doesn't, by its silence (see `connection`).
_USUAL = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "application_name": "bulk-register",
}
# Faults that pass (postgresql.org, "Error Codes"): connections lost or refused, a server that goes or comes,
# a standby that isn't the primary yet, a transaction thrown out for the sake of others.
_PASSING = ("08", "57P01", "57P02", "57P03", "53300", "25006", "25P03", "40001", "40P01", "55P03")


class Link:
    """One connection, for one thread. No state is kept on it: poolers may give each transaction another.

    Every method raises LedgerError where the database can't be used.
    """

    def __init__(self, address: DatabaseAddress) -> None:
        self.address = address
        self.set_schema = sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(address.schema))
        self._connection: Connection | None = None
        self._reached = False
        self._given_up = False  # the last wait was in vain: until one attempt succeeds, none is long

    def insist(self, act: Callable[[Connection], Result], patience_seconds: float = 0.0) -> Result:
        """Return what `act` returns; where the connection is lost, do it again on another, so long."""
        until = time.monotonic() + (0 if self._given_up else patience_seconds)
        pause = PAUSE_SECONDS
        while True:
            try:
                result = act(self._open())
            except psycopg.Error as error:
                self.roll_back()
                if isinstance(error, errors.LockNotAvailable) and self._end_sleepers():
                    continue
                if not is_passing(error) or time.monotonic() + pause > until:
                    self._given_up = is_passing(error)
                    raise self.failure(error) from None
                time.sleep(pause)
                pause = min(pause * 2, 2.0)
            except BaseException:
                self.roll_back()
                raise
            else:
                self._given_up = False
                return result

    def read(self, query: str, values: Any = ()) -> Callable[[Connection], list[tuple[Any, ...]]]:
        """Return what reads the rows of a query in a transaction of its own."""

        def act(connection: Connection) -> list[tuple[Any, ...]]:
            with connection.pipeline():
                connection.execute("BEGIN READ ONLY")
                connection.execute(self.set_schema)
                cursor = connection.execute(query, values)
                connection.execute("COMMIT")
            return cursor.fetchall()

        return act

    def begin(self, connection: Connection, *more: str, **values: Any) -> list[list[tuple[Any, ...]]]:
        """Begin a transaction that writes; returns the ledger's version and the rows of more statements.

        They go as one text. After a pipeline no server would notice that the transaction is idle.
        """
        schema = self.set_schema.as_string(connection)
        begin = ["BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", schema, statement("begin").strip("; \n")]
        bounds = {
            "lock_milliseconds": int(LOCK_SECONDS * 1000),
            "idle_milliseconds": int(IDLE_SECONDS * 1000),
        }
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(";\n".join([*begin, *more]), bounds | values)
        return [result.fetchall() for result in cursor.results() if result.description]

    def close(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def failure(self, error: psycopg.Error) -> LedgerError:
        """Say what a failure means, without passwords and without what the tables hold."""
        said = (
            error.diag.message_primary or str(error).partition("\n")[0]
        )  # libpq's advice is in further lines
        words = self.address.without_secrets(said).rstrip(".?")
        if not self._is_away(error):
            return unusable(self.address, words)
        return LedgerAwayError(
            _(
                "The ledger {place} can't be reached now: {what}. Run the same command again when it can.",
                place=self.address,
                what=words,
            )
        )

    def _is_away(self, error: psycopg.Error) -> bool:
        """Tell whether a server that was never reached is away, or closed to us: libpq gives both no code."""
        if self._reached or not is_passing(error):
            return False
        return bool(error.sqlstate) or pq.PGconn.ping(self._parameters().encode()) != pq.Ping.OK

    def _open(self) -> Connection:
        if self._connection is None:
            text = self._parameters()
            self._connection = Connection.connect(text, autocommit=True, prepare_threshold=None)
            self._reached = True
        return self._connection

    def _parameters(self) -> str:
        with _understood(self.address):
            parameters = conninfo.conninfo_to_dict(self.address.secret)
        named = _USUAL | parameters | {"client_encoding": "utf8"}
        if named.pop("options", "") and self.address.other_options:
            named["options"] = self.address.other_options
        return conninfo.make_conninfo("", **named)

    def _end_sleepers(self) -> bool:
        """End the sessions that others wait for while their programs sleep; was there any?"""
        with suppress(psycopg.Error):
            return bool(self._open().execute(statement("end_sleepers"), [IDLE_SECONDS]).fetchall())
        return False

    def roll_back(self) -> None:
        """End what a failure has left half done; drop a connection on which that can't be."""
        if self._connection is None:
            return
        with suppress(psycopg.Error):
            self._connection.rollback()
            if self._connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                return
        self.close()


def is_passing(error: psycopg.Error) -> bool:
    """Tell whether the same may succeed on another connection."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(_PASSING)


@contextmanager
def _understood(address: DatabaseAddress) -> Iterator[None]:
    try:
        yield
    except psycopg.ProgrammingError:  # libpq's words would show parts of the address, and passwords
        raise unusable(address, _("its address can't be understood")) from None
