"""One transaction that writes. It can be carried out again on another connection where one was lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from bulk_register.language import _
from bulk_register.ledger.checksums import COLUMNS, checksum
from bulk_register.ledger.failures import unusable
from bulk_register.ledger.postgresql.connection import Connection
from bulk_register.ledger.postgresql.lease import clock
from bulk_register.ledger.postgresql.link import PATIENCE_SECONDS
from bulk_register.ledger.postgresql.statements import statement
from bulk_register.ledger.postgresql.texts import stored
from bulk_register.ledger.record_store import Writer

if TYPE_CHECKING:
    from bulk_register.ledger.postgresql.store import PostgresqlStore

Result = TypeVar("Result")

MOST_RECORDS = 1000  # in one statement
USUAL_STATEMENTS = 100  # of a transaction; each more may take the server a second before it says anything
KEYS = {
    "delivery": ("path",),
    "title": ("test",),
    "told": ("scope",),
    "standing": ("run", "employee"),
    "registration": ("id",),
    "synced": ("id",),
    "session": ("account_id", "base_url", "participant", "test"),
    "feed": ("account_id", "base_url", "center"),
    "extension": ("base_url", "participant"),
    "ending": ("base_url", "participant"),
}
_TEXTS = frozenset(
    {
        *("base_url", "center", "tests", "proctoring", "settings", "roster", "sha256", "output", "employees"),
        *("ended", "note", "participants", "employee", "status", "path", "test", "title"),
        *("profile", "digests", "participant", "told", "until"),
    }
)


class CommittedError(Exception):
    """The transaction that was to be carried out again is on disk already."""


class Turn(Writer):
    """What is written is gathered and sent with the commit, so that a transaction costs two round trips.

    All of it is kept until then: where the connection is lost, it is carried out again on another, if nobody
    else has written meanwhile; whether a commit whose answer was lost has happened is asked first.
    """

    def __init__(self, store: PostgresqlStore) -> None:
        self._store, self._link, self._lease = store, store.link, store.lease
        self._key = uuid.uuid4()
        self._statements: list[tuple[str, Sequence[Any]]] = []
        self._done = 0  # of them, in the transaction that is open
        self._open = False
        self._version: int | None = None  # of the ledger when this began

    @property
    def begun(self) -> bool:
        return self._version is not None

    def version(self) -> int:
        """Return how many transactions had written when this one began."""
        if self._version is None:
            self._insist(self._go_on)
        assert self._version is not None
        return self._version

    def read(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query, as they are with all that was written so far."""

        def act(connection: Connection) -> list[tuple[Any, ...]]:
            self._go_on(connection)
            if self._done < len(self._statements):
                with connection.pipeline():
                    self._catch_up(connection)
            return connection.execute(query, values).fetchall()  # see `Link.begin`

        return self._insist(act)

    def commit(self) -> int:
        """Wait until all of it is on disk; returns how many transactions wrote: none where there is nothing.

        Raises LedgerError where it is not there, or that can't be known.
        """
        if not self._statements:
            self.roll_back()
            return 0

        def act(connection: Connection) -> None:
            self._go_on(connection)
            began, renewed = clock(), None
            more_seconds = max(0.0, len(self._statements) - USUAL_STATEMENTS)
            with connection.patience(more_seconds), connection.pipeline():
                self._catch_up(connection)
                connection.execute("INSERT INTO turn (key) VALUES (%s)", [self._key])
                connection.execute("UPDATE ledger SET version = version + 1 WHERE id = 1")
                if self._lease:
                    renewed = connection.execute(statement("renew_lease"), self._lease.values)
                connection.execute("COMMIT")
            if self._lease and renewed and renewed.rowcount:
                self._lease.renewed(began)

        try:
            self._insist(act)
        except CommittedError:
            self.roll_back()
        return 1

    def roll_back(self) -> None:
        self._open = False
        self._link.roll_back()

    # --- what is written

    def execute(self, query: str, values: Sequence[object] = ()) -> None:
        self._add(query.replace("?", "%s"), [stored(value) for value in values])
        self._store.numbers.next.clear()

    def execute_each(self, query: str, values: Sequence[Sequence[object]]) -> None:
        for one in values:
            self.execute(query, one)

    def insert(self, table: str, records: Iterable[tuple[object, ...]], *, anew: bool = False) -> None:
        columns = (*COLUMNS[table], "checksum")
        end = ""
        if anew:
            changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in KEYS[table])
            end = f" ON CONFLICT ({', '.join(KEYS[table])}) DO UPDATE SET {changed}"
        sealed = ((*record, checksum(table, *record)) for record in records)
        for some in _in_parts(sealed):
            if anew:  # of those with one key the last counts
                places = [columns.index(name) for name in KEYS[table]]
                some = tuple({tuple(record[place] for place in places): record for record in some}.values())
            values = [[stored(value) for value in column] for column in zip(*some, strict=True)]
            arrays = ", ".join(map(_array, [table] * len(columns), columns, values))
            query = f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays}){end}"  # noqa: S608
            self._add(query, values)
            self._store.numbers.remember(table, columns, some)

    def change(self, table: str, number: int, **values: object) -> None:
        found = self._store.numbers.recent.pop((table, number), None)
        record = found or next(self._store.numbered(table, [number]), None)
        if record is None:
            raise self._store.damaged(_("a record in its table '{table}' is missing", table=table))
        fresh = dict(zip(COLUMNS[table], record, strict=True)) | values
        values["checksum"] = checksum(table, *fresh.values())
        columns = ", ".join(f"{name} = %s" for name in values)
        query = f"UPDATE {table} SET {columns} WHERE id = %s"  # noqa: S608
        self._add(query, [*map(stored, values.values()), number])

    def next_number(self, table: str) -> int:
        numbers = self._store.numbers
        numbers.check(self._store.by_others(self.version()))
        if table not in numbers.next:
            query = f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}"  # noqa: S608
            [(numbers.next[table],)] = self.read(query)
        return numbers.next[table]

    def next_run(self) -> int:
        [(last,)] = self.read("SELECT last_run FROM ledger WHERE id = 1")
        self.set_last_run(int(last) + 1)
        return int(last) + 1

    def set_last_run(self, number: int) -> None:
        self._add("UPDATE ledger SET last_run = %s WHERE id = 1", [number])

    # --- within

    def _add(self, query: str, values: Sequence[Any]) -> None:
        self._store.changes += 1
        self._statements.append((query, values))

    def _insist(self, act: Callable[[Connection], Result]) -> Result:
        def watched(connection: Connection) -> Result:
            try:
                return act(connection)
            except BaseException:
                self._open = False  # the link ends what is half done
                raise

        patience = min(PATIENCE_SECONDS, self._lease.remaining()) if self._lease else PATIENCE_SECONDS
        return self._link.insist(watched, patience)

    def _go_on(self, connection: Connection) -> None:
        """Begin the transaction where it isn't open, or isn't any more."""
        if self._open:
            return
        lease, ask = self._lease, "SELECT 1 FROM turn WHERE key = %(key)s"
        more = [ask, statement("check_lease")] if lease else [ask]
        version, mine, *held = self._link.begin(
            connection, *more, key=self._key, **(lease.values if lease else {})
        )
        if mine:
            raise CommittedError
        if lease and not held[0]:
            lease.lose()
            raise lease.lost_error()
        self._check_version(version)
        self._open, self._done = True, 0

    def _check_version(self, found: list[tuple[Any, ...]]) -> None:
        version = self._store.only_version(found)
        if self._version not in (None, version):
            what = _("somebody else wrote into it while the connection was lost")
            raise unusable(self._link.address, what)
        self._version = version

    def _catch_up(self, connection: Connection) -> None:
        """Send what was gathered."""
        for query, values in self._statements[self._done :]:
            connection.execute(query, values)
        self._done = len(self._statements)


def _in_parts(records: Iterator[tuple[Any, ...]]) -> Iterator[tuple[tuple[Any, ...], ...]]:
    while some := tuple(islice(records, MOST_RECORDS)):
        yield some


def _array(table: str, column: str, values: Sequence[Any]) -> str:
    """Return the mark of a column's values; a run's `employees` are their number, else it is who they are.

    Texts go in binary form: quoting those that hold JSON would take most of a transaction's time.
    """
    if column in _TEXTS and (table, column) != ("run", "employees"):
        return "%s::text[]" if None in values else "%b::text[]"
    return f"%s::{'bytea' if column == 'raw' else 'bigint'}[]"
