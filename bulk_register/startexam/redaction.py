"""StartExam's words without people and secrets: they may be logged, printed and kept then."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from urllib.parse import unquote

import numpy as np

from bulk_register.startexam.answers import plain

HIDDEN = "…"
LONG_IDENTIFIER = 5  # characters; shorter ones are taken out of messages only where they stand alone
MOST_WORDS = 6  # of a name, an address or an identifier in a message
MOST_CHARACTERS = 30  # of a name in a script without spaces

_HEX = r"[0-9a-fA-F]"
# A GUID however it is spelled: with dashes, blanks, dots, in braces, or bare (a participant, a test).
_GUID = re.compile(rf"[({{\[]?(?<![0-9a-zA-Z])(?:{_HEX}[-\s._:]?){{31}}{_HEX}(?![0-9a-zA-Z])[)}}\]]?")
_SECRETS = re.compile(
    r"SharedKey\s+\S+"  # the Authorization header (API page "Authorization")
    r"|\bAuthorization\b\W+\S+(?:\s+\d+:\S+)?"
    r"|https?://\S+"  # a link, whoever's
    r"|[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+"  # an e-mail address
    r"|(?<![A-Za-z0-9+/=_-])(?=[A-Za-z0-9+/=_-]*[0-9+/=_])[A-Za-z0-9+/=_-]{32,}",  # a signature, a token
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")
_EDGES = "'\"`‘’“”„«»‹›()[]{}<>.,;:!?/\\|*=#"


class Redactor:
    """Takes out of messages who is on the roster, and everything secret.

    `people` yields every text that names somebody (identifiers, names, addresses); it is read once, and not
    before there is a message to look at. GUIDs go, but for `tests`; so do the `secrets`; `kept` stays.
    """

    def __init__(
        self,
        people: Callable[[], Iterable[str]] = tuple,
        *,
        secrets: Sequence[str] = (),
        tests: Sequence[str] = (),
        kept: Sequence[str] = (),
    ) -> None:
        longest_first = sorted(filter(None, kept), key=len, reverse=True)
        self._kept = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, longest_first))})(?!\w)")
        self._keeps = bool(longest_first)
        self._people = people
        self._secrets = [secret for secret in secrets if secret]
        self._tests = {_bare(test) for test in tests}

    def for_log(self, text: str, own: Iterable[str] = ()) -> str:
        """Return a message that names nobody; `own` are the identifiers that it is probably about."""
        if not text:
            return ""
        text = self._without_secrets(_spelled_out(text))
        for identifier in map(plain, own):
            text = _without(identifier, text)
        return self._without_people(text)

    def for_note(self, text: str, own: str) -> str:
        """Return a message for the row of the employee `own`, which names nobody else."""
        own = plain(own)
        if own not in text or not own:
            return self.for_log(text, [own])
        parts = re.split(rf"(?<!\w){re.escape(own)}(?!\w)", text)
        return own.join(self._kept_blanks(part) for part in parts)

    def _kept_blanks(self, part: str) -> str:
        found = self.for_log(part)
        start, end = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
        return f"{start}{found.strip()}{end}" if part.strip() else part

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = re.sub(re.escape(secret), HIDDEN, text, flags=re.IGNORECASE)
        text = _GUID.sub(lambda found: found[0] if _bare(found[0]) in self._tests else HIDDEN, text)
        return _SECRETS.sub(lambda found: found[0] if _bare(found[0]) in self._tests else HIDDEN, text)

    def _without_people(self, text: str) -> str:
        if self._keeps:
            parts = self._kept.split(text)  # every other one is kept
            return "".join(part if at % 2 else self._nobody_in(part) for at, part in enumerate(parts))
        return self._nobody_in(text)

    def _nobody_in(self, text: str) -> str:
        for start, end in reversed(list(self._named(text))):
            text = text[:start] + HIDDEN + text[end:]
        return text

    def _named(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the message names somebody, from the left, longest names first."""
        words = [_edges_off(text, found.start(), found.end()) for found in _WORD.finditer(text)]
        first = 0
        while first < len(words):
            for last in range(min(first + MOST_WORDS, len(words)) - 1, first - 1, -1):
                start, end = words[first][0], words[last][1]
                if self._is_somebody(text[start:end]):
                    yield start, end
                    first = last
                    break
            else:
                yield from self._within(text, *words[first])
            first += 1

    def _within(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where a word of a script without spaces names somebody."""
        if text[start:end].isascii():
            return
        place = start
        while place < end - 1:
            stops = range(min(end, place + MOST_CHARACTERS), place + 1, -1)
            stop = next((stop for stop in stops if self._is_somebody(text[place:stop])), 0)
            if stop:
                yield place, stop
            place = stop or place + 1

    def _is_somebody(self, text: str) -> bool:
        wanted = hash(_folded(text))
        place = int(np.searchsorted(self._index, wanted))
        return bool(text) and place < len(self._index) and int(self._index[place]) == wanted

    @cached_property
    def _index(self) -> np.ndarray:
        """Hashes of everybody's texts, sorted; a million people take 30 MB, once there is a message."""
        hashes = (hash(_folded(plain(text))) for text in self._people() if text.strip())
        return np.unique(np.fromiter(hashes, np.int64))


def _spelled_out(text: str) -> str:
    """Return a message without the escapes of URLs and HTML, behind which a name could hide."""
    return plain(unquote(html.unescape(text))) if "%" in text or "&" in text else text


def _without(identifier: str, text: str) -> str:
    if not identifier or _folded(identifier) not in _folded(text):
        return text
    whole = (r"(?<!\w)", r"(?!\w)") if len(identifier) < LONG_IDENTIFIER else ("", "")
    text = re.sub(re.escape(identifier).join(whole), HIDDEN, text, flags=re.IGNORECASE)
    if re.search(re.escape(_folded(identifier)).join(whole), _folded(text)):
        return HIDDEN  # it is spelled in another way
    return text


def _edges_off(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where a word begins and ends without quotes and punctuation."""
    word = text[start:end]
    return start + len(word) - len(word.lstrip(_EDGES)), end - (len(word) - len(word.rstrip(_EDGES)))


def _bare(guid: str) -> str:
    return re.sub(r"[^0-9a-f]", "", guid.lower())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
