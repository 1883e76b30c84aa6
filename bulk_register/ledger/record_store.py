"""Where the ledger's records are kept, whatever the database: each is checked where it is read.

The ledger says what is kept and what it means; a store says how its database does that. Statements that are
the same for all of them stand where they are used, with `?` for their values.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any

from bulk_register.errors import LedgerError
from bulk_register.language import _
from bulk_register.ledger.checksums import COLUMNS, checksum
from bulk_register.records import Scope


class Writer(ABC):
    """One transaction that writes. What was written in it can be read before it ends."""

    @abstractmethod
    def execute(self, query: str, values: Sequence[object] = ()) -> None:
        """Carry out a statement that changes no record but deletes some."""

    @abstractmethod
    def execute_each(self, query: str, values: Sequence[Sequence[object]]) -> None:
        """Carry out such a statement for each of these values."""

    @abstractmethod
    def insert(self, table: str, records: Iterable[tuple[object, ...]], *, anew: bool = False) -> None:
        """Write records with the columns of COLUMNS; `anew`: in place of those with the same key."""

    @abstractmethod
    def change(self, table: str, number: int, **values: object) -> None:
        """Change some columns of the record with this number, which is there."""

    @abstractmethod
    def next_number(self, table: str) -> int:
        """Return the number of the next record that is added to a table."""

    @abstractmethod
    def next_run(self) -> int:
        """Return a number that no run has ever had."""

    @abstractmethod
    def set_last_run(self, number: int) -> None:
        """Let the next run have a higher number than this, which one had elsewhere."""


class RecordStore(ABC):
    """An open ledger's tables. Every method raises LedgerError where the database or its disk fails."""

    is_there: bool  # False: none has been made yet, and it reads as empty

    @abstractmethod
    def each(self, query: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""

    @abstractmethod
    def numbered(self, table: str, numbers: Sequence[int]) -> Iterator[list[Any]]:
        """Yield the records with these numbers, in ascending order, like `records`."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Writer]:
        """Write in one transaction, which is that of the caller where one is open already.

        All of it is on disk when this ends; nothing of it where anything is raised.
        """

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Let all that is read within be of one moment."""

    @abstractmethod
    def last_run(self) -> int:
        """Return the highest number that a run has ever had."""

    @abstractmethod
    def state(self) -> tuple[int, int]:
        """Return two numbers: one that changes when others write, one that changes when this store does."""

    @abstractmethod
    def held(self, scope: Scope | None = None) -> AbstractContextManager[object]:
        """Take what one run at a time may have: a scope, None for the whole ledger.

        Raises LedgerBusyError where somebody else has it.
        """

    def lost(self) -> str:
        """Say why what was held isn't any more, "" while it is; safe to call from any thread."""
        return ""

    @abstractmethod
    def damaged(self, what: str) -> LedgerError:
        """Return what to say of a ledger that can't be trusted any more."""

    @abstractmethod
    def clear_deleted(self) -> None:
        """Let nothing of what was deleted stay on disk, as far as that is in the program's hands."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    def records(self, table: str, where: str = "", values: Sequence[object] = ()) -> Iterator[list[Any]]:
        """Yield a table's records, with the columns of COLUMNS; raises LedgerError where one was changed."""
        query = f"SELECT {', '.join(COLUMNS[table])}, checksum FROM {table} {where}"  # noqa: S608
        for *record, written in self.each(query, values):
            if checksum(table, *record) != written:
                raise self.damaged(_("a record in its table '{table}' is not what was written", table=table))
            yield record

    def texts(self, column: str) -> list[str]:
        """Return the texts of a column that holds them as a JSON list."""
        try:
            return list(json.loads(column))
        except (TypeError, ValueError):
            raise self.damaged(_("a list in it can't be read")) from None

    def all(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return list(self.each(query, values))


def as_list(identifiers: Sequence[str]) -> str:
    """Return identifiers as a column holds them: a JSON list."""
    return json.dumps(identifiers, ensure_ascii=False, separators=(",", ":"))
