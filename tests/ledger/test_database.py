"""The ledger as a file: durable, private, and never taken for empty when it can't be read."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bulk_register.errors import LedgerBusyError, LedgerError
from bulk_register.ledger import Ledger, lock, schema
from bulk_register.ledger import database as disk
from bulk_register.records import Batch, Ending, Settlement, Status, StatusNote
from tests.support.ledgers import (
    SCOPE,
    answer,
    batches,
    filled,
    no_room_beyond,
    record,
    sqlite_of,
    unprivileged,
)
from tests.support.postgresql import has_own_mounts
from tests.support.program import ROOT

posix = pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def use(path: Path) -> int:
    """All that a run does with a ledger; returns how many links it knows."""
    with Ledger(path) as ledger:
        known = ledger.known(SCOPE)
        ledger.runs()
        ledger.holders(SCOPE.base_url, ["link-of-emp-1"])
        planned = batches(10, prefix="new")
        answer(ledger, ledger.begin(record(), planned), planned[0])
        return len(known.employees)


def test_commits_are_durable(book: Path) -> None:
    with Ledger(book) as ledger:
        pragma = {
            name: sqlite_of(ledger).execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "journal_mode", "foreign_keys")
        }
    assert pragma == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1}


def test_what_a_method_wrote_is_there_after_kill_9(book: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from bulk_register.ledger import Ledger\n"
        "from tests.support.ledgers import *\n"
        "ledger = Ledger(Path(sys.argv[1])); planned = batches(*[10] * 1000)\n"
        "run = ledger.begin(record(), planned)\n"
        "for batch in planned:\n"
        "    answer(ledger, run, batch); print(batch.number, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(book)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    told = 0
    for line in child.stdout:
        told = int(line)
        if told == 25:
            child.kill()
    child.wait()
    child.stdout.close()
    with Ledger(book) as ledger:
        known = len(ledger.known(SCOPE).employees)
        assert known in (told * 10, told * 10 + 10)
        assert len(ledger.planned(1)) == 1000


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_what_a_crash_left_half_done_is_taken_back(book: Path, mode: str, write: bool) -> None:
    filled(book, *[100] * 20)
    connection = sqlite3.connect(book, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE registration SET employees = '[]', participants = '[]'")
    crashed = book.with_name("crashed")
    crashed.mkdir()
    for file in book.parent.glob(f"{book.name}*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, crashed)
    connection.execute("ROLLBACK")
    connection.close()
    assert disk._log_of(crashed / book.name)
    with Ledger(crashed / book.name, write=write) as ledger:
        assert len(ledger.known(SCOPE).employees) == 2000


# --- files that are no good


@posix
def test_a_file_of_somebody_else_keeps_its_permissions(book: Path) -> None:
    with sqlite3.connect(book) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    book.chmod(0o644)
    with pytest.raises(LedgerError, match="is not a ledger"), Ledger(book):
        pass
    assert stat.S_IMODE(book.stat().st_mode) == 0o644


def test_garbage_is_damaged_and_not_empty(book: Path) -> None:
    book.write_bytes(os.urandom(100_000))
    for write in (True, False):
        with pytest.raises(LedgerError, match=r"damaged.*backup"):
            Ledger(book, write=write)
    assert book.stat().st_size == 100_000


def test_zero_bytes_are_damaged_and_not_empty(book: Path) -> None:
    book.touch()
    for write in (True, False):
        with pytest.raises(LedgerError, match="damaged"):
            Ledger(book, write=write)


def test_a_truncated_ledger_is_damaged_wherever_it_was_cut(book: Path) -> None:
    filled(book, 100, 100, 100)
    whole = book.read_bytes()
    assert not disk._log_of(book)
    cut = book.with_name("cut.sqlite3")
    for size in [*range(1, 600, 37), *range(600, len(whole), 1500), len(whole) - 1]:
        cut.write_bytes(whole[:size])
        with pytest.raises(LedgerError, match="damaged"):
            use(cut)
        assert cut.stat().st_size == size


def test_overwritten_pages_are_damaged_or_were_not_needed(book: Path) -> None:
    filled(book, *[100] * 20)
    whole = book.read_bytes()
    torn = book.with_name("torn.sqlite3")
    damaged = 0
    for start in range(4096, len(whole), 4096):
        for suffix in ("-wal", "-shm"):
            torn.with_name(torn.name + suffix).unlink(missing_ok=True)
        torn.write_bytes(whole[:start] + os.urandom(4096) + whole[start + 4096 :])
        try:
            assert use(torn) == 2000, "less than everything was taken for all"
        except LedgerError:
            damaged += 1
    assert damaged > len(whole) / 4096 / 3


def test_another_programs_database_is_refused_and_left_alone(book: Path) -> None:
    with sqlite3.connect(book) as connection:
        connection.execute("CREATE TABLE run (id INTEGER)")
    connection.close()
    before = book.read_bytes()
    for write in (True, False):
        with pytest.raises(LedgerError, match="not a ledger of bulk-register"):
            Ledger(book, write=write)
    assert book.read_bytes() == before


def test_a_newer_ledger_is_refused_and_left_alone(book: Path) -> None:
    filled(book, 3)
    connection = sqlite3.connect(book)
    connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    connection.close()
    before = book.read_bytes()
    for write in (True, False):
        with pytest.raises(LedgerError, match="newer"):
            Ledger(book, write=write)
    assert book.read_bytes() == before


def test_a_migration_is_made_whole_or_not_at_all(book: Path) -> None:
    steps = schema.MIGRATIONS[:3]
    connection = sqlite3.connect(book)
    connection.executescript("; ".join(steps))
    connection.executescript(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    connection.executescript(f"PRAGMA user_version = {len(steps)}")
    connection.execute("ALTER TABLE untold ADD COLUMN checksum INTEGER")  # which the migration adds late
    before = columns(connection, "run")
    with pytest.raises(LedgerError):
        Ledger(book)
    assert (schema.version(connection), columns(connection, "run")) == (len(steps), before)
    connection.execute("ALTER TABLE untold DROP COLUMN checksum")
    with Ledger(book) as ledger:
        assert ledger.runs() == []
    assert schema.version(connection) == len(schema.MIGRATIONS)
    assert "checksum" in columns(connection, "run")
    connection.close()


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    for write in (True, False):
        with pytest.raises(LedgerError, match="can't be"):
            Ledger(tmp_path, write=write)


# --- rights


@posix
def test_it_is_its_owners_alone(book: Path) -> None:
    nested = book.parent / "state" / "bulk_register" / "ledger.sqlite3"
    filled(nested, 3)
    with Ledger(nested) as ledger, lock(nested):
        ledger.begin(record(), [])
        for file in nested.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    assert stat.S_IMODE(nested.parent.stat().st_mode) == 0o700
    nested.chmod(0o644)
    with Ledger(nested):
        assert stat.S_IMODE(nested.stat().st_mode) == 0o600


@posix
@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o444), (0o777, 0o444), (0o555, 0o666)])
def test_read_only_media_can_be_read_and_say_so_when_written(
    media: Path, folder_mode: int, file_mode: int
) -> None:
    book = media / "ledger.sqlite3"
    filled(book, 30)
    book.with_name(book.name + ".lock").unlink(missing_ok=True)
    book.chmod(file_mode)
    media.chmod(folder_mode)
    with unprivileged():
        with Ledger(book, write=False) as ledger:
            assert len(ledger.known(SCOPE).employees) == 30
        with pytest.raises(LedgerError, match=r"can't be used.*--ledger"):
            use(book)


@posix
def test_a_log_that_cannot_be_read_is_not_passed_over(book: Path, media: Path) -> None:
    with Ledger(book) as ledger:
        planned = batches(10)
        answer(ledger, ledger.begin(record(), planned), planned[0])
        for suffix in ("", "-wal"):  # as a crash leaves it, and without its -shm
            shutil.copy(f"{book}{suffix}", media / f"ledger.sqlite3{suffix}")
            (media / f"ledger.sqlite3{suffix}").chmod(0o444)
    media.chmod(0o555)
    with unprivileged(), pytest.raises(LedgerError, match="can't be used"):
        Ledger(media / "ledger.sqlite3", write=False)


@posix
def test_a_folder_that_cannot_be_made_is_told(media: Path) -> None:
    media.chmod(0o555)
    with unprivileged(), pytest.raises(LedgerError, match=r"can't be used.*--ledger"):
        Ledger(media / "new" / "ledger.sqlite3")


# --- full disks


def test_a_full_disk_takes_back_the_whole_answer_and_the_ledger_works_on_when_there_is_room(
    book: Path,
) -> None:
    planned = batches(*[200] * 4)
    with Ledger(book) as ledger:
        run = ledger.begin(record(), planned)
        answer(ledger, run, planned[0])
        used = sqlite_of(ledger).execute("PRAGMA page_count").fetchone()[0]
        sqlite_of(ledger).execute(f"PRAGMA max_page_count = {used}")
        request = ledger.sent(run, planned[1])
        told = [StatusNote(name, Status.FAILED, "x" * 300) for name in planned[1].identifiers]
        for _ in range(3):
            with pytest.raises(LedgerError, match="full"):
                ledger.settled(request, Settlement(Ending.FAILED, statuses=told))
        assert len(ledger.known(SCOPE).employees) == 200
        assert ledger.requests(run)[1][2] is None
        sqlite_of(ledger).execute(f"PRAGMA max_page_count = {used + 1000}")
        answer(ledger, run, planned[2])
        ledger.settled(request, Settlement(Ending.FAILED, statuses=told))
    with Ledger(book) as ledger:
        assert len(ledger.known(SCOPE).employees) == 400
        assert len(ledger.statuses(run)) == 200


@posix
def test_a_disk_without_room_for_the_log_is_told_and_nothing_is_lost(book: Path) -> None:
    planned = batches(*[500] * 20)
    answered: list[Batch] = []

    def answer_all() -> None:
        for batch in planned:
            answer(ledger, run, batch)
            answered.append(batch)

    with Ledger(book) as ledger:
        run = ledger.begin(record(), planned)
        with no_room_beyond(book.with_name(book.name + "-wal").stat().st_size + 60_000):
            with pytest.raises(LedgerError, match="can't be used"):
                answer_all()
            assert 0 < len(answered) < 20
            assert len(ledger.known(SCOPE).employees) == len(answered) * 500
        for batch in planned[len(answered) :]:
            answer(ledger, run, batch)
    with Ledger(book) as ledger:
        assert len(ledger.known(SCOPE).employees) == 10_000


@posix
def test_a_disk_without_room_for_a_new_ledger_leaves_none(book: Path) -> None:
    with no_room_beyond(8192), pytest.raises(LedgerError, match="can't be used"):
        Ledger(book)
    assert not book.exists()
    assert filled(book, 3) == 1


# --- two programs at once


def test_the_lock_is_for_one_and_is_dropped_when_the_process_dies(book: Path) -> None:
    filled(book, 3)
    script = (
        "import sys, time; from pathlib import Path; from bulk_register.ledger import lock\n"
        "held = lock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(book)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(LedgerBusyError, match="Another run"):
        lock(book)
    with Ledger(book) as ledger, pytest.raises(LedgerBusyError):
        ledger.forget([1])
    with Ledger(book, write=False) as ledger:
        assert len(ledger.known(SCOPE).employees) == 3
    child.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    child.wait()
    child.stdout.close()
    with lock(book):
        pass


@posix
def test_one_ledger_under_two_names_has_one_lock(book: Path) -> None:
    filled(book, 3)
    alias = book.with_name("alias.sqlite3")
    alias.symlink_to(book)
    with lock(book), pytest.raises(LedgerBusyError):
        lock(alias)


def test_a_reader_sees_the_last_commit_while_another_writes(book: Path) -> None:
    planned = batches(5, 5)
    with Ledger(book) as writer:
        run = writer.begin(record(), planned)
        answer(writer, run, planned[0])
        with writer.store.transaction() as cursor, Ledger(book, write=False) as reader:
            cursor.execute("DELETE FROM registration")
            assert len(reader.known(SCOPE).employees) == 5
        with Ledger(book, write=False) as reader:
            assert len(reader.known(SCOPE).employees) == 0
            answer(writer, run, planned[1])
            assert len(reader.known(SCOPE).employees) == 5


def test_programs_may_make_and_open_the_ledger_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from bulk_register.ledger import Ledger; from bulk_register.errors import LedgerBusyError\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "try:\n    Ledger(Path(sys.argv[1])).runs(); print('ok')\n"
        "except LedgerBusyError: print('busy')\n"
        "except Exception as error: print(error)"
    )
    for turn in range(5):
        ledger_path = tmp_path / f"{turn}.sqlite3"
        children = [
            subprocess.Popen(
                [sys.executable, "-c", script, str(ledger_path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        said = {child.communicate("go\n")[0].strip() for child in children}
        assert said <= {"ok", "busy"}
        assert "ok" in said
        with Ledger(ledger_path) as ledger:
            assert ledger.runs() == []


# --- forgetting


def everything(book: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(book.parent.iterdir()) if file.is_file())


def test_forgetting_leaves_no_byte_of_a_run(book: Path) -> None:
    kept = filled(book, 50, prefix="kept")
    with Ledger(book) as ledger:
        sqlite_of(ledger).execute("PRAGMA secure_delete = OFF")  # as some builds of SQLite have it
        planned = batches(300, 40, prefix="gone")
        gone = ledger.begin(
            record(roster="/home/gone.csv", settings="gone-center", output="gone.xlsx"),
            planned,
            [name for batch in planned for name in batch.identifiers],
        )
        told = [StatusNote(name, Status.FAILED, "gone-note") for name in planned[0].identifiers]
        ledger.settled(
            ledger.sent(gone, planned[0]), Settlement(Ending.FAILED, statuses=told, note="gone-fault")
        )
        answer(ledger, gone, planned[0])
        ledger.settled(
            ledger.sent(gone, planned[1].halves()[0]),
            Settlement(Ending.UNMATCHED, note="gone", raw=b"gone-raw"),
        )
        ledger.delivered(gone, book.with_name("gone.xlsx"), "gone-sum")
        assert b"gone-299" in everything(book)
        ledger.forget([gone])
        for open_or_closed in ("open", "closed"):
            content = everything(book)
            for trace in (b"gone", b"link-of-gone"):
                assert trace not in content, open_or_closed
            if open_or_closed == "open":
                sqlite_of(ledger).close()
    with Ledger(book) as ledger:
        assert len(ledger.known(SCOPE).employees) == 50
        assert [run.id for run in ledger.runs()] == [kept]
        assert ledger.holders(SCOPE.base_url, ["link-of-gone-1"]) == {}
        assert ledger.planned(gone) == {}
        assert ledger.delivery(book.with_name("gone.xlsx")) is None


def test_after_forgetting_the_same_participants_may_come_again(book: Path) -> None:
    with Ledger(book) as ledger:
        planned = batches(5, 5)
        run = ledger.begin(record(), planned)
        assert ledger.holders(SCOPE.base_url, ["link-of-emp-1"]) == {}
        answer(ledger, run, planned[0])
        ledger.forget([run])
        assert ledger.holders(SCOPE.base_url, ["link-of-emp-1"]) == {}
        run = ledger.begin(record(), planned)
        answer(ledger, run, planned[1])
        answer(ledger, run, planned[0])
        assert ledger.holders(SCOPE.base_url, ["link-of-emp-1"])["link-of-emp-1"].run == run


def test_a_forgotten_runs_number_is_not_given_again(book: Path) -> None:
    first = filled(book, 2)
    with Ledger(book) as ledger:
        ledger.forget([first, first, 99])
    assert filled(book, 2) > first


def test_forgetting_in_one_program_while_another_reads_says_what_is_left(book: Path) -> None:
    run = filled(book, *[300] * 10)
    with Ledger(book) as ledger, closing(sqlite3.connect(book)) as reader:
        sqlite_of(ledger).execute("PRAGMA busy_timeout = 200")  # the reader stays anyway
        rows = reader.execute("SELECT employees FROM batch")
        rows.fetchone()
        with pytest.raises(LedgerBusyError, match="deleted"):
            ledger.forget([run])
        rows.close()
        ledger.forget([run])
    assert b"emp-1" not in everything(book)


# --- network shares

MOUNTS = r"""
proc /proc proc rw 0 0
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/me/local xfs rw 0 0
//files/hr /mnt/hr\040files cifs rw 0 0
C:\134 /mnt/c 9p rw 0 0
overlay /over overlay rw 0 0
//files/x /over fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/ledger", "ext4"),
        ("/home/me/ledger", "nfs4"),
        ("/home/me/local/ledger", "xfs"),
        ("/homes/ledger", "ext4"),
        ("/mnt/hr files/ledger", "cifs"),
        ("/mnt/c/ledger", "9p"),
        ("/over/ledger", "fuse.sshfs"),
    ],
)
def test_the_file_system_of_a_path_is_that_of_its_innermost_mount(path: str, kind: str) -> None:
    assert disk.file_system(Path(path), MOUNTS.strip()) == kind
    assert kind.startswith(disk.NETWORK_FILE_SYSTEMS) is (kind not in ("ext4", "xfs"))


