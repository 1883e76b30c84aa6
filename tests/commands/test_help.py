from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import bulk_register
from bulk_register.settings import ONLY_A_PERSON, SAID, Settings, flag
from bulk_register.settings.setting import Group
from tests.support.program import call, clean

COMMANDS = ["run", "sync", "check", "rerun", "export", "results", "verify", "page"]
COMMANDS += ["init", "doctor", "template", "tests", "history", "ledger", "sandbox"]
NEVER_A_FLAG = {"fields", "secret_key", "secret_key_file", "link_base", "wait_first", "wait_max"}


def sections(told: str) -> list[str]:
    """Return what --help says of flags, group by group."""
    blocks = [block.split("\n", 1) for block in told.split("\n\n")]
    return [flags for title, *rest in blocks for flags in rest if title.endswith(":") and "  -" in flags[:4]]


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
    assert sorted(flags) == sorted(["--help", *(flag(name) for name in settings)])


def test_the_flags_of_run_are_in_groups_and_the_everyday_ones_come_first() -> None:
    out = call("run", "--help", environ={"COLUMNS": "80"}).out
    titles = re.findall(r"^([A-Z][^:\n]*):$", out, re.MULTILINE)
    assert titles == ["Arguments", *(group.value for group in Group), "Options"]
    first = re.findall(r"--[a-z-]+", sections(out)[0])
    assert first[:4] == ["--center", "--test", "--valid-till", "--output"]
    assert len(first) < 10


OWN_FLAGS = {
    "check": {"--output"},  # of the rows with a problem
    "history": {"--forget", "--forget-before", "--extended"},
    "export": {"--roster"},  # where it is now
    "tests": {"--status"},
    "init": {"--config", "--yes", "--secret-file", "--secret-from-stdin", "--roster"},
    "verify": {"--ask"},
    "page": {"--port", "--browser"},
    "sync": {"--first"},
    "results": {"--output", "--finished-only", "--refresh"},
    "sandbox": {"--port", "--latency", "--fail-rate", "--seed"},
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_its_own_flags_and_those_that_settings_declare_for_it(command: str) -> None:
    out = call(command, "--help", environ={"COLUMNS": "80"}).out
    flags = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", "\n".join(sections(out)), re.MULTILINE)
    declared = {setting.flag for setting in SAID.values() if command in setting.commands}
    assert set(flags) == declared | OWN_FLAGS.get(command, set()) | {"--help"}
    assert len(flags) == len(set(flags))


def test_version_names_the_program_and_its_libraries() -> None:
    ended = call("--version")
    first, python, *libraries = ended.out.splitlines()
    assert (ended.code, first) == (0, f"bulk-register {bulk_register.__version__}")
    assert python.startswith(f"Python {platform.python_version()} on ")
    assert f"pandas {pd.__version__}" in libraries


def test_help_loads_nothing_slow(tmp_path: Path) -> None:
    code = "import sys; from bulk_register.cli import app; app(sys.argv[1:], standalone_mode=False); "
    slow = ["pandas", "requests", "openpyxl", "starlette", "uvicorn", "jinja2"]
    code += f"print([name for name in {slow} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "--help"],
        env=clean({}, tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
