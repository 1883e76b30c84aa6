"""What the tests of several rooms start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bulk_register.sandbox import Sandbox


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return a running stand-in for StartExam."""
    with Sandbox() as running:
        yield running
