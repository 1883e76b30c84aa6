"""What the ledger tells: known links, earlier runs, and what became of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bulk_register.ledger.checksums import COLUMNS
from bulk_register.ledger.ends import Extensions
from bulk_register.ledger.lookups import Ends, read_known
from bulk_register.ledger.participant_index import ParticipantIndex
from bulk_register.ledger.record_store import RecordStore
from bulk_register.ledger.stores import open_store
from bulk_register.places import LedgerPlace
from bulk_register.records import Ending, Holder, KnownLinks, RunRecord, Scope, Status, StatusNote, Unmatched


class LedgerReader:
    """The ledger, open. One thread uses it. Every method raises LedgerError where the disk or file fails."""

    def __init__(self, place: LedgerPlace, *, write: bool = True) -> None:
        self.place = place
        self.store: RecordStore = open_store(place, write=write)
        self._holders: dict[str, ParticipantIndex] = {}  # by base URL, as far as they were asked for
        self._known: dict[Scope, KnownLinks] = {}
        self._known_at = (0, 0)  # the ledger's state that it is of

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.store.close()

    @property
    def is_there(self) -> bool:
        """Whether the ledger has been made; one that hasn't reads as empty."""
        return self.store.is_there

    # --- what is known

    def known(self, scope: Scope) -> KnownLinks:
        """Return the links in use of a scope; read again only if anybody has changed the ledger since."""
        state = self.store.state()
        if self._known_at != state:
            self._known, self._known_at = {}, state
        if scope not in self._known:
            self._known[scope] = self._with_extensions(scope)
        return self._known[scope]

    def _with_extensions(self, scope: Scope) -> KnownLinks:
        found = read_known(self.store, self._scope(scope), Ends(self))
        extended = Extensions(self.store, scope.base_url)
        return found._replace(valid_till=extended.ends(found.participants, found.valid_till))

    def has_registrations(self, scope: Scope) -> bool:
        """Tell whether StartExam has ever accepted anything for this scope."""
        return bool(
            self.store.all("SELECT 1 FROM registration WHERE scope = ? LIMIT 1", (self._scope(scope),))
        )

    def holders(self, base_url: str, participants: Sequence[str]) -> dict[str, Holder]:
        """Return who holds these participants at this address already, by case-folded identifier."""
        wanted = {participant.casefold() for participant in participants}
        lines = self._holders_at(base_url).lines(wanted)
        if not lines:
            return {}
        extensions = Extensions(self.store, base_url)
        found: dict[str, Holder] = {}
        ends = Ends(self)
        for _, _, run, _, names, given in self.store.numbered("registration", list(lines)):
            for employee, participant in zip(self.store.texts(names), self.store.texts(given), strict=True):
                if (key := participant.casefold()) in wanted:
                    found.setdefault(key, Holder(employee, run, extensions.end(key, ends[run])))
        return found

    def _holders_at(self, base_url: str) -> ParticipantIndex:
        holders = self._holders.setdefault(base_url, ParticipantIndex())
        holders.read_on(self.store, base_url)
        return holders

    def last_roster(self, scope: Scope) -> tuple[int, list[str], bool] | None:
        """Return a scope's latest run, the employees of its roster, and whether all of them got a link."""
        where = "WHERE run IN (SELECT id FROM run WHERE scope = ?) ORDER BY run DESC LIMIT 1"
        for run, employees in self.store.records("roster", where, [self._scope(scope)]):
            return run, self.store.texts(employees), not self.run(run).open
        return None

    def untold(self, scope: Scope) -> dict[str, int]:
        """Return whose link stands in no output or list yet, with the run that got it; see `Ledger.told`."""
        number = self._scope(scope)
        runs = {run for (run,) in self.store.each("SELECT id FROM run WHERE scope = ?", [number])}
        # all of both tables are read: a changed key would hide a record from a search
        found = {employee: run for run, employee in list(self.store.records("untold")) if run in runs}
        told = dict(self.store.records("told")).get(number, 0)
        since = self.store.records("registration", "WHERE scope = ? AND id > ? ORDER BY id", [number, told])
        for _id, _scope, run, current, names, _given in since:
            if current:
                found.update(dict.fromkeys(self.store.texts(names), run))
        return found

    # --- outputs

    def delivery(self, path: Path) -> str | None:
        """Return the checksum with which this program left a file, or None where it never wrote it."""
        found = self._delivery(path)
        return str(found[1]) if found else None

    def links_in(self, path: Path) -> tuple[Scope, int] | None:
        """Return for which exam an output was as this program left it, and how many have a link in it."""
        found = self._delivery(path)
        runs = self._runs_where("WHERE id = ?", [found[2]]) if found else []
        if not found or not runs:
            return None
        [record] = runs
        # an older version didn't count them
        return record.scope, record.employees - record.open if found[3] is None else int(found[3])

    def delivered_by(self, path: Path) -> int | None:
        """Return the run that wrote a file last, or None where none did."""
        found = self._delivery(path)
        return int(found[2]) if found else None

    def _delivery(self, path: Path) -> list[Any] | None:
        # all are read: a changed key would hide a record from a search
        return {record[0]: record for record in self.store.records("delivery")}.get(str(path))

    def has_output(self, sha256: str) -> bool:
        """Tell whether this program wrote a file with exactly this content."""
        return bool(self.store.all("SELECT 1 FROM delivery WHERE sha256 = ?", (sha256,)))

    def everybody(self) -> set[str]:
        """Return all employees of all runs."""
        columns = (("batch", 2), ("registration", 4), ("roster", 1))
        found: set[str] = set()
        for table, at in columns:
            for line in self.store.records(table):
                found.update(self.store.texts(line[at]))
        return found

    def titles(self, tests: Iterable[str]) -> dict[str, str]:
        """Return what these tests were called when StartExam was asked last, by identifier in lower case."""
        wanted = {test.lower() for test in tests}
        return {test: title for test, title in list(self.store.records("title")) if test in wanted}

    # --- earlier runs

    def runs(self) -> list[RunRecord]:
        """Return all runs, the latest first."""
        return self._runs_where("ORDER BY id DESC")

    def run(self, number: int) -> RunRecord:
        """Return one run, which must be there."""
        [record] = self._runs_where("WHERE id = ?", [number])
        return record

    def _runs_where(self, where: str, values: Sequence[object] = ()) -> list[RunRecord]:
        scopes = {number: Scope(*rest) for number, *rest in self.store.records("scope")}
        rows = (
            dict(zip(COLUMNS["run"], row, strict=True)) for row in self.store.records("run", where, values)
        )
        return [RunRecord(**(row | {"scope": scopes[row["scope"]]})) for row in rows]

    def without_link(self, record: RunRecord) -> int:
        """Return how many of a run's employees have no link that works (or that it was to make anew)."""
        return len(self.lacking(record))

    def lacking(self, record: RunRecord) -> set[str]:
        """Return a run's employees who have no link that works (or that it was to make anew)."""
        if record.finished is not None and not record.open:
            return set()
        known = self.known(record.scope)
        works = known.runs == record.id if record.reregister else known.valid_till > time.time()
        linked = set(known.employees[works])
        planned = self.planned(record.id).values()
        return {name for batch in planned for name in batch if name not in linked}

    def working(self, scope: Scope) -> set[str]:
        """Return who has a link of a scope that works."""
        known = self.known(scope)
        return set(known.employees[known.valid_till > time.time()])

    def planned(self, run: int) -> dict[int, tuple[str, ...]]:
        """Return a run's batches as planned: their employees by number."""
        rows = self.store.records("batch", "WHERE run = ? ORDER BY number", [run])
        return {number: tuple(self.store.texts(employees)) for _, number, employees in rows}

    def statuses(self, run: int) -> list[StatusNote]:
        """Return a run's employees who got no link in it, and why."""
        rows = self.store.records("standing", "WHERE run = ?", [run])
        return [StatusNote(employee, Status(status), note) for _run, employee, status, note in rows]

    def requests(self, run: int) -> list[tuple[int, tuple[str, ...] | None, Ending | None, str]]:
        """Return a run's requests: batch, employees of a part, how it ended (None: never told), note."""
        rows = self.store.records("request", "WHERE run = ? ORDER BY id", [run])
        return [
            (
                number,
                tuple(self.store.texts(part)) if part else None,
                Ending(ended) if ended else None,
                note or "",
            )
            for _id, _run, number, part, _sent, _settled, ended, note, _raw in rows
        ]

    def unmatched(self, run: int) -> list[Unmatched]:
        """Return a run's answers that could not be matched to employees."""
        rows = list(self.store.records("request", "WHERE run = ? AND raw IS NOT NULL ORDER BY id", [run]))
        planned = self.planned(run) if rows else {}
        return [
            Unmatched(number, tuple(self.store.texts(part)) if part else planned[number], settled, note, raw)
            for _id, _run, number, part, _sent, settled, _ended, note, raw in rows
        ]

    def contradicted(self, scope: Scope) -> list[tuple[int, tuple[str, ...], bytes]]:
        """Return a scope's answers that another contradicted: run, employees, answer; the latest last."""
        where = (
            "WHERE run IN (SELECT id FROM run WHERE scope = ?) AND ended = ? AND raw IS NOT NULL ORDER BY id"
        )
        rows = list(self.store.records("request", where, [self._scope(scope), Ending.CONTRADICTED.value]))
        return [
            (run, tuple(self.store.texts(part)) if part else self.planned(run)[number], bytes(raw))
            for _, run, number, part, *_, raw in rows
        ]

    def answered_with(
        self, run: int, base_url: str, participants: Sequence[str]
    ) -> list[tuple[list[str], list[str]]]:
        """Return what a run got by the answers that held these participants, as two columns each."""
        wanted = {participant.casefold() for participant in participants}
        found = []
        for line in sorted(self._holders_at(base_url).lines(wanted)):
            where = "WHERE id = ? AND run = ? AND current = 1"
            for *_key, names, given in self.store.records("registration", where, [line, run]):
                columns = self.store.texts(names), self.store.texts(given)
                if not wanted.isdisjoint(map(str.casefold, columns[1])):
                    found.append(columns)
        return found

    # --- within

    def _scope(self, scope: Scope) -> int:
        columns = ", ".join(Scope._fields)
        rows = self.store.all(f"SELECT id FROM scope WHERE ({columns}) = (?,?,?,?,?)", scope)  # noqa: S608
        return int(rows[0][0]) if rows else -1
