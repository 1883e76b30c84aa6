"""The command line: words in, words and an exit code out. `--help` lists the commands in this order."""

from __future__ import annotations

from bulk_register.cli import job, upkeep  # which declare their commands when they are imported
from bulk_register.cli.program import app, main

__all__ = ["app", "job", "main", "upkeep"]
