"""What is ticked when a run is asked about: links that are over renewed, new hires added to StartExam."""

from __future__ import annotations

import time
from pathlib import Path

from bulk_register.sandbox import DEMO_PROFILE, DEMO_TEST, Behaviour, Sandbox
from tests.page.browser import Person, needs_browser, person
from tests.page.support import account_of, links, roster, served
from tests.page.test_everybody import look
from tests.support.program import rewrite

pytestmark = needs_browser
RENEW = "Make new registrations for 3 employees whose link is over"
LEDGER = Path("state/bulk_register/ledger.sqlite3")


def ask(one: Person, file: Path) -> None:
    """Go as far as the question, with the settings' exam."""
    one.give(file)
    one.page.get_by_role("link", name="Go on to the exam").click()
    one.press("Show what will be sent")
    one.at("Send this to StartExam?")


def three_of_six_over(one: Person, folder: Path) -> None:
    """Register three, let their links end, and ask about six."""
    ask(one, roster(folder, 3))
    one.press("Register 3 employees")
    one.at("Everybody has a link")
    rewrite(folder / LEDGER, "UPDATE run SET valid_till = ?", int(time.time() - 60))
    one.press("Another roster")
    ask(one, roster(folder, 6))


def test_exactly_those_whose_link_is_over_are_renewed_when_that_is_ticked(tmp_path: Path) -> None:
    with (
        Sandbox() as sandbox,
        served(tmp_path, **account_of(sandbox, BULK_REGISTER_TESTS=DEMO_TEST)) as page,
        person(page) as one,
    ):
        three_of_six_over(one, tmp_path)
        look(one)
        one.page.get_by_label(RENEW).check()
        one.press("Register 6 employees")
        one.at("Everybody has a link")
        assert sandbox.created == {f"emp-{n:06d}": 2 if n < 3 else 1 for n in range(6)}
        assert len(set(links(one.download("Download people.registered.xlsx", tmp_path)))) == 6


def test_unticked_nobody_is_renewed(tmp_path: Path) -> None:
    with (
        Sandbox() as sandbox,
        served(tmp_path, **account_of(sandbox, BULK_REGISTER_TESTS=DEMO_TEST)) as page,
        person(page) as one,
    ):
        three_of_six_over(one, tmp_path)
        assert not one.page.get_by_label(RENEW).is_checked()
        one.press("Register 6 employees")
        one.page.locator("table.numbers").wait_for()
        assert set(sandbox.created.values()) == {1}


def test_the_setting_ticks_it_and_it_can_be_unticked(tmp_path: Path) -> None:
    more = {"BULK_REGISTER_TESTS": DEMO_TEST, "BULK_REGISTER_RENEW_EXPIRED": "yes"}
    with (
        Sandbox() as sandbox,
        served(tmp_path, **account_of(sandbox, **more)) as page,
        person(page) as one,
    ):
        three_of_six_over(one, tmp_path)
        box = one.page.get_by_label(RENEW)
        assert box.is_checked()
        assert "3 links are over and renewed" in one.page.locator("main").inner_text()
        box.uncheck()
        one.press("Register 6 employees")
        one.page.locator("table.numbers").wait_for()
        assert set(sandbox.created.values()) == {1}


def test_a_guard_counts_renewals_as_the_command_does(tmp_path: Path) -> None:
    more = {"BULK_REGISTER_TESTS": DEMO_TEST, "BULK_REGISTER_MAX_NEW": "5"}
    with (
        Sandbox() as sandbox,
        served(tmp_path, **account_of(sandbox, **more)) as page,
        person(page) as one,
    ):
        ask(one, roster(tmp_path, 3))
        one.press("Register 3 employees")
        one.at("Everybody has a link")
        rewrite(tmp_path / LEDGER, "UPDATE run SET valid_till = ?", int(time.time() - 60))
        one.press("Another roster")
        one.give(roster(tmp_path, 6))
        one.page.get_by_role("link", name="Go on to the exam").click()
        one.press("Show what will be sent")
        one.at("That did not work")
        assert "6 employees are new, more than 5" in one.page.get_by_role("alert").inner_text()
        assert set(sandbox.created.values()) == {1}


def settings(folder: Path, sandbox: Sandbox, *more: str) -> dict[str, str]:
    """Write a settings file with a profile, and return the environment beside it."""
    lines = [f'employee_profile = "{DEMO_PROFILE}"', *more, "[fields]", '"First Name" = "Given name"']
    (folder / "bulk_register.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return account_of(sandbox, BULK_REGISTER_TESTS=DEMO_TEST)


def test_new_hires_are_added_first_where_that_is_ticked_and_once(tmp_path: Path) -> None:
    header = "Employee ID,Given name"
    with Sandbox(Behaviour(known=frozenset())) as sandbox:
        account = settings(tmp_path, sandbox)
        with served(tmp_path, **account) as page, person(page) as one:
            ask(one, roster(tmp_path, 5, header))
            look(one)
            one.page.get_by_label("First add 5 employees to StartExam, or update them there").check()
            one.press("Register 5 employees")
            one.at("Everybody has a link")
            assert sandbox.people["emp-000004"]["First Name"] == "Name of 4"
            assert set(sandbox.created.values()) == {1}
            one.press("Another roster")
            ask(one, roster(tmp_path, 7, header))
            assert one.page.get_by_label("First add 2 employees to StartExam").is_visible()


def test_without_a_profile_or_its_column_nobody_is_offered(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        account = settings(tmp_path, sandbox)
        with served(tmp_path, **account) as page, person(page) as one:
            ask(one, roster(tmp_path, 2))
            assert one.page.get_by_role("checkbox").count() == 0
            assert "has no column “Given name”" in one.page.locator("main").inner_text()
            look(one)
        (tmp_path / "bulk_register.toml").unlink()
        with served(tmp_path, **account) as page, person(page) as one:
            ask(one, roster(tmp_path, 2))
            assert one.page.get_by_role("checkbox").count() == 0
