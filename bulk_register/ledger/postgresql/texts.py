"""Texts that PostgreSQL can't hold as they are: with a NUL character, or half of a surrogate pair."""

from __future__ import annotations

import re
from typing import Any

MARK = "\N{SYMBOL FOR ESCAPE}"  # so rare that what people read in the tables is what was written

_SPECIAL = re.compile(f"[\0{MARK}\ud800-\udfff]")
_MARKED = re.compile(f"{MARK}([0-9a-f]+);")


def stored(value: Any) -> Any:
    """Return a value as it can be stored."""
    if (isinstance(value, str) and not value.isascii()) or (isinstance(value, str) and "\0" in value):
        return _SPECIAL.sub(lambda found: f"{MARK}{ord(found[0]):x};", value)
    return value


def restored(value: Any) -> Any:
    """Return a value that was stored as it was."""
    if isinstance(value, str) and MARK in value:
        return _MARKED.sub(lambda found: chr(int(found[1], 16)), value)
    return value
