"""A decision about how a roster is read, with its evidence; a doubt where it can't be taken for certain.

Both are data: the command line says them in words and flags, another face may ask a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Matter(StrEnum):
    """What is decided, or in doubt."""

    SHEET = "sheet"
    HEADER_ROW = "header row"
    IDENTIFIER_COLUMN = "identifier column"
    PERSON_COLUMNS = "person columns"  # those that tell people apart
    ENCODING = "encoding"
    LAYOUT = "layout"  # no table of rows: no flag helps, the file must be changed
    IDENTIFIERS = "identifiers"  # something was done to all of them that can't be undone for certain


class Sign(StrEnum):
    """A kind of evidence for or against a candidate."""

    NAMED_BY_PERSON = "named by person"  # with a flag
    STRONG_NAME = "strong name"  # says whose number it is
    LIKELY_NAME = "likely name"  # a number of a person, where there is no better one
    BARE_NAME = "bare name"  # ID, No: says nothing of whom
    SPEAKS_OF_EMPLOYEE = "speaks of employee"  # an unknown header with the words for an employee's number
    SPEAKS_OF_NUMBER = "speaks of number"  # an unknown header with a word for a number or code
    UNKNOWN_NAME = "unknown name"
    COUNTS_ROWS = "counts rows"  # 1, 2, 3, also with gaps, backwards, or anew for each group
    LIKE_IDENTIFIERS = "like identifiers"  # one value a row, each another one, with digits
    LIKE_THE_OTHERS = "like the others"  # the values have the form of the other candidate's
    PEOPLE_BELOW = "people below"  # detail: how many of the lines that were looked at
    LINES = "lines"  # detail: how many lines a sheet has below its header
    PEOPLE_ABOVE = "people above"  # lines above the header that look like people
    PERSON_COLUMNS = "person columns"  # detail: their headers
    LEGIBLE = "legible"  # detail: the score of an encoding, from 0 to 1
    KNOWN_HEADERS = "known headers"  # where identifiers should be
    DEBRIS = "debris"  # detail: what surrounds the identifiers


@dataclass(frozen=True)
class Evidence:
    """One observation about a candidate."""

    sign: Sign
    detail: str = ""


@dataclass(frozen=True)
class Candidate:
    """What may be meant: a sheet, a header row, a column, an encoding."""

    name: str  # the sheet's, the header's text, the encoding's codec
    place: str = ""  # "column B", "row 7"; "" where the name says it all
    evidence: tuple[Evidence, ...] = ()
    samples: tuple[str, ...] = ()  # first values, as the person sees them
    setting: str = ""  # the setting that chooses it: sheet, header_row, id_column, person_columns, encoding
    value: str = ""  # of that setting


@dataclass(frozen=True)
class Decision:
    """What was taken, and what else was looked at."""

    matter: Matter
    taken: Candidate
    others: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class Doubt:
    """What can't be told for certain: the candidates, and the settings that decide.

    `reason` is one sentence for people; everything in it stands in the other fields too.
    """

    matter: Matter
    reason: str
    candidates: tuple[Candidate, ...] = ()
    remedy: str = ""  # what to do where no setting decides
    sheet: str = ""
    row: int = 0  # where it shows; 0: no particular row
