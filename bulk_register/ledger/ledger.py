"""What was planned, sent and answered, written down before and after."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bulk_register.ledger import database as disk
from bulk_register.ledger.reader import RUN_COLUMNS, Reader
from bulk_register.records import Batch, Registrations, RunRecord, Scope, StatusNote

ANSWERED = "answered"  # how a request ends whose answer was matched


class Ledger(Reader):
    """The ledger, open. One thread uses it; what a method wrote is on disk when it returns."""

    def __init__(self, path: Path, *, write: bool = True) -> None:
        super().__init__(path, write=write)
        self._runs: dict[int, int] = {}  # by request
        self._whose: dict[int, tuple[int, str]] = {}  # scope and base URL by run
        self._all_linked: set[int] = set()  # runs in which nobody is without a link so far
        self._under_way: sqlite3.Cursor | None = None  # of the transaction that is open

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
            self._make_scope(cursor, record.scope)
            values = {column: getattr(record, column) for column in RUN_COLUMNS if column != "id"}
            marks = ",".join("?" * len(values))
            cursor.execute(
                f"INSERT INTO run (scope, {','.join(values)}) VALUES (?,{marks})",  # noqa: S608
                (self._scope(record.scope), *values.values()),
            )
            run = int(cursor.lastrowid or 0)
            self._plan(cursor, run, batches)
            cursor.execute(
                "DELETE FROM roster WHERE run IN (SELECT id FROM run WHERE scope = ? AND id < ?)",
                (self._scope(record.scope), run),
            )
            cursor.execute("INSERT INTO roster (run, employees) VALUES (?,?)", (run, _list(employees)))
        return run

    def resume(self, run: int, batches: Iterable[Batch]) -> int:
        """Add batches to an earlier run that is being finished; returns its number."""
        with self._transaction() as cursor:
            cursor.execute("UPDATE run SET finished = NULL, exit_code = NULL WHERE id = ?", (run,))
            self._plan(cursor, run, batches)
        return run

    def sent(self, run: int, batch: Batch) -> int:
        """Record that a request is about to go out; returns its number for `settled`."""
        with self._transaction() as cursor:
            part = _list(batch.identifiers) if batch.part else None
            cursor.execute(
                "INSERT INTO request (run, batch, employees, sent) VALUES (?,?,?,?)",
                (run, batch.number, part, int(time.time())),
            )
            request = int(cursor.lastrowid or 0)
        self._runs[request] = run
        return request

    def settled(
        self,
        request: int,
        ended: str,
        registrations: Iterable[Registrations] = (),
        statuses: Iterable[StatusNote] = (),
        *,
        note: str = "",
        raw: bytes | None = None,
    ) -> None:
        """Record how a request ended and what that means for its employees, in one transaction."""
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE request SET settled = ?, ended = ?, note = ?, raw = ? WHERE id = ?",
                (int(time.time()), ended, note, raw, request),
            )
            run = self._run_of(request)
            scope, base_url = self._scope_of(run)
            if ended == ANSWERED:
                self._forget_standings(cursor, run, request)
            written = _register(cursor, scope, registrations)
            self._stand(cursor, run, statuses)
        for line, participants in written:
            if base_url in self._holders:
                self._holders[base_url].add(line, participants)

    def withdraw(self, run: int, base_url: str, participants: Sequence[str]) -> None:
        """Take back whose these participants are, where that became known in this run."""
        unwanted = {participant.casefold() for participant in participants}
        lines = self._holders_at(base_url).lines(unwanted)
        with self._transaction() as cursor:
            for line in lines:
                query = "SELECT employees, participants FROM registration WHERE id = ? AND run = ?"
                for names, given in cursor.execute(query, (line, run)).fetchall():
                    pairs = zip(self._list(names), self._list(given), strict=True)
                    kept = [pair for pair in pairs if pair[1].casefold() not in unwanted]
                    cursor.execute(
                        "UPDATE registration SET employees = ?, participants = ? WHERE id = ?",
                        (_list([name for name, _ in kept]), _list([each for _, each in kept]), line),
                    )
        del self._holders[base_url]

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

    def delivered(self, run: int, path: Path, sha256: str) -> None:
        """Record an output as this program left it."""
        with self._transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO delivery (path, sha256, run) VALUES (?,?,?)",
                (str(path), sha256, run),
            )

    def told(self, scope: Scope, left: Mapping[str, int]) -> None:
        """Record that all of a scope's links have been told, but for these employees' (with their runs)."""
        number = self._scope(scope)
        with self._transaction() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO told SELECT ?, COALESCE(MAX(id), 0) FROM registration", (number,)
            )
            cursor.execute("DELETE FROM untold WHERE run IN (SELECT id FROM run WHERE scope = ?)", (number,))
            lines = [(run, employee) for employee, run in left.items()]
            cursor.executemany("INSERT INTO untold (run, employee) VALUES (?,?)", lines)

    def forget(self, runs: Sequence[int]) -> None:
        """Delete these runs and all that became known in them; no byte of it stays in the file.

        Raises LedgerBusyError where a run is using the ledger.
        """
        with disk.lock(self.path):
            with self._transaction() as cursor:
                cursor.executemany("DELETE FROM delivery WHERE run = ?", [(run,) for run in runs])
                cursor.executemany("DELETE FROM run WHERE id = ?", [(run,) for run in runs])
                last = "SELECT COALESCE(MAX(id), 0) FROM registration"  # new lines come after it
                cursor.execute(f"UPDATE told SET registration = MIN(registration, ({last}))")  # noqa: S608
            self._holders.clear()
            disk.rewrite(self.path, self._connection)

    # --- within

    def _plan(self, cursor: sqlite3.Cursor, run: int, batches: Iterable[Batch]) -> None:
        cursor.executemany(
            "INSERT INTO batch (run, number, employees) VALUES (?,?,?)",
            ((run, batch.number, _list(batch.identifiers)) for batch in batches),
        )

    def _make_scope(self, cursor: sqlite3.Cursor, scope: Scope) -> None:
        columns = ", ".join(Scope._fields)
        query = f"INSERT OR IGNORE INTO scope ({columns}) VALUES (?,?,?,?,?)"  # noqa: S608
        cursor.execute(query, scope)

    def _run_of(self, request: int) -> int:
        if request not in self._runs:
            [(self._runs[request],)] = self._all("SELECT run FROM request WHERE id = ?", (request,))
        return self._runs[request]

    def _scope_of(self, run: int) -> tuple[int, str]:
        if run not in self._whose:
            query = "SELECT r.scope, s.base_url FROM run r JOIN scope s ON s.id = r.scope WHERE r.id = ?"
            [self._whose[run]] = self._all(query, (run,))
        return self._whose[run]

    def _stand(self, cursor: sqlite3.Cursor, run: int, statuses: Iterable[StatusNote]) -> None:
        lines = [(run, item.employee, str(item.status), item.note) for item in statuses]
        if lines:
            self._all_linked.discard(run)
            cursor.executemany(
                "INSERT OR REPLACE INTO standing (run, employee, status, note) VALUES (?,?,?,?)", lines
            )

    def _forget_standings(self, cursor: sqlite3.Cursor, run: int, request: int) -> None:
        """Take back what an earlier request said of this request's employees."""
        if run in self._all_linked:
            return
        if not self._all("SELECT 1 FROM standing WHERE run = ? LIMIT 1", (run,)):
            self._all_linked.add(run)
            return
        cursor.execute(
            "DELETE FROM standing WHERE run = ? AND employee IN (SELECT value FROM json_each(("
            "SELECT COALESCE(q.employees, b.employees) FROM request q "
            "LEFT JOIN batch b ON b.run = q.run AND b.number = q.batch WHERE q.id = ?)))",
            (run, request),
        )

    def _commit(self) -> None:
        """Wait until all of the transaction is on disk."""
        self._connection.execute("COMMIT")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        if self._under_way:
            yield self._under_way
            return
        with disk.guarded(self.path):
            cursor = self._under_way = self._connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE")
                yield cursor
                self._commit()
            except BaseException:
                self._holders.clear()  # what was read meanwhile may not be there any more
                self._known = None
                if self._connection.in_transaction:  # a full disk has rolled it back already
                    cursor.execute("ROLLBACK")
                raise
            finally:
                self._under_way = None


def _register(
    cursor: sqlite3.Cursor, scope: int, registrations: Iterable[Registrations]
) -> list[tuple[int, Sequence[str]]]:
    """Write registrations down; returns their lines' numbers with the participants on them."""
    written = []
    for employees, participants, run, current in registrations:
        cursor.execute(
            "INSERT INTO registration (scope, run, current, employees, participants) VALUES (?,?,?,?,?)",
            (scope, run, current, _list(employees), _list(participants)),
        )
        written.append((int(cursor.lastrowid or 0), participants))
    return written


def _list(identifiers: Sequence[str]) -> str:
    return json.dumps(identifiers, ensure_ascii=False, separators=(",", ":"))
