"""Runs on the page: from the question to the download, and whatever comes between."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from bulk_register.ledger import lock
from bulk_register.sandbox import DEMO_TEST, Behaviour, Sandbox
from tests.page.browser import Person, needs_browser, person
from tests.page.support import REGISTER, SAMPLES, account_of, links, roster, served, uploads
from tests.support.office import until

pytestmark = needs_browser


def test_a_roster_dropped_registered_and_downloaded(somebody: Person, tmp_path: Path) -> None:
    somebody.plan(SAMPLES / "staff.xlsx")
    somebody.page.reload()
    assert somebody.page.get_by_role("button", name=REGISTER).inner_text() == "Register 1,200 employees"
    somebody.press(REGISTER)
    somebody.page.goto(somebody.served.root)
    somebody.at("Everybody has a link")
    came = somebody.download("Download staff.sandbox.xlsx", tmp_path)
    found = links(came)
    assert len(found) == 1203
    assert all(link.startswith("https://sandbox.invalid/") for link in found)
    assert somebody.hosts == {f"127.0.0.1:{somebody.served.port}"}
    assert uploads(somebody.served) == []
    again = somebody.context.new_page()
    again.goto(somebody.served.root)
    assert again.get_by_role("heading", level=1).inner_text() == "Everybody has a link"
    again.get_by_role("link", name="Earlier runs").click()
    assert again.get_by_role("heading", level=2).inner_text() == "Run 1: staff.xlsx"
    somebody.press("Quit")
    somebody.at("The program has ended")
    assert somebody.served.process.wait(20) == 0
    assert list(somebody.served.folder.rglob("*.xlsx")) == [came]  # the sandbox leaves nothing


def test_a_run_is_stopped_and_finished(tmp_path: Path) -> None:
    slow = Behaviour(latency_seconds=0.5)
    environment = {"BULK_REGISTER_BATCH_SIZE": "20", "BULK_REGISTER_WORKERS": "1"}
    with (
        Sandbox(slow) as sandbox,
        served(tmp_path, **account_of(sandbox, **environment)) as page,
        person(page) as one,
    ):
        one.plan(roster(tmp_path, 200))
        one.press(REGISTER)
        bar = one.page.locator("progress#done")
        bar.wait_for()
        until(lambda: bar.evaluate("bar => bar.value") > 0)
        assert one.page.get_by_role("progressbar").is_visible()
        one.page.reload()
        one.press("Stop")
        one.at("Not everybody has a link yet")
        done = len(sandbox.registrations)
        assert 0 < done < 200
        assert len(uploads(page)) == 1  # it is needed to finish the rest
        one.press("Finish the rest")
        one.at("Everybody has a link")
        assert len(sandbox.registrations) == 200
        assert len(links(one.download(re.compile("^Download people.registered"), tmp_path))) == 200
        lists = [
            len(links(one.download(re.compile(name), tmp_path)))
            for name in (r"people\.new\.xlsx", r"people\.new \(before")
        ]
        assert lists == [200 - done, done]
        assert uploads(page) == []
        one.page.get_by_role("link", name="Check the links before they are mailed").click()
        one.at("The links can be mailed")
        assert one.findings() == []


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (None, 0)])
def test_an_end_in_the_middle_keeps_what_was_answered_and_the_next_page_finishes(
    how: signal.Signals | None, code: int, tmp_path: Path
) -> None:
    slow = Behaviour(latency_seconds=0.4)
    environment = {"BULK_REGISTER_BATCH_SIZE": "10", "BULK_REGISTER_WORKERS": "1"}
    with Sandbox(slow) as sandbox:
        account = account_of(sandbox, **environment)
        with served(tmp_path, **account) as page, person(page) as one:
            one.plan(roster(tmp_path, 80))
            one.press(REGISTER)
            bar = one.page.locator("progress#done")
            until(lambda: bar.evaluate("bar => bar.value") > 0)
            if how is None:
                one.press("Quit")
                assert "The run was stopped in order" in one.page.locator("main").inner_text()
                assert page.process.wait(20) == code
            else:
                assert page.end(how) == code
        answered = len(sandbox.registrations)
        assert 0 < answered < 80
        with served(tmp_path, **account) as page, person(page) as one:
            one.page.get_by_role("link", name="Earlier runs").click()
            assert f"{80 - answered} without a link" in one.page.locator(".run").inner_text()
            one.press("Finish the rest")
            one.at("Everybody has a link")
            one.page.get_by_role("link", name="Earlier runs").click()
            file = one.download("Download the output of run 1", tmp_path)
            assert all(links(file))
            assert uploads(page) == []
        assert len(sandbox.registrations) == 80


def test_an_earlier_output_is_written_again_where_somebody_changed_it(tmp_path: Path) -> None:
    file = roster(tmp_path, 25)
    with Sandbox() as sandbox:
        account = account_of(sandbox, BULK_REGISTER_TESTS=DEMO_TEST, BULK_REGISTER_VALID_TILL="+10d")
        account["XDG_STATE_HOME"] = str(tmp_path / "state")
        words = [sys.executable, "-m", "bulk_register", "run", file.name]
        done = subprocess.run(words, cwd=tmp_path, env=os.environ | account, check=False)
        assert done.returncode == 0
        (tmp_path / "people.registered.xlsx").write_bytes(b"changed")
        (tmp_path / "came").mkdir()
        with served(tmp_path, **account) as page, person(page) as one:
            one.page.get_by_role("link", name="Earlier runs").click()
            came = one.download("Download the output of run 1", tmp_path / "came")
            assert came.name == "people.registered.xlsx"
            assert len(links(came)) == 25
        assert (tmp_path / "people.registered.xlsx").read_bytes() == b"changed"


def test_a_second_run_says_that_the_ledger_is_in_use(tmp_path: Path) -> None:
    with Sandbox() as sandbox, served(tmp_path, **account_of(sandbox)) as page, person(page) as one:
        one.plan(roster(tmp_path, 30))
        with lock(tmp_path / "state" / "bulk_register" / "ledger.sqlite3"):
            one.press(REGISTER)
            one.at("That did not work")
            assert "ledger is in use" in one.page.get_by_role("alert").inner_text()
            assert sandbox.registrations == {}
        one.press("Back to the exam")
        one.press("Show what will be sent")
        one.press(REGISTER)
        one.at("Everybody has a link")


def test_where_startexam_is_down_nothing_is_lost(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        more = {
            "BULK_REGISTER_BASE_URL": url,
            "BULK_REGISTER_TESTS": DEMO_TEST,
            "BULK_REGISTER_ATTEMPTS": "2",
        }
        with (
            Sandbox() as sandbox,
            served(tmp_path, **account_of(sandbox, **more)) as page,
            person(page) as one,
        ):
            one.give(roster(tmp_path, 30))
            one.page.get_by_role("link", name="Go on to the exam").click()
            assert one.page.get_by_role("alert").is_visible()  # the tests can't be listed
            one.press("Show what will be sent")
            one.at("Send this to StartExam?")
            one.press(REGISTER)
            one.at("Not everybody has a link yet")
            assert one.page.get_by_role("button", name="Finish the rest").is_visible()
            assert one.page.get_by_role("alert").is_visible()


def test_a_dropped_roster_is_registered_whatever_the_tab_does(tmp_path: Path) -> None:
    slow = Behaviour(latency_seconds=0.5)  # a reload takes a busy machine some seconds
    account = {"BULK_REGISTER_BATCH_SIZE": "50", "BULK_REGISTER_WORKERS": "1"}
    with (
        Sandbox(slow) as sandbox,
        served(tmp_path, **account_of(sandbox, **account)) as page,
        person(page) as one,
    ):
        one.drop(SAMPLES / "staff.xlsx")
        one.at("What was understood")
        one.choose()
        one.press("Register 1,200 employees")
        bar = one.page.locator("progress#done")
        until(lambda: bar.evaluate("bar => bar.value") > 0)
        one.page.reload()
        assert bar.is_visible()
        one.page.close()
        one.page = one.context.new_page()
        one.page.goto(page.root)
        one.at("Everybody has a link")
        came = one.download("Download staff.registered.xlsx", tmp_path)
        found = links(came)
        assert len(found) == 1203
        assert all(found)
        assert len(sandbox.registrations) == 1200
        assert uploads(page) == []
        folders = [path for path in (tmp_path / "state").rglob("page/*/**") if path.is_dir()]
        assert len(folders) == 2
        assert not any(path.stat().st_mode & 0o077 for path in folders)


def test_those_whom_startexam_does_not_know_are_handed_back(tmp_path: Path) -> None:
    behaviour = Behaviour(unknown=frozenset({"emp-000003"}), name_unknown=True)
    with Sandbox(behaviour) as sandbox, served(tmp_path, **account_of(sandbox)) as page, person(page) as one:
        one.plan(roster(tmp_path, 9))
        one.press("Register 9 employees")
        one.at("Done; some rows need attention")
        rows = one.page.locator("table.problems tbody tr")
        assert rows.count() == 1
        assert "emp-000003" in rows.inner_text()
        unknown = one.download(re.compile(r"people\.unknown"), tmp_path)
        assert openpyxl.load_workbook(unknown).worksheets[0].max_row == 2


def test_a_roster_that_is_registered_already_sends_nothing(tmp_path: Path) -> None:
    with Sandbox() as sandbox, served(tmp_path, **account_of(sandbox)) as page, person(page) as one:
        one.plan(roster(tmp_path, 9))
        one.press("Register 9 employees")
        one.at("Everybody has a link")
        one.press("Another roster")
        one.give(roster(tmp_path, 9))
        one.page.get_by_role("link", name="Go on to the exam").click()
        one.press("Show what will be sent")
        one.at("Everybody has a link")
        assert "already registered" in one.page.locator(".numbers").inner_text()
        assert all(links(one.download(re.compile("^Download people.registered"), tmp_path)))
