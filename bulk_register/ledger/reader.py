"""What the ledger tells: known links, earlier runs, and what became of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from bulk_register.ledger import database as disk
from bulk_register.ledger.participant_index import ParticipantIndex
from bulk_register.records import Holder, KnownLinks, RunRecord, Scope, Status, StatusNote, Unmatched

RUN_COLUMNS = tuple(item.name for item in fields(RunRecord) if item.name != "scope")


class Reader:
    """The ledger, open. One thread uses it. Every method raises LedgerError where the disk or file fails."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        self.path = path
        self._connection = disk.connect(path, write=write)
        self._holders: dict[str, ParticipantIndex] = {}  # by base URL, as far as they were asked for
        self._known: tuple[tuple[Scope, int, int], KnownLinks] | None = (
            None  # and the ledger's state it is of
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._connection.close()

    # --- what is known

    def known(self, scope: Scope) -> KnownLinks:
        """Return the links in use of a scope; read again only if anybody has changed the ledger since."""
        [(changed_by_others,)] = self._all("PRAGMA data_version")
        stamp = (scope, changed_by_others, self._connection.total_changes)
        if self._known is None or self._known[0] != stamp:
            self._known = stamp, self._read_known(scope)
        return self._known[1]

    def _read_known(self, scope: Scope) -> KnownLinks:
        query = (
            "SELECT g.employees, g.participants, r.valid_till, g.run FROM registration g "
            "JOIN run r ON r.id = g.run WHERE g.scope = ? AND g.current ORDER BY g.id"
        )
        employees: list[str] = []
        participants: list[str] = []
        lines: list[tuple[int, int, int]] = []  # how many employees, when their links end, run
        for names, given, valid_till, run in self._each(query, (self._scope(scope),)):
            found = self._list(names)
            employees += found
            participants += self._list(given)
            lines.append((len(found), valid_till, run))
        counts, ends, runs = np.array(lines, np.int64).reshape(-1, 3).T
        last = _last_places(employees)
        return KnownLinks(
            np.array(employees, object)[last],
            np.array(participants, object)[last],
            np.repeat(ends, counts)[last],
            np.repeat(runs, counts)[last],
        )

    def has_registrations(self, scope: Scope) -> bool:
        """Tell whether StartExam has ever accepted anything for this scope."""
        return bool(self._all("SELECT 1 FROM registration WHERE scope = ? LIMIT 1", (self._scope(scope),)))

    def holders(self, base_url: str, participants: Sequence[str]) -> dict[str, Holder]:
        """Return who holds these participants at this address already, by case-folded identifier."""
        wanted = {participant.casefold() for participant in participants}
        lines = self._holders_at(base_url).lines(wanted)
        if not lines:
            return {}
        query = (
            "SELECT g.employees, g.participants, g.run, r.valid_till FROM registration g "
            "JOIN run r ON r.id = g.run WHERE g.id IN (SELECT value FROM json_each(?)) ORDER BY g.id"
        )
        found: dict[str, Holder] = {}
        for names, given, run, valid_till in self._each(query, (json.dumps(list(lines)),)):
            for employee, participant in zip(self._list(names), self._list(given), strict=True):
                if (key := participant.casefold()) in wanted:
                    found.setdefault(key, Holder(employee, run, valid_till))
        return found

    def _holders_at(self, base_url: str) -> ParticipantIndex:
        if base_url not in self._holders:
            holders = ParticipantIndex()
            query = (
                "SELECT g.id, g.participants FROM registration g JOIN scope s ON s.id = g.scope "
                "WHERE s.base_url = ? ORDER BY g.id"
            )
            for line, participants in self._each(query, (base_url,)):
                holders.add(line, self._list(participants))
            self._holders[base_url] = holders
        return self._holders[base_url]

    def last_roster(self, scope: Scope) -> tuple[int, list[str], bool] | None:
        """Return a scope's latest run, the employees of its roster, and whether all of them got a link."""
        rows = self._all(
            "SELECT t.run, t.employees, r.open = 0 FROM roster t JOIN run r ON r.id = t.run "
            "WHERE r.scope = ? ORDER BY t.run DESC LIMIT 1",
            (self._scope(scope),),
        )
        return (int(rows[0][0]), self._list(rows[0][1]), bool(rows[0][2])) if rows else None

    def untold(self, scope: Scope) -> dict[str, int]:
        """Return whose link stands in no output or list yet, with the run that got it; see `Ledger.told`."""
        number = self._scope(scope)
        left = "SELECT employee, run FROM untold WHERE run IN (SELECT id FROM run WHERE scope = ?)"
        found = {employee: int(run) for employee, run in self._each(left, (number,))}
        since = (
            "SELECT employees, run FROM registration WHERE scope = ? AND current AND id > "
            "COALESCE((SELECT registration FROM told WHERE scope = ?), 0) ORDER BY id"
        )
        for names, run in self._each(since, (number, number)):
            found.update(dict.fromkeys(self._list(names), int(run)))
        return found

    # --- outputs

    def delivery(self, path: Path) -> str | None:
        """Return the checksum with which this program left a file, or None where it never wrote it."""
        rows = self._all("SELECT sha256 FROM delivery WHERE path = ?", (str(path),))
        return str(rows[0][0]) if rows else None

    def delivered_by(self, path: Path) -> int | None:
        """Return the run that wrote a file last, or None where none did."""
        rows = self._all("SELECT run FROM delivery WHERE path = ?", (str(path),))
        return int(rows[0][0]) if rows else None

    def has_output(self, sha256: str) -> bool:
        """Tell whether this program wrote a file with exactly this content."""
        return bool(self._all("SELECT 1 FROM delivery WHERE sha256 = ?", (sha256,)))

    # --- earlier runs

    def runs(self) -> list[RunRecord]:
        """Return all runs, the latest first."""
        columns = [f"s.{name}" for name in Scope._fields] + [f"r.{name}" for name in RUN_COLUMNS]
        rows = self._all(
            f"SELECT {','.join(columns)} FROM run r JOIN scope s ON s.id = r.scope "  # noqa: S608
            "ORDER BY r.id DESC"
        )
        split = len(Scope._fields)
        return [
            RunRecord(Scope(*row[:split]), **dict(zip(RUN_COLUMNS, row[split:], strict=True))) for row in rows
        ]

    def without_link(self, record: RunRecord) -> int:
        """Return how many of a run's employees have no link that works (or that it was to make anew)."""
        if record.finished is not None and not record.open:
            return 0
        known = self.known(record.scope)
        works = known.runs == record.id if record.reregister else known.valid_till > time.time()
        linked = set(known.employees[works])
        planned = self.planned(record.id).values()
        return len({name for batch in planned for name in batch if name not in linked})

    def planned(self, run: int) -> dict[int, tuple[str, ...]]:
        """Return a run's batches as planned: their employees by number."""
        rows = self._all("SELECT number, employees FROM batch WHERE run = ? ORDER BY number", (run,))
        return {number: tuple(self._list(employees)) for number, employees in rows}

    def statuses(self, run: int) -> list[StatusNote]:
        """Return a run's employees who got no link in it, and why."""
        rows = self._all("SELECT employee, status, note FROM standing WHERE run = ?", (run,))
        return [StatusNote(employee, Status(status), note) for employee, status, note in rows]

    def requests(self, run: int) -> list[tuple[int, tuple[str, ...] | None, str | None, str]]:
        """Return a run's requests: batch, employees of a part, how it ended (None: never told), note."""
        rows = self._all(
            "SELECT batch, employees, ended, COALESCE(note, '') FROM request WHERE run = ? ORDER BY id",
            (run,),
        )
        return [(number, tuple(self._list(part)) if part else None, *rest) for number, part, *rest in rows]

    def unmatched(self, run: int) -> list[Unmatched]:
        """Return a run's answers that could not be matched to employees."""
        rows = self._all(
            "SELECT q.batch, COALESCE(q.employees, b.employees), q.settled, q.note, q.raw FROM request q "
            "JOIN batch b ON b.run = q.run AND b.number = q.batch "
            "WHERE q.run = ? AND q.raw IS NOT NULL ORDER BY q.id",
            (run,),
        )
        return [Unmatched(number, tuple(self._list(part)), *rest) for number, part, *rest in rows]

    # --- within

    def _scope(self, scope: Scope) -> int:
        columns = ", ".join(Scope._fields)
        rows = self._all(f"SELECT id FROM scope WHERE ({columns}) = (?,?,?,?,?)", scope)  # noqa: S608
        return int(rows[0][0]) if rows else -1

    def _list(self, text: str) -> list[str]:
        try:
            return list(json.loads(text))
        except (TypeError, ValueError):
            raise disk.damaged(self.path, "a list in it can't be read") from None

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return list(self._each(query, values))

    def _each(self, query: str, values: Sequence[object]) -> Iterator[tuple[Any, ...]]:
        with disk.guarded(self.path):
            yield from self._connection.execute(query, values)


def _last_places(names: Iterable[str]) -> np.ndarray:
    """Return where each name stands last."""
    places = {name: place for place, name in enumerate(names)}
    return np.fromiter(places.values(), np.int64, len(places))
