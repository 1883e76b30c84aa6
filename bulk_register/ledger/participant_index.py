"""Who holds which participant, kept in memory: an index on disk would be written all over by every answer."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bulk_register.ledger.record_store import RecordStore

MAX_RECENT = 200_000  # before they join the sorted rest


class ParticipantIndex:
    """Leads from participants to the lines of the registration table that may hold them (16 bytes each).

    It goes by hashes: a line that it names is still to be read, one that it doesn't name holds nobody.
    """

    def __init__(self) -> None:
        self._read_to = 0  # the last line that was read from the ledger
        self._read_at: int | None = None  # what others had written then, see `RecordStore.state`
        self._hashes = np.empty(0, np.int64)  # sorted
        self._lines = np.empty(0, np.int64)
        self._recent: dict[int, int] = {}

    def read_on(self, store: RecordStore, base_url: str) -> None:
        """Read what others have written since: runs of other scopes may have got participants meanwhile."""
        by_others = store.state()[0]
        if self._read_at == by_others:
            return
        where = "WHERE id > ? AND scope IN (SELECT id FROM scope WHERE base_url = ?) ORDER BY id"
        for line, *_, participants in store.records("registration", where, [self._read_to, base_url]):
            self.add(line, store.texts(participants))
            self._read_to = line
        self._read_at = by_others

    def add(self, line: int, participants: Iterable[str]) -> None:
        """Remember that this line holds these participants."""
        for participant in participants:
            self._recent.setdefault(hash(participant.casefold()), line)
        if len(self._recent) > MAX_RECENT:
            self._merge()

    def lines(self, participants: Iterable[str]) -> set[int]:
        """Return the lines that may hold some of these participants."""
        hashes = {hash(participant.casefold()) for participant in participants}
        found = {self._recent[number] for number in hashes if number in self._recent}
        if len(self._hashes):
            wanted = np.fromiter(hashes, np.int64, len(hashes))
            places = np.searchsorted(self._hashes, wanted).clip(max=len(self._hashes) - 1)
            met = self._hashes[places] == wanted
            found.update(self._lines[places[met]].tolist())
        return found

    def _merge(self) -> None:
        count = len(self._recent)
        hashes = np.append(self._hashes, np.fromiter(self._recent.keys(), np.int64, count))
        lines = np.append(self._lines, np.fromiter(self._recent.values(), np.int64, count))
        order = np.argsort(hashes, kind="stable")  # of equals the older comes first
        self._hashes, self._lines, self._recent = hashes[order], lines[order], {}
