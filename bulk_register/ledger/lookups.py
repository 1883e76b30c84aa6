"""What is looked up again and again while the ledger is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bulk_register.ledger.reader import Reader


class Ends(dict[int, int]):
    """When the links of a run end, by its number; read where it is asked for."""

    def __init__(self, ledger: Reader) -> None:
        self._ledger = ledger

    def __missing__(self, run: int) -> int:
        self[run] = self._ledger.run(run).valid_till
        return self[run]


def last_places(names: Sequence[str]) -> np.ndarray | slice:
    """Return where each name stands last."""
    if len(set(names)) == len(names):  # nearly always, and there may be a million
        return slice(None)
    places = {name: place for place, name in enumerate(names)}
    return np.fromiter(places.values(), np.int64, len(places))
