"""How a workbook's sheets look: which of them may be the roster, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

from bulk_register.errors import RosterDoubtError, RosterError
from bulk_register.records import Candidate, Evidence, Matter, Reading, Sign
from bulk_register.roster.grid import Grid
from bulk_register.roster.table.column_evidence import Profile, profile
from bulk_register.roster.table.columns import PERSON, RANKS, classify_header, shows_people
from bulk_register.roster.table.detection import HEAD_ROWS, Table, detect_table
from bulk_register.roster.table.header_words import Speech, speech
from bulk_register.roster.table.headers import tidy
from bulk_register.roster.table.nothing_known import NoIdentifierColumnError

SHORT = 3  # characters; shorter identifiers have the same form by chance
ALIKE = 0.8  # of a headless sheet's lines, whose first values have the form of the roster's identifiers


@dataclass(frozen=True)
class SheetView:
    """A sheet as it looks: its table, or why it has none."""

    sheet: Grid
    head: list[list[str]] = field(repr=False)
    table: Table | None = None
    error: RosterError | None = None

    @property
    def lines(self) -> int:
        """Rows with something in them below the header; all, if there is none."""
        first = self.table.first_row if self.table else 1
        return int((self.sheet.filled[first - 1 :] > 0).sum())

    @property
    def rank(self) -> int:
        """Of the identifier column's name; behind all others if it is unknown."""
        return self.table.rank if self.table else len(RANKS)

    @property
    def is_named(self) -> bool:
        """Whether a column's name says that it is the employees' number."""
        return self.table is not None and self.rank <= RANKS.index("likely")

    @property
    def headers(self) -> tuple[str, ...]:
        """The table's headers, or the texts of the row that looks most like some."""
        if self.table:
            return self.table.headers
        rows = [tuple(map(tidy, row)) for row in self.head[: HEAD_ROWS // 2]]
        persons = set(PERSON.values())
        return max(
            rows, key=lambda row: sum(classify_header(text).what in persons for text in row), default=()
        )

    @property
    def shows_people(self) -> bool:
        """Whether the headers are those of a list of people."""
        return shows_people([text for text in self.headers if text])

    @property
    def doubtful(self) -> bool:
        """Whether it may be the roster, but how to read it isn't certain."""
        unnamed = isinstance(self.error, NoIdentifierColumnError)
        layout = isinstance(self.error, RosterDoubtError) and self.error.doubt.matter is Matter.LAYOUT
        return self.error is not None and not unnamed and not layout

    def column(self, place: int) -> Profile:
        """The first values of a column."""
        first = self.table.first_row if self.table else 1
        rows = [row for row in self.head[first - 1 :] if any(map(str.strip, row))]
        return profile([row[place] if place < len(row) else "" for row in rows])

    def candidate(self) -> Candidate:
        """The sheet as a candidate, with its identifiers' first values."""
        signs: list[Evidence] = []
        samples: tuple[str, ...] = ()
        if self.table is not None:
            signs.append(Evidence(Sign.STRONG_NAME if self.is_named else Sign.BARE_NAME))
            samples = self.column(self.table.id_column).samples
        signs.append(Evidence(Sign.LINES, f"{self.lines:,}"))
        name = str(self.sheet.name)
        return Candidate(name, "", tuple(signs), samples, "sheet", name)


def detect_table_in(grid: Grid, reading: Reading) -> Table:
    """The table in the grid, looked for in as many rows as the reading asks for."""
    return detect_table(grid.head(max(HEAD_ROWS, reading.header_row or 0)), reading)


def view_sheet(sheet: Grid, reading: Reading) -> SheetView:
    """Look at a sheet."""
    head = sheet.head(max(HEAD_ROWS, reading.header_row or 0))
    try:
        return SheetView(sheet, head, detect_table(head, reading))
    except RosterError as error:
        return SheetView(sheet, head, None, error)


def may_be_roster(view: SheetView, best: SheetView) -> bool:
    """Whether the sheet may be the roster rather than the best one.

    One whose name for the identifiers is as good always may be (North, South). One with a bare ID may be if
    it is a list of people (Staff beside Leavers), one without a known name if it has people and a column
    like identifiers. A list of departments or cities has neither people nor identifiers of the same form.
    """
    if not view.lines or best.table is None:
        return False
    if view.table is not None:
        if view.rank == best.rank or view.is_named:
            return view.rank == best.rank or view.shows_people or _alike(view, view.table.id_column, best)
        return view.shows_people or _alike(view, view.table.id_column, best)
    return _continues(view, best) or _has_people(view, best)


def _alike(view: SheetView, place: int, best: SheetView) -> bool:
    """Whether the values of a column have the form of the best sheet's identifiers."""
    assert best.table is not None
    shapes = {one for one in best.column(best.table.id_column).shapes if len(one) >= SHORT}
    return bool(shapes & view.column(place).shapes) and view.column(place).looks_like_identifiers()


def _continues(view: SheetView, best: SheetView) -> bool:
    """Whether the sheet has no header and goes on with the same kind of rows."""
    assert best.table is not None
    place, table = best.table.id_column, best.table
    if place >= view.sheet.width or any(classify_header(text).what for text in view.headers):
        return False
    own, others = view.column(place), best.column(place)
    shapes = {one for one in others.shapes if len(one) >= SHORT}
    alike = sum(bool(profile([value]).shapes & shapes) for value in own.values)
    return alike >= ALIKE * own.rows > 0 and view.sheet.width >= min(2, len(table.headers))


def _has_people(view: SheetView, best: SheetView) -> bool:
    """Whether it is a list of people with a column that may hold their identifiers."""
    if not view.shows_people:
        return False
    for place, text in enumerate(view.headers):
        spoken = speech(text) if text and not classify_header(text).what else Speech(other=True)
        if not spoken.other and (_alike(view, place, best) or (spoken.number and _filled(view, place))):
            return True
    return False


def _filled(view: SheetView, place: int) -> bool:
    values = view.column(place).values
    return sum(any(map(str.isdigit, value)) for value in values) * 2 > len(values)
