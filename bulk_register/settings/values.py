"""The kinds of values that settings have, and how each may be said."""

from __future__ import annotations

import re
from pathlib import Path, PurePath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo

from bulk_register.language import N_, _

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)", re.IGNORECASE)
MAX_NUMBER = 20  # characters; 2**63 has 19 digits
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def _split(value: Any) -> Any:
    """Commas separate the values of a list in the environment."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _no_truth(value: Any) -> Any:
    """`true` in a settings file is no number."""
    if isinstance(value, bool):
        raise ValueError
    return value


def _duration(value: Any) -> Any:
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(found[1]) * _SECONDS[found[2].lower()] if found else _no_truth(value)


def _span(value: Any, info: ValidationInfo) -> Any:
    """A time with its unit: 26 alone may be meant as hours. What a run stored is in seconds."""
    if info.mode != "json" and not (isinstance(value, str) and value.strip()[-1:].isalpha()):
        raise ValueError
    return _duration(value)


def _percent(value: Any) -> Any:
    return value.strip().removesuffix("%") if isinstance(value, str) else _no_truth(value)


def _pairs(value: Any) -> Any:
    """`NAME=VALUE` words or a table become pairs."""
    if isinstance(value, dict):
        return [(name, str(text).lower() if isinstance(text, bool) else text) for name, text in value.items()]
    words = _split(value)
    if not isinstance(words, list | tuple) or not all("=" in word for word in words if isinstance(word, str)):
        raise ValueError(_("each must be NAME=VALUE, like Type=Offline"))
    return [tuple(word.split("=", 1)) if isinstance(word, str) else word for word in words]


def is_text(value: object) -> bool:
    """Tell whether a value can be written in UTF-8; not all bytes of a command line can (PEP 383)."""
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def is_like_number(value: object) -> bool:
    """Tell whether this is a mistyped number rather than a secret key that was put where a number goes."""
    text = str(value)
    return len(text) <= MAX_NUMBER and 2 * sum(map(str.isdigit, text)) >= len(text)


def at_home(path: Path) -> Path:
    """Return a path with `~` replaced by the home folder; raises ValueError where that can't be.

    The ledger and the report are text, so a name that is no text (PEP 383) can't stand in them.
    """
    if "\0" in str(path):
        raise ValueError(_("no file's name has a NUL character in it"))
    if not is_text(path):
        raise ValueError(_(NO_TEXT))
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError(_("there is no such user; write the whole path")) from None


def _path_text(value: Any) -> Any:
    return str(value) if isinstance(value, PurePath) else value


def _named(text: str) -> str:
    return text if text == "-" else str(at_home(Path(text)))


Verbatim = Annotated[str, StringConstraints(strip_whitespace=False)]
File = Annotated[Path, AfterValidator(at_home)]
FileName = Annotated[str, BeforeValidator(_path_text), Field(min_length=1), AfterValidator(_named)]
Whole = Annotated[int, BeforeValidator(_no_truth)]
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Pairs = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs)]
Seconds = Annotated[float, BeforeValidator(_duration), Field(gt=0, allow_inf_nan=False)]
Span = Annotated[float, BeforeValidator(_span), Field(gt=0, allow_inf_nan=False)]
Percent = Annotated[float, BeforeValidator(_percent), Field(ge=0, le=100, allow_inf_nan=False)]

NO_TEXT = N_("it must be text in UTF-8")
SECONDS = N_("a number of seconds up to 3600, or a time like 90s, 5m or 1h")
TRUTH = N_("true or false")
TEXT = N_("a text in quotes, not empty")
PATH = N_("a file's name in quotes")
