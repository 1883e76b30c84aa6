from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import bulk_register
from bulk_register.settings import ONLY_A_PERSON, Settings, flag
from tests.support.program import call, clean

COMMANDS = ["run", "check", "rerun", "history", "export", "tests", "init", "doctor"]
COMMANDS += ["template", "verify", "sandbox"]
NEVER_A_FLAG = {"secret_key", "secret_key_file", "link_base", "wait_first", "wait_max"}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_every_flag_and_shows_an_example(command: str) -> None:
    ended = call(command, "--help", environ={"COLUMNS": "80"})
    assert (ended.code, ended.err) == (0, "")
    assert all(len(line) <= 80 for line in ended.out.splitlines())
    assert re.search(rf"Example:\n +bulk-register {command}\b.*\n?\Z", ended.out)
    groups = re.findall(r"\n\n\S.*:\n((?:  .*\n)+)", ended.out)
    entries = [entry for group in groups for entry in re.split(r"^  (?=-)", group, flags=re.MULTILINE)[1:]]
    assert entries
    assert all(re.search(r"\s{2,}[A-Z].*\.", entry, re.DOTALL) for entry in entries)


def test_the_overview_names_every_command_in_whole_words() -> None:
    ended = call("--help", environ={"COLUMNS": "80"})
    assert ended.code == 0
    assert "..." not in ended.out.split("Commands:")[1]
    assert [
        line.split()[0] for line in ended.out.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    ] == COMMANDS


def test_each_setting_is_a_flag_of_run_but_those_that_never_are() -> None:
    ended = call("run", "--help", environ={"COLUMNS": "200"})
    flags = set(re.findall(r"^  (?:-\w, )?(--[a-z][a-z-]*)", ended.out, re.MULTILINE))
    settings = (Settings.model_fields.keys() | ONLY_A_PERSON) - NEVER_A_FLAG
    assert flags - {"--help", "--no-proctoring"} == {flag(name) for name in settings}


def test_version_names_the_program_and_its_libraries() -> None:
    ended = call("--version")
    first, python, *libraries = ended.out.splitlines()
    assert (ended.code, first) == (0, f"bulk-register {bulk_register.__version__}")
    assert python.startswith(f"Python {platform.python_version()} on ")
    assert f"pandas {pd.__version__}" in libraries


def test_help_loads_nothing_slow(tmp_path: Path) -> None:
    code = "import sys; from bulk_register.cli import app; app(sys.argv[1:], standalone_mode=False); "
    code += "print([name for name in ('pandas', 'requests', 'openpyxl') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "--help"],
        env=clean({}, tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
