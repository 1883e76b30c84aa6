"""Numbers with their units, as people write them: times, sizes, percentages.

What is no text is returned as it is, to be checked by its type; ValueError says that it is no such number.
"""

from __future__ import annotations

import re
from typing import Any

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)", re.IGNORECASE)
_SIZE = re.compile(r"(\d*\.?\d+)\s*([kmgtpe]?)(i?)b?", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def no_truth(value: Any) -> Any:
    """`true` in a settings file is no number."""
    if isinstance(value, bool):
        raise ValueError
    return value


def duration(value: Any) -> Any:
    """Seconds, said as a number or with one of s, m, h and d."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(found[1]) * _SECONDS[found[2].lower()] if found else no_truth(value)


def span(value: Any) -> Any:
    """A time with its unit: 26 alone may be meant as hours."""
    if not (isinstance(value, str) and value.strip()[-1:].isalpha()):
        raise ValueError
    return duration(value)


def size(value: Any) -> Any:
    """Bytes, said as a number or with a unit: powers of 1,000 like MB, of 1,024 like MiB."""
    if not isinstance(value, str):
        return no_truth(value)
    if not (found := _SIZE.fullmatch(value.strip())):
        raise ValueError
    power = " kmgtpe".index(found[2].lower() or " ")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** power)


def percent(value: Any) -> Any:
    """A number, with or without its sign."""
    return value.strip().removesuffix("%") if isinstance(value, str) else no_truth(value)


def number_text(number: float) -> str:
    """Return a number as somebody types it."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def seconds_text(seconds: float) -> str:
    """Return a time as somebody types it."""
    return f"{number_text(seconds)}s"
