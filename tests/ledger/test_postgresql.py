"""A ledger in PostgreSQL keeps its promises whatever happens to the connection, the server and its disk."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.network import Network
from bulk_register.errors import LedgerBusyError, LedgerError
from bulk_register.ledger import Ledger
from bulk_register.ledger.postgresql import lease as leases
from bulk_register.ledger.postgresql.texts import restored, stored
from bulk_register.places import DatabaseAddress
from bulk_register.records import Ending, Settlement, Status, StatusNote
from tests.support.ledgers import SCOPE, answer, batches, filled, participant, record
from tests.support.postgresql import Server, rows
from tests.support.program import call

OTHER = SCOPE._replace(center="another")


@pytest.fixture
def network(server: Server) -> Iterator[Network]:
    with Network(server.port) as between:
        yield between


@pytest.fixture
def far(database: DatabaseAddress, server: Server, network: Network) -> DatabaseAddress:
    """The same database, seen through the network."""
    return DatabaseAddress(database.secret.replace(str(server.port), str(network.port)))


# --- texts


@pytest.mark.parametrize("text", ["", "plain", "ä\0b", "\0", "␛", "␛0;", "\ud800x\udfff", "😀", "␛␛d800;"])
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert restored(stored(text)) == text
    assert "\0" not in stored(text)
    stored(text).encode()


def test_texts_that_the_database_cannot_hold_come_back_as_they_were(database: DatabaseAddress) -> None:
    names = ("nul\0", "half\ud83d", "␛1;")
    with Ledger(database) as ledger:
        [batch] = batches(1)
        run = ledger.begin(record(settings="\0"), [batch], names)
        ledger.left(run, [StatusNote(name, Status.FAILED, name) for name in names])
        ledger.delivered(run, Path("/out\udcff.xlsx"), "aa")
    with Ledger(database) as ledger:
        assert ledger.last_roster(SCOPE) == (run, list(names), False)
        assert {(item.employee, item.note) for item in ledger.statuses(run)} == {
            (name, name) for name in names
        }
        assert ledger.delivery(Path("/out\udcff.xlsx")) == "aa"
        assert ledger.run(run).settings == "\0"
        ledger.settled(ledger.sent(run, batches(1)[0]), Settlement(Ending.ANSWERED))


# --- connections that are lost


def test_a_commit_whose_answer_was_lost_is_not_made_twice(far: DatabaseAddress, network: Network) -> None:
    planned = batches(10, 10)
    with Ledger(far) as ledger:
        run = ledger.begin(record(), planned)
        for number, batch in enumerate(planned, 1):
            network.cut_at_answer_to(b"COMMIT\0")
            with ledger.transaction():
                answer(ledger, run, batch)
            assert network.cuts == number
        assert len(ledger.requests(run)) == 2
    with Ledger(far) as ledger:
        assert len(ledger.known(SCOPE).employees) == 20
        assert len(rows(far, "SELECT 1 FROM registration")) == 2


@pytest.mark.parametrize("words", [b"BEGIN ISO", b"FOR UPDATE", b"INSERT INTO request", b"MAX(id)"])
def test_a_connection_lost_within_a_transaction_loses_nothing(
    far: DatabaseAddress, network: Network, words: bytes
) -> None:
    planned = batches(10, 10)
    with Ledger(far) as ledger:
        run = ledger.begin(record(), planned)
        network.cut_at_answer_to(words)
        with ledger.transaction():
            answer(ledger, run, planned[0])
            assert ledger.holders(SCOPE.base_url, [participant("emp-1")])
            network.cut()
            answer(ledger, run, planned[1])
        assert network.cuts == 1
        assert len(ledger.known(SCOPE).employees) == 20
        assert [ended for *_, ended, _ in ledger.requests(run)] == ["answered", "answered"]


def test_what_somebody_else_wrote_while_a_connection_was_lost_ends_the_transaction(
    far: DatabaseAddress, database: DatabaseAddress, network: Network
) -> None:
    planned = batches(10, 10)
    with Ledger(far) as ledger:
        run = ledger.begin(record(), planned)

        def write() -> None:
            with ledger.transaction():
                answer(ledger, run, planned[0])
                assert ledger.holders(SCOPE.base_url, [participant("emp-1")])
                network.cut()
                filled(database, 5, prefix="new", scope=OTHER)

        with pytest.raises(LedgerError, match="somebody else"):
            write()
        assert ledger.requests(run) == []
        answer(ledger, run, planned[1])
        assert len(ledger.known(SCOPE).employees) == 10


def test_a_terminated_backend_is_replaced(database: DatabaseAddress, server: Server) -> None:
    planned = batches(*[10] * 5)
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    name = database.secret.rpartition("/")[2]
    with Ledger(database) as ledger, ledger.held(SCOPE):
        run = ledger.begin(record(), planned)
        for batch in planned:
            with ledger.transaction():
                answer(ledger, run, batch)
                server.execute("postgres", ends, [name])
            server.execute("postgres", ends, [name])
        assert len(ledger.known(SCOPE).employees) == 50


@pytest.mark.parametrize("at_once", [True, False])
def test_a_restarted_server_is_waited_for(database: DatabaseAddress, server: Server, at_once: bool) -> None:
    planned = batches(10, 10)
    with Ledger(database) as ledger, ledger.held(SCOPE):
        run = ledger.begin(record(), planned)
        answer(ledger, run, planned[0])
        server.stop(at_once=at_once)
        later = threading.Timer(1, server.start)
        later.start()
        answer(ledger, run, planned[1])
        later.join()
        assert len(ledger.known(SCOPE).employees) == 20


def test_a_server_that_stays_away_is_told_once_the_bound_is_reached(
    far: DatabaseAddress, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bulk_register.ledger.postgresql.turn.PATIENCE_SECONDS", 1.5)
    with Ledger(far) as ledger:
        run = ledger.begin(record(), batches(10))
        network.refusing = True
        network.cut()
        began = time.monotonic()
        with pytest.raises(LedgerError, match="can't be used"):
            ledger.sent(run, batches(10)[0])
        assert 0.5 < time.monotonic() - began < 10
        began = time.monotonic()
        with pytest.raises(LedgerError, match="can't be used"):
            ledger.sent(run, batches(10)[0])
        assert time.monotonic() - began < 0.5, "who has waited in vain doesn't wait again"
        network.refusing = False
        ledger.sent(run, batches(10)[0])
        assert len(ledger.requests(run)) == 1


# --- one run at a time


def test_a_second_run_of_a_scope_is_told_who_has_it_since_when(database: DatabaseAddress) -> None:
    with Ledger(database) as first, Ledger(database) as second, first.held(SCOPE):
        with pytest.raises(LedgerBusyError, match=rf"on {socket.gethostname()} \(process \d+\) since 2"):
            second.held(SCOPE).__enter__()
        with second.held(OTHER):
            pass
        with pytest.raises(LedgerBusyError):
            second.forget([])
    with Ledger(database) as second, second.held(SCOPE):
        pass


def test_runs_of_other_scopes_know_each_others_participants(database: DatabaseAddress) -> None:
    given = [participant("emp-1")]
    with Ledger(database) as first, Ledger(database) as second:
        one = first.begin(record(), batches(5))
        two = second.begin(record(OTHER), batches(5))
        assert first.holders(SCOPE.base_url, given) == second.holders(SCOPE.base_url, given) == {}
        answer(first, one, batches(5)[0])
        assert second.holders(SCOPE.base_url, given)[given[0]].run == one
        answer(second, two, batches(3, prefix="other")[0])
        assert first.holders(SCOPE.base_url, [participant("other-1")])[participant("other-1")].run == two
        assert [line for (line,) in rows(database, "SELECT id FROM registration ORDER BY id")] == [1, 2]


def test_who_has_lost_the_lease_writes_nothing(database: DatabaseAddress) -> None:
    planned = batches(10, 10)
    with Ledger(database) as first, first.held(SCOPE):
        run = first.begin(record(), planned)
        rows(database, "UPDATE lease SET until = now()")
        with Ledger(database) as second, second.held(SCOPE):
            with pytest.raises(LedgerError, match="may not write"):
                answer(first, run, planned[0])
            assert "may not write" in first.store.lost()
            answer(second, run, planned[1])
            assert second.store.lost() == ""
        with pytest.raises(LedgerError, match="may not write"):
            first.finish(run, 0, 0)
    with Ledger(database) as ledger:
        assert [ended for *_, ended, _ in ledger.requests(run)] == ["answered"]
    [(fences,)] = rows(database, "SELECT last_value FROM fence")
    assert fences == 2


def test_a_lease_that_is_over_is_lost_even_if_nobody_took_it(database: DatabaseAddress) -> None:
    with Ledger(database) as ledger, ledger.held(SCOPE):
        rows(database, "UPDATE lease SET until = now()")
        with pytest.raises(LedgerError, match="may not write"):
            ledger.begin(record(), [])
        assert ledger.runs() == []


def test_a_lease_is_prolonged_while_nothing_is_written(
    database: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.2)
    with Ledger(database) as ledger, ledger.held(SCOPE):
        [(before,)] = rows(database, "SELECT until FROM lease")
        time.sleep(1)
        [(after,)] = rows(database, "SELECT until FROM lease")
        assert (after - before).total_seconds() > 0.5
        rows(database, "UPDATE lease SET until = now()")
        time.sleep(1)
        assert "may not write" in ledger.store.lost()


def test_commits_are_durable_and_who_sleeps_within_a_transaction_is_thrown_out(
    database: DatabaseAddress, server: Server
) -> None:
    name = database.secret.rpartition("/")[2]
    server.execute("postgres", f"ALTER DATABASE {name} SET synchronous_commit = off")
    server.execute("postgres", f"ALTER DATABASE {name} SET default_transaction_isolation = serializable")
    wanted = {"synchronous_commit": "on", "idle_in_transaction_session_timeout": "20s"}
    wanted["transaction_isolation"] = "read committed"
    with Ledger(database) as ledger, ledger.store.transaction():
        assert {custom: ledger.store.all(f"SHOW {custom}")[0][0] for custom in wanted} == wanted


# --- disks and rights


def test_a_full_disk_of_the_server_takes_back_the_whole_answer(
    database: DatabaseAddress,
) -> None:
    planned = batches(10, 10)
    with Ledger(database) as ledger:
        run = ledger.begin(record(), planned)
        rows(
            database,
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;"
            "CREATE TRIGGER full_disk BEFORE INSERT ON registration EXECUTE FUNCTION full_disk()",
        )
        for _ in range(2):
            with pytest.raises(LedgerError, match="No space left"), ledger.transaction():
                answer(ledger, run, planned[0])
        assert ledger.requests(run) == []
        rows(database, "DROP TRIGGER full_disk ON registration")
        answer(ledger, run, planned[1])
        assert len(ledger.known(SCOPE).employees) == 10


def test_a_role_needs_nothing_but_its_schema(database: DatabaseAddress, server: Server) -> None:
    name = database.secret.rpartition("/")[2]
    role = f"role_of_{name}"
    server.execute("postgres", f"CREATE ROLE {role} LOGIN")
    address = DatabaseAddress(server.url(name, role))
    with pytest.raises(LedgerError, match="permission denied for database"):
        Ledger(address)
    rows(database, f"CREATE SCHEMA bulk_register AUTHORIZATION {role}")
    assert filled(address, 10) == 1
    with Ledger(address) as ledger:
        ledger.forget([1])
    server.execute("postgres", f"CREATE ROLE other_{role} LOGIN")
    for write in (True, False):
        with pytest.raises(LedgerError, match="may not use its schema"):
            Ledger(DatabaseAddress(server.url(name, f"other_{role}")), write=write)


def test_the_address_may_name_another_schema(database: DatabaseAddress) -> None:
    other = DatabaseAddress(f"{database.secret}?options=-csearch_path%3Dexams")
    filled(other, 5)
    filled(database, 7)
    with Ledger(other) as ledger, Ledger(database) as usual:
        assert len(ledger.known(SCOPE).employees) == 5
        assert len(usual.known(SCOPE).employees) == 7
    assert rows(database, "SELECT nspname FROM pg_namespace WHERE nspname = 'exams'")


def test_a_newer_ledger_is_refused(database: DatabaseAddress) -> None:
    filled(database, 3)
    rows(database, "INSERT INTO migration VALUES (99, '9.9')")
    for write in (True, False):
        with pytest.raises(LedgerError, match="newer"):
            Ledger(database, write=write)


def test_programs_may_make_it_at_once(database: DatabaseAddress) -> None:
    faults: list[Exception] = []

    def make() -> None:
        try:
            filled(database, 3, scope=SCOPE._replace(center=threading.current_thread().name))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with Ledger(database) as ledger:
        assert sorted(run.id for run in ledger.runs()) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE registration SET participants = replace(participants, 'of-emp-7', 'of-emp-9')",
        "UPDATE registration SET current = 0",
        "UPDATE run SET valid_till = valid_till + 1",
        "UPDATE scope SET center = 'centre'",
        "UPDATE delivery SET path = '/somewhere/else.xlsx'",
        "DELETE FROM ledger",
    ],
)
def test_a_record_that_is_not_what_was_written_is_damage(database: DatabaseAddress, change: str) -> None:
    run = filled(database, 10)
    with Ledger(database) as ledger:
        ledger.delivered(run, Path("/somewhere/out.xlsx"), "aa")
    rows(database, change)

    def use() -> None:
        with Ledger(database) as ledger:
            ledger.runs()
            ledger.known(SCOPE)
            ledger.delivery(Path("/somewhere/out.xlsx"))
            ledger.begin(record(), [])

    with pytest.raises(LedgerError, match=r"is damaged .*Restore"):
        use()


def test_a_database_is_inspected_before_it_is_relied_on(
    database: DatabaseAddress, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    told = call("doctor", "--ledger", database.secret).out
    assert (
        f"OK: database: PostgreSQL {server.execute('postgres', 'SHOW server_version')[0][0]}, answers" in told
    )
    assert "Note: database: fsync is off" in told
    assert "isn't there yet" in told
    assert "pooler" not in told
    filled(database, 3)
    assert f"{database} can be used; 1 run" in call("doctor", "--ledger", database.secret).out
    name = database.secret.rpartition("/")[2]
    server.execute("postgres", f"CREATE ROLE guest_{name} LOGIN")
    told = call("doctor", "--ledger", server.url(name, f"guest_{name}")).out
    assert f"Problem: database: guest_{name} may not write in the schema bulk_register" in told


# --- nobody sees a password


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:SECRET@127.0.0.1:1/db",
        "postgresql://me@127.0.0.1:1/db?password=SECRET",
        "postgres://me:SECRET@127.0.0.1:1/db?sslmode=prefer&sslpassword=SECRET",
        "postgresql://me:SECRET@no-such-host.invalid/db",
        "postgresql://me:SECRET@127.0.0.1:1/db?nonsense=SECRET",
    ],
)
def test_a_password_is_in_no_message(address: str) -> None:
    place = DatabaseAddress(address)
    for write in (True, False):
        with pytest.raises(LedgerError) as caught:
            Ledger(place, write=write)
        assert "SECRET" not in f"{caught.value} {place} {place!r}"
    assert str(place).startswith("postgresql://me@")


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:SECRET",
        "postgresql://me:SE@CRET@host/db",
        "postgresql://me:SE/CRET@host/db",
        "host=x",
    ],
)
def test_an_address_that_would_show_a_password_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be like") as caught:
        DatabaseAddress(text)
    assert "CRET" not in str(caught.value)
