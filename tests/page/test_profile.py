"""New hires on the page: the roster's columns matched to StartExam's fields, tried with one, and saved."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bulk_register.sandbox import DEMO_PROFILE, DEMO_SECRET_KEY, DEMO_TEST, Behaviour, Sandbox
from tests.page.browser import Person, needs_browser, person
from tests.page.support import account_of, served
from tests.page.test_everybody import fits, look
from tests.page.test_offers import ask

pytestmark = needs_browser
PEOPLE = ["Employee ID,Vorname,Nachname,Zusatz,E-Mail", "001,Anna,Berg,von,anna@example.com"]
PEOPLE += ["002,Ben,Carl,,ben@example.com"]


def people(folder: Path) -> Path:
    (folder / "staff.csv").write_text("\n".join([*PEOPLE, ""]), encoding="utf-8")
    return folder / "staff.csv"


def matched(one: Person, folder: Path) -> None:
    """Fill in the form, with a field of the person's own."""
    one.give(people(folder))
    one.page.get_by_role("link", name="Go on to the exam").click()
    one.page.get_by_role("link", name="New hires").click()
    one.at("New hires")
    assert one.page.get_by_role("group", name="First Name").get_by_label("Column").input_value() == "Vorname"
    one.page.get_by_label("Profile of employees in StartExam").fill(DEMO_PROFILE)
    one.page.get_by_role("group", name="Last Name").get_by_label("Joined with").select_option("Zusatz")
    further = one.page.get_by_role("group", name="A further field").first
    further.get_by_label("Its name in StartExam").fill("Department")
    further.get_by_label("Column").select_option("Zusatz")


def test_columns_are_matched_tried_with_one_saved_and_offered(tmp_path: Path) -> None:
    config = tmp_path / "bulk_register.toml"
    config.write_text("workers = 2  # mine\n\n[profile.night]\nquiet = true\n", encoding="utf-8")
    with (
        Sandbox(Behaviour(known=frozenset())) as sandbox,
        served(tmp_path, **account_of(sandbox, BULK_REGISTER_TESTS=DEMO_TEST)) as page,
        person(page) as one,
    ):
        matched(one, tmp_path)
        fits(one)
        one.press("Show the first employee")
        one.at("Try this with one employee?")
        assert "Berg von" in one.page.locator("dl").inner_text()
        assert sandbox.people == {}
        fits(one)
        one.press("Send this one employee")
        one.at("The fields are saved")
        fits(one)
        assert list(sandbox.people) == ["001"]
        table = tomllib.loads(config.read_text(encoding="utf-8"))
        assert (table["workers"], table["profile"]) == (2, {"night": {"quiet": True}})
        assert table["fields"]["Last Name"] == ["Nachname", "Zusatz"]
        assert table["fields"]["Department"] == "Zusatz"
        assert "# mine" in config.read_text(encoding="utf-8")
        ask(one, people(tmp_path))
        one.page.get_by_label("First add 2 employees to StartExam").check()
        one.press("Register 2 employees")
        one.at("Everybody has a link")
        assert sandbox.people["002"]["Email"] == "ben@example.com"


def test_what_startexam_refuses_is_said_and_the_answers_stay(tmp_path: Path) -> None:
    refuses = Behaviour(known=frozenset(), refuses_value=lambda name, _value: name == "Email")
    with (
        Sandbox(refuses) as sandbox,
        served(tmp_path, **account_of(sandbox, BULK_REGISTER_TESTS=DEMO_TEST)) as page,
        person(page) as one,
    ):
        matched(one, tmp_path)
        one.page.get_by_label("Profile of employees in StartExam").fill("no profile")
        one.press("Show the first employee")
        assert "The profile can't be used" in one.page.get_by_role("alert").inner_text()
        one.page.get_by_label("Profile of employees in StartExam").fill(DEMO_PROFILE)
        one.press("Show the first employee")
        one.press("Send this one employee")
        one.page.get_by_role("alert").wait_for()
        one.at("New hires")
        fits(one)
        last = one.page.get_by_role("group", name="Last Name")
        assert last.get_by_label("Joined with").input_value() == "Zusatz"
        assert not list(tmp_path.rglob("bulk_register.toml"))
        one.press("Show the first employee")
        one.press("Change the answers")
        assert last.get_by_label("Joined with").input_value() == "Zusatz"
        one.press("Show the first employee")
        one.press("Save without a try")
        one.at("The fields are saved")
        assert sandbox.people == {}
        [written] = tmp_path.rglob("bulk_register.toml")
        fields = tomllib.loads(written.read_text(encoding="utf-8"))["fields"]
        one.page.get_by_role("link", name="Settings").click()
        one.page.get_by_label("Secret key").fill(DEMO_SECRET_KEY)
        one.press("Try the key")
        one.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
        one.press("Save the settings")
        one.page.get_by_text("staff.csv").wait_for()
        again = tomllib.loads(written.read_text(encoding="utf-8"))
        assert (again["fields"], again["employee_profile"]) == (fields, DEMO_PROFILE)


def test_without_a_roster_the_form_says_what_it_needs_and_settings_lead_there(tmp_path: Path) -> None:
    with Sandbox() as sandbox, served(tmp_path, **account_of(sandbox)) as page, person(page) as one:
        one.page.get_by_role("link", name="Settings").click()
        one.page.get_by_role("link", name="New hires").click()
        one.at("New hires")
        assert one.page.get_by_role("combobox").count() == 0
        look(one)
