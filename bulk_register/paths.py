"""Where files of the user's own belong on this system, where a name leads, and who holds a file."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import filelock
import platformdirs

from bulk_register.errors import InputError, LedgerError, SettingsError
from bulk_register.language import _

HELD_BY_ANOTHER = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK)  # flock(2)
TEMPORARY = "TEMP" if os.name == "nt" else "TMPDIR"  # the variable that names the temporary folder
PREFIX = "bulk_register-"  # of private folders


def real_path(path: Path) -> Path:
    """Return the file itself, whatever links lead to it."""
    return Path(os.path.realpath(path.expanduser()))


def config_folder() -> Path:
    """Return the user's folder for settings; it may not be there yet. Raises SettingsError without a home."""
    folder = _of_user(platformdirs.user_config_path)
    if folder is None:
        raise SettingsError(
            [
                _(
                    "This user has no home folder (HOME is not set), so there is no place for the secret "
                    "key. Name a file for it with --secret-file."
                )
            ]
        )
    return folder


def ledger_file() -> Path:
    """Return where a user's ledger is unless another is named: in the user's state folder.

    Raises LedgerError where the user has no home, as in a container or a service.
    """
    folder = _of_user(platformdirs.user_state_path)
    if folder is None:
        raise LedgerError(
            _(
                "This user has no home folder (HOME is not set), so there is no place for the ledger. Name a "
                "file for it with --ledger."
            )
        )
    return folder / "ledger.sqlite3"


def _of_user(find: Callable[..., Path]) -> Path | None:
    """Return one of the user's folders; None where there is no home folder to hold it."""
    try:
        folder = find("bulk_register", appauthor=False)
    except RuntimeError:  # neither HOME nor an entry for this user
        return None
    return folder if folder.is_absolute() else None


def held(path: Path) -> filelock.BaseFileLock | None:
    """Take a lock that the operating system drops when this process dies; None where another has it.

    Raises OSError where the file can't be made or opened, or where its file system knows no locks.
    """
    _insist_on_locks(path)
    lock = filelock.FileLock(path, mode=0o600)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return None
    return lock


def _insist_on_locks(path: Path) -> None:
    """Raise OSError where the system refuses a lock for another reason than that somebody holds it.

    What filelock makes of such a refusal differs with its version: a lock that another holds, or one by the
    mere presence of the file, which stays when the process dies.
    """
    if os.name != "posix":
        return
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in HELD_BY_ANOTHER:
            raise OSError(error.errno, _("its file system knows no locks"), str(path)) from None
    finally:
        os.close(descriptor)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Return a folder that only this user can look into; it goes when the context ends.

    What runs that were killed have left behind of such folders goes with it: rosters and links lie in them.
    Raises InputError where no folder for temporary files can be used.
    """
    with ExitStack() as stack:
        try:
            _clear_up()
            folder = _locked_folder(stack)
        except OSError as error:
            raise InputError(
                _(
                    "No folder for temporary files can be used ({strerror}). Name one of yours with the "
                    "environment variable {temporary}, for the private copy of the roster.",
                    strerror=error.strerror,
                    temporary=TEMPORARY,
                )
            ) from None
        yield folder


def _locked_folder(stack: ExitStack) -> Path:
    """Make a private folder that goes, with its lock, when the stack is closed."""
    while True:
        made = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(made))
        with suppress(FileNotFoundError, FileExistsError):  # it was deleted meanwhile
            if lock := held(folder / "lock"):
                stack.callback(lock.release)
                folder.chmod(0o700)  # it may be gone, or have been made again
                return folder
        # another process, just clearing up, has taken this folder for a dead one's


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
            if os.name == "nt":  # where no file can be deleted that somebody has open
                lock.release()
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()  # not before, or whoever makes this folder would take it and lose it


def _is_own_folder(folder: Path) -> bool:
    """Tell whether it is a folder, no link to one, and this user's: anybody can make one in /tmp."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return os.name != "posix" or folder.stat().st_uid == os.geteuid()
