"""What is said where no column is known to hold the employee identifiers."""

from __future__ import annotations

from collections.abc import Sequence

from bulk_register.errors import RosterDoubtError
from bulk_register.language import _
from bulk_register.records import Candidate, Doubt, Matter, Sign
from bulk_register.roster.doubt_text import as_typed, doubt_message, quoted
from bulk_register.roster.table.columns import near_misses
from bulk_register.roster.table.headers import Header, Row, in_one_column, is_number, likely_header
from bulk_register.roster.table.identifier_column import possible_columns

LISTED = 12  # headers that a message lists


class NoIdentifierColumnError(RosterDoubtError):
    """No header is known to be an employee identifier's: another sheet may have one."""


def nothing_known(what: str, head: Sequence[Row], headers: list[Header]) -> NoIdentifierColumnError:
    """The error that no column is known, with the columns that may hold identifiers and their values."""
    header = likely_header(headers)
    texts = [text for text in header.texts if text]
    reason = what or _("no column is known to hold the employee identifiers.")
    if not texts or any(is_number(text) or "@" in text for text in texts):
        remedy = _(
            "There is no row that looks like headers: say --header-row N where they are, or "
            "--no-header --id-column A if there are none."
        )
        doubt = Doubt(Matter.IDENTIFIER_COLUMN, reason, (), remedy)
        return NoIdentifierColumnError(doubt_message(doubt), doubt)
    shown = ", ".join(map(quoted, texts[:LISTED]))
    if more := max(len(texts) - LISTED, 0):
        shown += _(" and {more:,} more", more=more)
    people = [row for row in head[header.row :] if any(map(str.strip, row))]
    possible = possible_columns(header, people)
    near = _near(texts, possible)
    reason += _(" Row {row} reads: {headers}.", row=header.row, headers=shown)
    reason += _(" Perhaps --id-column {near}?", near=as_typed(near)) if near else ""
    remedy = in_one_column(texts) or (
        _(
            "Name the right column with --id-column, say --header-row N if the headers are in "
            "another row, or --no-header --id-column A if there are none."
        )
    )
    doubt = Doubt(Matter.IDENTIFIER_COLUMN, reason, tuple(possible), remedy, row=header.row)
    return NoIdentifierColumnError(doubt_message(doubt), doubt)


def _near(texts: Sequence[str], possible: Sequence[Candidate]) -> str:
    """The header that is nearly a known name, or else the only one that speaks of an employee's number."""
    if near := near_misses(texts):
        return near[0]
    speaking = [
        one.name for one in possible if any(sign.sign is Sign.SPEAKS_OF_EMPLOYEE for sign in one.evidence)
    ]
    return speaking[0] if len(speaking) == 1 else ""
