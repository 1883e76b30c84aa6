"""Ledgers with something in them, and the ways to take rights and room away."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from bulk_register.ledger import Ledger
from bulk_register.ledger.sqlite_store import SqliteStore
from bulk_register.places import LedgerPlace
from bulk_register.records import (
    Batch,
    Ending,
    Registrations,
    RunRecord,
    Scope,
    Settlement,
    Status,
    StatusNote,
)

SCOPE = Scope(1001, "https://api.startexam.com", "center", "7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a01", "")
NOBODY = 65534


def record(scope: Scope = SCOPE, *, valid_till: int = 2**31, **more: object) -> RunRecord:
    values: dict[str, object] = {
        "settings": '{"center": "center"}',
        "roster": "/somewhere/staff.csv",
        "sha256": "0" * 64,
        "output": "/somewhere/staff.registered.xlsx",
        "valid_from": 0,
        "reregister": False,
        "employees": 100,
        "started": 1000,
        "open": 100,
    }
    return RunRecord(scope=scope, valid_till=valid_till, **(values | more))  # type: ignore[arg-type]


def sqlite_of(ledger: Ledger) -> sqlite3.Connection:
    """Return the connection of a ledger in an SQLite file."""
    assert isinstance(ledger.store, SqliteStore)
    return ledger.store.connection


def batches(*sizes: int, prefix: str = "emp") -> list[Batch]:
    made, start = [], 0
    for number, size in enumerate(sizes, 1):
        names = tuple(f"{prefix}-{code}" for code in range(start, start + size))
        made.append(Batch(number, np.arange(start, start + size), names))
        start += size
    return made


def participant(name: str) -> str:
    return f"link-of-{name}"


def answer(
    ledger: Ledger, run: int, batch: Batch, statuses: Sequence[StatusNote] = (), of_run: int = 0
) -> int:
    request = ledger.sent(run, batch)
    without = {item.employee for item in statuses if item.status is Status.UNKNOWN}
    names = [name for name in batch.identifiers if name not in without]
    found = Registrations(names, list(map(participant, names)), of_run or run)
    ledger.settled(request, Settlement(Ending.ANSWERED, [found], statuses))
    return request


def filled(place: LedgerPlace, *sizes: int, prefix: str = "emp", scope: Scope = SCOPE) -> int:
    """Write a run into a ledger, all of it answered; returns its number."""
    with Ledger(place) as ledger:
        planned = batches(*sizes, prefix=prefix)
        run = ledger.begin(record(scope, employees=sum(sizes)), planned)
        for batch in planned:
            answer(ledger, run, batch)
        ledger.finish(run, 0, 0)
    return run


@contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody whom permissions bind; they don't bind root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
