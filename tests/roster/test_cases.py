"""Small rosters that tempt a reader to register somebody wrong, and ordinary ones beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulk_register.errors import RosterError
from tests.support.rosters import read

CASES = Path(__file__).parent / "cases"
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", EXPECTED, ids=lambda case: case["file"])
def test_roster_is_understood_for_certain_or_refused(case: dict[str, object]) -> None:
    path = CASES / str(case["file"])
    if case["expected"] == "refuse":
        with pytest.raises(RosterError):
            read(path.read_bytes(), path.name)
    else:
        assert list(read(path.read_bytes(), path.name).employees.identifiers) == case["expected"]


def test_every_case_is_expected_to_come_out_somehow() -> None:
    assert {case["file"] for case in EXPECTED} == {path.name for path in CASES.iterdir()} - {"expected.json"}
