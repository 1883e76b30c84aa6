"""The program as people and schedulers run it: a real process, a folder, an environment."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from typer.testing import CliRunner

from bulk_register.cli import app
from bulk_register.sandbox import DEMO_ACCOUNT_ID, DEMO_CENTER, DEMO_SECRET_KEY, DEMO_TEST

RUN = ("run", "staff.csv", "-o", "out.csv", "--valid-till", "+10d", "--report", "report.json")


@dataclass(frozen=True)
class Told:
    """What a process said at its end."""

    code: int
    out: str
    err: str
    report: dict[str, Any]


@dataclass
class Office:
    """A folder with a roster, and the settings of somebody who has an account.

    As a context it leaves no process behind that a failed test didn't wait for.
    """

    folder: Path
    base_url: str
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        copies = self.folder.with_name(f"{self.folder.name}-copies")  # a killed process leaves its own there
        copies.mkdir(exist_ok=True)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("BULK_REGISTER_")},
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "TMPDIR": str(copies),
            "XDG_STATE_HOME": str(copies / "state"),
            "STARTEXAM_ACCOUNT_ID": str(DEMO_ACCOUNT_ID),
            "STARTEXAM_SECRET_KEY": DEMO_SECRET_KEY,
            "BULK_REGISTER_BASE_URL": self.base_url,
            "BULK_REGISTER_CENTER": DEMO_CENTER,
            "BULK_REGISTER_TESTS": DEMO_TEST,
            "BULK_REGISTER_LEDGER": str(self.folder / "ledger.sqlite3"),
            "BULK_REGISTER_WAIT_FIRST": "0.01",
            "BULK_REGISTER_WAIT_MAX": "0.05",
            **self.environment,
        }

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite3"

    def hire(self, names: Sequence[str], file: str = "staff.csv") -> list[str]:
        """Write a roster of these people."""
        lines = [f"{name},Name of {name}" for name in names]
        (self.folder / file).write_text("\n".join(["Employee ID,Name", *lines]) + "\n", encoding="utf-8")
        return list(names)

    def start(
        self, *words: object, program: tuple[str, ...] = ("-m", "bulk_register"), **more: Any
    ) -> subprocess.Popen[str]:
        command = [sys.executable, *program, *map(str, words)]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **more,
        )
        self.started.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            if process.returncode is None:
                process.kill()
                process.communicate()

    def end(self, process: subprocess.Popen[str]) -> Told:
        out, err = process.communicate(timeout=60)
        return Told(process.returncode, out, err, self._report())

    def tell(self, *words: object, **more: Any) -> Told:
        return self.end(self.start(*words, **more))

    def say(self, *words: object) -> Told:
        """The same in this process, which spares the start of another."""
        with contextlib.chdir(self.folder):
            result = CliRunner().invoke(app, [*map(str, words)], env=self.environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Told(result.exit_code, result.stdout, result.stderr, self._report())

    def _report(self) -> dict[str, Any]:
        file = self.folder / "report.json"
        report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.unlink(missing_ok=True)
        return report

    def rows(self, file: str = "out.csv") -> list[dict[str, str]]:
        with (self.folder / file).open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))

    def links(self, file: str = "out.csv") -> dict[str, str]:
        return {row["Employee ID"]: row["Participant ID"] for row in self.rows(file) if row["Participant ID"]}

    def statuses(self, file: str = "out.csv") -> dict[str, str]:
        return {row["Employee ID"]: row["Registration Status"] for row in self.rows(file)}


class Nursery:
    """Processes of the program that are forked from one in which it is loaded already, to start quickly."""

    _SCRIPT = """
import json, os, sys
import bulk_register.commands.run, bulk_register.commands.rerun
from bulk_register.cli import main
for line in sys.stdin:
    child = os.fork()
    if not child:
        sys.argv[1:] = json.loads(line)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        main()
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

    def __init__(self, office: Office) -> None:
        self._mother = subprocess.Popen(
            [sys.executable, "-c", self._SCRIPT],
            cwd=office.folder,
            env=office.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def start(self, *words: object) -> int:
        """Start a process; returns its number."""
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.write(json.dumps([*map(str, words)]) + "\n")
        self._mother.stdin.flush()
        return int(self._mother.stdout.readline())

    def end(self) -> int:
        """Wait for the process that was started last; returns its exit code."""
        assert self._mother.stdout is not None
        return int(self._mother.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._mother.kill()
        self._mother.communicate()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.002)


def truth(server: Any) -> dict[str, str]:
    """Whose participant is whose, by the server's own account."""
    return {employee: participant for (_, _, employee), participant in server.registrations.items()}
