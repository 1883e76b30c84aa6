"""Somebody at a real Chromium; without one the tests are skipped, or fail if REQUIRE_BROWSER is set."""

from __future__ import annotations

import json
import os
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.page.support import Served

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-quic"]
GET_ONE = (
    "needs a browser: install Chromium (Debian, Ubuntu: apt-get install chromium; or name one in CHROMIUM) "
    "and `pip install --group browser`"
)
MISSING = not CHROMIUM or not find_spec("playwright") or not find_spec("axe_core_python")
needs_browser = pytest.mark.skipif(MISSING and not os.environ.get("REQUIRE_BROWSER"), reason=GET_ONE)
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SECONDS = 60.0


class Person:
    """Somebody at the page."""

    def __init__(self, context: BrowserContext, page: Page, served: Served) -> None:
        self.context, self.page, self.served = context, page, served
        self.faults: list[str] = []
        self.hosts: set[str] = set()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def enter(self) -> None:
        self.page.goto(self.served.address)
        self.page.wait_for_url(re.compile(r"/(roster|settings)$"))

    def at(self, heading: str) -> None:
        """Wait for a step."""
        self.page.get_by_role("heading", level=1, name=heading).wait_for()

    def drop(self, file: Path) -> None:
        """Let a file fall on the page, as from a folder's window."""
        self.page.goto(self.served.root + "/roster")
        dropped = self.page.evaluate_handle(
            """async ([name, text]) => {
                const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
                const taken = new DataTransfer();
                taken.items.add(new File([bytes], name));
                return taken;
            }""",
            [file.name, b64encode(file.read_bytes()).decode()],
        )
        self.page.dispatch_event("body", "drop", {"dataTransfer": dropped})
        self.page.wait_for_url(re.compile("/understood$"))

    def give(self, file: Path) -> None:
        """Choose a roster."""
        self.page.goto(self.served.root + "/roster")
        self.page.locator("#roster").set_input_files(file)
        self.page.wait_for_url(re.compile("/understood$"))
        self.page.locator("#main a.main, [role=alert]").first.wait_for()

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def plan(self, file: Path) -> None:
        """Go as far as the question."""
        self.give(file)
        self.choose()

    def choose(self) -> None:
        """Go from what was understood to the question."""
        self.page.get_by_role("link", name="Go on to the exam").click()
        self.page.get_by_label("Test", exact=True).select_option(label="Workplace safety")
        self.press("Show what will be sent")
        self.at("Send this to StartExam?")

    def download(self, name: str | re.Pattern[str], folder: Path) -> Path:
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=name).first.click()
        target: Path = folder / coming.value.suggested_filename
        coming.value.save_as(target)
        return target

    def findings(self) -> list[Any]:
        """Return what axe-core finds wrong with what is shown, in light and in dark."""
        found: list[Any] = []
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            session = self.context.new_cdp_session(self.page)  # the page itself allows no foreign script
            script = (  # once the other colours are painted
                f"{_axe()};new Promise(done=>requestAnimationFrame(()=>requestAnimationFrame(done)))"
                f".then(()=>axe.run(document,{{runOnly:{STANDARDS}}})).then(r=>JSON.stringify(r.violations))"
            )
            asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
            said = session.send("Runtime.evaluate", asked)["result"]["value"]
            found += [(one["id"], [node["target"] for node in one["nodes"]]) for one in json.loads(said)]
            session.detach()
        return found


def _axe() -> str:
    import axe_core_python

    folder = Path(str(axe_core_python.__file__)).parent
    return next(folder.rglob("axe.min.js")).read_text(encoding="utf-8")


@contextmanager
def person(served: Served, *, scripts: bool = True, enter: bool = True) -> Iterator[Person]:
    """Open a browser; what goes wrong in the page's script fails the test."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(
            viewport={"width": 1000, "height": 800}, java_script_enabled=scripts, accept_downloads=True
        )
        context.set_default_timeout(SECONDS * 1000)
        somebody = Person(context, context.new_page(), served)
        if enter:
            somebody.enter()
        yield somebody
        assert somebody.faults == []
        browser.close()
