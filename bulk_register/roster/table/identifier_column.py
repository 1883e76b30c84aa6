"""Which column of a header holds the employees' identifiers: every candidate weighed by name and values."""

from __future__ import annotations

from collections.abc import Sequence

from bulk_register.language import N_, _
from bulk_register.ooxml.cell_values import letters
from bulk_register.records import Candidate, Decision, Doubt, Evidence, Matter, Sign
from bulk_register.roster.doubt_text import QUOTED, quoted, refuse
from bulk_register.roster.table.column_evidence import Profile, counts_rows, is_serial, profile
from bulk_register.roster.table.columns import RANKS, classify_header, fold
from bulk_register.roster.table.header_words import Speech, speech
from bulk_register.roster.table.headers import Header, Row

SHOWN = 3  # other columns that `check` shows
PLAIN_LENGTH = 4  # digits from which plain numbers may be identifiers, though nothing says so

_NAMES = dict(zip(RANKS, (Sign.STRONG_NAME, Sign.LIKELY_NAME, Sign.BARE_NAME, Sign.BARE_NAME), strict=True))


def choose_column(header: Header, people: Sequence[Row]) -> tuple[int, Decision]:
    """The identifier column among the header's columns, `people` being the lines that look like employees.

    Strong names are certain (Employee ID). A likely name (User ID) isn't beside an unknown one that speaks
    of an employee's number (Canvas: SIS User ID); a bare word (ID) neither, and if it counts the rows, any
    column of identifiers is a rival (Microsoft Forms: ID and "Please enter your employee number"). A bare
    number (No, Nr., 番号) that counts the rows is no identifier at all. Raises RosterDoubtError.
    """
    named = header.identifiers()
    if len(named) > 1:
        _refuse_equals(header, named, people)
    column = named[0]
    rank = RANKS[header.rank]
    own = _profile(people, column)
    counted = rank in ("bare", "number") and counts_rows(own.values)
    rivals = [
        place
        for place in _others(header, column)
        if _is_rival(rank, speech(header.texts[place]), _profile(people, place), own, counted=counted)
    ]
    if rivals or (rank == "number" and counted):
        _refuse_rivals(header, column, rivals, people)
    return column, _decision(header, column, people)


def named_column(header: Header, column: int, people: Sequence[Row]) -> Decision:
    """The decision where the person has said the column."""
    taken = _candidate(header, column, _profile(people, column), Evidence(Sign.NAMED_BY_PERSON))
    return Decision(Matter.IDENTIFIER_COLUMN, taken, _other_candidates(header, column, people))


def possible_columns(header: Header, people: Sequence[Row]) -> list[Candidate]:
    """Columns that may hold identifiers where no header is known, the likeliest first."""
    found: list[tuple[bool, bool, int]] = []
    for place, text in enumerate(header.texts):
        one, spoken = _profile(people, place), speech(text)
        if header.meanings[place].what or not text or not one.looks_like_identifiers():
            continue
        if spoken.other or not (spoken.number or _is_telling(one)):
            continue
        found.append((not spoken.of_employees_number, not spoken.number, place))
    speaking = sum(not unknown for _, unknown, _ in found)
    shown = sorted(found)[: speaking + SHOWN]
    return [_candidate(header, place, _profile(people, place)) for *_, place in shown]


# --- rivals -----------------------------------------------------------------------------------------------


def _others(header: Header, column: int) -> list[int]:
    """Columns with a header that is not known to be something else."""
    return [
        place
        for place, text in enumerate(header.texts)
        if text and place != column and not header.meanings[place].what
    ]


def _is_rival(rank: str, spoken: Speech, one: Profile, own: Profile, *, counted: bool) -> bool:
    """Whether an unknown column may be meant rather than the one with a known name of this rank."""
    if rank == "strong" or spoken.other:
        return False
    if not one.looks_like_identifiers(len(set(own.values))) or counts_rows(one.values):
        return False
    if spoken.of_employees_number:
        return True
    if spoken.of_number and (rank == "number" or (rank == "bare" and (counted or _is_telling(one)))):
        return True
    return _is_telling(one) and (counted or (rank == "bare" and is_serial(own.values) and _is_padded(one)))


def _is_padded(one: Profile) -> bool:
    """Whether the values are digits of one length, with zeros in front: numbers that somebody gave out."""
    return all(map(str.isdigit, one.values)) and len(one.shapes) == 1 and one.values[0].startswith("0")


def _is_telling(one: Profile) -> bool:
    """Whether the values alone look like identifiers: of one form, with letters, zeros, or many digits."""
    if 2 * len(one.shapes) > len(one.values) + 1:
        return False
    return all(
        not value.isdigit() or value.startswith("0") or len(value) >= PLAIN_LENGTH for value in one.values
    )


