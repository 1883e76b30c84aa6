"""StartExam's words without the people in them: they may be logged then."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from bulk_register.startexam.answers import plain

LONG_IDENTIFIER = 5  # characters; shorter ones are taken out of messages only where they stand alone

_GUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)


def redact(text: str, employees: Iterable[str], tests: Sequence[str]) -> str:
    """Return a message with "…" for employees' identifiers and for all GUIDs but these tests'."""
    for identifier in map(plain, employees):
        if _folded(identifier) in _folded(text):
            whole = (r"(?<!\w)", r"(?!\w)") if len(identifier) < LONG_IDENTIFIER else ("", "")
            text = re.sub(re.escape(identifier).join(whole), "…", text, flags=re.IGNORECASE)
            if re.search(re.escape(_folded(identifier)).join(whole), _folded(text)):
                return "…"  # it is spelled in another way
    return _GUID.sub(lambda found: found[0] if found[0] in tests else "…", text)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
