"""What StartExam has told of exams, and up to where its list of changed sessions has been read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from bulk_register.ledger.record_store import as_list
from bulk_register.records import Session

if TYPE_CHECKING:
    from bulk_register.ledger.ledger import Ledger


class Center(NamedTuple):
    """A center of an account, at an address."""

    account_id: int
    base_url: str
    center: str


def sessions(ledger: Ledger, center: Center) -> dict[str, dict[str, Session]]:
    """Return what is known of an account's sessions, by participant and test."""
    found: dict[str, dict[str, Session]] = {}
    for *_, told in ledger.store.records("session", "WHERE account_id = ? AND base_url = ?", center[:2]):
        session = Session(*ledger.store.texts(told))  # type: ignore[arg-type]
        found.setdefault(session.participant, {})[session.test] = session
    return found


def record_sessions(ledger: Ledger, center: Center, told: Iterable[Session]) -> None:
    """Record sessions of our own participants; of two sessions of one test the later one counts."""
    latest: dict[tuple[str, str], Session] = {}
    for session in told:
        before = latest.get((session.participant, session.test))
        if before is None or session.started >= before.started:
            latest[session.participant, session.test] = session
    with ledger.transaction() as write:
        lines = [(*center[:2], *key, json.dumps(session)) for key, session in latest.items()]
        write.insert("session", lines, anew=True)


def read_until(ledger: Ledger, center: Center) -> str:
    """Return up to when a center's list of changed sessions has been read, "" if never to its end."""
    return {tuple(key): str(until) for *key, until in ledger.store.records("feed")}.get(tuple(center), "")


def strangers(ledger: Ledger, center: Center) -> frozenset[str]:
    """Return whom the list has mentioned before the ledger knew them: only a report tells of them."""
    where = "WHERE account_id = ? AND base_url = ? AND center = ?"
    lines = (line[-1] for line in ledger.store.records("stranger", where, center))
    return frozenset(name for line in lines for name in ledger.store.texts(line))


def record_page(ledger: Ledger, center: Center, others: Sequence[str], until: str) -> None:
    """Record whom a page has mentioned of others, and with the last one up to when all has been read."""
    with ledger.transaction() as write:
        if others:
            line = (write.next_number("stranger"), *center, as_list(sorted(others)))
            write.insert("stranger", [line])
        if until:
            write.insert("feed", [(*center, until)], anew=True)


def forget_sessions(ledger: Ledger) -> None:
    """Forget all of it: what is still wanted is asked for again, from the start."""
    with ledger.transaction() as write:
        for table in ("session", "feed", "stranger"):
            write.execute(f"DELETE FROM {table}")  # noqa: S608
