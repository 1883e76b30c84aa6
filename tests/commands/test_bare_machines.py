"""Machines that lack something: a home, a folder for temporary files, locks, a working folder, Ctrl-C."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Behaviour, Sandbox
from tests.support.program import ROOT, Ended, account, clean, end, exam, start, write_roster

pytestmark = pytest.mark.skipif(os.name != "posix", reason="machines as POSIX has them")

NOBODY = ("unshare", "--user", "--map-user=54321")  # a user without an entry, as in a container
NO_LOCKS = "#include <errno.h>\n#include <stdlib.h>\n" + (
    'int flock(int fd, int how) { errno = atoi(getenv("FLOCK_ERRNO")); return -1; }\n'
)


def is_nobody_possible() -> bool:
    tried = shutil.which(NOBODY[0]) and subprocess.run([*NOBODY, "true"], capture_output=True, check=False)
    return bool(tried) and tried.returncode == 0  # type: ignore[union-attr]


def run(folder: Path, *args: str, before: tuple[str, ...] = (), **changes: str | None) -> Ended:
    environ = clean({"STARTEXAM_ACCOUNT_ID": "1", "STARTEXAM_SECRET_KEY": "k"}, folder) | changes
    done = subprocess.run(
        [*before, sys.executable, "-m", "bulk_register", *args],
        cwd=folder,
        env={name: text for name, text in environ.items() if text is not None},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(not is_nobody_possible(), reason="no user without an entry can be made here")
def test_without_a_home_the_ledger_is_asked_for_by_name(tmp_path: Path) -> None:
    write_roster(tmp_path)
    homeless: dict[str, Any] = {
        "before": NOBODY,
        "HOME": None,
        "XDG_STATE_HOME": None,
        "XDG_CONFIG_HOME": None,
        "BULK_REGISTER_BASE_URL": "http://127.0.0.1:9",
    }
    exam_flags = ("--center", "c", "--test", "Fire safety", "--valid-till", "+1d", "--attempts", "1")
    commands = ("history",), ("rerun",), ("export",), ("verify", "staff.csv"), ("run", "staff.csv")
    for args in commands:
        more = exam_flags if args[0] == "run" else ()
        ended = run(tmp_path, *args, *more, **homeless)
        assert (ended.code, "--ledger" in ended.err) == (2, True)
        assert "HOME is not set" in ended.err
    assert (
        "Problem: records of runs (ledger): This user has no home" in run(tmp_path, "doctor", **homeless).out
    )
    assert run(tmp_path, "check", "staff.csv", **homeless).code == 0
    assert run(tmp_path, "run", "staff.csv", "--sandbox", **homeless).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["staff.csv", "staff.sandbox.xlsx"]


@pytest.mark.skipif(not is_nobody_possible(), reason="no user without an entry can be made here")
def test_a_file_in_a_home_that_there_is_not_is_a_plain_sentence(tmp_path: Path) -> None:
    write_roster(tmp_path)
    bare = (*NOBODY, "env", "-i", f"PYTHONPATH={ROOT}")
    for args in (
        ("history", "--ledger", "~/ledger.sqlite3"),
        ("history", "--config", "~/settings.toml"),
        ("check", "staff.csv", "--report", "~/report.json"),
        ("export", "--roster", "~/staff.csv"),
        ("run", "staff.csv", "--sandbox", "-o", "~/out.csv"),
    ):
        ended = run(tmp_path, *args, before=bare)
        assert ended.code == 2, ended.err
        assert "there is no such user; write the whole path" in ended.err
        assert "Traceback" not in ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["staff.csv"]


@pytest.mark.skipif(not is_nobody_possible(), reason="no user without an entry can be made here")
def test_init_without_a_home_keeps_the_key_in_a_file_that_is_named(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        bare = (*NOBODY, "env", "-i", f"PYTHONPATH={ROOT}", f"STARTEXAM_SECRET_KEY={sandbox.secret_key}")
        words = ["init", "-y", "--account-id", str(sandbox.account_id), "--base-url", sandbox.base_url]
        words += ["--center", DEMO_CENTER, "--test", DEMO_TEST, "--valid-till", "+5d"]
        ended = run(tmp_path, *words, before=bare)
        assert (ended.code, "--secret-file" in ended.err) == (2, True), ended.err
        assert run(tmp_path, *words, "--secret-file", "key", before=bare).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bulk_register.toml", "key"]


def test_where_no_temporary_folder_can_be_used_that_is_said(tmp_path: Path) -> None:
    import resource

    write_roster(tmp_path)
    no_files: Callable[[], None] = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # noqa: E731
    for args in (
        ["check", "staff.csv"],
        ["run", "staff.csv", "--sandbox"],
        ["verify", "staff.csv", "--ledger", "l.db"],
        ["template", "new.xlsx"],
    ):
        ended = end(start(args, tmp_path, preexec_fn=no_files))
        assert (ended.code, ended.out) == (2, ""), ended.err
        assert "No folder for temporary files can be used" in ended.err
        assert "TMPDIR" in ended.err
    doctor = end(start(["doctor", "--ledger", "l.db"], tmp_path, preexec_fn=no_files))
    assert (doctor.code, "Problem: No folder for temporary files" in doctor.out) == (2, True)


@pytest.mark.skipif(not (shutil.which("cc") and sys.platform == "linux"), reason="no C compiler")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_no_run_under_way(number: int, tmp_path: Path) -> None:
    write_roster(tmp_path)
    (tmp_path / "locks.c").write_text(NO_LOCKS)
    library = str(tmp_path / "locks.so")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, str(tmp_path / "locks.c")], check=True)
    ended = run(tmp_path, "run", "staff.csv", "--sandbox", LD_PRELOAD=library, FLOCK_ERRNO=str(number))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(
        "Error: No folder for temporary files can be used (its file system knows no locks)"
    )


def test_in_a_folder_that_is_gone_a_command_says_so(tmp_path: Path) -> None:
    write_roster(tmp_path)
    gone = tmp_path / "gone"
    for args, code in (
        (["history", "--ledger", "l.db"], 2),
        (["doctor"], 2),
        (["init", "-y", "--account-id", "1"], 2),
        (["run", str(tmp_path / "staff.csv"), "--sandbox"], 0),
    ):
        gone.mkdir()
        ended = run(tmp_path, *args, before=("sh", "-c", 'cd gone && rmdir ../gone && exec "$@"', "sh"))
        assert ended.code == code, ended.err
        assert ("The working folder isn't there any more" in ended.err) == bool(code)


def test_a_signal_that_was_ignored_from_the_start_stays_ignored(tmp_path: Path) -> None:
    write_roster(tmp_path, 12)
    ignoring: Callable[[], object] = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)  # noqa: E731
    with Sandbox(Behaviour(latency_seconds=0.3)) as sandbox:
        flags = ["run", "staff.csv", *exam(sandbox, "--batch-size", "1")]
        process = start(flags, tmp_path, account(sandbox), preexec_fn=ignoring)
        while len(sandbox.requests) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert end(process).code == 0
        process = start([*flags, "--refresh"], tmp_path, account(sandbox), preexec_fn=ignoring)
        while len(sandbox.requests) < 14 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert end(process).code == 143
