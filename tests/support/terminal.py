"""The program at a terminal of its own, and what somebody types there."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.program import clean

CONTROL_C, CONTROL_D = "\x03", "\x04"
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The program at a terminal of its own, which is standard input, output and error.

    `into` names files in the folder for streams that go there instead: {"stderr": "log.txt"}.
    """

    def __init__(
        self,
        args: list[str],
        folder: Path,
        environ: dict[str, str],
        columns: int = 80,
        into: Mapping[str, str] | None = None,
    ) -> None:
        self.seen = ""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        kept = clean({"TERM": "xterm-256color", **environ}, folder)
        kept = {name: text for name, text in kept.items() if name not in ("COLUMNS", "LINES")}
        with ExitStack() as files:
            streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
            for stream, name in (into or {}).items():
                streams[stream] = files.enter_context((folder / name).open("w"))
            self._process = self._start(args, folder, kept, streams)
        os.close(theirs)

    def _start(
        self, args: list[str], folder: Path, environ: dict[str, str], streams: dict[str, Any]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "bulk_register", *args],
            cwd=folder,
            env=environ,
            **streams,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def wait_for(self, text: str, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while text not in ESCAPES.sub("", self.seen):
            assert time.monotonic() < until, self.seen
            assert self._read(0.2), self.seen

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def terminate(self) -> None:
        self._process.terminate()

    def end(self, seconds: float = 30) -> int:
        until = time.monotonic() + seconds
        while self._read(0.2):
            assert time.monotonic() < until, self.seen
        return self._process.wait(max(until - time.monotonic(), 0.1))

    def _read(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # what Linux says when the other end is closed
            return False
        self.seen += piece.decode("utf-8", "replace")
        return bool(piece)
