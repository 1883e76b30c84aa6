"""Where files of the user's own belong on this system, where a name leads, and who holds a file."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import platformdirs

PREFIX = "bulk_register-"  # of private folders


def real_path(path: Path) -> Path:
    """Return the file itself, whatever links lead to it."""
    return Path(os.path.realpath(path.expanduser()))


def config_folder() -> Path:
    """Return the user's folder for settings; it may not be there yet."""
    return platformdirs.user_config_path("bulk_register", appauthor=False)


def ledger_file() -> Path:
    """Return where a user's ledger is unless another is named: in the user's state folder."""
    return platformdirs.user_state_path("bulk_register", appauthor=False) / "ledger.sqlite3"


def held(path: Path) -> filelock.BaseFileLock | None:
    """Take a lock that the operating system drops when this process dies; None where another has it.

    Raises OSError where the file can't be made or opened.
    """
    lock = filelock.FileLock(path, mode=0o600)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return None
    return lock


@contextmanager
def private_folder() -> Iterator[Path]:
    """Return a folder that only this user can look into; it goes when the context ends.

    What runs that were killed have left behind of such folders goes with it: rosters and links lie in them.
    """
    _clear_up()
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        lock = held(Path(name) / "lock")
        if lock is None:  # another process, just clearing up, has taken this folder for a dead one's
            with private_folder() as another:
                yield another
            return
        try:
            yield Path(name)
        finally:
            lock.release()


def _clear_up() -> None:
    """Delete private folders of processes that have died."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if not _is_own_folder(folder) or not (folder / "lock").exists():
                continue
            lock = held(folder / "lock")
        except OSError:  # it may be going right now
            continue
        if lock:
            lock.release()
            shutil.rmtree(folder, ignore_errors=True)


def _is_own_folder(folder: Path) -> bool:
    """Tell whether it is a folder, no link to one, and this user's: anybody can make one in /tmp."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return os.name != "posix" or folder.stat().st_uid == os.geteuid()
