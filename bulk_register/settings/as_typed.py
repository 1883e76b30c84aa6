"""Settings as somebody types them: flags, and a whole command for the shell."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bulk_register.settings.declared import SETTINGS
from bulk_register.settings.setting import Setting

if TYPE_CHECKING:
    from bulk_register.settings.model import Settings


def flags_of(settings: Settings, said: Container[str] = ()) -> list[str]:
    """Return the flags that say the same: for all that differs from the defaults, or is `said` elsewhere.

    Left out are what is said anew each time (`--report`, `--yes`, `--reregister`, …) and the window, which
    may move with the day of the run.
    """
    words: list[str] = []
    for name, setting in SETTINGS.items():
        value = getattr(settings, name)
        if setting.commands and setting.repeated and (value != setting.default or name in said):
            words += _said(setting, value)
    return words


def command_line(words: Sequence[str]) -> str:
    """Return a command as it is typed on this system."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def _said(setting: Setting, value: Any) -> Iterator[str]:
    if value is True:
        yield setting.flag
    elif value is False and setting.no_flag:
        yield setting.no_flag
    elif value is None or value is False:
        return
    elif isinstance(value, tuple):
        for one in value:
            yield from (setting.flag, setting.kind.say(one))
    else:
        yield from (setting.flag, setting.kind.say(value))
