"""PgBouncer between programs and a server: few connections, which transactions share."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

from tests.support.ledgers import NOBODY
from tests.support.postgresql import USER, await_server, free_port

# Debian has it where programs are that root starts
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
admin_users = postgres
pool_mode = transaction
default_pool_size = 2
server_check_delay = 0
"""


class Pooler:
    """A PgBouncer in transaction mode, whose connections are fewer than a run's."""

    def __init__(self, folder: Path, server_port: int) -> None:
        self.port = free_port()
        self._folder = folder
        settings = SETTINGS.format(server=server_port, port=self.port, folder=folder)
        (folder / "pgbouncer.ini").write_text(settings, encoding="utf-8")
        (folder / "users").write_text('"postgres" ""\n', encoding="utf-8")
        if USER:
            os.chown(folder, NOBODY, NOBODY)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        assert PGBOUNCER
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PGBOUNCER, "-q", self._folder / "pgbouncer.ini"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **USER,  # type: ignore[call-overload]
            )
        await_server(f"postgresql://postgres@127.0.0.1:{self.port}/pgbouncer", seconds=30)

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._process.terminate()
        self._process.wait(30)
