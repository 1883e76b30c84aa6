"""By axe-core: states of the page that come only where something is in doubt, takes long or goes wrong."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from bulk_register.ledger import lock
from bulk_register.sandbox import Sandbox
from tests.page.browser import Person, needs_browser, person
from tests.page.support import REGISTER, SAME, account_of, roster, served
from tests.page.test_everybody import LANGUAGES, fits, look

pytestmark = needs_browser


def test_doubts_about_sheet_headers_and_encoding_are_fine_by_axe(somebody: Person, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.worksheets[0], book.create_sheet("New")):
        for row in (["Employee ID", "Name"], ["00101", "Ann Example"], ["00102", "Bo Example"]):
            sheet.append(row)
    book.save(tmp_path / "staff.xlsx")
    somebody.give(tmp_path / "staff.xlsx")
    somebody.at("Which sheet is the roster?")
    look(somebody)
    file = tmp_path / "people.csv"
    file.write_text("00101,Ann,IT\n00102,Bo,IT\nEmployee ID,Name,Dept\n00103,Cy,IT\n")
    somebody.give(file)
    somebody.at("Which row holds the headers?")
    assert somebody.page.locator("tr.header").count() == 0  # none of them, before anybody has said it
    look(somebody)
    somebody.press("Русский")
    somebody.at("В какой строке заголовки?")
    said = somebody.page.locator("main [role=alert], .choices").all_inner_texts()
    assert not any(word in " ".join(said) for word in ("Row", "row"))
    somebody.press("English")
    somebody.at("Which row holds the headers?")
    file.write_bytes("ID,Name\n1,Niccolò Forlì\n".encode("cp1252"))
    somebody.give(file)
    somebody.at("In which of these are the letters right?")
    look(somebody)


def test_what_is_shown_while_a_big_roster_is_read_is_fine_by_axe(somebody: Person, tmp_path: Path) -> None:
    file, page = roster(tmp_path, 500_000), somebody.page  # seconds longer than the way to the page
    page.route("**/events", lambda route: route.abort())  # it stays as it is, however fast the reading is
    for language in LANGUAGES:
        page.goto(somebody.served.root + "/roster")
        somebody.press(language)
        page.get_by_role("button", name=language).and_(page.locator("[aria-current]")).wait_for()
        page.wait_for_load_state()
        page.locator("#roster").set_input_files(file)
        page.locator("[data-live] progress").wait_for()
        assert page.get_by_role("heading", level=1).inner_text().endswith("people.csv")
        fits(somebody)


def test_a_run_that_did_not_come_to_its_end_is_fine_by_axe(tmp_path: Path) -> None:
    with Sandbox() as sandbox, served(tmp_path, **account_of(sandbox)) as page, person(page) as one:
        one.plan(roster(tmp_path, 5))
        with lock(tmp_path / "state" / "bulk_register" / "ledger.sqlite3"):
            one.press(REGISTER)
            one.at("That did not work")
        look(one)
        one.press("Back to the exam")
        one.press("Show what will be sent")
        one.at("Send this to StartExam?")
        stopped = one.context.request.post(page.root + "/run/stop", headers=SAME)  # from another tab
        assert stopped.ok
        one.page.reload()
        one.at("Nothing was sent")
        look(one)
