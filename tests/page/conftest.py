"""A page on the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page.browser import Person, person
from tests.page.support import Served, served


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    """Return a page on the sandbox that nobody has entered yet."""
    with served(tmp_path, "--sandbox") as running:
        yield running


@pytest.fixture
def somebody(page: Served) -> Iterator[Person]:
    """Return a person at a page on the sandbox."""
    with person(page) as one:
        yield one
