"""Draws the tutorial's pictures of the page, in each language: a person's way through it in a real browser.

`make pictures` runs it. The page stands on a stand-in for StartExam; Chromium is the system's.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bulk_register.sandbox import DEMO_ACCOUNT_ID, DEMO_CENTER, DEMO_SECRET_KEY, Sandbox  # noqa: E402
from tests.page.browser import Person, person  # noqa: E402
from tests.page.support import served  # noqa: E402

PICTURES = ROOT / "docs" / "pictures" / "page"
WIDTH, HEIGHT = 900, 600


@dataclass(frozen=True)
class Words:
    """What stands in a language's roster."""

    file: str
    title: str
    headers: tuple[str, ...]
    vague: str  # a header that doesn't say whether it is the identifier
    people: tuple[tuple[str, str], ...]


WORDS = {
    "en": Words(
        "staff.xlsx",
        "Staff of the Kazan branch",
        ("Personnel number", "Name", "Department"),
        "Code",
        (
            ("Ada Example", "Sales"),
            ("Boris Sample", "Logistics"),
            ("Chloé Muster", "Sales"),
            ("Elif Örnek", "Production"),
            ("Farid Example", "Sales"),
            ("Greta Beispiel", "Accounts"),
        ),
    ),
    "ru": Words(
        "Сотрудники.xlsx",
        "Сотрудники казанского филиала",
        ("Табельный номер", "ФИО", "Подразделение"),
        "Код",
        (
            ("Примеров Антон", "Отдел продаж"),
            ("Образцова Белла", "Склад"),
            ("Пробный Виктор", "Отдел продаж"),
            ("Условная Галина", "Производство"),
            ("Примерова Дина", "Отдел продаж"),
            ("Образцов Егор", "Бухгалтерия"),
        ),
    ),
}


def write_roster(words: Words, path: Path, *, headers: tuple[str, ...], lacking: bool) -> Path:
    """Write a roster as an HR system exports it; with `lacking`, one person has no number."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([words.title])
    sheet.append([])
    sheet.append(headers)
    for place, named in enumerate(words.people):
        sheet.append([None if lacking and place == 3 else f"{417 + place:05d}", *named])
    book.save(path)
    return path


@contextmanager
def _at_the_page(language: str, folder: Path) -> Iterator[tuple[Person, Sandbox]]:
    with (
        Sandbox() as sandbox,
        served(folder, "--language", language, TZ="Europe/Moscow") as page,
        person(page) as somebody,
    ):
        somebody.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        yield somebody, sandbox


def draw(language: str, folder: Path) -> None:
    """Go through the page in a language, and photograph each step."""
    words, target = WORDS[language], PICTURES / language
    target.mkdir(parents=True, exist_ok=True)
    with _at_the_page(language, folder) as (one, sandbox):
        page = one.page

        def photograph(name: str) -> None:
            page.wait_for_load_state()  # or its height is that of the page before
            page.evaluate("document.activeElement.blur()")
            page.screenshot(path=target / f"{name}.png", full_page=True)

        def press() -> None:
            page.locator("#main .main").first.click()

        page.locator("#account_id").fill(str(DEMO_ACCOUNT_ID))
        page.locator("#secret_key").fill(DEMO_SECRET_KEY)
        photograph("account")
        page.locator("summary").click()
        page.locator("#base_url").fill(sandbox.base_url)
        press()
        page.locator("#tests").select_option(label="Workplace safety")
        page.locator("#center").fill(DEMO_CENTER)
        photograph("settings")
        press()
        page.locator("#roster").wait_for()
        photograph("roster")
        vague = (words.vague, *words.headers[1:])
        one.give(write_roster(words, folder / words.file, headers=vague, lacking=False))
        photograph("decide")
        one.give(write_roster(words, folder / words.file, headers=words.headers, lacking=True))
        photograph("understood")
        one.give(write_roster(words, folder / words.file, headers=words.headers, lacking=False))
        press()
        page.locator("#tests").wait_for()
        photograph("exam")
        press()
        page.locator("form[action='/run'] .main").wait_for()
        photograph("question")
        press()
        page.locator(".files").wait_for()
        photograph("result")
        page.locator("header a[href='/runs']").click()
        page.locator(".run").wait_for()
        photograph("runs")


def main() -> None:
    """Draw the page in all languages."""
    for language in WORDS:
        with tempfile.TemporaryDirectory() as folder:
            draw(language, Path(folder))


if __name__ == "__main__":
    main()
