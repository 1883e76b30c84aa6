"""What is looked up again and again while the ledger is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bulk_register.ledger.record_store import RecordStore
from bulk_register.records import KnownLinks

if TYPE_CHECKING:
    from bulk_register.ledger.ledger_reader import LedgerReader


class Ends(dict[int, int]):
    """When the links of a run end, by its number; read where it is asked for."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger

    def __missing__(self, run: int) -> int:
        self[run] = self._ledger.run(run).valid_till
        return self[run]


def read_known(store: RecordStore, scope: int, ends: Ends) -> KnownLinks:
    """Return the links in use of a scope, of each employee the last."""
    employees: list[str] = []
    participants: list[str] = []
    lines: list[tuple[int, int, int]] = []  # how many employees, when their links end, run
    records = store.records("registration", "WHERE scope = ? ORDER BY id", [scope])
    for _id, _scope, run, current, names, given in records:
        if current:
            found = store.texts(names)
            employees += found
            participants += store.texts(given)
            lines.append((len(found), ends[run], run))
    counts, till, runs = np.array(lines, np.int64).reshape(-1, 3).T
    last = _last_places(employees)
    return KnownLinks(
        np.array(employees, object)[last],
        np.array(participants, object)[last],
        np.repeat(till, counts)[last],
        np.repeat(runs, counts)[last],
    )


def _last_places(names: Sequence[str]) -> np.ndarray | slice:
    """Return where each name stands last."""
    if len(set(names)) == len(names):  # nearly always, and there may be a million
        return slice(None)
    places = {name: place for place, name in enumerate(names)}
    return np.fromiter(places.values(), np.int64, len(places))
