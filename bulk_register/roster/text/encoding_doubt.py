"""The doubt about a text's encoding, with what its words read in each of those that it may be in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from bulk_register.records import Candidate, Doubt, Evidence, Matter, Sign
from bulk_register.roster.doubt_text import refuse

SHOWN = 3  # words in each encoding
REMEDY = "Or save the file as UTF-8."

_WORDS = re.compile(r"[^,;\\t|\"\r\n]+")


def refuse_encodings(
    reason: str,
    names: dict[str, str],
    samples: Mapping[str, Sequence[str]],
    *,
    row: int = 0,
    remedy: str = REMEDY,
) -> NoReturn:
    """Raise RosterDoubtError with a candidate for each encoding, `names` being what people call them."""
    candidates = tuple(
        Candidate(
            encoding,
            "",
            (Evidence(Sign.LEGIBLE, names.get(encoding, encoding)),),
            tuple(words[:SHOWN]),
            "encoding",
            encoding,
        )
        for encoding, words in samples.items()
    )
    refuse(Doubt(Matter.ENCODING, reason, candidates, remedy, row=row))


def words_beyond_ascii(lines: Iterable[bytes], encoding: str) -> list[str]:
    """The first cells with letters beyond ASCII, read in an encoding."""
    found: dict[str, None] = {}
    for line in lines:
        cells = _WORDS.findall(line.decode(encoding, "replace"))
        found |= dict.fromkeys(cell.strip()[:30] for cell in cells if not cell.isascii())
        if len(found) >= SHOWN:
            break
    return list(found)[:SHOWN]
