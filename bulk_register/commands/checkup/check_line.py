"""One thing that was looked at, and what is to be said of it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from bulk_register.language import N_


class State(StrEnum):
    """What is to be said of one thing that was looked at."""

    OK = N_("OK")
    NOTE = N_("Note")
    PROBLEM = N_("Problem")


class CheckLine(NamedTuple):
    """One thing that was looked at; a problem's words end with what to do."""

    state: State
    words: str
