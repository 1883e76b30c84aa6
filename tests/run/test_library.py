"""The library: the same story as the command, for programs."""

from __future__ import annotations

import csv
import doctest
import threading
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
from bulk_register.ledger import lock
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
from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Behaviour, Sandbox
from tests.support.program import account, write_roster


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    write_roster(tmp_path, 7)
    return tmp_path


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


def test_failures_of_startexam_are_no_errors() -> None:
    with Sandbox(Behaviour(fail_rate=1, retry_after_seconds=0)) as sandbox:
        finished = register_roster("staff.csv", settings(sandbox, attempts=1))
    assert finished.exit_code == 3
    assert list(finished.table["Exam Link"]) == [""] * 7


def test_public_names_are_loaded_when_they_are_used() -> None:
    assert set(bulk_register.__all__) == {"Settings", "__version__", "load_settings", "register_roster"}
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = bulk_register.nothing_like_it
