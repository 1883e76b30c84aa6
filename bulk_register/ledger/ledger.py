"""What was planned, sent and answered, written down before and after."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bulk_register.language import english
from bulk_register.ledger.checksums import COLUMNS
from bulk_register.ledger.ends import forget_ends
from bulk_register.ledger.ledger_reader import LedgerReader
from bulk_register.ledger.record_store import Writer, as_list
from bulk_register.ledger.sessions import forget_sessions
from bulk_register.ledger.synced import forget_all_but
from bulk_register.places import LedgerPlace
from bulk_register.records import Batch, Ending, Registrations, RunRecord, Scope, Settlement, StatusNote


class Ledger(LedgerReader):
    """The ledger, open. One thread uses it; what a method wrote is on disk when it returns."""

    def __init__(self, place: LedgerPlace, *, write: bool = True) -> None:
        super().__init__(place, write=write)
        self._runs: dict[int, int] = {}  # by request
        self._whose: dict[int, tuple[int, str]] = {}  # scope and base URL by run
        self._all_linked: set[int] = set()  # runs in which nobody is without a link so far

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        """Write down what is recorded within in one transaction: the disk is waited for once.

        All of it is on disk when this ends; nothing of it where LedgerError or anything else is raised.
        """
        try:
            with self.store.transaction() as write:
                yield write
        except BaseException:
            self._holders.clear()  # what was read meanwhile may not be there any more
            self._known = {}
            raise

    def held(self, scope: Scope | None = None) -> AbstractContextManager[object]:
        """Take what one run at a time may have: a scope, None for the whole ledger.

        Raises LedgerBusyError where another run has it.
        """
        return self.store.held(scope)

    def lost(self) -> str:
        """Say why what was held isn't any more, "" while it is; safe to call from any thread."""
        return self.store.lost()

    # --- a run on its way

    def begin(self, record: RunRecord, batches: Iterable[Batch], employees: Sequence[str] = ()) -> int:
        """Record a run, all its batches and its roster's employees in one transaction; returns its number."""
        with self.transaction() as write:
            scope, run = self._make_scope(write, record.scope), write.next_run()
            values = {column: getattr(record, column) for column in COLUMNS["run"]}
            values |= {"scope": scope, "id": run, "reregister": int(record.reregister)}
            write.insert("run", [tuple(values.values())])
            self._plan(write, run, batches)
            write.execute(
                "DELETE FROM roster WHERE run IN (SELECT id FROM run WHERE scope = ? AND id < ?)",
                (scope, run),
            )
            write.insert("roster", [(run, as_list(employees))])
        return run

    def resume(self, run: int, batches: Iterable[Batch]) -> int:
        """Add batches to an earlier run that is being finished; returns its number."""
        with self.transaction() as write:
            write.change("run", run, finished=None, exit_code=None)
            self._plan(write, run, batches)
        return run

    def sent(self, run: int, batch: Batch) -> int:
        """Record that a request is about to go out; returns its number for `settled`."""
        with self.transaction() as write:
            part = as_list(batch.identifiers) if batch.part else None
            request = write.next_number("request")
            line = (request, run, batch.number, part, int(time.time()), None, None, None, None)
            write.insert("request", [line])
        self._runs[request] = run
        return request

    def settled(self, request: int, settlement: Settlement) -> None:
        """Record how a request ended and what that means for its employees, in one transaction."""
        ended, note = settlement.ended, english(settlement.note)
        with self.transaction() as write:
            values = {"settled": int(time.time()), "ended": ended.value, "note": note}
            write.change("request", request, **values, raw=settlement.raw)
            run = self._run_of(request)
            scope, base_url = self._scope_of(run)
            if ended is Ending.ANSWERED:
                self._forget_standings(write, run, request)
            written = _register(write, scope, settlement.registrations)
            self._stand(write, run, settlement.statuses)
        for line, participants in written:
            if base_url in self._holders:
                self._holders[base_url].add(line, participants)

    def withdraw(self, run: int, base_url: str, participants: Sequence[str]) -> None:
        """Take back whose these participants are, where that became known in this run."""
        unwanted = {participant.casefold() for participant in participants}
        lines = self._holders_at(base_url).lines(unwanted)
        with self.transaction() as write:
            for line in lines:
                records = list(self.store.records("registration", "WHERE id = ? AND run = ?", [line, run]))
                for *key, names, given in records:
                    pairs = zip(self.store.texts(names), self.store.texts(given), strict=True)
                    kept = [pair for pair in pairs if pair[1].casefold() not in unwanted]
                    columns = as_list([name for name, _ in kept]), as_list([each for _, each in kept])
                    write.insert("registration", [(*key, *columns)], anew=True)
        del self._holders[base_url]

    def move_window(self, run: int, valid_from: int, valid_till: int, settings: str) -> None:
        """Record another window for a run in which nothing has become known yet."""
        with self.transaction() as write:
            write.change("run", run, valid_from=valid_from, valid_till=valid_till, settings=settings)

    def left(self, run: int, statuses: Iterable[StatusNote]) -> None:
        """Record why employees got no link of whom no request tells."""
        with self.transaction() as write:
            self._stand(write, run, statuses)

    def finish(self, run: int, exit_code: int, open_employees: int) -> None:
        """Record a run's end."""
        with self.transaction() as write:
            end = {"finished": int(time.time()), "exit_code": exit_code}
            write.change("run", run, **end, open=open_employees)

    def delivered(self, run: int, path: Path, sha256: str, links: int = 0) -> None:
        """Record an output as this program left it, and how many employees have a link in it."""
        with self.transaction() as write:
            write.insert("delivery", [(str(path), sha256, run, links)], anew=True)

    def name_tests(self, titles: Mapping[str, str]) -> None:
        """Record what tests are called, by identifier."""
        lines = [(test.lower(), title) for test, title in titles.items() if title]
        if lines and self.titles(titles) != dict(lines):
            with self.transaction() as write:
                write.insert("title", lines, anew=True)

    def told(self, scope: Scope, left: Mapping[str, int]) -> None:
        """Record that all of a scope's links have been told, but for these employees' (with their runs)."""
        number = self._scope(scope)
        with self.transaction() as write:
            last = write.next_number("registration") - 1
            write.insert("told", [(number, last)], anew=True)
            write.execute("DELETE FROM untold WHERE run IN (SELECT id FROM run WHERE scope = ?)", (number,))
            write.insert("untold", ((run, employee) for employee, run in left.items()))

    def forget(self, runs: Sequence[int]) -> None:
        """Delete these runs and all that became known in them; no byte of it stays in the file.

        Raises LedgerBusyError where a run is using the ledger.
        """
        with self.held():
            with self.transaction() as write:
                write.execute_each("DELETE FROM delivery WHERE run = ?", [(run,) for run in runs])
                write.execute_each("DELETE FROM run WHERE id = ?", [(run,) for run in runs])
                last = write.next_number("registration") - 1  # new lines come after it
                told = [(scope, min(line, last)) for scope, line in self.store.records("told")]
                write.insert("told", told, anew=True)
                forget_all_but(self, self.everybody())
                forget_sessions(self)
                forget_ends(self)
            self._holders.clear()
            self.store.clear_deleted()

    # --- within

    def _plan(self, write: Writer, run: int, batches: Iterable[Batch]) -> None:
        write.insert("batch", ((run, batch.number, as_list(batch.identifiers)) for batch in batches))

    def _make_scope(self, write: Writer, scope: Scope) -> int:
        if self._scope(scope) < 0:
            write.insert("scope", [(write.next_number("scope"), *scope)])
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

    def _stand(self, write: Writer, run: int, statuses: Iterable[StatusNote]) -> None:
        lines = [(run, item.employee, str(item.status), english(item.note)) for item in statuses]
        if lines:
            self._all_linked.discard(run)
            write.insert("standing", lines, anew=True)

    def _forget_standings(self, write: Writer, run: int, request: int) -> None:
        """Take back what an earlier request said of this request's employees."""
        if run in self._all_linked:
            return
        if not self.store.all("SELECT 1 FROM standing WHERE run = ? LIMIT 1", (run,)):
            self._all_linked.add(run)
            return
        [(number, part)] = self.store.all("SELECT batch, employees FROM request WHERE id = ?", (request,))
        where = "WHERE run = ? AND number = ?"
        columns = [part] if part else [row[2] for row in self.store.records("batch", where, [run, number])]
        names = [name for column in columns for name in self.store.texts(column)]
        query = "DELETE FROM standing WHERE run = ? AND employee = ?"
        write.execute_each(query, [(run, name) for name in names])


def _register(
    write: Writer, scope: int, registrations: Iterable[Registrations]
) -> list[tuple[int, Sequence[str]]]:
    """Write registrations down; returns their lines' numbers with the participants on them."""
    written, first = [], write.next_number("registration")
    for line, (employees, participants, run, current) in enumerate(registrations, first):
        values = (line, scope, run, int(current), as_list(employees), as_list(participants))
        write.insert("registration", [values])
        written.append((line, participants))
    return written
