from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bulk_register.errors import OutputError
from bulk_register.output import delivery
from bulk_register.output.delivery import replace_file, write_text
from bulk_register.output.destinations import check_report, output_path
from tests.support.ledgers import unprivileged

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and limits of POSIX")


def writer(content: bytes):  # type: ignore[no-untyped-def]
    return lambda draft: draft.write_bytes(content)


def nobodys(_: Path) -> str | None:
    return None


def left(path: Path) -> list[str]:
    return sorted(item.name for item in path.iterdir())


def test_a_new_file_appears_whole_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"

    def write(draft: Path) -> None:
        assert not target.exists()
        assert draft.suffix == ".xlsx"
        draft.write_bytes(b"new")

    placed = replace_file(write, target, nobodys)
    assert placed == (target, hashlib.sha256(b"new").hexdigest(), ())
    assert left(tmp_path) == ["out.xlsx"]


@pytest.mark.parametrize(
    "put",
    [
        pytest.param(lambda target: replace_file(writer(b"new"), target, nobodys), id="an output"),
        pytest.param(lambda target: write_text("new", target), id="a report"),
    ],
)
def test_a_file_is_on_the_disk_before_it_is_in_its_place(
    put: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, fsync = tmp_path / "out.csv", os.fsync
    flushed: list[tuple[int, int, bool]] = []

    def flush(descriptor: int) -> None:
        fsync(descriptor)
        file = os.fstat(descriptor)
        flushed.append((file.st_ino, file.st_size, target.exists()))

    monkeypatch.setattr(os, "fsync", flush)
    put(target)
    assert flushed == [(target.stat().st_ino, 3, False)]


def test_our_own_unchanged_file_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    first = replace_file(writer(b"one"), target, nobodys)
    second = replace_file(writer(b"two"), target, lambda _: first.sha256)
    assert (target.read_bytes(), second.notes, left(tmp_path)) == (b"two", (), ["out.xlsx"])


def test_somebodys_file_is_moved_aside_each_time(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    for number in range(4):
        target.write_bytes(b"theirs %d" % number)
        placed = replace_file(writer(b"ours"), target, lambda _: "0" * 64)
        assert "What was in out.xlsx before is in" in placed.notes[0]
    kept = {item.read_bytes() for item in tmp_path.iterdir()}
    assert kept == {b"ours", b"theirs 0", b"theirs 1", b"theirs 2", b"theirs 3"}
    names = [name for name in left(tmp_path) if name != "out.xlsx"]
    assert all(re.fullmatch(r"out \(before [\d-]+ \d{6}\)( \d)?\.xlsx", name) for name in names), names


def test_our_file_that_somebody_changed_is_moved_aside(tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    first = replace_file(writer(b"one"), target, nobodys)
    target.write_bytes(b"one, and a remark")
    replace_file(writer(b"two"), target, lambda _: first.sha256)
    assert sorted(item.read_bytes() for item in tmp_path.iterdir()) == [b"one, and a remark", b"two"]


@pytest.mark.parametrize("stem", ["x" * 250, "ж" * 125, "\U0001f600" * 62])
def test_the_longest_names_work_too(stem: str, tmp_path: Path) -> None:
    target = output_path(tmp_path / "staff.csv", "csv", tmp_path / f"{stem}.csv")
    for number in range(3):
        target.write_bytes(b"theirs %d" % number)
        placed = replace_file(writer(b"ours"), target, nobodys)
        assert placed.path == target
    assert len(left(tmp_path)) == 4


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    link = tmp_path / "out.xlsx"
    link.symlink_to(tmp_path / "share" / "real.xlsx")
    placed = replace_file(writer(b"new"), output_path(tmp_path / "staff.csv", "csv", link), nobodys)
    assert placed.path == tmp_path / "share" / "real.xlsx"
    assert link.is_symlink()
    assert link.read_bytes() == b"new"


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002, 0o027])
def test_the_mode_is_that_of_any_new_file(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        replace_file(writer(b"x"), tmp_path / "out.xlsx", nobodys)
        write_text("x", tmp_path / "report.json")
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(item.stat().st_mode) for item in tmp_path.iterdir()}
    assert modes == {0o666 & ~umask}


def test_a_folder_that_is_gone_means_the_working_folder_and_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    placed = replace_file(writer(b"new"), tmp_path / "gone" / "out.xlsx", nobodys)
    assert placed.path == tmp_path / "out.xlsx"
    assert str(placed.path) in placed.notes[0]
    assert str(tmp_path / "gone") in placed.notes[0]


@posix
def test_a_folder_that_took_its_place_means_the_working_folder(tmp_path: Path) -> None:
    target = tmp_path / "sub" / "out.xlsx"
    target.mkdir(parents=True)
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        placed = replace_file(writer(b"new"), target, nobodys)
    finally:
        os.chdir(before)
    assert placed.path == tmp_path / "out.xlsx"
    assert placed.path.read_bytes() == b"new"
    assert left(tmp_path / "sub") == ["out.xlsx"]


@posix
def test_a_file_that_may_not_be_read_is_not_lost(media: Path) -> None:
    target = media / "out.xlsx"
    target.write_bytes(b"theirs")
    target.chmod(0)
    media.chmod(0o777)
    with unprivileged():
        placed = replace_file(writer(b"ours"), target, nobodys)
    assert len(placed.notes) == 1
    (other,) = [item for item in media.iterdir() if item != placed.path]
    other.chmod(0o600)
    assert (placed.path.read_bytes(), other.read_bytes()) == (b"ours", b"theirs")


def test_elsewhere_nothing_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.xlsx").write_bytes(b"the roster, say")
    placed = replace_file(writer(b"new"), tmp_path / "gone" / "out.xlsx", nobodys)
    assert placed.path == tmp_path / "out-2.xlsx"
    assert left(tmp_path) == ["out-2.xlsx", "out.xlsx"]
    assert (tmp_path / "out.xlsx").read_bytes() == b"the roster, say"


def test_what_killed_runs_left_of_a_file_goes_with_the_next(tmp_path: Path) -> None:
    old, others = tmp_path / ".out [1].0123abcd.tmp.xlsx", tmp_path / ".other.0123abcd.tmp.xlsx"
    fresh = tmp_path / ".out [1].0123abce.tmp.xlsx"
    for file in (old, others, fresh):
        file.write_bytes(b"links")
    for file in (old, others):
        os.utime(file, (time.time() - 7200,) * 2)
    replace_file(writer(b"new"), tmp_path / "out [1].xlsx", nobodys)
    assert left(tmp_path) == [others.name, fresh.name, "out [1].xlsx"]


def test_nothing_is_left_over_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out.xlsx").write_bytes(b"theirs")

    def fail(draft: Path) -> None:
        draft.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match=r"out\.xlsx can't be written: No space left on device"):
        replace_file(fail, tmp_path / "out.xlsx", nobodys)
    assert (tmp_path / "out.xlsx").read_bytes() == b"theirs"
    assert left(tmp_path) == ["out.xlsx"]