def _refuse_equals(header: Header, columns: list[int], people: Sequence[Row]) -> None:
    names = _(" and ").join(
        _("{header} (column {column})", header=quoted(header.texts[place]), column=letters(place))
        for place in columns
    )
    reason = _(
        "row {row}: more than one column may hold the employee identifiers: {names}.",
        row=header.row,
        names=names,
    )
    remedy = ""
    if len({fold(header.texts[place]) for place in columns}) == 1:
        apart = any(not text for text in header.texts[columns[0] : columns[-1]])
        remedy = (
            _(
                "Two tables seem to stand side by side: keep one. Or name the row with the headers with "
                "--header-row N, if it is another."
            )
            if apart
            else _(
                "Rename the one that isn't meant. Or name the row with the headers with --header-row N, if "
                "it is another."
            )
        )
    candidates = [
        _candidate(header, place, _profile(people, place), by_letter=bool(remedy)) for place in columns
    ]
    refuse(Doubt(Matter.IDENTIFIER_COLUMN, reason, tuple(candidates), remedy, row=header.row))


_WHY_NOT = {  # whether the column counts rows, and whether there are others
    (True, True): N_("{name} counts the rows, and another may be meant."),
    (True, False): N_("{name} counts the rows, and no column is known to hold them."),
    (False, True): N_("{name} doesn't say whose number it is, and another may be meant."),
    (False, False): N_("{name} doesn't say whose number it is, and no column is known to hold them."),
}


def _refuse_rivals(header: Header, column: int, rivals: list[int], people: Sequence[Row]) -> None:
    name = quoted(header.texts[column])
    reason = _(
        "row {row}: it isn't certain which column holds the employee identifiers: {reason}",
        row=header.row,
        reason=_(_WHY_NOT[counts_rows(_profile(people, column).values), bool(rivals)], name=name),
    )
    if not rivals:
        rivals = [place for place in _by_look(header, people) if place != column]
    candidates = (_candidate(header, place, _profile(people, place)) for place in (column, *rivals))
    remedy = "" if rivals else _("Or name another column with --id-column.")
    refuse(Doubt(Matter.IDENTIFIER_COLUMN, reason, tuple(candidates), remedy, row=header.row))


def _by_look(header: Header, people: Sequence[Row]) -> list[int]:
    """Columns that look like identifiers whatever they are called; names and addresses aside."""
    columns = (place for place, text in enumerate(header.texts) if text)
    apart = ("name", "e-mail", "birth date", "result")
    columns = (place for place in columns if header.meanings[place].what not in apart)
    return [place for place in columns if _profile(people, place).looks_like_identifiers()]


# --- candidates -------------------------------------------------------------------------------------------


def _profile(people: Sequence[Row], column: int) -> Profile:
    return profile([row[column] if column < len(row) else "" for row in people])


def _candidate(
    header: Header, column: int, seen: Profile, *evidence: Evidence, by_letter: bool = False
) -> Candidate:
    text = header.texts[column]
    signs = [*evidence, _name_evidence(text)]
    if counts_rows(seen.values):
        signs.append(Evidence(Sign.COUNTS_ROWS))
    elif seen.looks_like_identifiers():
        signs.append(Evidence(Sign.LIKE_IDENTIFIERS))
    twice = by_letter or sum(fold(one) == fold(text) for one in header.texts) > 1
    value = letters(column) if twice or len(text) > QUOTED or '"' in text or not text else text
    return Candidate(
        text, _("column {column}", column=letters(column)), tuple(signs), seen.samples, "id_column", value
    )


def _name_evidence(text: str) -> Evidence:
    known = classify_header(text)
    if known.what == "identifier":
        return Evidence(_NAMES[RANKS[known.rank]])
    spoken = speech(text)
    if spoken.of_employees_number:
        return Evidence(Sign.SPEAKS_OF_EMPLOYEE)
    return Evidence(Sign.SPEAKS_OF_NUMBER if spoken.of_number else Sign.UNKNOWN_NAME)


def _decision(header: Header, column: int, people: Sequence[Row]) -> Decision:
    taken = _candidate(header, column, _profile(people, column))
    return Decision(Matter.IDENTIFIER_COLUMN, taken, _other_candidates(header, column, people))


def _other_candidates(header: Header, column: int, people: Sequence[Row]) -> tuple[Candidate, ...]:
    """Other columns that could be taken for identifiers, for people to see."""
    places = [
        place
        for place in _by_look(header, people)
        if place != column
        and header.meanings[place].what in ("", "identifier")
        and not speech(header.texts[place]).other
    ]
    return tuple(_candidate(header, place, _profile(people, place)) for place in places[:SHOWN])
