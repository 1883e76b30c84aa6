"""One thing that is wrong with what was said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Fault(Enum):
    """Why something can't be used."""

    UNREAD = auto()  # the settings file, so that nobody knows what it says
    WRONG = auto()
    MISSING = auto()


@dataclass(frozen=True)
class Problem:
    """A sentence for a person, and what it is about; `setting` is "" where no setting is at fault."""

    words: str
    fault: Fault = Fault.WRONG
    setting: str = ""
