"""Exam results on the page: the table, the chart, the workbook, and what stands in the way."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import openpyxl

from bulk_register.page.chart import chart_of
from bulk_register.sandbox import DEMO_TEST, DEMO_TESTS, Behaviour, Sandbox
from tests.page.browser import Person, needs_browser, person
from tests.page.support import account_of, roster, served
from tests.page.test_everybody import look

pytestmark = needs_browser
BEGAN = float(int(time.time()) - 3600)


def some_sit(sandbox: Sandbox) -> None:
    """Two have finished, one is at it, one was closed, the rest are absent."""
    sandbox.sit("emp-000000", DEMO_TEST, started=BEGAN, ended=BEGAN + 1500, score=85.0)
    sandbox.sit("emp-000001", DEMO_TEST, started=BEGAN, ended=BEGAN + 900, score=87.0)
    sandbox.sit("emp-000002", DEMO_TEST, started=BEGAN)
    sandbox.sit("emp-000003", DEMO_TEST, started=BEGAN - 9000, ended=BEGAN, score=20.0, auto_closed=True)


@contextmanager
def registered(
    folder: Path, count: int = 9, behaviour: Behaviour | None = None, **more: str
) -> Iterator[tuple[Person, Sandbox]]:
    """Return a person who has just registered everybody, and the sandbox."""
    with (
        Sandbox(behaviour or Behaviour()) as sandbox,
        served(folder, **account_of(sandbox, **more)) as page,
        person(page) as one,
    ):
        one.plan(roster(folder, count))
        one.press(f"Register {count} employees")
        one.at("Everybody has a link")
        yield one, sandbox


def test_who_has_finished_is_shown_drawn_and_downloaded(tmp_path: Path) -> None:
    with registered(tmp_path) as (one, sandbox):
        some_sit(sandbox)
        one.page.get_by_role("button", name="Results").click()
        one.at("Results of run 1")
        said = one.page.locator("main").inner_text()
        assert "Workplace safety: 2 have finished, 1 was closed by timeout, 1 has started, 5 have not" in said
        assert "64.0 percent on average" in said
        drawn = one.page.get_by_role("img", name="Results of Workplace safety")
        assert drawn.locator("rect").count() == 2
        assert drawn.locator("desc").inner_html() == "20–30 %: 1 person; 80–90 %: 2 people"
        rows = one.page.locator("table.results tbody tr")
        assert rows.count() == 9
        assert re.findall(r"\S.*", rows.first.inner_text().replace("\t", " ")) == [
            "2 emp-000000 Name of 0 finished 85.0 · Good"
        ]
        one.page.get_by_label("Status").select_option("not started")
        assert rows.locator("visible=true").count() == 5
        one.page.get_by_label("Search in these rows").fill("000008")
        assert rows.locator("visible=true").count() == 1
        look(one)
        sheet = openpyxl.load_workbook(one.download("Download people.results.xlsx", tmp_path)).worksheets[0]
        cells = [row[:12] for row in sheet.iter_rows(values_only=True)]
        assert [row[cells[0].index("Exam Status")] for row in cells[1:6]] == [
            "finished",
            "finished",
            "started",
            "closed by timeout",
            "not started",
        ]
        over = openpyxl.load_workbook(one.download("Download people.finished.xlsx", tmp_path)).worksheets[0]
        assert over.max_row == 4
        assert one.hosts == {f"127.0.0.1:{one.served.port}"}


def test_results_of_an_earlier_run_come_from_the_list_and_can_be_asked_again(tmp_path: Path) -> None:
    with registered(tmp_path) as (one, sandbox):
        one.page.get_by_role("link", name="Earlier runs").click()
        look(one)
        one.press("Results of run 1")
        one.at("Results of run 1")
        assert "0 have finished, 9 have not started" in one.page.locator("main").inner_text()
        assert one.page.get_by_role("img").count() == 0
        sandbox.sit("emp-000000", DEMO_TEST, started=BEGAN, ended=time.time(), score=85.0)  # meanwhile
        one.press("Ask again")
        one.page.get_by_role("img", name="Results of Workplace safety").wait_for()


def test_each_test_has_its_own_column_and_chart(tmp_path: Path) -> None:
    second = DEMO_TESTS[1].test_id
    with (
        Sandbox() as sandbox,
        served(tmp_path, **account_of(sandbox, BULK_REGISTER_TESTS=f"{DEMO_TEST},{second}")) as page,
        person(page) as one,
    ):
        one.give(roster(tmp_path, 3))
        one.page.get_by_role("link", name="Go on to the exam").click()
        one.press("Show what will be sent")
        one.press("Register 3 employees")
        one.at("Everybody has a link")
        sandbox.sit("emp-000000", DEMO_TEST, started=BEGAN, ended=BEGAN + 1500, score=85.0)
        sandbox.sit("emp-000001", second, started=BEGAN, ended=BEGAN + 1500, score=100.0)
        one.page.get_by_role("button", name="Results").click()
        one.at("Results of run 1")
        assert one.page.get_by_role("img").count() == 2
        assert one.page.locator("table.results thead th").count() == 7
        look(one)


def test_while_startexam_is_asked_the_page_says_so_and_follows(tmp_path: Path) -> None:
    slow = Behaviour(latency_seconds=3)
    with registered(tmp_path, behaviour=slow) as (one, _sandbox):
        one.page.get_by_role("button", name="Results").click()
        one.at("Asking StartExam")
        assert one.page.get_by_role("progressbar").is_visible()
        one.at("Results of run 1")


def test_where_startexam_is_down_what_is_known_stands_there_with_the_reason(tmp_path: Path) -> None:
    with ExitStack() as up:
        sandbox = up.enter_context(Sandbox())
        account = account_of(sandbox, BULK_REGISTER_ATTEMPTS="2")
        with served(tmp_path, **account) as page, person(page) as one:
            one.plan(roster(tmp_path, 9))
            one.press("Register 9 employees")
            one.at("Everybody has a link")
            some_sit(sandbox)
            one.page.get_by_role("button", name="Results").click()
            one.at("Results of run 1")
            up.close()
            one.press("Ask again")
            one.page.get_by_role("alert").wait_for()
            said = one.page.locator("main").inner_text()
            assert "StartExam could not be asked about everybody" in said
            assert "2 have finished, 1 was closed by timeout, 0 have not started, nothing" in said
            assert "nothing is known of 6" in said
            look(one)


def test_where_nobody_has_a_link_there_is_nobody_to_ask_about(tmp_path: Path) -> None:
    nobody = Behaviour(known=frozenset())
    with (
        Sandbox(nobody) as sandbox,
        served(tmp_path, **account_of(sandbox)) as page,
        person(page) as one,
    ):
        one.plan(roster(tmp_path, 2))
        one.press("Register 2 employees")
        one.at("Not everybody has a link yet")
        one.page.get_by_role("button", name="Results").click()
        one.at("Results of run 1")
        assert "No row has a link" in one.page.locator("main").inner_text()
        look(one)


def test_the_sandbox_page_offers_no_results(somebody: Person, tmp_path: Path) -> None:
    somebody.plan(roster(tmp_path, 3))
    somebody.press("Register 3 employees")
    somebody.at("Everybody has a link")
    assert somebody.page.get_by_role("button", name="Results").count() == 0


def test_bars_hold_everybody_up_to_100_percent() -> None:
    chart = chart_of([0, 9.99, 10, 100, 100])
    assert chart is not None
    assert [(bar.low, bar.people) for bar in chart.filled] == [(0, 2), (10, 1), (90, 2)]
    assert chart_of([]) is None
