"""The ledger's own tests hold for every database that may keep one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulk_register.places import DatabaseAddress, LedgerPlace


@pytest.fixture(params=["sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerPlace:
    """Return where an empty ledger is: nothing is there yet."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite3"
    address: DatabaseAddress = request.getfixturevalue("database")
    return address