ON_A_SHARE = """
import sys
from pathlib import Path
from bulk_register.ledger import Ledger
from tests.support.ledgers import answer, batches, record

with Ledger(book := Path(sys.argv[1])) as ledger:
    planned = batches(10, prefix="more")
    answer(ledger, ledger.begin(record(), planned), planned[0])
    print(*ledger.store.connection.execute("PRAGMA journal_mode").fetchone(), Path(f"{book}-wal").exists())
    ledger.forget([1])
"""


@pytest.mark.skipif(not has_own_mounts(), reason="no mounts of one's own here")
def test_a_ledger_on_a_network_share_has_no_write_ahead_log_and_works_too(book: Path) -> None:
    filled(book, 10)
    (book.parent / "mounts").write_text(f"server:/hr {book.parent} nfs4 rw 0 0\n")
    as_a_share = (  # the process sees a table of mounts in which the folder is a share
        'mount -t tmpfs tmpfs /proc && mkdir /proc/self && cp mounts /proc/self && exec "$@"'
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", as_a_share, "-", sys.executable, "-c", ON_A_SHARE, str(book)],
        cwd=book.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("truncate False\n", "")
    assert b"link-of-emp" not in everything(book)
    with Ledger(book, write=False) as ledger:
        assert len(ledger.known(SCOPE).employees) == 10


def test_a_hundred_thousand_registrations_are_all_known(book: Path) -> None:
    with Ledger(book) as ledger:
        planned = batches(*[500] * 200)
        run = ledger.begin(record(), planned)
        for batch in planned:
            ledger.holders(SCOPE.base_url, batch.identifiers)
            answer(ledger, run, batch)
        assert len(ledger.known(SCOPE).employees) == 100_000
