"""A ledger that changed by itself, by one bit or one word, is never believed."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bulk_register.errors import LedgerError
from bulk_register.ledger import Ledger, schema
from bulk_register.records import Ending, Settlement, Status, StatusNote
from tests.support.ledgers import SCOPE, answer, batches, filled, participant, record

OTHER = SCOPE._replace(center="another")
OUTPUT = Path("/somewhere/out.xlsx")
FLIPS = 400


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A ledger with something in every table."""
    path = tmp_path / "ledger.sqlite3"
    filled(path, 40, 30)
    filled(path, 20, prefix="new")
    with Ledger(path) as ledger:
        [batch] = batches(5)
        run = ledger.begin(record(OTHER, open=3), [batch], ["emp-1", "emp-2"])
        lost = [StatusNote("emp-1", Status.UNKNOWN, "x")]
        ledger.settled(
            ledger.sent(run, batch), Settlement(Ending.UNMATCHED, statuses=lost, note="1 for 4", raw=b"{}")
        )
        ledger.delivered(run, OUTPUT, "aa", 3)
        ledger.told(SCOPE, {"emp-1": 1})
        ledger.name_tests({SCOPE.tests: "Fire safety"})
    return path


def everything(path: Path, *, write: bool = False) -> list[Any]:
    """All that a ledger tells."""
    with Ledger(path, write=write) as ledger:
        told: list[Any] = []
        for scope in (SCOPE, OTHER):
            told += [[column.tolist() for column in ledger.known(scope)], ledger.has_registrations(scope)]
            told += [ledger.untold(scope), ledger.last_roster(scope)]
        told.append(ledger.holders(SCOPE.base_url, [participant(f"emp-{code}") for code in range(70)]))
        for run in (runs := ledger.runs()):
            told += [ledger.planned(run.id), ledger.statuses(run.id), ledger.requests(run.id)]
            told += [ledger.unmatched(run.id), ledger.without_link(run)]
        told += [runs, ledger.delivery(OUTPUT), ledger.delivered_by(OUTPUT), ledger.titles([SCOPE.tests])]
        return told


def test_a_flipped_bit_anywhere_is_damage_or_changes_nothing(book: Path) -> None:
    whole, truth, chance = book.read_bytes(), everything(book), random.Random(20261128)
    written = [place for place, byte in enumerate(whole) if byte]
    said = []
    for number in range(FLIPS):
        content = bytearray(whole)
        content[chance.choice(written)] ^= 1 << chance.randrange(8)
        flipped = book.with_name(f"{number}.sqlite3")
        flipped.write_bytes(content)
        try:
            assert everything(flipped, write=number % 2 == 0) == truth
        except LedgerError as error:
            said.append(str(error))
    assert sum("is damaged" in words for words in said) > FLIPS / 2
    assert all(words.isprintable() for words in said)
    assert not [words for words in said if any(name in words for name in ("emp-", "new-", "link-of"))]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE registration SET participants = replace(participants, 'of-emp-7', 'of-emp-9') WHERE id = 1",
        "UPDATE registration SET employees = replace(employees, 'emp-7\"', 'emp-9\"') WHERE id = 1",
        "UPDATE registration SET current = 0 WHERE id = 2",
        "UPDATE registration SET run = 2 WHERE id = 1",
        "UPDATE registration SET id = 99 WHERE id = 1",
        "UPDATE run SET valid_till = valid_till + 1 WHERE id = 1",
        "UPDATE run SET settings = '{}' WHERE id = 2",
        "UPDATE scope SET center = 'centre' WHERE center = 'another'",
        "UPDATE batch SET employees = replace(employees, 'emp-3', 'emp-4') WHERE run = 3",
        "UPDATE request SET ended = 'answered' WHERE ended = 'unmatched'",
        "UPDATE standing SET status = 'rejected'",
        "UPDATE standing SET status = 'nonsense'",
        "UPDATE roster SET employees = '[]' WHERE run = 3",
        "UPDATE delivery SET sha256 = 'ab'",
        "UPDATE delivery SET path = '/somewhere/else.xlsx'",
        "UPDATE told SET registration = 1",
        "UPDATE untold SET employee = 'emp-2'",
        "UPDATE untold SET run = 3",
        "UPDATE untold SET run = 77",
        "UPDATE title SET title = 'Water safety'",
        "DROP INDEX registration_of_run; DROP TABLE untold",
    ],
)
def test_a_record_that_is_not_what_was_written_is_damage(book: Path, change: str) -> None:
    connection = sqlite3.connect(book)
    connection.executescript(change)
    connection.close()
    for write in (False, True):
        with pytest.raises(LedgerError, match=r"is damaged .*ledger\.sqlite3-wal and .*-shm.*backup"):
            everything(book, write=write)


def test_an_index_that_leaves_a_record_out_is_damage(book: Path) -> None:
    connection = sqlite3.connect(book)
    connection.executescript(
        "PRAGMA writable_schema = ON; CREATE TABLE aside (scope); CREATE INDEX aside_index ON aside (scope);"
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'aside_index') "
        "WHERE name = 'registration_of_scope'; DELETE FROM sqlite_schema WHERE name LIKE 'aside%'"
    )
    connection.close()
    with pytest.raises(LedgerError, match="is damaged"):
        everything(book)


def test_changes_of_ones_own_are_no_damage(book: Path) -> None:
    with Ledger(book) as ledger:
        [batch] = batches(6, prefix="more")
        run = ledger.begin(record(open=6), [batch])
        answer(ledger, run, batch, [StatusNote("more-1", Status.UNKNOWN, "null")])
        ledger.withdraw(run, SCOPE.base_url, [participant("more-2")])
        ledger.resume(run, [])
        ledger.finish(run, 1, 2)
        ledger.left(run, [StatusNote("more-2", Status.UNKNOWN, "taken back")])
        ledger.told(SCOPE, {})
        ledger.name_tests({SCOPE.tests.upper(): "Fire safety 2027"})
        ledger.forget([1])
        assert ledger.titles([SCOPE.tests]) == {SCOPE.tests: "Fire safety 2027"}
    everything(book)


def test_an_older_ledger_is_lifted_when_it_is_written_and_read_as_it_is(tmp_path: Path) -> None:
    book = tmp_path / "old.sqlite3"
    connection = sqlite3.connect(book)
    connection.executescript("; ".join(schema.MIGRATIONS[:3]))
    connection.executescript(
        "INSERT INTO scope VALUES (1, 1001, 'https://api.startexam.com', 'center', 'test', '');"
        "INSERT INTO run VALUES (1, 1, '{}', '/r.csv', 'aa', '/o.xlsx', 0, 2147483648, 0, 9, 9, 0, 2, 0);"
        """INSERT INTO registration VALUES (1, 1, 1, 1, '["emp-0","emp-1"]', '["p0","p1"]');"""
        "INSERT INTO delivery VALUES ('/o.xlsx', 'bb', 1);"
    )
    connection.executescript(f"PRAGMA application_id = {schema.APPLICATION_ID}; PRAGMA user_version = 3;")
    connection.close()
    before, scope = book.read_bytes(), SCOPE._replace(tests="test")
    for write in (False, True):
        with Ledger(book, write=write) as ledger:
            assert ledger.known(scope).participants.tolist() == ["p0", "p1"]
            assert [run.employees for run in ledger.runs()] == [2]
            assert ledger.delivery(Path("/o.xlsx")) == "bb"
        assert write or book.read_bytes() == before
    assert book.read_bytes() != before