def test_every_folder_that_failed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def fail(_draft: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OutputError) as found:
        replace_file(fail, tmp_path / "out.xlsx", nobodys)
    first, second = tmp_path / "out.xlsx", tmp_path / "elsewhere" / "out.xlsx"
    why = "can't be written: No space left on device"
    assert str(found.value) == f"{first} {why}; {second} {why}."


@posix
def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    code = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from bulk_register.output.delivery import replace_file\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "target = Path('out.xlsx').absolute()\n"
        "replace_file(lambda draft: draft.write_bytes(b'x' * 5000), target, lambda _: None)\n"
    )
    (tmp_path / "out.xlsx").write_bytes(b"before")
    environ = os.environ | {"PYTHONPATH": str(Path(delivery.__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert "OutputError" in done.stderr
    assert (tmp_path / "out.xlsx").read_bytes() == b"before"
    assert left(tmp_path) == ["out.xlsx"]


# --- the report


def test_a_report_replaces_the_last_one_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    write_text("one", target)
    write_text("двa", target)
    assert target.read_text(encoding="utf-8") == "двa"
    assert left(tmp_path) == ["report.json"]


@posix
def test_a_report_into_a_pipe_or_a_device_goes_there(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    check_report(pipe, [])
    thread = threading.Thread(target=write_text, args=("hello", pipe))
    thread.start()
    assert pipe.read_text() == "hello"
    thread.join()
    write_text("hello", Path(os.devnull))
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
