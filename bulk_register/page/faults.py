"""What went wrong, as the page says it: sentences, and where something is in doubt the doubt itself."""

from __future__ import annotations

import platform
import re
import sys
import traceback
from dataclasses import dataclass
from datetime import date

from bulk_register.commands.terminal.text import capitalized
from bulk_register.errors import (
    BulkRegisterError,
    DeclinedError,
    LedgerBusyError,
    RosterDoubtError,
    SettingsError,
)
from bulk_register.language import _, day_text, in_quotes
from bulk_register.records import Doubt
from bulk_register.roster import ENDINGS
from bulk_register.version import __version__

_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[^\W\d_])")
# a file's name begins it
_FILE_FIRST = re.compile(rf"[^:?!]{{1,200}}?({'|'.join(map(re.escape, ENDINGS))})\b", re.IGNORECASE)
# the flag that a reason comes from; the reason is to stay
_IN_BRACKETS = re.compile(r"\s*\(--[a-z][a-z-]*\)|;\s*--[a-z][a-z-]*(?=\))")
_DAY = re.compile(r"(?<!\w)['«\"](\d{4}-\d\d-\d\d)['»\"]")  # all that stands in quotes
_COMMAND = re.compile(r"(?<![\w-])--[a-z]|\bbulk-register [a-z]")


@dataclass(frozen=True)
class Fault:
    """Why something did not come to its end."""

    problems: tuple[str, ...]
    doubt: Doubt | None = None
    calm: bool = False  # somebody wanted it so
    trace: str = ""


def fault_of(error: BulkRegisterError) -> Fault:
    """Return an error as a fault."""
    if isinstance(error, RosterDoubtError):
        return Fault((plain(str(error)),), error.doubt)
    if isinstance(error, LedgerBusyError):
        return Fault(
            (_("The ledger is in use: another run is under way. Wait until it has ended, then try again."),)
        )
    problems = error.problems if isinstance(error, SettingsError) else [str(error)]
    return Fault(tuple(map(plain, problems)), calm=isinstance(error, DeclinedError))


def plain(text: str) -> str:
    """Return a message for people who have no command line: fields by their names, no advice on flags.

    A message that is nothing but such advice stays as it is.
    """
    named = text
    for name, field in _fields().items():
        named = re.sub(rf"(?<![\w-])--{name}(?![\w-])", lambda _, field=field: f"«{field}»", named)  # type: ignore[misc]
    text = text if named == text else _DAY.sub(_as_written, named)
    text = _IN_BRACKETS.sub("", text)
    lines = [
        " ".join(part for part in _SENTENCE.split(line) if not _COMMAND.search(part))
        for line in text.split("\n")
    ]
    kept = "\n".join(line for line in lines if line.strip())
    return (kept if _FILE_FIRST.match(kept) else capitalized(kept)) if kept else text


def _as_written(found: re.Match[str]) -> str:
    """Return a day that was filled in as the language writes it, as its field showed it."""
    try:
        return in_quotes(day_text(date.fromisoformat(found[1])))
    except ValueError:
        return found[0]


def _fields() -> dict[str, str]:
    return {
        "valid-till": _("Links work until"),
        "valid-from": _("Links work from"),
        "center": _("Center"),
        "test": _("Test"),
        "account-id": _("Account number"),
    }


def bug() -> Fault:
    """Return the exception under way as a fault, without the values that the program was working on."""
    kind, _value, trace = sys.exc_info()
    frames = "".join(traceback.format_list(traceback.extract_tb(trace)))
    words = _(
        "This is a bug in bulk-register {version} (Python {python}), not in your roster. What StartExam has "
        "answered is kept. Please report these lines.",
        version=__version__,
        python=platform.python_version(),
    )
    return Fault((words,), trace=f"{frames}{kind.__name__ if kind else ''}")
