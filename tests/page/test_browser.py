"""The whole job, as a person does it in a real browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from bulk_register.ledger import lock
from bulk_register.sandbox import DEMO_ACCOUNT_ID, DEMO_CENTER, DEMO_SECRET_KEY, DEMO_TEST, Behaviour, Sandbox
from tests.page.browser import Person, needs_browser, person
from tests.page.support import REPOSITORY, Served, served
from tests.support.office import until

pytestmark = needs_browser
SAMPLES = REPOSITORY / "sample_data"
REGISTER = re.compile(r"^Register [\d,]+ employees?$")


@pytest.fixture
def somebody(page: Served) -> Iterator[Person]:
    """Return a person at a page on the sandbox."""
    with person(page) as one:
        yield one


def account_of(sandbox: Sandbox, **more: str) -> dict[str, str]:
    """Return the environment of somebody who has an account there."""
    return {
        "STARTEXAM_ACCOUNT_ID": str(DEMO_ACCOUNT_ID),
        "STARTEXAM_SECRET_KEY": DEMO_SECRET_KEY,
        "BULK_REGISTER_BASE_URL": sandbox.base_url,
        "BULK_REGISTER_CENTER": DEMO_CENTER,
        "BULK_REGISTER_WAIT_FIRST": "0.05",
        "BULK_REGISTER_WAIT_MAX": "0.1",
    } | more


def roster(folder: Path, count: int, header: str = "Employee ID,Name") -> Path:
    file = folder / "people.csv"
    lines = [f"emp-{number:06d},Name of {number}" for number in range(count)]
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


def links(workbook: Path) -> list[str]:
    book = openpyxl.load_workbook(workbook, read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    place = rows[0].index("Exam Link")
    return [str(row[place] or "") for row in rows[1:]]


def uploads(served: Served) -> list[Path]:
    """Return the rosters that lie in the page's folders."""
    return [
        file for file in served.folder.rglob("page/*/*/*") if re.fullmatch(r"(staff|people)\.\w+", file.name)
    ]


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


def test_an_unknown_identifier_column_is_decided_by_pointing(somebody: Person, tmp_path: Path) -> None:
    somebody.give(roster(tmp_path, 20, "Kennung,Person"))
    assert somebody.page.get_by_role("alert").is_visible()
    assert somebody.page.get_by_role("link", name="Go on to the exam").count() == 0
    somebody.press("Column A holds the identifiers")
    somebody.at("What was understood")
    pressed = somebody.page.get_by_role("button", name="Column A holds the identifiers")
    assert pressed.get_attribute("aria-pressed") == "true"
    assert "20 employees" in somebody.page.locator(".counts").inner_text()


