"""Clients with short waits, for tests against the sandbox and the hostile server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bulk_register.records import Batch, Event, Exam, RequestDone
from bulk_register.sandbox import DEMO_ACCOUNT_ID, DEMO_CENTER, DEMO_SECRET_KEY, DEMO_TEST
from bulk_register.startexam import Connection, RetryPolicy, StartExam

EXAM = Exam(
    DEMO_CENTER,
    (DEMO_TEST,),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2036, 1, 1, tzinfo=UTC),
)


def client_of(
    base_url: str,
    events: list[Event] | None = None,
    *,
    attempts: int = 3,
    first: float = 0.01,
    people: Callable[[], Iterable[str]] = tuple,
    **more: Any,
) -> StartExam:
    """A client of the demo account; `events` collects what it tells."""
    connection = Connection(
        account_id=more.pop("account_id", DEMO_ACCOUNT_ID),
        secret_key=more.pop("secret_key", DEMO_SECRET_KEY),
        base_url=base_url,
        timeout_seconds=more.pop("timeout", 5.0),
        retry=RetryPolicy(attempts, first, more.pop("longest", 0.05)),
        direct=True,
        **more,
    )
    return StartExam(connection, (lambda _: None) if events is None else events.append, people)


def batch_of(*identifiers: str, number: int = 1) -> Batch:
    return Batch(number, np.arange(len(identifiers)), identifiers)


def statuses(events: list[Event]) -> list[int]:
    """The HTTP status of each attempt; 0 where there was none."""
    return [event.status for event in events if isinstance(event, RequestDone)]
