"""A ledger that was copied is the same ledger, wherever it is."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from bulk_register.errors import LedgerBusyError, LedgerError
from bulk_register.ledger import (
    Center,
    Ledger,
    Profile,
    back_up,
    extend,
    move,
    read_until,
    record_page,
    record_sessions,
    record_synced,
    sessions,
    strangers,
    synced,
    tell_ending,
    told_ending,
)
from bulk_register.places import DatabaseAddress, LedgerPlace
from bulk_register.records import Ending, Session, Settlement, Status, StatusNote
from tests.support.ledgers import SCOPE, answer, batches, filled, record, sqlite_of
from tests.support.postgresql import rows
from tests.support.program import call

OTHER = SCOPE._replace(center="another")
OUTPUT = Path("/somewhere/out.xlsx")
PROFILE = Profile(1001, SCOPE.base_url, "p-1")
CENTER = Center(1001, SCOPE.base_url, SCOPE.center)


def fill(place: LedgerPlace) -> None:
    """Write something into every table, and forget the last run."""
    filled(place, 40, 30)
    with Ledger(place) as ledger:
        [batch] = batches(5)
        run = ledger.begin(record(OTHER, open=3, reregister=True), [batch], ["emp-1", "Ж\0"])
        lost = [StatusNote("emp-1", Status.UNKNOWN, "x\0y")]
        settlement = Settlement(Ending.UNMATCHED, statuses=lost, note="1 for 4", raw=b"{\xff}")
        ledger.settled(ledger.sent(run, batch), settlement)
        ledger.delivered(run, OUTPUT, "aa", 3)
        ledger.told(SCOPE, {"emp-1": 1})
        ledger.name_tests({SCOPE.tests: "Fire safety"})
        ledger.forget([ledger.begin(record(), [])])
        record_synced(ledger, PROFILE, {"emp-1": "aa"})
        record_sessions(ledger, CENTER, [Session("p", "t", 10, finished=True, level="Ж")])
        record_page(ledger, CENTER, ["stranger"], "2026-12-01T00:00:00Z")
        extend(ledger, SCOPE.base_url, ["link-of-emp-1"], 2**32)
        tell_ending(ledger, SCOPE.base_url, {"p": 10})


def everything(place: LedgerPlace) -> list[Any]:
    with Ledger(place, write=False) as ledger:
        told: list[Any] = [ledger.runs(), ledger.delivery(OUTPUT), ledger.titles([SCOPE.tests])]
        for scope in (SCOPE, OTHER):
            told += [[column.tolist() for column in ledger.known(scope)], ledger.last_roster(scope)]
            told += [ledger.untold(scope)]
        told += [synced(ledger, PROFILE), sessions(ledger, CENTER), read_until(ledger, CENTER)]
        told += [strangers(ledger, CENTER), told_ending(ledger, SCOPE.base_url)]
        for run in ledger.runs():
            told += [ledger.planned(run.id), sorted(ledger.statuses(run.id)), ledger.requests(run.id)]
            told += [ledger.unmatched(run.id)]
        return told


def test_a_ledger_moves_there_and_back_whole(tmp_path: Path, database: DatabaseAddress) -> None:
    first, last = tmp_path / "first.sqlite3", tmp_path / "last.sqlite3"
    fill(first)
    before = everything(first)
    assert move(first, database) == 2
    assert everything(database) == before
    assert move(database, last) == 2
    assert everything(last) == everything(first) == before
    for place in (database, last):
        with Ledger(place) as ledger:
            assert ledger.begin(record(), []) == 4, "no run gets the number of one that was forgotten"


def test_a_place_that_holds_something_is_left_alone(tmp_path: Path, database: DatabaseAddress) -> None:
    first = tmp_path / "first.sqlite3"
    filled(first, 5)
    filled(database, 7)
    for source, target in ((first, database), (database, first), (first, first)):
        with pytest.raises((LedgerError, LedgerBusyError)):
            move(source, target)
    with Ledger(database) as there, Ledger(first) as here:
        assert len(there.known(SCOPE).employees) == 7
        assert len(here.known(SCOPE).employees) == 5


def test_nothing_is_copied_from_nowhere(tmp_path: Path, database: DatabaseAddress) -> None:
    for source in (tmp_path / "absent.sqlite3", database):
        with pytest.raises(LedgerError, match="no ledger at"):
            move(source, tmp_path / "new.sqlite3")
        with pytest.raises(LedgerError, match="no ledger at"):
            back_up(source, tmp_path / "new.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_run_under_way_keeps_a_ledger_from_being_moved(tmp_path: Path, book: LedgerPlace) -> None:
    fill(book)
    with Ledger(book) as ledger, ledger.held(SCOPE), pytest.raises(LedgerBusyError):
        move(book, tmp_path / "new.sqlite3")


def test_what_was_changed_by_hand_is_not_copied(tmp_path: Path, database: DatabaseAddress) -> None:
    fill(database)
    rows(database, "UPDATE registration SET participants = replace(participants, 'emp-7', 'emp-9')")
    with pytest.raises(LedgerError, match="damaged"):
        move(database, tmp_path / "new.sqlite3")
    with pytest.raises(LedgerError, match="damaged"):
        back_up(database, tmp_path / "backup.sqlite3")
    assert not (tmp_path / "backup.sqlite3").exists()


@pytest.mark.parametrize("busy", [True, False])
def test_a_backup_is_the_ledger_of_one_moment(tmp_path: Path, book: LedgerPlace, busy: bool) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    fill(book)
    before = everything(book)
    with Ledger(book) as ledger, ledger.held(SCOPE):
        if busy:
            run = ledger.begin(record(), batches(5, prefix="new"))
            before = everything(book)
            with ledger.transaction():
                answer(ledger, run, batches(5, prefix="new")[0])
                assert back_up(book, folder / "one.sqlite3") == 3
        else:
            assert back_up(book, folder / "one.sqlite3") == 2
    assert [file.name for file in folder.iterdir()] == ["one.sqlite3"]
    assert stat.S_IMODE((folder / "one.sqlite3").stat().st_mode) == 0o600
    assert everything(folder / "one.sqlite3") == before
    with pytest.raises(LedgerError, match="there already"):
        back_up(book, folder / "one.sqlite3")


def test_an_answer_that_is_only_in_the_log_is_in_the_backup(tmp_path: Path) -> None:
    book = tmp_path / "ledger.sqlite3"
    with Ledger(book) as ledger:
        sqlite_of(ledger).execute("PRAGMA wal_autocheckpoint = 0")
        [batch] = batches(9)
        answer(ledger, ledger.begin(record(), [batch]), batch)
        back_up(book, tmp_path / "backup.sqlite3")
    with Ledger(tmp_path / "backup.sqlite3", write=False) as ledger:
        assert len(ledger.known(SCOPE).employees) == 9


def test_the_commands_tell_what_to_do_next(folder: Path, database: DatabaseAddress) -> None:
    filled(folder / "old.db", 5)
    told = call("ledger", "move", "old.db", database.secret)
    assert told.code == 0
    assert f"with 1 run is in {database}" in told.out
    assert f"--ledger {database}" in told.out
    told = call("ledger", "backup", "copy.db", "--ledger", database.secret)
    assert (told.code, "copy.db" in told.out) == (0, True)
    assert call("history", "--ledger", "copy.db").out == call("history", "--ledger", "old.db").out


@pytest.mark.parametrize(
    "words",
    [
        ("move", "one.db"),
        ("backup",),
        ("backup", "a", "b"),
        ("backup", "postgresql://me@host/db"),
        ("burn", "a"),
    ],
)
def test_wrong_words_are_told(folder: Path, words: tuple[str, ...]) -> None:
    told = call("ledger", *words)
    assert told.code == 2
    assert told.err
    assert list(folder.iterdir()) == []
