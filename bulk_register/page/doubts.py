"""A doubt as a question with its candidates, which a person answers by pointing."""

from __future__ import annotations

from dataclasses import dataclass

from bulk_register.language import _, recalled
from bulk_register.page.faults import plain
from bulk_register.records import Candidate, Doubt, Matter
from bulk_register.roster.doubt_text import evidence_text


@dataclass(frozen=True)
class Choice:
    """One answer: the form's field and value, what stands on the button, and what helps to decide."""

    name: str
    value: str
    words: str
    samples: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Question:
    """What is asked; without choices something can only be changed in the file."""

    words: str
    reason: str
    choices: tuple[Choice, ...]
    row: int = 0  # of the headers, where that is known
    sheet: str = ""


_WITH_HEADER = (Matter.IDENTIFIER_COLUMN, Matter.PERSON_COLUMNS)  # a doubt's row is that of the headers


def question_of(doubt: Doubt) -> Question:
    """Return a doubt as a question."""
    choices = tuple(_choice(one) for one in doubt.candidates if one.setting)
    said = map(recalled, (doubt.reason,) if choices else (doubt.reason, doubt.remedy))
    row = doubt.row if doubt.matter in _WITH_HEADER else 0
    return Question(_words(doubt.matter), plain(" ".join(filter(None, said))), choices, row, doubt.sheet)


def _words(matter: Matter) -> str:
    return {
        Matter.SHEET: _("Which sheet is the roster?"),
        Matter.HEADER_ROW: _("Which row holds the headers?"),
        Matter.IDENTIFIER_COLUMN: _("Which column holds the employees' identifiers?"),
        Matter.PERSON_COLUMNS: _("Which column tells people apart?"),
        Matter.ENCODING: _("In which of these are the letters right?"),
        Matter.LAYOUT: _("This is no table with a row for each employee"),
        Matter.IDENTIFIERS: _("Something was done to the identifiers"),
    }[matter]


def _choice(candidate: Candidate) -> Choice:
    words, place = candidate.name, recalled(candidate.place)
    if place and candidate.name:
        words = _("{place}: {name}", place=place, name=candidate.name)
    why = evidence_text(candidate.evidence)
    if candidate.setting == "encoding":
        words, why = why_name(candidate), ""
    return Choice(candidate.setting, candidate.value, words or place, candidate.samples, why)


def why_name(candidate: Candidate) -> str:
    """Return what people call an encoding, which stands in its evidence."""
    return next((one.detail for one in candidate.evidence if one.detail), candidate.name)
