"""What is wrong with settings: a sentence for people, with what programs go by."""

from __future__ import annotations

from enum import Enum, auto


class Kind(Enum):
    """What kind of problem it is."""

    WRONG = auto()  # what was said can't be used
    MISSING = auto()  # nothing was said where something is needed
    UNREAD = auto()  # nothing of the settings file could be read


class Problem(str):
    """One sentence for one thing that is wrong; `setting` is the setting's name, "" for none."""

    kind: Kind
    setting: str

    def __new__(cls, words: str, kind: Kind = Kind.WRONG, setting: str = "") -> Problem:
        made = super().__new__(cls, words)
        made.kind, made.setting = kind, setting
        return made


def is_unread(problem: str) -> bool:
    """Tell whether a problem is that the settings file could not be read."""
    return isinstance(problem, Problem) and problem.kind is Kind.UNREAD
