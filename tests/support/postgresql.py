"""A PostgreSQL server that tests start, stop and put into trouble themselves."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, Self

import psycopg

from bulk_register.places import DatabaseAddress
from tests.support.ledgers import NOBODY

_INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
_ON_PATH = shutil.which("initdb")
BINARIES = _INSTALLED[-1] if _INSTALLED else Path(_ON_PATH).parent if _ON_PATH else None
USER = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}  # the server refuses to run as root

# A disk of its own, of which nobody else knows; then back to who we are. Others may do that as root of a
# name space of users.
_DISK = 'mount -t tmpfs -o size={} tmpfs "$0" && chown {}:{} "$0" && exec "$@"'
_AS_ROOT = ("unshare", "--mount", "sh", "-c", _DISK.format("{}", NOBODY, NOBODY))
_AS_OTHERS = ("unshare", "--map-root-user", "--mount", "sh", "-c", _DISK.format("{}", 0, 0))
_DOWN = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
_BACK = ("unshare", "--user", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}")


def with_disk(folder: Path, size: str) -> list[str]:
    """Return the words before a command that give it a small disk of its own in this folder."""
    *words, script = _AS_ROOT if USER else _AS_OTHERS
    return [*words, script.format(size), str(folder), *(_DOWN if USER else _BACK)]


def has_own_mounts() -> bool:
    """Tell whether a process may have mounts of its own here."""
    unshare = shutil.which("unshare")
    return (
        unshare is not None and subprocess.run([unshare, "-rm", "true"], capture_output=True).returncode == 0
    )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def await_server(url: str, seconds: float = 60) -> None:
    """Wait until a server that was started lets somebody in."""
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class Server:
    """A running server, in a folder of its own; anybody on this machine may connect to it.

    What is committed outlives a power cut only where it is `durable`, which takes its time. `disk`: the size
    of a disk of its own, on which there is the tablespace `small`.
    """

    def __init__(self, folder: Path, *, durable: bool = False, disk: str = "") -> None:
        self.small = folder / "small"
        self._before = with_disk(self.small, disk) if disk else []
        self._options = ["-c", f"fsync={'on' if durable else 'off'}"]
        self.port = free_port()
        self._folder, self._data = folder, folder / "data"
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.small.mkdir()
        if USER:
            os.chown(folder, NOBODY, NOBODY)
        words = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
        self._run("initdb", "-D", str(self._data), *words)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        assert BINARIES
        options = [*self._options, "-c", "listen_addresses=127.0.0.1", "-p", str(self.port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._before, BINARIES / "postgres", "-D", self._data, "-k", self._folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self._folder,
                **({} if self._before else USER),  # type: ignore[call-overload]
            )
        await_server(self.url("postgres"))

    def stop(self, *, at_once: bool = False) -> None:
        """Stop it, with `at_once` as a crash does."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
            self._process.wait(60)
            self._process = None

    @property
    def pid(self) -> int:
        """The process that accepts connections."""
        assert self._process
        return self._process.pid

    def url(self, database: str, user: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> DatabaseAddress:
        """Make an empty database; returns its address."""
        name = f"ledger{next(self._numbers)}"
        self.execute("postgres", f"CREATE DATABASE {name} STRATEGY file_copy TEMPLATE template0")
        return DatabaseAddress(self.url(name))

    def execute(self, database: str, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Carry out a statement as the server's administrator."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *words: str) -> None:
        assert BINARIES
        subprocess.run(
            [BINARIES / program, *words],
            check=True,
            capture_output=True,
            cwd=self._folder,
            **USER,  # type: ignore[call-overload]
        )


def rows(address: DatabaseAddress, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Carry out a statement among a ledger's tables."""
    with psycopg.connect(address.secret, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {address.schema}")
        cursor = connection.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []
