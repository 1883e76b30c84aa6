"""The library: the same story as the command, for programs."""

from __future__ import annotations

import csv
import doctest
import subprocess
import sys
import threading
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import bulk_register
from bulk_register import Settings, load_settings, register_roster
from bulk_register.errors import (
    BulkRegisterError,
    DeclinedError,
    InputError,
    LedgerBusyError,
    OutputError,
    RosterError,
    SettingsError,
)
from bulk_register.ledger import Ledger, lock
from bulk_register.records import (
    Delivered,
    Event,
    Planned,
    RequestDone,
    RosterRead,
    RunStarted,
    Settled,
    Waiting,
)
from bulk_register.run import finish_run
from bulk_register.run.observer import Observer
from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Behaviour, Sandbox
from tests.support import hostile_server as hostile
from tests.support.hostile_server import HostileServer
from tests.support.program import account, write_roster


@pytest.fixture(autouse=True)
def _roster(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    write_roster(folder, 7)


def settings(sandbox: Sandbox, **changes: Any) -> Settings:
    said = {"center": DEMO_CENTER, "tests": [DEMO_TEST], "valid_till": "+10d", "base_url": sandbox.base_url}
    said |= {"ledger": "ledger.db", "wait_first": "0.01", "wait_max": "0.02"}
    return load_settings(said | changes, environ=account(sandbox))


def test_the_documented_example_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Employee ID", "Name"], ["00417", "Anna"], ["00418", "Boris"]):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(folder / "staff.xlsx")
    with Sandbox() as sandbox:
        for name, value in account(sandbox).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("BULK_REGISTER_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("BULK_REGISTER_CENTER", DEMO_CENTER)
        monkeypatch.setenv("BULK_REGISTER_TESTS", DEMO_TEST)
        failed, tried = doctest.testmod(bulk_register)
        assert (failed, tried) == (0, 3)
        assert len(sandbox.created) == 2
    assert (folder / "staff.registered.xlsx").exists()


def test_the_result_tells_where_everybody_stands(folder: Path) -> None:
    with Sandbox() as sandbox:
        finished = register_roster("staff.csv", settings(sandbox, output="out.csv"))
        participants = {key[-1]: str(value) for key, value in sandbox.registrations.items()}
    assert finished.exit_code == 0
    assert finished.output == folder / "out.csv"
    assert finished.outcome.requests == 1
    assert list(finished.table["Registration Status"]) == ["registered"] * 7
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["Employee ID"]: row["Participant ID"] for row in rows} == participants


def test_events_come_in_order_and_one_at_a_time() -> None:
    events: list[Event] = []
    busy = threading.Lock()

    def tell(event: Event) -> None:
        assert busy.acquire(blocking=False)
        events.append(event)
        busy.release()

    with Sandbox(Behaviour(fail_rate=0.3, seed=5, retry_after_seconds=0)) as sandbox:
        chosen = settings(sandbox, batch_size=1, workers=4, attempts=30)
        finished = register_roster("staff.csv", chosen, tell=tell)
    kinds = [type(event) for event in events]
    assert kinds[:3] == [RosterRead, Planned, RunStarted]
    assert kinds[-1] is Delivered
    assert set(kinds[3:-1]) == {RequestDone, Settled, Waiting}
    assert sum(event.settled for event in events if isinstance(event, Settled)) == 7
    assert kinds.count(RequestDone) == finished.outcome.requests
    assert kinds.count(Waiting) == finished.outcome.retries
    for number in range(1, 8):
        own = [event for event in events if getattr(event, "batch", 0) == number]
        assert isinstance(own[-1], Settled)
        assert isinstance(own[-2], RequestDone)


def test_what_is_wrong_is_raised_before_anything_is_sent(folder: Path) -> None:
    with Sandbox() as sandbox:
        good = settings(sandbox)
        with pytest.raises(RosterError, match="there is no such file"):
            register_roster("nobody.csv", good)
        with pytest.raises(OutputError, match="the roster itself"):
            register_roster("staff.csv", settings(sandbox, output="staff.csv"))
        with pytest.raises(DeclinedError):
            register_roster("staff.csv", good, confirm=lambda plan: plan.new != 7)
        with pytest.raises(SettingsError, match="center"):
            load_settings({"center": None}, environ={})
        with lock(folder / "ledger.db"), pytest.raises(LedgerBusyError, match="Another run"):
            register_roster("staff.csv", good)
        assert issubclass(RosterError, InputError)
        assert issubclass(SettingsError, BulkRegisterError)
        assert sandbox.requests == []
        assert not list(folder.glob("*.registered.*"))


GOOD = {"account_id": 1, "center": "c", "tests": [DEMO_TEST], "valid_till": "+1d"}


def load(**changes: Any) -> Settings:
    return load_settings(GOOD | changes, environ={"STARTEXAM_SECRET_KEY": "the-key"}, folder=Path("/nowhere"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_til": "+1d"}, "valid_til: there is no such setting (did you mean valid_till?)."),
        ({"proctoring-parameters": []}, "did you mean proctoring_parameters?"),
        ({"secret_key": "the-key"}, "secret_key: it is taken from STARTEXAM_SECRET_KEY"),
        ({"workers": "many"}, "it must be a whole number from 1 to 32"),
        ({"workers": 2.5}, "it must be a whole number from 1 to 32"),
        ({"tests": 5}, "1 to 10 titles or identifiers"),
        ({"output": 5}, "a file's name"),
        ({"config": 5}, "config must be a file's name"),
        ({"sandbox": "perhaps"}, "it must be true or false"),
        ({"valid_till": timedelta(days=1)}, "it must be a time like"),
        ({"valid_till": date(2020, 1, 2)}, "that is over already"),
        ({"account_id": "the-key"}, "is not shown: it must be the number"),
        ({"delimiter": "\udcff"}, "it must be text in UTF-8"),
    ],
)
def test_a_mistyped_setting_is_refused_as_in_a_file(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(**changes)
    assert words in str(caught.value)
    assert "the-key" not in str(caught.value)


def test_settings_of_something_else_are_refused_before_anything_is_read() -> None:
    with pytest.raises(SettingsError, match="said by their names"):
        load_settings(["center"])  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="what load_settings returns"):
        register_roster("staff.csv", GOOD)  # type: ignore[arg-type]
    with pytest.raises(SettingsError) as caught:
        register_roster("staff.csv", load_settings({}, command="check", environ={}))
    assert len(caught.value.problems) == 5
    with pytest.raises(SettingsError, match="valid_till"):
        register_roster("staff.csv", Settings(sandbox=True))  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("said", "till"),
    [
        (date(2040, 1, 2), "2040-01-02T23:59:59+00:00"),
        (datetime(2040, 1, 2, 3, 4, 5, 678), "2040-01-02T03:04:05+00:00"),
        (
            datetime(2040, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=5, seconds=7))),
            "2040-01-01T22:03:53+00:00",
        ),
    ],
)
def test_days_and_moments_may_be_python_s_own(said: date, till: str) -> None:
    chosen = load(valid_till=said, timezone="UTC", valid_from=date(2039, 1, 1), report=Path("r.json"))
    assert chosen.valid_till is not None
    assert chosen.valid_till.moment.isoformat() == till
    assert chosen.valid_from is not None
    assert chosen.valid_from.moment.isoformat() == "2039-01-01T00:00:00+00:00"
    assert chosen.report == "r.json"


