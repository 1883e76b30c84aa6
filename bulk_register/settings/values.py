"""The kinds of values that settings have: what each may be, how it may be said, and what is checked.

Nothing here makes pydantic's model: `--help` is made from the kinds, and is to be quick.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from bulk_register.language import N_, _
from bulk_register.places import LedgerPlace, place_of
from bulk_register.settings.units import (
    duration,
    no_truth,
    number_text,
    percent,
    seconds_text,
    size,
    span,
)

MAX_NUMBER = 20  # characters; 2**63 has 19 digits

NO_TEXT = N_("it must be text in UTF-8")


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of value.

    `read` turns what was said (a text, or what TOML holds) into what the field's type takes, `check` takes
    the typed value; both return it, or raise ValueError with what it must be ("": `may_be`).
    """

    may_be: str  # in words that follow "it must be", perhaps with placeholders
    metavar: str = "NAME"  # in --help
    read: Callable[[Any], Any] = _same
    check: Callable[[Any], Any] = _same
    say: Callable[[Any], str] = str  # the value as somebody types it
    limits: Mapping[str, Any] = field(default_factory=dict)  # by pydantic's names, like ge and max_length
    verbatim: bool = False  # blanks at its ends count
    choices: tuple[str, ...] = ()  # a text is one of these, a list some of them; a shell offers them
    values: Mapping[str, Any] = field(default_factory=dict)  # of the placeholders

    @property
    def words(self) -> str:
        """What it may be, in the language in use."""
        told = {
            name: _(" or ").join(one) if isinstance(one, tuple) else one for name, one in self.values.items()
        }
        return _(self.may_be, **told)

    def called(self, metavar: str) -> Kind:
        """Return the same kind under another name in --help."""
        return replace(self, metavar=metavar)


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


def _place(value: Any) -> Any:
    return place_of(value.strip()) if isinstance(value, str) else value


def _place_at_home(place: LedgerPlace) -> LedgerPlace:
    return at_home(place) if isinstance(place, Path) else place


def _path_text(value: Any) -> Any:
    return str(value) if isinstance(value, PurePath) else value


def _file_or_stdout(text: str) -> str:
    return text if text == "-" else str(at_home(Path(text)))


def command_words(command: str) -> list[str]:
    """Return the words of a command as a shell would part them; a backslash is one on Windows."""
    parts = shlex.shlex(command, posix=True, punctuation_chars=False)
    parts.whitespace_split, parts.commenters = True, ""
    if os.name == "nt":
        parts.escape = ""
    return list(parts)


def _command(command: str) -> str:
    try:
        words = command_words(command)
    except ValueError:  # a quote without its other
        words = []
    if not words or not is_text(command):
        raise ValueError
    return command


def _metrics_file(path: Path) -> Path:
    if path.suffix != ".prom":
        raise ValueError(_("its name must end in .prom, or node_exporter doesn't read it"))
    return at_home(path)


def split(value: Any) -> Any:
    """Return the values of a list: commas separate them in the environment."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _pairs(value: Any) -> Any:
    """`NAME=VALUE` words or a table become pairs."""
    if isinstance(value, dict):
        return [(name, str(text).lower() if isinstance(text, bool) else text) for name, text in value.items()]
    words = split(value)
    if not isinstance(words, list | tuple) or not all("=" in word for word in words if isinstance(word, str)):
        raise ValueError(_("each must be NAME=VALUE, like Type=Offline"))
    return [tuple(word.split("=", 1)) if isinstance(word, str) else word for word in words]


TRUTH = Kind(N_("true or false"), "")
TEXT = Kind(N_("a text in quotes, not empty"), limits={"min_length": 1})
ENCODING = Kind(N_("an encoding's name, like utf-8 or cp1251"))
PROFILE = Kind(N_("a profile's name"))
PATH = N_("a file's name in quotes")
CONFIG = Kind(PATH, "FILE")  # read before the settings are checked
FILE = Kind(PATH, "FILE", check=at_home)
FILE_OR_DATABASE = Kind(
    N_("a file's name in quotes, or an address like postgresql://user@host/database"),
    "FILE",
    _place,
    _place_at_home,
)
FILE_OR_STDOUT = Kind(PATH, "FILE", _path_text, _file_or_stdout, limits={"min_length": 1})
METRICS = Kind(PATH, "FILE", check=_metrics_file)
COMMAND = Kind(N_("a command in quotes, like 'mail -s failed hr-it@example.com'"), "COMMAND", check=_command)
SIZE = Kind(N_("a size like 500MB or 2GB"), "SIZE", size, limits={"gt": 0})
SECONDS = Kind(
    N_("a number of seconds up to 3600, or a time like 90s, 5m or 1h"),
    "SECONDS",
    duration,
    say=seconds_text,
    limits={"gt": 0, "le": 3600, "allow_inf_nan": False},
)
PERCENT = Kind(
    N_("a percentage from 0 to 100"),
    "PERCENT",
    percent,
    say=number_text,
    limits={"ge": 0, "le": 100, "allow_inf_nan": False},
)
PAIRS = Kind(N_("texts like Type=Offline"), "NAME=VALUE", _pairs, say="=".join)


def whole(low: int, high: int | None = None, may_be: str = "") -> Kind:
    """Return the kind of whole numbers from `low` to `high`; `may_be` where these words don't do."""
    limits = {"ge": low} if high is None else {"ge": low, "le": high}
    usual = N_("a whole number, {low} or more") if high is None else N_("a whole number from {low} to {high}")
    return Kind(
        may_be or usual, "N", no_truth, limits=limits, values={} if may_be else {"low": low, "high": high}
    )


def span_of_time(like: str) -> Kind:
    """Return the kind of times that need a unit."""
    limits = {"gt": 0, "allow_inf_nan": False}
    may_be = N_("a time with its unit, like {like}")
    return Kind(may_be, "TIME", span, say=seconds_text, limits=limits, values={"like": like})


def one_of(names: Sequence[str]) -> Kind:
    """Return the kind of texts that are one of these names, whatever their case."""
    choices = tuple(names)
    return Kind("{names}", "|".join(choices), read=_lower, choices=choices, values={"names": choices})


def some_of(names: tuple[str, ...]) -> Kind:
    """Return the kind of lists of some of these names, whatever their case."""

    def check(said: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(one.strip().lower() for several in said for one in several.split(","))
        if not set(found) <= set(names):
            raise ValueError
        return found

    return Kind(
        N_("some of {names}"), read=split, check=check, choices=names, values={"names": ", ".join(names)}
    )
