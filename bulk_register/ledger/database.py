"""The ledger as a file: made whole or not at all, its owner's alone, used by one run at a time."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from bulk_register import paths as places
from bulk_register.errors import LedgerBusyError, LedgerError
from bulk_register.language import _
from bulk_register.ledger import checksums, schema
from bulk_register.ledger.failures import damaged, guarded, plain, unusable

# File systems on which SQLite's write-ahead log doesn't work (sqlite.org/wal.html, "Disadvantages").
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "ncpfs", "fuse.glusterfs", "ceph")
BUSY_SECONDS = 10  # how long a reader of the ledger may hold up a run


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a ledger; with `write` it is made if it isn't there, without it an absent one reads as empty.

    Raises LedgerError where the file is damaged, something else, of a newer version, or can't be used.
    """
    with guarded(path):
        if not path.exists():
            if not write:
                return empty()
            _create(path)
        _check_file(path, write=write)
        return _patiently(path, write=write)


def empty() -> sqlite3.Connection:
    """Open a ledger in memory."""
    return _prepare(sqlite3.connect(":memory:"))


def lock(path: Path) -> AbstractContextManager[object]:
    """Take the ledger for one run; the operating system drops it when the process dies.

    Raises LedgerBusyError where another run has it.
    """
    try:
        held = places.held(Path(f"{os.path.realpath(path)}.lock"))  # one lock, whatever the name
    except OSError as error:
        raise unusable(path, error.strerror or str(error)) from None
    if held is None:
        raise LedgerBusyError(
            _(
                "Another run is under way. Wait for it to end, then run the same command again. (Both "
                "keep their records in the ledger {path}; runs side by side need one each: --ledger.)",
                path=path,
            )
        )
    return held


def on_network_share(path: Path) -> bool:
    """Tell whether a file lies on a network share, as far as this system says."""
    if sys.platform == "win32":
        import ctypes

        drive = path.resolve().drive
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive + "\\") == 4
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return file_system(path.resolve(), mounts).startswith(NETWORK_FILE_SYSTEMS)


def file_system(path: Path, mounts: str) -> str:
    """Return the type of the file system that holds a path, from a table like /proc/self/mounts."""
    found = [line.split()[1:3] for line in mounts.splitlines()]
    places = [(Path(place.replace("\\040", " ")), kind) for place, kind in found]
    holding = [(place, kind) for place, kind in places if path.is_relative_to(place)]
    # of those mounted on each other the last counts, and `max` returns the first
    return max(reversed(holding), key=lambda mount: len(mount[0].parts), default=(path, ""))[1]


def rewrite(path: Path, connection: sqlite3.Connection) -> None:
    """Write the whole file anew, so that nothing of what was deleted is left in it or in its log."""
    with guarded(path):
        connection.execute("VACUUM")
        held = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if held:
        raise LedgerBusyError(
            _(
                "It is deleted, but another program reads the ledger {path}, so its log can't be "
                "cleared. Run the same command again when that has ended.",
                path=path,
            )
        )


def _create(path: Path) -> None:
    """Make a new ledger beside its place and move it there, so that half of one is never seen."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock(path):
        if path.exists():
            return
        draft = path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            schema.migrate(connection)
        finally:
            connection.close()
        draft.replace(path)


def _check_file(path: Path, *, write: bool) -> None:
    if path.stat().st_size == 0:
        raise damaged(path, _("it is empty"))
    if _cut_off(path):
        raise damaged(path, _("its end is missing"))
    if write and os.name == "posix" and path.stat().st_uid == os.geteuid() and path.stat().st_mode & 0o077:
        with suppress(OSError):  # as on read-only media
            if _is_marked(path):
                path.chmod(0o600)


def _is_marked(path: Path) -> bool:
    """Tell whether a file's header says that it is a ledger (SQLite file format 1.3.12: the application)."""
    with path.open("rb") as file:
        return file.read(72)[68:] == schema.APPLICATION_ID.to_bytes(4, "big")


def _check_contents(path: Path, connection: sqlite3.Connection) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != schema.APPLICATION_ID:
        raise LedgerError(
            _("{path} is not a ledger of bulk-register. Name another file with --ledger.", path=path)
        )
    if schema.version(connection) > len(schema.MIGRATIONS):
        raise LedgerError(
            _("The ledger {path} was written by a newer bulk-register. Update this one.", path=path)
        )
    # SQLite's structure; what records hold has checksums. It takes 0.05 s for a million registrations.
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise damaged(path, plain(found))
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        raise damaged(path, _("a record in it belongs to no run"))


def _cut_off(path: Path) -> bool:
    """Tell whether a file is shorter than its header says; SQLite takes what is missing for zeros."""
    with path.open("rb") as file:
        header = file.read(100)  # sqlite.org/fileformat.html, "The Database Header"
    if len(header) < 100:
        return header[:16] == b"SQLite format 3\0"[: len(header)]
    if _log_of(path):
        return False  # what is missing may be there
    page_bytes = int.from_bytes(header[16:18]) or 1
    pages = int.from_bytes(header[28:32]) if header[24:28] == header[92:96] else 0
    return path.stat().st_size < pages * (65536 if page_bytes == 1 else page_bytes)


def _log_of(path: Path) -> bool:
    """Tell whether there is a log with transactions that aren't in the file yet."""
    logs = [path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")]
    return any(log.exists() and log.stat().st_size for log in logs)


def _patiently(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a ledger while others open or close it.

    SQLite itself doesn't wait where they set its journal mode or clear its log (sqlite.org/wal.html,
    "Sometimes Queries Return SQLITE_BUSY In WAL Mode").
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection = _opened(path, ("mode=rw",) if write else _ways_to_read(path))
            if write:
                return _made_ready(path, connection)
            return connection if schema.version(connection) == len(schema.MIGRATIONS) else _lifted(connection)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _made_ready(path: Path, connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        mode = "TRUNCATE" if on_network_share(path) else "WAL"
        connection.execute(f"PRAGMA journal_mode = {mode}")
        return _prepare(connection)
    except BaseException:
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    checksums.install(connection)
    schema.migrate(connection)
    return connection


def _lifted(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Return a copy in memory, brought up to date, of an older ledger that is only to be read."""
    copy = sqlite3.connect(":memory:")
    with connection:
        connection.backup(copy)
    connection.close()
    return _prepare(copy)


def _ways_to_read(path: Path) -> tuple[str, ...]:
    """Return how a ledger may be opened for reading, as options of SQLite's addresses, best first.

    What a crash has left in a log can be needed to read on, and only who may write can use it; without any,
    read-only media want `immutable`.
    """
    return "mode=ro", "mode=rw" if _log_of(path) else "mode=ro&immutable=1"


def _opened(path: Path, ways: tuple[str, ...]) -> sqlite3.Connection:
    """Open a ledger in the first way that works; raises LedgerError where it is something else."""
    for way in ways:
        address = f"{path.absolute().as_uri()}?{way}"
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)
        try:
            _check_contents(path, connection)
        except BaseException as error:
            connection.close()
            if not any(words in str(error) for words in ("unable to open", "readonly database")):
                raise
        else:
            return connection
    raise unusable(path, _("it or its folder may not be read or written"))
