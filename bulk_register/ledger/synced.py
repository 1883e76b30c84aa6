"""Whom StartExam has, and with which fields: as digests, so that only changes go out again."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING, NamedTuple

from bulk_register.ledger.record_store import as_list

if TYPE_CHECKING:
    from bulk_register.ledger.ledger import Ledger


class Profile(NamedTuple):
    """A profile of an account in StartExam, at an address."""

    account_id: int
    base_url: str
    profile: str


def synced(ledger: Ledger, profile: Profile) -> dict[str, str]:
    """Return the digest of each employee's fields as StartExam accepted them last."""
    where = "WHERE account_id = ? AND base_url = ? AND profile = ? ORDER BY id"
    found: dict[str, str] = {}
    for *_, employees, digests in ledger.store.records("synced", where, profile):
        found.update(zip(ledger.store.texts(employees), ledger.store.texts(digests), strict=True))
    return found


def record_synced(ledger: Ledger, profile: Profile, digests: Mapping[str, str]) -> None:
    """Record that StartExam accepted these employees."""
    with ledger.transaction() as write:
        columns = as_list(list(digests)), as_list(list(digests.values()))
        line = (write.next_number("synced"), *profile, *columns)
        write.insert("synced", [line])


def forget_all_but(ledger: Ledger, kept: Container[str]) -> None:
    """Forget everybody who isn't among these: nothing of forgotten runs is to stay."""
    with ledger.transaction() as write:
        for *key, employees, digests in list(ledger.store.records("synced")):
            pairs = zip(ledger.store.texts(employees), ledger.store.texts(digests), strict=True)
            left = [pair for pair in pairs if pair[0] in kept]
            columns = as_list([name for name, _ in left]), as_list([digest for _, digest in left])
            write.insert("synced", [(*key, *columns)], anew=True)
