"""The shell completes commands, flags and values; a mistake in the settings never shows while one types."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bulk_register.settings.declared import TOLERABLE
from tests.support.program import clean, end, start, write_roster


def offered(folder: Path, *words: str) -> list[str]:
    """What bash is told to offer for the last of these words."""
    environ = {"_BULK_REGISTER_COMPLETE": "complete_bash", "COMP_CWORD": str(len(words))}
    environ["COMP_WORDS"] = " ".join(["bulk-register", *words])
    program = [sys.executable, "-c", "from bulk_register.cli import app; app(prog_name='bulk-register')"]
    done = subprocess.run(
        program, cwd=folder, env=clean(environ, folder), capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_commands_flags_and_values_are_offered(tmp_path: Path) -> None:
    assert offered(tmp_path, "re") == ["rerun", "results"]
    assert offered(tmp_path, "run", "--max-m") == ["--max-missing"]
    assert offered(tmp_path, "run", "--tolerate", "") == list(TOLERABLE)
    assert offered(tmp_path, "run", "--log-format", "j") == ["json"]
    assert "Europe/Berlin" in offered(tmp_path, "run", "--timezone", "Europe/Be")


def test_earlier_runs_and_profiles_are_offered(tmp_path: Path) -> None:
    write_roster(tmp_path)
    assert offered(tmp_path, "rerun", "") == []
    (tmp_path / "bulk_register.toml").write_text('ledger = "l.db"\n[profile.nightly]\n[profile.moscow]\n')
    for _ in range(2):
        assert end(start(["run", "staff.csv", "--sandbox"], tmp_path)).code == 0
    assert offered(tmp_path, "rerun", "") == ["2", "1"]
    assert offered(tmp_path, "run", "--profile", "m") == ["moscow"]


def test_broken_settings_offer_nothing_and_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "bulk_register.toml").write_text("ledger = = 1")
    assert offered(tmp_path, "rerun", "") == offered(tmp_path, "run", "--profile", "") == []


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_itself_completes(tmp_path: Path) -> None:
    program = tmp_path / "bulk-register"
    code = "from bulk_register.cli import app; app(prog_name='bulk-register')"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    program.chmod(0o755)
    script = f"""
        eval "$({program} --show-completion bash)"
        COMP_WORDS=(bulk-register run --tol); COMP_CWORD=2
        _bulk_register_completion {program}
        echo "${{COMPREPLY[*]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script], env=clean({}, tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout == "--tolerate\n"
