"""The doubt about a text's encoding, with what its words read in each of those that it may be in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

from bulk_register.language import _
from bulk_register.records import Candidate, Doubt, Evidence, Matter, Sign
from bulk_register.roster.doubt_text import refuse
from bulk_register.roster.text.encoding_names import encoding_name

SHOWN = 3  # words in each encoding

_WORDS = re.compile(r"[^,;\\t|\"\r\n]+")


def refuse_encodings(
    reason: str,
    samples: Mapping[str, Sequence[str]],
    *,
    row: int = 0,
    remedy: str = "",
) -> NoReturn:
    """Raise RosterDoubtError with a candidate for each encoding; the usual `remedy` is to save as UTF-8."""
    candidates = tuple(
        Candidate(
            encoding,
            "",
            (Evidence(Sign.LEGIBLE, encoding_name(encoding)),),
            tuple(words[:SHOWN]),
            "encoding",
            encoding,
        )
        for encoding, words in samples.items()
    )
    refuse(Doubt(Matter.ENCODING, reason, candidates, remedy or _("Or save the file as UTF-8."), row=row))


def words_beyond_ascii(lines: Iterable[bytes], encoding: str) -> list[str]:
    """The first cells with letters beyond ASCII, read in an encoding."""
    found: dict[str, None] = {}
    for line in lines:
        cells = _WORDS.findall(line.decode(encoding, "replace"))
        found |= dict.fromkeys(cell.strip()[:30] for cell in cells if not cell.isascii())
        if len(found) >= SHOWN:
            break
    return list(found)[:SHOWN]
