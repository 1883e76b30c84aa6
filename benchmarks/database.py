"""A PostgreSQL server for the benchmarks, near and behind a slow network, in a process of its own.

It prints an address a line, then empties the database each time it reads a line, and says so; it ends with
its input. The server keeps what is committed (fsync is on), as SQLite does.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from benchmarks.race import ROOT, Contestant

ROUND_TRIPS = (0, 10, 20)  # milliseconds of network between a program and the server
ABSENT = "no PostgreSQL server is installed here"


def named(round_trip: int) -> str:
    """Return what runs over such a network are called."""
    return f"PostgreSQL, {round_trip} ms" if round_trip else "PostgreSQL"


class Databases:
    """The other process, as the race sees it. Without a server's programs `addresses` is empty."""

    def __enter__(self) -> Self:
        words = [sys.executable, "-m", "benchmarks.database"]
        self._process = subprocess.Popen(  # noqa: S603
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self.addresses = dict(zip(ROUND_TRIPS, iter(self._hear, ""), strict=False))
        if len(self.addresses) < len(ROUND_TRIPS) and self._process.wait():
            raise RuntimeError("The database server did not start.")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def contestants(self, ours: Contestant, ledger: Path) -> list[Contestant]:
        """Return the same run with the ledger in each of the databases; it begins with an empty one."""
        return [
            replace(
                ours,
                name=named(round_trip),
                words=[address if word == str(ledger) else word for word in ours.words],
                before=self._emptied(ours.before),
            )
            for round_trip, address in self.addresses.items()
        ]

    def _emptied(self, before: Callable[[], None]) -> Callable[[], None]:
        def empty() -> None:
            before()
            assert self._process.stdin is not None
            self._process.stdin.write("empty\n")
            self._process.stdin.flush()
            if not self._hear():
                raise RuntimeError("The database can't be emptied.")

        return empty

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def main(round_trips: Sequence[int] = ROUND_TRIPS) -> None:
    """Serve until the input ends."""
    from benchmarks.network import Network
    from tests.support.postgresql import BINARIES, Server

    if not BINARIES:
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-")))
        server = stack.enter_context(Server(folder, durable=True))
        address = server.new_database()
        for round_trip in round_trips:
            port = server.port
            if round_trip:
                port = stack.enter_context(Network(server.port, round_trip / 2000)).port
            tell(address.secret.replace(f":{server.port}/", f":{port}/"))
        for _ in sys.stdin:
            name = address.secret.rpartition("/")[2]
            server.execute(name, f"DROP SCHEMA IF EXISTS {address.schema} CASCADE")
            tell("empty")


def tell(words: str) -> None:
    """Say a line to the race."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