def test_sheet_and_header_row_are_decided_by_pointing(somebody: Person, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in ("Old", "New"):
        sheet = book.create_sheet()
        sheet.title = name
        sheet.append(["Employee ID", "Name"])
        for number in range(5):
            sheet.append([f"{name}-{number}", f"Person {number}"])
    file = tmp_path / "staff.xlsx"
    book.save(file)
    somebody.give(file)
    somebody.at("Which sheet is the roster?")
    somebody.page.locator(".choices").get_by_role("button", name=re.compile("^New")).click()
    somebody.at("What was understood")
    assert "New-0" in somebody.page.locator(".sheet table").first.inner_text()
    somebody.press("Row 2 holds the headers")
    somebody.page.get_by_role("button", name="Forget what I pointed at").wait_for()
    somebody.press("Forget what I pointed at")
    somebody.at("Which sheet is the roster?")


def test_what_cannot_be_a_roster_is_said_as_an_alert(somebody: Person, tmp_path: Path) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    somebody.give(file)
    assert "a picture (PNG)" in somebody.page.get_by_role("alert").inner_text()
    somebody.press("Another roster")
    somebody.at("Roster")


def test_rows_with_problems_are_shown_found_and_handed_back(somebody: Person, tmp_path: Path) -> None:
    somebody.give(SAMPLES / "flawed.csv")
    rows = somebody.page.locator("table.problems tbody tr")
    assert rows.count() == 4
    somebody.page.get_by_label("Search in these rows").fill("conflict")
    assert rows.locator("visible=true").count() == 2
    file = somebody.download("Download flawed.problems.xlsx", tmp_path)
    assert openpyxl.load_workbook(file).worksheets[0].max_row == 5


def test_what_is_wrong_on_the_form_is_said_by_its_field(somebody: Person, tmp_path: Path) -> None:
    somebody.give(roster(tmp_path, 3))
    somebody.page.get_by_role("link", name="Go on to the exam").click()
    somebody.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
    somebody.page.get_by_label("Links work until").fill("2001-01-01")
    somebody.press("Show what will be sent")
    said = somebody.page.get_by_role("alert").inner_text()
    assert "Links work until" in said
    assert "--" not in said


def test_without_scripts_everything_works_as_well(page: Served, tmp_path: Path) -> None:
    with person(page, scripts=False) as one:
        one.page.locator("#roster").set_input_files(roster(tmp_path, 12))
        one.press("Read the roster")
        one.at("What was understood")
        one.page.get_by_role("link", name="Go on to the exam").click()
        one.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
        one.press("Show what will be sent")
        one.at("Send this to StartExam?")
        one.press("Register 12 employees")
        one.at("Everybody has a link")


def test_the_first_time_the_account_is_asked_for_and_its_key_tried(tmp_path: Path) -> None:
    with Sandbox() as sandbox, served(tmp_path) as page, person(page) as one:
        one.at("Your StartExam account")
        one.page.get_by_label("Account number").fill(str(DEMO_ACCOUNT_ID))
        one.page.get_by_text("Another address of StartExam").click()
        one.page.get_by_label("Address", exact=True).fill(sandbox.base_url)
        one.page.get_by_label("Secret key").fill("wrong-key")
        one.press("Try the key")
        one.page.get_by_role("alert").wait_for()
        one.page.get_by_label("Account number").fill(str(DEMO_ACCOUNT_ID))
        one.page.get_by_text("Another address of StartExam").click()
        one.page.get_by_label("Address", exact=True).fill(sandbox.base_url)
        one.page.get_by_label("Secret key").fill(DEMO_SECRET_KEY)
        one.press("Try the key")
        one.at("Your usual exam")
        assert DEMO_SECRET_KEY not in one.page.content()
        one.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
        one.page.get_by_label("Center").fill(DEMO_CENTER)
        one.press("Save the settings")
        one.at("Roster")
        [written] = (tmp_path / "config").rglob("bulk_register.toml")
        assert DEMO_SECRET_KEY not in written.read_text()
        one.plan(roster(tmp_path, 700))
        one.press("Register 700 employees")
        one.at("Everybody has a link")
        assert len(sandbox.registrations) == 700
        one.page.get_by_role("link", name="Settings").click()
        one.at("Your StartExam account")
        assert DEMO_SECRET_KEY not in one.page.content()
    assert DEMO_SECRET_KEY not in (tmp_path / "stderr.txt").read_text()


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
        assert uploads(page) == []
        one.page.get_by_role("link", name="Check the links before they are mailed").click()
        one.at("The links can be mailed")
        assert one.findings() == []


def test_ctrl_c_ends_with_what_was_answered_and_the_next_page_finishes(tmp_path: Path) -> None:
    slow = Behaviour(latency_seconds=0.5)
    environment = {"BULK_REGISTER_BATCH_SIZE": "20", "BULK_REGISTER_WORKERS": "1"}
    with Sandbox(slow) as sandbox:
        account = account_of(sandbox, **environment)
        with served(tmp_path, **account) as page, person(page) as one:
            one.plan(roster(tmp_path, 200))
            one.press(REGISTER)
            bar = one.page.locator("progress#done")
            until(lambda: bar.evaluate("bar => bar.value") > 0)
            assert page.end(signal.SIGINT) == 130
        answered = len(sandbox.registrations)
        assert 0 < answered < 200
        with served(tmp_path, **account) as page, person(page) as one:
            one.page.get_by_role("link", name="Earlier runs").click()
            assert f"{200 - answered} without a link" in one.page.locator(".run").inner_text()
            one.press("Finish the rest")
            one.at("Everybody has a link")
            one.page.get_by_role("link", name="Earlier runs").click()
            file = one.download("Download the output of run 1", tmp_path)
            assert all(links(file))
        assert len(sandbox.registrations) == 200


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


def test_while_100_000_rows_are_read_the_page_answers(somebody: Person, tmp_path: Path) -> None:
    file = roster(tmp_path, 100_000)
    somebody.page.locator("#roster").set_input_files(file)
    somebody.page.wait_for_url(re.compile("/understood$"))
    times = somebody.page.evaluate(
        """async () => {
            const times = [];
            while (times.length < 200 && !document.querySelector("a.main")) {
                const began = performance.now();
                await (await fetch("/roster")).text();
                times.push(performance.now() - began);
                await new Promise((done) => setTimeout(done, 10));
                if (times.length > 8) break;
            }
            return times;
        }"""
    )
    somebody.at("What was understood")
    assert "100,000 employees" in somebody.page.locator(".counts").inner_text()
    assert sorted(times)[len(times) // 2] < 200


def test_every_state_is_fine_by_axe_in_both_languages(somebody: Person, tmp_path: Path) -> None:
    def look(path: str) -> None:
        for language in ("Русский", "English"):
            somebody.press(language)
            somebody.page.goto(somebody.served.root + path)
            assert somebody.findings() == [], (path, language)
            somebody.page.set_viewport_size({"width": 400, "height": 800})
            assert somebody.page.evaluate("document.documentElement.scrollWidth") <= 400, path
            somebody.page.set_viewport_size({"width": 1000, "height": 800})

    look("/roster")
    somebody.give(roster(tmp_path, 20, "Kennung,Person"))
    look("/understood")
    somebody.give(SAMPLES / "flawed.csv")
    look("/understood")
    look("/exam")
    somebody.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
    somebody.press("Show what will be sent")
    somebody.at("Send this to StartExam?")
    look("/run")
    somebody.press(REGISTER)
    somebody.at("Done; some rows need attention")
    look("/run")
    look("/runs")
