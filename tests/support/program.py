"""The program as its users meet it: called within this process, or started as one of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

import bulk_register
from bulk_register.cli import app
from bulk_register.ledger import checksums
from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Sandbox

ROOT = Path(bulk_register.__file__).parents[1]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def account(sandbox: Sandbox, **changes: str) -> dict[str, str]:
    """The environment that opens a sandbox."""
    found = {"STARTEXAM_ACCOUNT_ID": str(sandbox.account_id), "STARTEXAM_SECRET_KEY": sandbox.secret_key}
    return found | changes


def exam(sandbox: Sandbox, *more: str) -> list[str]:
    """The flags of a run against a sandbox; its ledger is in the working folder."""
    flags = ["--center", DEMO_CENTER, "--test", DEMO_TEST, "--valid-till", "+10d", "--ledger", "ledger.db"]
    return [*flags, "--base-url", sandbox.base_url, *more]


def clean(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """This process's environment without anything of ours, and with these variables."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith(("STARTEXAM", "BULK_REG"))}
    homes = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "PYTHONPATH": str(ROOT)}
    return {**kept, **homes, "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8", **environ}


def call(*args: str, environ: Mapping[str, str] | None = None) -> Ended:
    """Run a command within this process, in its working folder."""
    wanted = clean(environ or {}, Path.cwd())
    gone: dict[str, str | None] = {key: None for key in os.environ if key not in wanted}
    result = CliRunner().invoke(app, args, env=gone | wanted)
    return Ended(result.exit_code, result.stdout, result.stderr)


def start(
    args: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None, **more: Any
) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    streams: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bulk_register", *args],
        cwd=folder,
        env=clean(environ or {}, folder),
        encoding="utf-8",
        **streams,
    )


def end(process: subprocess.Popen[str], seconds: float = 60) -> Ended:
    """Wait for a process."""
    out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out or "", err or "")


def write_roster(folder: Path, count: int = 3, name: str = "staff.csv") -> Path:
    path = folder / name
    lines = [f"{7_000_000 + number:09d},Person {number}" for number in range(count)]
    path.write_text("\n".join(["Employee ID,Name", *lines]) + "\n", encoding="utf-8")
    return path


def rewrite(path: Path, change: str, *values: object) -> None:
    """Change a ledger as the program itself would have written it, checksums included."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(change, values)
        checksums.install(connection)
        for table in checksums.COLUMNS:
            connection.execute(checksums.sealing(table))
    connection.close()
