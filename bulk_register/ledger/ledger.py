"""What was planned, sent and answered, written down before and after."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bulk_register.language import english
from bulk_register.ledger import database as disk
from bulk_register.ledger.checksums import COLUMNS
from bulk_register.ledger.ledger_reader import LedgerReader
from bulk_register.ledger.statements import as_list, insert, next_number, seal
from bulk_register.records import Batch, Ending, Registrations, RunRecord, Scope, Settlement, StatusNote


class Ledger(LedgerReader):
    """The ledger, open. One thread uses it; what a method wrote is on disk when it returns."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        super().__init__(path, write=write)
        self._runs: dict[int, int] = {}  # by request
        self._whose: dict[int, tuple[int, str]] = {}  # scope and base URL by run
        self._all_linked: set[int] = set()  # runs in which nobody is without a link so far

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write down what is recorded within in one transaction: the disk is waited for once.

        All of it is on disk when this ends; nothing of it where LedgerError or anything else is raised.
        """
        with self._transaction():
            yield

    # --- a run on its way

    def begin(self, record: RunRecord, batches: Iterable[Batch], employees: Sequence[str] = ()) -> int:
        """Record a run, all its batches and its roster's employees in one transaction; returns its number."""
        with self._transaction() as cursor:
            scope = self._make_scope(cursor, record.scope)
            values = {column: getattr(record, column) for column in COLUMNS["run"]}
            values |= {"scope": scope, "id": None}  # SQLite gives it a number that no run had before
            marks = ",".join("?" * len(values))
            cursor.execute(
                f"INSERT INTO run ({','.join(values)}) VALUES ({marks})",  # noqa: S608
                tuple(values.values()),
            )
            run = int(cursor.lastrowid or 0)
            seal(cursor, "run", run)
            self._plan(cursor, run, batches)
            cursor.execute(
                "DELETE FROM roster WHERE run IN (SELECT id FROM run WHERE scope = ? AND id < ?)",
                (scope, run),
            )
            insert(cursor, "roster", [(run, as_list(employees))])
        return run

    def resume(self, run: int, batches: Iterable[Batch]) -> int:
        """Add batches to an earlier run that is being finished; returns its number."""
        with self._transaction() as cursor:
            cursor.execute("UPDATE run SET finished = NULL, exit_code = NULL WHERE id = ?", (run,))
            seal(cursor, "run", run)
            self._plan(cursor, run, batches)
        return run

    def sent(self, run: int, batch: Batch) -> int:
        """Record that a request is about to go out; returns its number for `settled`."""
        with self._transaction() as cursor:
            part = as_list(batch.identifiers) if batch.part else None
            request = next_number(cursor, "request")
            line = (request, run, batch.number, part, int(time.time()), None, None, None, None)
            insert(cursor, "request", [line])
        self._runs[request] = run
        return request

    def settled(self, request: int, settlement: Settlement) -> None:
        """Record how a request ended and what that means for its employees, in one transaction."""
        ended, note = settlement.ended, english(settlement.note)
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE request SET settled = ?, ended = ?, note = ?, raw = ? WHERE id = ?",
                (int(time.time()), ended.value, note, settlement.raw, request),
            )
            seal(cursor, "request", request)
            run = self._run_of(request)
            scope, base_url = self._scope_of(run)
            if ended is Ending.ANSWERED:
                self._forget_standings(cursor, run, request)
            written = _register(cursor, scope, settlement.registrations)
            self._stand(cursor, run, settlement.statuses)
        for line, participants in written:
            if base_url in self._holders:
                self._holders[base_url].add(line, participants)

    def withdraw(self, run: int, base_url: str, participants: Sequence[str]) -> None:
        """Take back whose these participants are, where that became known in this run."""
        unwanted = {participant.casefold() for participant in participants}
        lines = self._holders_at(base_url).lines(unwanted)
        with self._transaction() as cursor:
            for line in lines:
                records = list(self.store.records("registration", "WHERE id = ? AND run = ?", [line, run]))
                for *key, names, given in records:
                    pairs = zip(self.store.texts(names), self.store.texts(given), strict=True)
                    kept = [pair for pair in pairs if pair[1].casefold() not in unwanted]
                    columns = as_list([name for name, _ in kept]), as_list([each for _, each in kept])
                    insert(cursor, "registration", [(*key, *columns)], anew=True)
        del self._holders[base_url]

    def move_window(self, run: int, valid_from: int, valid_till: int, settings: str) -> None:
        """Record another window for a run in which nothing has become known yet."""
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE run SET valid_from = ?, valid_till = ?, settings = ? WHERE id = ?",
                (valid_from, valid_till, settings, run),
            )
            seal(cursor, "run", run)

    def left(self, run: int, statuses: Iterable[StatusNote]) -> None:
        """Record why employees got no link of whom no request tells."""
        with self._transaction() as cursor:
            self._stand(cursor, run, statuses)

    def finish(self, run: int, exit_code: int, open_employees: int) -> None:
        """Record a run's end."""
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE run SET finished = ?, exit_code = ?, open = ? WHERE id = ?",
                (int(time.time()), exit_code, open_employees, run),
            )
            seal(cursor, "run", run)

    def delivered(self, run: int, path: Path, sha256: str, links: int = 0) -> None:
        """Record an output as this program left it, and how many employees have a link in it."""
        with self._transaction() as cursor:
            insert(cursor, "delivery", [(str(path), sha256, run, links)], anew=True)

    def name_tests(self, titles: Mapping[str, str]) -> None:
        """Record what tests are called, by identifier."""
        lines = [(test.lower(), title) for test, title in titles.items() if title]
        if lines and self.titles(titles) != dict(lines):
            with self._transaction() as cursor:
                insert(cursor, "title", lines, anew=True)

    def told(self, scope: Scope, left: Mapping[str, int]) -> None:
        """Record that all of a scope's links have been told, but for these employees' (with their runs)."""
        number = self._scope(scope)
        with self._transaction() as cursor:
            last = next_number(cursor, "registration") - 1
            insert(cursor, "told", [(number, last)], anew=True)
            cursor.execute("DELETE FROM untold WHERE run IN (SELECT id FROM run WHERE scope = ?)", (number,))
            insert(cursor, "untold", ((run, employee) for employee, run in left.items()))

    def forget(self, runs: Sequence[int]) -> None:
        """Delete these runs and all that became known in them; no byte of it stays in the file.

        Raises LedgerBusyError where a run is using the ledger.
        """
        with disk.lock(self.path):
            with self._transaction() as cursor:
                cursor.executemany("DELETE FROM delivery WHERE run = ?", [(run,) for run in runs])
                cursor.executemany("DELETE FROM run WHERE id = ?", [(run,) for run in runs])
                last = next_number(cursor, "registration") - 1  # new lines come after it
                told = [(scope, min(line, last)) for scope, line in self.store.records("told")]
                insert(cursor, "told", told, anew=True)
            self._holders.clear()
            disk.rewrite(self.path, self.store.connection)

    # --- within

    def _plan(self, cursor: sqlite3.Cursor, run: int, batches: Iterable[Batch]) -> None:
        insert(cursor, "batch", ((run, batch.number, as_list(batch.identifiers)) for batch in batches))

    def _make_scope(self, cursor: sqlite3.Cursor, scope: Scope) -> int:
        if self._scope(scope) < 0:
            insert(cursor, "scope", [(next_number(cursor, "scope"), *scope)])
        return self._scope(scope)

    def _run_of(self, request: int) -> int:
        if request not in self._runs:
            [(self._runs[request],)] = self.store.all("SELECT run FROM request WHERE id = ?", (request,))
        return self._runs[request]

    def _scope_of(self, run: int) -> tuple[int, str]:
        if run not in self._whose:
            scope = self.run(run).scope
            self._whose[run] = self._scope(scope), scope.base_url
        return self._whose[run]

    def _stand(self, cursor: sqlite3.Cursor, run: int, statuses: Iterable[StatusNote]) -> None:
        lines = [(run, item.employee, str(item.status), english(item.note)) for item in statuses]
        if lines:
            self._all_linked.discard(run)
            insert(cursor, "standing", lines, anew=True)

    def _forget_standings(self, cursor: sqlite3.Cursor, run: int, request: int) -> None:
        """Take back what an earlier request said of this request's employees."""
        if run in self._all_linked:
            return
        if not self.store.all("SELECT 1 FROM standing WHERE run = ? LIMIT 1", (run,)):
            self._all_linked.add(run)
            return
        cursor.execute(
            "DELETE FROM standing WHERE run = ? AND employee IN (SELECT value FROM json_each(("
            "SELECT COALESCE(q.employees, b.employees) FROM request q "
            "LEFT JOIN batch b ON b.run = q.run AND b.number = q.batch WHERE q.id = ?)))",
            (run, request),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        try:
            with self.store.transaction() as cursor:
                yield cursor
        except BaseException:
            self._holders.clear()  # what was read meanwhile may not be there any more
            self._known = {}
            raise


def _register(
    cursor: sqlite3.Cursor, scope: int, registrations: Iterable[Registrations]
) -> list[tuple[int, Sequence[str]]]:
    """Write registrations down; returns their lines' numbers with the participants on them."""
    written, first = [], next_number(cursor, "registration")
    for line, (employees, participants, run, current) in enumerate(registrations, first):
        values = (line, scope, run, int(current), as_list(employees), as_list(participants))
        insert(cursor, "registration", [values])
        written.append((line, participants))
    return written
