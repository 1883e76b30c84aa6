"""The page for everybody: forms, both languages, without scripts, by axe-core."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl

from bulk_register.sandbox import DEMO_ACCOUNT_ID, DEMO_CENTER, DEMO_SECRET_KEY, Behaviour, Sandbox
from tests.page.browser import Person, needs_browser, person
from tests.page.support import REGISTER, SAMPLES, Served, roster, served

pytestmark = needs_browser
LANGUAGES = ("Русский", "English")


def test_what_is_wrong_on_the_form_is_said_by_its_field(somebody: Person, tmp_path: Path) -> None:
    somebody.give(roster(tmp_path, 3))
    somebody.page.get_by_role("link", name="Go on to the exam").click()
    somebody.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
    somebody.page.get_by_label("Links work until").fill("2001-01-01")
    somebody.press("Show what will be sent")
    said = somebody.page.get_by_role("alert").inner_text()
    assert said == '«Links work until» is "2001-01-01": that is over already; it must be in the future.'
    somebody.page.goto(somebody.served.root + "/exam")
    somebody.press("Русский")
    somebody.at("Экзамен")
    somebody.page.locator("#tests").select_option(label="Workplace safety")
    somebody.page.locator("#valid_till").fill("2001-01-01")
    somebody.page.locator("main button.main").click()
    said = somebody.page.get_by_role("alert").inner_text()
    assert said == "«Ссылки действуют до» — «01.01.2001»: этот срок уже прошёл; укажите более поздний."


def test_days_are_shown_as_the_language_writes_them(somebody: Person, tmp_path: Path) -> None:
    somebody.plan(roster(tmp_path, 3))
    main = somebody.page.locator("main")
    assert re.search(r"Links work until\s+2\d{3}-\d\d-\d\d \d\d:\d\d", main.inner_text())
    somebody.press("Русский")
    somebody.at("Отправить это в StartExam?")
    assert len(re.findall(r"\b\d\d\.\d\d\.2\d{3} \d\d:\d\d", main.inner_text())) == 2
    somebody.press("Зарегистрировать 3 сотрудников")
    somebody.at("У всех есть ссылка")
    somebody.page.get_by_role("link", name="Прошлые запуски").click()
    assert re.search(r"\b\d\d\.\d\d\.2\d{3} \d\d:\d\d", somebody.page.locator(".run").inner_text())


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
        assert one.page.get_by_label("Account number").input_value() == str(DEMO_ACCOUNT_ID)
        assert one.page.get_by_label("Address", exact=True).input_value() == sandbox.base_url
        assert one.page.get_by_label("Secret key").input_value() == ""
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


def look(one: Person) -> None:
    """Hold what is shown, in both languages, light and dark, wide and narrow, against the rules."""
    for language in LANGUAGES:
        one.press(language)
        one.page.get_by_role("button", name=language).and_(one.page.locator("[aria-current]")).wait_for()
        fits(one)


def fits(one: Person) -> None:
    assert one.findings() == [], one.page.url
    one.page.set_viewport_size({"width": 400, "height": 800})
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 400, one.page.url
    one.page.set_viewport_size({"width": 1000, "height": 800})


def test_what_a_roster_and_its_run_show_is_fine_by_axe(somebody: Person, tmp_path: Path) -> None:
    look(somebody)
    somebody.give(roster(tmp_path, 20, "Kennung,Person"))
    look(somebody)
    somebody.give(SAMPLES / "flawed.csv")
    look(somebody)
    somebody.page.get_by_role("link", name="Go on to the exam").click()
    look(somebody)
    somebody.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
    somebody.press("Show what will be sent")
    somebody.at("Send this to StartExam?")
    look(somebody)
    somebody.press(REGISTER)
    somebody.at("Done; some rows need attention")
    look(somebody)
    somebody.page.get_by_role("link", name="Earlier runs").click()
    look(somebody)
    somebody.page.goto(somebody.served.root + "/nothing")
    fits(somebody)
    somebody.page.goto(somebody.served.root + "/runs")
    somebody.press("Quit")
    somebody.at("The program has ended")
    fits(somebody)


def test_what_else_is_shown_is_fine_by_axe(tmp_path: Path) -> None:
    slow = Behaviour(latency_seconds=1)
    environment = {"BULK_REGISTER_BATCH_SIZE": "5", "BULK_REGISTER_WORKERS": "1"}
    with Sandbox(slow) as sandbox, served(tmp_path, **environment) as page, person(page) as one:
        look(one)  # the account
        one.page.get_by_label("Account number").fill(str(DEMO_ACCOUNT_ID))
        one.page.get_by_text("Another address of StartExam").click()
        one.page.get_by_label("Address", exact=True).fill(sandbox.base_url)
        one.page.get_by_label("Secret key").fill("wrong-key")
        one.press("Try the key")
        alert = one.page.get_by_role("alert")
        alert.wait_for()
        assert alert.evaluate("alert => alert === document.activeElement")
        fits(one)
        one.page.get_by_label("Secret key").fill(DEMO_SECRET_KEY)
        one.press("Try the key")
        one.at("Your usual exam")
        look(one)
        one.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
        one.page.get_by_label("Center").fill(DEMO_CENTER)
        one.press("Save the settings")
        one.at("Roster")
        one.give(roster(tmp_path, 100))
        one.choose()
        one.press(REGISTER)
        one.page.locator("progress#done").wait_for()
        look(one)
        one.press("Stop")
        one.at("Not everybody has a link yet")
        look(one)
        one.page.get_by_role("link", name="Check the links before they are mailed").click()
        one.page.locator("#main .file").wait_for()
        fits(one)


def test_a_language_is_switched_where_one_is(somebody: Person) -> None:
    somebody.give(SAMPLES / "flawed.csv")
    somebody.press("Русский")
    somebody.at("Как прочитан список")
    assert somebody.page.locator("html").get_attribute("lang") == "ru"
    assert "7 строк" in somebody.page.locator(".counts").inner_text()
    somebody.page.get_by_role("link", name="Прошлые запуски").click()
    somebody.press("English")
    somebody.at("Earlier runs")


def test_in_russian_from_the_start_to_the_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["Список сотрудников филиала"], [], ["Табельный номер", "ФИО", "Подразделение"]):
        sheet.append(row)
    for number in range(1, 41):
        sheet.append([f"{number:05d}", f"Примеров Пример {number}", "Отдел продаж"])
    book.save(tmp_path / "Сотрудники филиала.xlsx")
    russian = {"BULK_REGISTER_LANGUAGE": "ru"}
    with Sandbox() as sandbox, served(tmp_path, **russian) as page, person(page) as one:
        one.at("Учётная запись StartExam")
        one.page.get_by_label("Номер учётной записи").fill(str(DEMO_ACCOUNT_ID))
        one.page.get_by_text("Другой адрес StartExam").click()
        one.page.get_by_label("Адрес", exact=True).fill(sandbox.base_url)
        one.page.get_by_label("Секретный ключ").fill(DEMO_SECRET_KEY)
        one.press("Проверить ключ")
        one.page.get_by_label("Тест", exact=True).select_option(label="Workplace safety")
        one.page.get_by_label("Центр").fill(DEMO_CENTER)
        one.press("Сохранить настройки")
        one.at("Список сотрудников")
        one.give(tmp_path / "Сотрудники филиала.xlsx")
        one.page.get_by_role("link", name="Перейти к экзамену").click()
        one.press("Показать, что будет отправлено")
        one.press("Зарегистрировать 40 сотрудников")
        one.at("У всех есть ссылка")
        came = one.download("Скачать Сотрудники филиала.registered.xlsx", tmp_path)
        written = list(openpyxl.load_workbook(came).worksheets[0].iter_rows(values_only=True))
        assert written[0][0] == "Список сотрудников филиала"
        assert written[3][0] == "00001"
        assert "Ссылка" in " ".join(map(str, written[2]))
        assert len(sandbox.registrations) == 40
