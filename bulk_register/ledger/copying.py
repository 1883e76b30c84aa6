"""All that a ledger holds into another: from one kind of place to another, or into a backup."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from bulk_register.errors import LedgerError
from bulk_register.language import _
from bulk_register.ledger.checksums import COLUMNS, checksum
from bulk_register.ledger.failures import guarded
from bulk_register.ledger.record_store import RecordStore
from bulk_register.ledger.sqlite_store import SqliteStore
from bulk_register.ledger.stores import open_store
from bulk_register.places import LedgerPlace


def move(source: LedgerPlace, target: LedgerPlace) -> int:
    """Copy a ledger to a place that holds none, while nobody uses either; returns how many runs it has.

    What was there stays. Raises LedgerError, or LedgerBusyError where a run uses one of them.
    """
    with (
        _old(source) as old,
        closing(open_store(target, write=True)) as new,
        old.held(),
        new.held(),
        old.snapshot(),
    ):
        return _copy(old, new, target)


def back_up(source: LedgerPlace, file: Path) -> int:
    """Write a ledger as it is now into a new file, also while a run uses it; returns like `move`."""
    if file.exists():
        raise LedgerError(_("{file} is there already. Name another file for the backup.", file=file))
    draft = file.with_name(file.name + ".new")
    try:
        with _old(source) as old, old.snapshot():
            runs = _into_file(old, draft)
        with guarded(file):
            draft.rename(file)
        return runs
    finally:
        for left in file.parent.glob(f"{glob.escape(draft.name)}*"):
            with suppress(OSError):
                left.unlink(missing_ok=True)


@contextmanager
def _old(source: LedgerPlace) -> Iterator[RecordStore]:
    """Open the ledger that is copied; raises LedgerError where none is there."""
    with closing(open_store(source, write=False)) as old:
        if not old.is_there:
            raise LedgerError(_("There is no ledger at {place}. Nothing was copied.", place=source))
        yield old


def _into_file(old: RecordStore, draft: Path) -> int:
    with guarded(draft):
        draft.unlink(missing_ok=True)
    new = SqliteStore(draft, write=True)
    try:
        runs = _copy(old, new, draft)
    finally:
        new.close()  # which leaves nothing in a log
    with guarded(draft), draft.open("rb") as written:
        os.fsync(written.fileno())
    return runs


def _copy(old: RecordStore, new: RecordStore, target: LedgerPlace) -> int:
    if any(new.all(f"SELECT 1 FROM {table} LIMIT 1") for table in COLUMNS):  # noqa: S608
        raise LedgerError(
            _("The ledger {place} is not empty, so nothing was copied. Name another place.", place=target)
        )
    with new.transaction() as write:
        for table in COLUMNS:
            write.insert(table, (tuple(record) for record in old.records(table)))
        write.set_last_run(old.last_run())
    for table in COLUMNS:
        if _sums(old, table) != _sums(new, table):
            raise new.damaged(_("its table '{table}' is not what was copied", table=table))
    return len(new.all("SELECT id FROM run"))


def _sums(store: RecordStore, table: str) -> tuple[int, int]:
    """Return how many records a table has, and the sum of their checksums, which are reckoned anew."""
    sums = [checksum(table, *record) for record in store.records(table)]
    return len(sums), sum(sums)
