"""Two machines, which are two homes here, with one ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bulk_register.places import DatabaseAddress
from bulk_register.sandbox import Behaviour, Sandbox
from tests.support.office import Office
from tests.support.plans import people

BATCHES, WORKERS = 40, 4
PATIENCE = 90.0  # seconds: with a server and several programs, a busy machine takes its time
FLAGS = ("--batch-size", 10, "--workers", WORKERS)
END_LEASES = "UPDATE lease SET until = now()"  # as time does


@contextmanager
def two_offices(
    folder: Path, address: DatabaseAddress, employees: int = BATCHES * 10, **behaviour: Any
) -> Iterator[tuple[Sandbox, Office, Office]]:
    """Start a service; yield it with two machines that have the same roster and ledger."""
    with Sandbox(Behaviour(**behaviour)) as sandbox:
        found = []
        for name in ("first", "second"):
            (folder / name).mkdir()
            where = {"BULK_REGISTER_LEDGER": address.secret}
            found.append(Office(folder / name, sandbox.base_url, where))
            found[-1].hire(people(employees))
        with found[0], found[1]:
            yield sandbox, found[0], found[1]


def asked_again(sandbox: Sandbox) -> int:
    """How many employees were asked about more than once."""
    asked = Counter(name for arrival in sandbox.requests for name in arrival.employees)
    return sum(count > 1 for count in asked.values())
