"""Sync Employees: adds employees to StartExam, or brings them up to date."""

from __future__ import annotations

from collections.abc import Sequence

from bulk_register.records import Person
from bulk_register.startexam.calls import USUAL_ANSWER_BYTES, Call, compact_json
from bulk_register.startexam.client import StartExam

EMPLOYEES_PATH = "/v1/employees"  # API page "Sync Employees"
ACTIVE = "active"


def sync_employees(client: StartExam, profile: str, people: Sequence[Person]) -> None:
    """Add or update these employees, up to 500; others stay as they are. Asking again is safe.

    Raises like `StartExam.register`.
    """
    members: dict[str, object] = {
        "profileId": profile,
        "employees": [
            {
                "id": person.identifier,
                "status": ACTIVE,
                "data": [{"name": name, "value": value} for name, value in person.fields],
            }
            for person in people
        ],
    }
    identifiers = tuple(person.identifier for person in people)
    names = tuple(sorted({name for person in people for name, _ in person.fields}))
    body = compact_json(members)
    client.ask(
        Call("POST", EMPLOYEES_PATH, _taken, USUAL_ANSWER_BYTES, body=body, people=identifiers, kept=names)
    )


def _taken(_raw: bytes) -> None:
    """Any 200 means that it is done: what it holds isn't documented."""
