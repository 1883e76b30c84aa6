"""A doubt said in words and flags, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from bulk_register.errors import RosterDoubtError, one_line
from bulk_register.language import N_, _, in_quotes
from bulk_register.records import Candidate, Doubt, Evidence, Sign

_SINGULAR = {"person_columns": "person_column"}  # flags that say one of several
QUOTED = 60  # characters of a text that is quoted
LISTED = 6  # candidates that a message lists

_SIGNS = {
    Sign.NAMED_BY_PERSON: N_("named by the flag"),
    Sign.STRONG_NAME: N_("a name for an employee's number"),
    Sign.LIKELY_NAME: N_("a name for a person's number"),
    Sign.BARE_NAME: N_("a name that doesn't say whose number it is"),
    Sign.SPEAKS_OF_EMPLOYEE: N_("speaks of an employee's number"),
    Sign.SPEAKS_OF_NUMBER: N_("speaks of a number"),
    Sign.UNKNOWN_NAME: N_("an unknown name"),
    Sign.COUNTS_ROWS: N_("counts the rows"),
    Sign.LIKE_IDENTIFIERS: N_("each value another one, as identifiers are"),
    Sign.LIKE_THE_OTHERS: N_("values of the same form"),
    Sign.PEOPLE_BELOW: N_("lines below that look like people: {detail}"),
    Sign.LINES: N_("lines: {detail}"),
    Sign.PEOPLE_ABOVE: N_("lines above that look like people: {detail}"),
    Sign.PERSON_COLUMNS: N_("columns of people: {detail}"),
    Sign.LEGIBLE: N_("fits {detail}"),
    Sign.KNOWN_HEADERS: N_("headers where identifiers should be"),
    Sign.DEBRIS: N_("surrounded by {detail}"),
}


def refuse(doubt: Doubt) -> NoReturn:
    """Raise the doubt, with its words."""
    raise RosterDoubtError(doubt_message(doubt), doubt)


def doubt_message(doubt: Doubt) -> str:
    """The whole message: what is in doubt, the candidates with their evidence and values, and the way out."""
    lines = [_reason(doubt), *map(candidate_line, doubt.candidates[:LISTED])]
    if len(doubt.candidates) > LISTED:
        lines.append(_("  … and {more:,} more", more=len(doubt.candidates) - LISTED))
    flags = list(dict.fromkeys(flag(one) for one in doubt.candidates[:LISTED] if one.setting))
    if len(flags) > 1:
        either = _(" or ").join(flags)
        lines.append(_("Say which is right: {flags}.", flags=either))
    elif flags:
        lines.append(_("If that is right: {flag}.", flag=flags[0]))
    lines += [doubt.remedy] if doubt.remedy else []
    return "\n".join(lines) if doubt.candidates else " ".join(lines)


def _reason(doubt: Doubt) -> str:
    if not doubt.sheet:
        return doubt.reason
    return _('sheet "{sheet}": {reason}', sheet=one_line(doubt.sheet), reason=doubt.reason)


def candidate_line(candidate: Candidate) -> str:
    """A candidate on one line: `column A, "ID": 1, 2, 4 (counts the rows)`."""
    name = quoted(candidate.name)
    head = f"{candidate.place}, {name}" if candidate.place and candidate.name else candidate.place or name
    values = f": {', '.join(candidate.samples)}" if candidate.samples else ""
    why = evidence_text(candidate.evidence)
    return one_line(f"  {head}{values}" + (f" ({why})" if why else ""))


def evidence_text(evidence: Sequence[Evidence]) -> str:
    """The observations, one after the other."""
    return "; ".join(_(_SIGNS[one.sign], detail=one.detail) for one in evidence)


def flag(candidate: Candidate) -> str:
    """The flag that chooses the candidate, as it is typed."""
    name = "--" + _SINGULAR.get(candidate.setting, candidate.setting).replace("_", "-")
    plain = candidate.value.isascii() and candidate.value.replace("-", "").replace("_", "").isalnum()
    return f"{name} {candidate.value if plain else as_typed(candidate.value)}"


def as_typed(text: str) -> str:
    """The text as it is typed behind a flag."""
    return f'"{one_line(text)}"'


def quoted(text: str) -> str:
    """The text in quotes of the language in use, shortened if it is long."""
    text = one_line(text)
    return in_quotes(text if len(text) <= QUOTED else text[: QUOTED - 1] + "…")
