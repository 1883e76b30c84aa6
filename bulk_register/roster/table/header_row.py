"""Which row is the roster's header: every row that may be one is weighed by the people below and above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from bulk_register.language import _
from bulk_register.records import Candidate, Decision, Doubt, Evidence, Matter, Sign
from bulk_register.roster.doubt_text import refuse
from bulk_register.roster.table.column_evidence import LONGEST, is_like_identifier, shape
from bulk_register.roster.table.columns import RANKS, fold, is_known
from bulk_register.roster.table.descriptions import describes
from bulk_register.roster.table.headers import Header, Row, is_number, says_again

SURE_RANKS = RANKS.index("bare")  # identifier names before that don't come up in data by chance
# A line above the header is as full as a person's: a title or a setting ("Year: | 2026") has fewer cells.
AS_FULL = 0.75
PERSON_NAMES = 2  # known names of a person's columns make a header without a known identifier


@dataclass(frozen=True)
class Region:
    """A header row and the lines that look like people below it, up to the next header."""

    header: Header
    column: int
    people: list[int] = field(default_factory=list)  # rows, from 1


def choose_header(head: Sequence[Row], headers: list[Header]) -> tuple[Header, Decision] | None:
    """The one header row with people below it, or else the best named one; None if none has a known name.

    Raises RosterDoubtError where another table has people too (a second export below the first one), or
    lines above the header look like people (a header that was sorted into the data).
    """
    named = [header for header in headers if header.identifiers() and may_be_header(header, headers)]
    if not named:
        return None
    regions = _without_repeats(_regions(head, named))
    inhabited = [region for region in regions if region.people]
    best = min(inhabited or regions, key=_key)
    rivals = [region for region in inhabited if region.people[0] not in best.people]
    if rivals:
        _refuse_tables(head, best, sorted([best, *rivals], key=lambda one: one.header.row))
    chosen = min((one for one in regions if one.people[:1] == best.people[:1]), key=_key)
    refuse_people_above(head, headers, chosen.header, chosen.column)
    return chosen.header, _decision(head, chosen, regions)


def may_be_header(header: Header, headers: list[Header]) -> bool:
    """Whether a bare word such as ID or No isn't just a cell of data: a state, an answer."""
    if header.rank < SURE_RANKS:
        return True
    data = any(is_number(text) or "@" in text for text in header.texts)
    fuller = any(other.row < header.row and other.filled >= header.filled for other in headers)
    return not data and (header.known > 1 or not fuller)


def people_rows(head: Sequence[Row], header: Header, column: int) -> list[Row]:
    """The lines below a header that look like people; all that hold something, if none do."""
    rows = [head[row - 1] for row in _region(head, header, column, set()).people]
    return rows or [row for row in head[header.row :] if any(map(str.strip, row))]


def _key(region: Region) -> tuple[int, int, int]:
    header = region.header
    return header.rank, -header.known, header.row


# --- people below -----------------------------------------------------------------------------------------


def _regions(head: Sequence[Row], named: list[Header]) -> list[Region]:
    """The named headers with their people."""
    stops = {header.row for header in named}
    return [_region(head, one, one.identifiers()[0], stops) for one in named]


def _region(head: Sequence[Row], header: Header, column: int, stops: set[int]) -> Region:
    people: list[int] = []
    for row in range(header.row + 1, len(head) + 1):
        if row in stops and (people or (row > header.row + 1 and not _adjacent(head, header.row, row))):
            break
        if row not in stops and _is_person(head[row - 1], column, single=header.filled == 1):
            people.append(row)
    return Region(header, column, people)


def _adjacent(head: Sequence[Row], upper: int, lower: int) -> bool:
    """Whether only header-like or blank rows lie between two rows."""
    return all(not any(map(str.strip, head[row - 1])) for row in range(upper + 1, lower))


def _is_person(row: Row, column: int, *, single: bool) -> bool:
    """Whether the row has an identifier with a digit, and something beside it."""
    text = row[column].strip()
    if not text or len(text) > LONGEST or not any(map(str.isdigit, text)) or describes(text):
        return False
    if not single and sum(bool(cell.strip()) for cell in row) < 2:
        return False
    return is_like_identifier(text) or text.count(" ") == 1


def _without_repeats(regions: list[Region]) -> list[Region]:
    """The regions, each page's header again joined to the first."""
    kept: list[Region] = []
    for region in regions:
        first = next((one for one in kept if is_repeated(one.header, region.header, one.column)), None)
        if first is None or first.header.row + 1 >= region.header.row:
            kept.append(region)
        else:
            first.people.extend(region.people)
    return kept


