"""How long the page lets somebody wait while it reads a roster: `python -m benchmarks.page ROSTER`.

Prints the seconds of every answer from the moment the roster has come until it is understood, as JSON: the
page is asked for anew every 50 ms, by a person with one connection for each question.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.page.support import Served

EVERY_SECONDS = 0.05
PATIENCE_SECONDS = 300
UNDERSTOOD = "Go on to the exam"


def main() -> None:
    """Serve the page, give it the roster named, and tell how long its answers took."""
    from tests.page.support import served

    roster = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), "--sandbox") as page:
        page.enter()
        page.get("/understood")  # templates are read once
        page.upload(roster.name, roster.read_bytes())
        sys.stdout.write(json.dumps(_waits(page)))


def _waits(page: Served) -> list[float]:
    waits: list[float] = []
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        asked = time.monotonic()
        answer = page.get("/understood")
        waits.append(time.monotonic() - asked)
        if UNDERSTOOD in answer.text:
            return waits
        time.sleep(max(0, EVERY_SECONDS - waits[-1]))
    raise RuntimeError(f"{page.folder}: the roster was not understood in time.")


if __name__ == "__main__":
    main()
