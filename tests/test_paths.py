"""Places of the user's own: private folders, and who clears them away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.program import clean

AT_ONCE = """
import stat, sys
from bulk_register.paths import private_folder
for _ in range(60):
    with private_folder() as folder:
        (folder / "copy").write_text("links")
        if stat.S_IMODE(folder.stat().st_mode) != 0o700:
            sys.exit(f"others may look into {folder}")
"""


def test_programs_that_start_and_end_at_once_leave_each_others_private_folders_alone(tmp_path: Path) -> None:
    environ = clean({"TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}, tmp_path)
    programs = [
        subprocess.Popen([sys.executable, "-c", AT_ONCE], env=environ, stderr=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    assert {program.communicate()[1] for program in programs} == {""}
    assert {program.returncode for program in programs} == {0}
    assert list(tmp_path.iterdir()) == []
