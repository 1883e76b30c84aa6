"""The command that is run when a run has failed, with the report on its standard input."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from typing import IO, Any

from bulk_register.commands.terminal.console import print_note
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.language import _
from bulk_register.settings.secret import VARIABLE
from bulk_register.settings.values import command_words

SECONDS = 60.0  # how long it may take; a job that waits for its alarm is no better than one that hangs
LAST_WORDS_SECONDS = 1.0  # how long its output is waited for when it has ended


def run_failure_command(command: str, report: str, invocation: Invocation) -> None:
    """Run a command, without a shell and without the secret key; what it says goes to standard error."""
    words = command_words(command)
    try:
        process = _started(words)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        invocation.warn(
            _("The command of --on-failure, {name}, can't be run ({reason}).", name=words[0], reason=reason)
        )
        return
    _in_background(_feed, process.stdin, report)
    listening = _in_background(_pass_on, process.stdout, invocation)
    try:
        code = process.wait(SECONDS)
        listening.join(LAST_WORDS_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        _kill(process)
        invocation.warn(
            _(
                "The command of --on-failure, {name}, was ended: it may take {seconds:.0f} s.",
                name=words[0],
                seconds=SECONDS,
            )
        )
        return
    if code:
        invocation.warn(
            _("The command of --on-failure, {name}, ended with {code} itself.", name=words[0], code=code)
        )


def _started(words: list[str]) -> subprocess.Popen[bytes]:
    """Start it as the head of a group of processes, which can be ended together."""
    found = shutil.which(words[0]) or words[0]  # on Windows with its ending, as .cmd
    environment = {name: value for name, value in os.environ.items() if name.upper() != VARIABLE}
    return subprocess.Popen(  # noqa: S603 - whoever runs the job named it
        [found, *words[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )


def _in_background(work: Callable[..., None], *args: Any) -> threading.Thread:
    """Let a thread talk to it that nobody waits for: a child of its own may keep its streams open."""
    thread = threading.Thread(target=work, args=args, daemon=True)
    thread.start()
    return thread


def _feed(stream: IO[bytes], report: str) -> None:
    with contextlib.suppress(OSError), stream:  # it needn't read it, or all of it
        stream.write(f"{report}\n".encode())


def _pass_on(stream: IO[bytes], invocation: Invocation) -> None:
    for line in stream:
        words = line.decode(errors="replace").rstrip("\r\n")
        if invocation.wants_json():
            invocation.log("info", words, {"event": "OnFailure"})
        else:
            print_note(words)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