def test_what_is_printed_of_a_run_shows_counts_and_nobody() -> None:
    events: list[Event] = []
    with Sandbox() as sandbox:
        chosen = settings(sandbox)
        finished = register_roster("staff.csv", chosen, tell=events.append)
        participants = [str(value) for value in sandbox.registrations.values()]
        secrets = [sandbox.secret_key, *participants, "0070000", "Person"]
    expected = f"Finished(run=1, exit_code=0, employees=7, registered=7, output={str(finished.output)!r})"
    assert repr(finished) == expected
    shown = "\n".join(map(repr, [finished, finished.outcome, finished.results, chosen, *events]))
    assert len(shown.splitlines()) == len(events) + 4
    assert not [secret for secret in secrets if secret in shown]


def test_what_another_run_got_while_the_person_was_asked_is_not_asked_for_again() -> None:
    with Sandbox() as sandbox:
        chosen = settings(sandbox)

        def meanwhile(_: object) -> bool:
            assert register_roster("staff.csv", chosen).exit_code == 0
            return True

        finished = register_roster("staff.csv", chosen, confirm=meanwhile)
        assert len(sandbox.requests) == 1
    assert finished.outcome.requests == 0
    assert list(finished.table["Registration Status"]) == ["already registered"] * 7


def test_what_another_process_finished_while_the_person_was_asked_is_not_asked_for_again() -> None:
    with HostileServer([hostile.html(503)]) as server, Sandbox() as sandbox:
        chosen = settings(sandbox, base_url=server.base_url, attempts=1)
        assert register_roster("staff.csv", chosen).exit_code == 3
        with Ledger(Path("ledger.db"), write=False) as ledger:
            [record] = ledger.runs()

        def meanwhile(_: object) -> bool:
            assert finish_run(record, chosen, Observer()).exit_code == 0
            return True

        finished = finish_run(record, chosen, Observer(confirm=meanwhile))
        assert len(server.requests) == 2
    assert finished.outcome.requests == 0
    assert list(finished.table["Registration Status"]) == ["registered"] * 7


def test_failures_of_startexam_are_no_errors() -> None:
    with Sandbox(Behaviour(fail_rate=1, retry_after_seconds=0)) as sandbox:
        finished = register_roster("staff.csv", settings(sandbox, attempts=1))
    assert finished.exit_code == 3
    assert list(finished.table["Exam Link"]) == [""] * 7


def test_public_names_are_loaded_when_they_are_used() -> None:
    public = {"Settings", "__version__", "errors", "load_settings", "register_roster"}
    assert set(bulk_register.__all__) == public
    assert public <= set(dir(bulk_register))
    shown = subprocess.run(
        [sys.executable, "-c", "import bulk_register; help(bulk_register); print(dir(bulk_register))"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout
    assert all(name in shown for name in public)
    assert "register_roster(roster" in shown
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = bulk_register.nothing_like_it
