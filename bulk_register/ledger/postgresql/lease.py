"""Who may send for a scope: one program at a time, as long as it prolongs that, by the server's clock."""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from bulk_register.errors import LedgerBusyError, LedgerError
from bulk_register.language import _
from bulk_register.ledger.postgresql.connection import Connection
from bulk_register.ledger.postgresql.link import Link
from bulk_register.ledger.postgresql.statements import statement
from bulk_register.places import DatabaseAddress

LEASE_SECONDS = 60.0
RENEW_SECONDS = 10.0  # so that a connection that is lost for a while loses no lease
WHOLE_LEDGER = "*"


class Lease:
    """A lease that this program took. What it does is sound only as long as `remaining` is above 0."""

    def __init__(self, address: DatabaseAddress, scope: str, fence: int, began: float) -> None:
        self._address = address
        self.values = {"scope": scope, "fence": fence, "seconds": LEASE_SECONDS}
        self._until = began + LEASE_SECONDS
        self._ended = threading.Event()

    def remaining(self) -> float:
        """Return for how many seconds the lease lasts at least, by this machine's clock."""
        return self._until - clock()

    def renewed(self, began: float) -> None:
        """Notice that the server prolonged the lease when it was asked at this time of `clock`."""
        if began < self._until:
            self._until = max(self._until, began + LEASE_SECONDS)

    def lose(self) -> None:
        self._until = float("-inf")

    def lost_error(self) -> LedgerError:
        return LedgerError(
            _(
                "This run may not write into the ledger {place} any more: its lease is over, because this "
                "machine slept or was cut off from the database. Run the same command again.",
                place=self._address,
            )
        )

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Prolong the lease in time, on a connection of its own, until this ends."""
        thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def release(self, link: Link) -> None:
        """Let others have it at once; where that can't be told, it ends by itself."""
        with suppress(LedgerError):
            link.insist(lambda connection: _carry_out(link, connection, "release_lease", self.values))

    def _keep(self) -> None:
        link = Link(self._address)
        pause = RENEW_SECONDS
        while not self._ended.wait(pause) and self.remaining() > 0:
            began, pause = clock(), RENEW_SECONDS / 10
            with suppress(LedgerError):  # it is tried again soon; `remaining` tells when that is too late
                if link.insist(lambda connection: _carry_out(link, connection, "renew_lease", self.values)):
                    self.renewed(began)
                    pause = RENEW_SECONDS
                else:
                    self.lose()
        link.close()


def clock() -> float:
    """Return seconds of a clock that goes on while this machine sleeps, where there is one."""
    always = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if always is None else time.clock_gettime(always)


def take(link: Link, scope: str) -> Lease:
    """Take a lease; raises LedgerBusyError where another program has it."""
    values: dict[str, Any] = {
        "scope": scope,
        "holder": uuid.uuid4(),
        "machine": socket.gethostname(),
        "process": os.getpid(),
        "seconds": LEASE_SECONDS,
    }

    def act(connection: Connection) -> Lease:
        began = clock()
        _version, found = link.begin(connection, statement("find_lease").strip(), **values)
        if found:
            raise _busy(link.address, *found[0])
        with connection.pipeline():
            row = connection.execute(statement("take_lease"), values)
            connection.execute("DELETE FROM turn WHERE at < now() - interval '1 day'")
            connection.execute("COMMIT")
        return Lease(link.address, scope, row.fetchall()[0][0], began)

    return link.insist(act, RENEW_SECONDS)


def _carry_out(link: Link, connection: Connection, name: str, values: dict[str, Any]) -> int:
    """Carry out one statement in a transaction of its own; returns how many records it changed."""
    with connection.pipeline():
        connection.execute("BEGIN")
        connection.execute(link.set_schema)
        connection.execute("SET LOCAL lock_timeout = '10s'")
        cursor = connection.execute(statement(name), values)
        connection.execute("COMMIT")
    return cursor.rowcount


def _busy(
    address: DatabaseAddress, machine: str, process: int, since: datetime, until: datetime
) -> LedgerBusyError:
    return LedgerBusyError(
        _(
            "Another run is under way on {machine} (process {process}) since {since}. Wait for it to end, "
            "then run the same command again. (It keeps its records in the ledger {place} too. Should that "
            "machine be dead, you can go on after {until}.)",
            machine=machine,
            process=process,
            since=_told(since),
            until=_told(until),
            place=address,
        )
    )


def _told(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
