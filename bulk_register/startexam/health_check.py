"""A look at StartExam that also tells whether it was reached, and how far its clock is from ours."""

from __future__ import annotations

from dataclasses import dataclass

from bulk_register.errors import StartExamError
from bulk_register.records import Tell, Test
from bulk_register.startexam.client import StartExam
from bulk_register.startexam.sessions import Connection


@dataclass(frozen=True)
class HealthCheck:
    """What one harmless request (Get Tests) showed."""

    reached: bool  # something answered at that address
    offset_seconds: float | None  # how far its clock is ahead of this machine's; None: untold
    tests: tuple[Test, ...] = ()
    error: StartExamError | None = None


def check_health(connection: Connection, tell: Tell = lambda _: None) -> HealthCheck:
    """Ask StartExam for the account's tests and tell what that shows; no failure is raised."""
    client = StartExam(connection, tell)
    try:
        found = tuple(client.tests())
    except StartExamError as error:
        return HealthCheck(client.reached, client.offset_seconds, error=error)
    return HealthCheck(client.reached, client.offset_seconds, found)
