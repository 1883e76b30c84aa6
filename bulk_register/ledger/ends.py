"""Ends of links that a person has extended in StartExam, and links whose coming end has been told."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bulk_register.ledger.ledger import Ledger
    from bulk_register.ledger.ledger_reader import LedgerReader
    from bulk_register.ledger.record_store import RecordStore


class Extensions(dict[str, int]):
    """Until when extended links work at an address, by participant; case doesn't count."""

    def __init__(self, store: RecordStore, base_url: str) -> None:
        records = store.records("extension", "WHERE base_url = ?", [base_url])
        super().__init__({name: till for _, name, till, _ in records})

    def end(self, participant: str, end: int) -> int:
        """Return until when a link works whose window ends then."""
        return max(end, self.get(participant.casefold(), 0))

    def ends(self, participants: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return until when links work whose windows end then."""
        if not self:
            return ends
        pairs = zip(participants.tolist(), ends.tolist(), strict=True)
        return np.fromiter((self.end(*pair) for pair in pairs), np.int64, len(ends))


def extend(ledger: Ledger, base_url: str, participants: Iterable[str], till: int) -> None:
    """Record that these links work until then, as a person says."""
    now = int(time.time())
    with ledger.transaction() as write:
        lines = [(base_url, name.casefold(), till, now) for name in participants]
        write.insert("extension", lines, anew=True)


def got_in(ledger: LedgerReader, run: int) -> list[str]:
    """Return the participants that became known in a run and are in use."""
    records = ledger.store.records("registration", "WHERE run = ? AND current <> 0", [run])
    return [name for *_, participants in records for name in ledger.store.texts(participants)]


def told_ending(ledger: LedgerReader, base_url: str) -> dict[str, int]:
    """Return of which links it has been told that they end soon, with the end that was told."""
    return {name: till for _, name, till in ledger.store.records("ending", "WHERE base_url = ?", [base_url])}


def tell_ending(ledger: Ledger, base_url: str, ends: dict[str, int]) -> None:
    """Record that it has been told that these links end soon."""
    with ledger.transaction() as write:
        write.insert("ending", [(base_url, name, till) for name, till in ends.items()], anew=True)


def forget_ends(ledger: Ledger) -> None:
    """Forget what belongs to links that the ledger doesn't hold any more."""
    with ledger.transaction() as write:
        held: set[str] = set()
        for record in ledger.store.records("registration"):
            held.update(map(str.casefold, ledger.store.texts(record[-1])))
        for table in ("extension", "ending"):
            gone = [(name,) for _, name, *_ in ledger.store.records(table) if name.casefold() not in held]
            write.execute_each(f"DELETE FROM {table} WHERE participant = ?", gone)  # noqa: S608