def is_repeated(first: Header, again: Header, column: int) -> bool:
    """Whether a header is there again, as on each printed page, and not another table's."""
    if fold(first.rows[-1][column]) != fold(again.rows[-1][column]):
        return False
    return says_again({place: fold(text) for place, text in enumerate(first.rows[-1])}, again.rows[-1])


def _refuse_tables(head: Sequence[Row], best: Region, regions: list[Region]) -> None:
    rows = _(" and ").join(str(region.header.row) for region in regions)
    reason = _(
        "another table may be the roster: the headers in rows {rows} have people below them.", rows=rows
    )
    remedy = _(
        "With --header-row the lines above that row are left out; or keep only the roster in the file."
    )
    *above, last = (_candidate(head, region) for region in regions)
    candidates = (
        *(replace(one, setting="", value="") for one in above),
        last,
    )  # no flag leaves out what is below
    refuse(Doubt(Matter.HEADER_ROW, reason, candidates, remedy, row=best.header.row))


# --- people above -----------------------------------------------------------------------------------------


def refuse_people_above(head: Sequence[Row], headers: list[Header], header: Header, column: int) -> None:
    """Raise RosterDoubtError if lines above the header look like people, who would vanish."""
    below = [head[row - 1] for row in _region(head, header, column, set()).people]
    above = _above(head, header, column, below) or _other_people(head, headers, header)
    if not above:
        return
    reason = (
        _(
            "row {line} looks like a person, but stands above the header in row {row}.",
            line=above[0],
            row=header.row,
        )
        if len(above) == 1
        else _(
            "rows {first} to {last} look like people, but stand above the header in row {row}.",
            first=above[0],
            last=above[-1],
            row=header.row,
        )
    )
    evidence = (Evidence(Sign.PEOPLE_ABOVE, str(len(above))), Evidence(Sign.PEOPLE_BELOW, str(len(below))))
    samples = tuple(head[row - 1][column].strip() or "…" for row in above[:3])
    candidate = Candidate(
        "", _("row {row}", row=header.row), evidence, samples, "header_row", str(header.row)
    )
    remedy = _(
        "Move the header above all people, or leave the lines above it out with --header-row {row}.",
        row=header.row,
    )
    refuse(Doubt(Matter.HEADER_ROW, reason, (candidate,), remedy, row=above[0]))


def _above(head: Sequence[Row], header: Header, column: int, below: list[Row]) -> list[int]:
    """Lines with an identifier of the same form in its column, as full as those below the header."""
    shapes = {shape(row[column].strip()) for row in below}
    usual = median(sum(bool(cell.strip()) for cell in row) for row in below) if below else 0
    top = header.row - len(header.rows)
    return [
        number
        for number, row in enumerate(head[:top], 1)
        if shape(row[column].strip()) in shapes
        and sum(bool(cell.strip()) for cell in row) >= max(min(2, usual), AS_FULL * usual)
        and not any(is_known(cell) or cell.rstrip().endswith(":") for cell in row if cell.strip())
    ]


def _other_people(head: Sequence[Row], headers: list[Header], header: Header) -> list[int]:
    """People below a header above without a known identifier column (Kennung, Vorname, Nachname)."""
    for other in headers:
        persons = [
            place for place, one in enumerate(other.meanings) if one.what in ("name", "e-mail", "birth date")
        ]
        if other.row >= header.row - 1 or len(persons) < PERSON_NAMES or other.identifiers():
            continue
        rows = range(other.row + 1, header.row - len(header.rows) + 1)
        found = [row for row in rows if _has_identifier(head[row - 1], other, persons)]
        if found:
            return found
    return []


def _has_identifier(row: Row, header: Header, persons: list[int]) -> bool:
    named = [place for place, text in enumerate(header.texts) if text and place not in persons]
    return any(is_like_identifier(row[place].strip()) for place in named) and any(
        row[place].strip() for place in persons
    )


# --- what `check` shows -----------------------------------------------------------------------------------


def _candidate(head: Sequence[Row], region: Region) -> Candidate:
    row = region.header.row
    texts = ", ".join(text for text in region.header.texts if text)
    samples = tuple(head[place - 1][region.column].strip() for place in region.people[:3])
    evidence = (Evidence(Sign.PEOPLE_BELOW, str(len(region.people))),)
    return Candidate(texts[:60], _("row {row}", row=row), evidence, samples, "header_row", str(row))


def _decision(head: Sequence[Row], chosen: Region, regions: list[Region]) -> Decision:
    others = tuple(_candidate(head, one) for one in regions if one.header.row != chosen.header.row)
    return Decision(Matter.HEADER_ROW, _candidate(head, chosen), others)
