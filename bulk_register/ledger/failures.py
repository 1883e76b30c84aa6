"""What a failing disk, SQLite or a damaged file means, and what a person can do about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulk_register.errors import LedgerError
from bulk_register.language import _
from bulk_register.places import LedgerPlace

# What SQLite fails with where the file is sound and its surroundings aren't (sqlite.org/rescode.html).
SURROUNDINGS = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_ABORT,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_TOOBIG,
        sqlite3.SQLITE_MISUSE,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
    }
)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn failures of the disk and of SQLite into what a person can do about them."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and isinstance(error, sqlite3.OperationalError):  # its words would show the text
            raise damaged(path, _("a text in it is not UTF-8")) from None
        if code is None or code & 0xFF in SURROUNDINGS:
            raise unusable(path, str(error)) from None
        raise damaged(path, plain(str(error))) from None
    except UnicodeDecodeError:  # SQLite's words hold a part of the file
        raise damaged(path, _("a text in it is not UTF-8")) from None
    except OSError as error:
        raise unusable(path, error.strerror or str(error)) from None


def plain(words: str) -> str:
    """Return SQLite's words on one line; parts of a damaged file may stand in them."""
    shown = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(shown.removeprefix("*** in database main ***").split())


def damaged(path: Path, what: str) -> LedgerError:
    """Return what to say of a ledger that can't be trusted any more."""
    return LedgerError(
        _(
            "The ledger {path} is damaged ({what}). It holds whose each link is, so nothing was "
            "taken from it. Move {name}, {name}-wal and {name}-shm away, as far as they are there, and "
            "put back those of a "
            "backup, all of one time. Without a backup, the next run begins a new ledger: it asks "
            "about everybody again, which makes no new registrations. It can't know then when links "
            "of earlier runs end (StartExam keeps their first end, so some may be over), and earlier "
            "runs can't be finished or exported any more.",
            path=path,
            what=what,
            name=path.name,
        )
    )


def unusable(path: LedgerPlace, what: str) -> LedgerError:
    return LedgerError(
        _(
            "The ledger {path} can't be used: {what}. Fix that, or name another file with --ledger.",
            path=path,
            what=what,
        )
    )
