"""A doubt said in words and flags, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from bulk_register.errors import RosterDoubtError
from bulk_register.records import Candidate, Doubt, Evidence, Sign

QUOTED = 60  # characters of a text that is quoted
LISTED = 6  # candidates that a message lists

_SIGNS = {
    Sign.NAMED_BY_PERSON: "named by the flag",
    Sign.STRONG_NAME: "a name for an employee's number",
    Sign.LIKELY_NAME: "a name for a person's number",
    Sign.BARE_NAME: "a name that doesn't say whose number it is",
    Sign.SPEAKS_OF_EMPLOYEE: "speaks of an employee's number",
    Sign.SPEAKS_OF_NUMBER: "speaks of a number",
    Sign.UNKNOWN_NAME: "an unknown name",
    Sign.COUNTS_ROWS: "counts the rows",
    Sign.LIKE_IDENTIFIERS: "each value another one, as identifiers are",
    Sign.LIKE_THE_OTHERS: "values of the same form",
    Sign.PEOPLE_BELOW: "lines below that look like people: {}",
    Sign.LINES: "lines: {}",
    Sign.PEOPLE_ABOVE: "lines above that look like people: {}",
    Sign.PERSON_COLUMNS: "columns of people: {}",
    Sign.LEGIBLE: "fits {}",
    Sign.KNOWN_HEADERS: "headers where identifiers should be",
    Sign.DEBRIS: "surrounded by {}",
}


def refuse(doubt: Doubt) -> NoReturn:
    """Raise the doubt, with its words."""
    raise RosterDoubtError(doubt_message(doubt), doubt)


def doubt_message(doubt: Doubt) -> str:
    """The whole message: what is in doubt, the candidates with their evidence and values, and the way out."""
    lines = [_reason(doubt), *map(candidate_line, doubt.candidates[:LISTED])]
    if len(doubt.candidates) > LISTED:
        lines.append(f"  … and {len(doubt.candidates) - LISTED} more")
    flags = [flag(one) for one in doubt.candidates[:LISTED] if one.setting]
    if flags:
        ask = "Say which is right" if len(flags) > 1 else "If that is right"
        lines.append(f"{ask}: {' or '.join(dict.fromkeys(flags))}.")
    lines += [doubt.remedy] if doubt.remedy else []
    return "\n".join(lines) if doubt.candidates else " ".join(lines)


def _reason(doubt: Doubt) -> str:
    return f'sheet "{doubt.sheet}": {doubt.reason}' if doubt.sheet else doubt.reason


def candidate_line(candidate: Candidate) -> str:
    """A candidate on one line: `column A, "ID": 1, 2, 4 (counts the rows)`."""
    name = quoted(candidate.name)
    head = f"{candidate.place}, {name}" if candidate.place and candidate.name else candidate.place or name
    values = f": {', '.join(candidate.samples)}" if candidate.samples else ""
    why = evidence_text(candidate.evidence)
    return f"  {head}{values}" + (f" ({why})" if why else "")


def evidence_text(evidence: Sequence[Evidence]) -> str:
    """The observations, one after the other."""
    return "; ".join(_SIGNS[one.sign].format(one.detail) for one in evidence)


def flag(candidate: Candidate) -> str:
    """The flag that chooses the candidate, as it is typed."""
    name = "--" + candidate.setting.replace("_", "-")
    plain = candidate.value.isascii() and candidate.value.replace("-", "").replace("_", "").isalnum()
    return f"{name} {candidate.value if plain else quoted(candidate.value)}"


def quoted(text: str) -> str:
    """The text in quotes, shortened if it is long."""
    return f'"{text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"}"'
