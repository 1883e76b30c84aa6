"""Writes docs/cli.md from the program's own --help; a test holds the two together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bulk_register.settings.setting import EVERY_COMMAND

PAGE = Path(__file__).with_name("cli.md")


def help_of(*words: str) -> str:
    """Return the --help of a command, 80 columns wide."""
    environ = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "bulk_register", *words, "--help"]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", env=environ, check=True).stdout  # noqa: S603
    lines = [line.rstrip() for line in told.replace("python -m bulk_register", "bulk-register").splitlines()]
    return "\n".join(lines).strip()


def page() -> str:
    """Return the whole page."""
    parts = ["# The commands", "", "Written by `make docs` from `--help`.", "", "```text", help_of(), "```"]
    for command in EVERY_COMMAND:
        parts += ["", f"## {command}", "", "```text", help_of(command), "```"]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
