"""Settings as somebody types them: flags, and a whole command for the shell."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Container, Iterator, Sequence
from typing import Any

from bulk_register.settings.model import Settings
from bulk_register.settings.sources import flag

_WITHOUT_FLAG = {"secret_key", "secret_key_file", "link_base", "wait_first", "wait_max"}
_OF_THE_MOMENT = {
    "report",
    "language",
    "log_format",
    "quiet",
    "verbose",
    "yes",
    "dry_run",
    "refresh",
    "reregister",
}
_OF_THE_MOMENT |= {"valid_from", "valid_till"}
_IN_SECONDS = ("timeout", "deadline", "newer_than")


def flags_of(settings: Settings, said: Container[str] = ()) -> list[str]:
    """Return the flags that say the same: for all that differs from the defaults, or is `said` elsewhere.

    Left out are what is said anew each time (`--report`, `--yes`, `--reregister`, …) and the window, which
    may move with the day of the run.
    """
    words: list[str] = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name not in _WITHOUT_FLAG | _OF_THE_MOMENT and (value != field.default or name in said):
            words += _said(name, value)
    return words


def command_line(words: Sequence[str]) -> str:
    """Return a command as it is typed on this system."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _said(name: str, value: Any) -> Iterator[str]:
    if value is True:
        yield flag(name)
    elif value is False and name == "proctoring":  # the only one with a flag for no
        yield "--no-proctoring"
    elif value is None or value is False:
        return
    elif isinstance(value, tuple):
        for one in value:
            yield from (flag(name), one if isinstance(one, str) else "=".join(one))
    else:
        yield from (flag(name), _text(name, value))


def _text(name: str, value: Any) -> str:
    if isinstance(value, float):
        number = f"{value:.6f}".rstrip("0").rstrip(".")
        return f"{number}s" if name in _IN_SECONDS else number
    return "tab" if value == "\t" else str(value)
