"""What the program remembers of the tables, so that it needn't ask: numbers to give, records to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

RECENT = ("request",)  # tables whose records are changed soon after they were written


class Numbers:
    """Holds as long as nobody else writes, and no transaction is taken back."""

    def __init__(self) -> None:
        self.next: dict[str, int] = {}  # by table, the number of the next record
        self.recent: dict[tuple[str, int], Sequence[Any]] = {}
        self._by_others: int | None = None

    def check(self, by_others: int) -> None:
        """Forget the next numbers where others have written."""
        if self._by_others != by_others:
            self.next.clear()
            self._by_others = by_others

    def clear(self) -> None:
        self.next.clear()
        self.recent.clear()

    def remember(self, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
        """Notice records that were written, with their checksums at the end."""
        if columns[0] != "id":
            return
        for record in records:
            if table in self.next:
                self.next[table] = max(self.next[table], record[0] + 1)
            if table in RECENT:
                self.recent[table, record[0]] = record[:-1]
