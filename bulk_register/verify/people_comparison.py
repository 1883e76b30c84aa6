"""An output's people held against the rosters that runs read: a name or an address in another's row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from bulk_register.errors import BulkRegisterError
from bulk_register.language import _, ngettext
from bulk_register.ledger import Ledger
from bulk_register.ooxml.cell_values import shown
from bulk_register.paths import real_path
from bulk_register.records import Cell, Roster, RunRecord, Source
from bulk_register.roster import same_person_text
from bulk_register.run.roster_opening import open_roster
from bulk_register.settings import Settings, settings_of_run
from bulk_register.syncing.fields import folded
from bulk_register.verify.checks import Finding, Registered
from bulk_register.verify.claims import Claims

COMPARED = ("name", "e-mail")  # a birth date is written otherwise by the next spreadsheet, and mailed nowhere
MAX_ROSTERS = 10  # that are read for the sake of employees whom the first doesn't have


class Compared(NamedTuple):
    """The rows that say otherwise than a roster who somebody is, and in words what was looked at."""

    findings: Sequence[Finding] = ()
    words: str = ""
    unchanged: bool = False  # since this program wrote the file
    run: int = 0  # that wrote the file or, where that isn't known, got its links; 0 where there is none


def compare_people(
    found: Roster, claims: Claims, known: Mapping[str, Registered], ledger: Ledger, settings: Settings
) -> Compared:
    """Compare names and e-mail addresses in rows with a link with what the rosters of earlier runs say.

    Each employee with the first roster that has him: of the run that wrote the file, then of others for the
    same exams, the latest first. A roster that was changed since is none. The words say what was compared and
    what could not be; a file that nobody has changed since this program wrote it needs no comparison.
    """
    runs = _runs(found, known, ledger)
    if not runs:
        return Compared()
    if ledger.has_output(found.source.sha256):
        return Compared(
            words=_("Nobody has changed the file since it was written."), unchanged=True, run=runs[0].id
        )
    comparison = _Comparison(found, {claim.row for claim in claims.rows if claim.link})
    for run in islice(runs, MAX_ROSTERS):
        if comparison.left:
            comparison.hold_against(run, settings)
    return Compared(comparison.findings, comparison.words(), run=runs[0].id)


def _runs(found: Roster, known: Mapping[str, Registered], ledger: Ledger) -> list[RunRecord]:
    """Return the runs whose rosters may have these people, each roster once."""
    number = ledger.delivered_by(real_path(found.source.path))
    scopes = {holder.scope for holder in known.values()}
    runs = sorted(ledger.runs(), key=lambda run: run.id != number)
    distinct: dict[tuple[str, str], RunRecord] = {}
    for run in runs:
        if run.id == number or run.scope in scopes:
            distinct.setdefault((run.roster, run.sha256), run)
    return list(distinct.values())


class _Comparison:
    """One file's rows with a link, held against one roster after the other."""

    def __init__(self, found: Roster, linked: set[int]) -> None:
        rows = found.employees.rows
        self._found, self._linked = found, linked
        wanted = rows["row"].isin(linked) & (rows["employee"] >= 0)
        self.left = set(rows["identifier"][wanted])  # whom no roster had yet
        self.findings: list[Finding] = []
        self._agreed: list[str] = []  # names of rosters
        self._missing: dict[str, None] = {}  # columns of rosters that the file doesn't have
        self._why_not = ""

    def hold_against(self, run: RunRecord, settings: Settings) -> None:
        """Compare the employees who are left with a run's roster, if that is there as it was."""
        try:
            of_run = settings_of_run(run.settings, settings, secret=False)
            with open_roster(run.roster, of_run, lambda _event: None) as roster:
                if roster.source.sha256 == run.sha256:
                    self._compare(roster)
                else:
                    self._why_not = self._why_not or _(
                        "{roster} was changed since run {run}", roster=run.roster, run=run.id
                    )
        except BulkRegisterError:
            self._why_not = self._why_not or _("{roster} can't be read any more", roster=run.roster)

    def _compare(self, roster: Roster) -> None:
        pairs, missing = _pairs(roster.source, self._found.source)
        said: dict[str, tuple[str, ...]] = {}
        otherwise: dict[str, list[tuple[str, ...]]] = {}  # what further rows of an employee say
        for _row, employee, cells in _employees(roster):
            if employee in self.left:
                texts = tuple(_text(cells, theirs) for theirs, _ours in pairs)
                if said.setdefault(employee, texts) != texts:
                    otherwise.setdefault(employee, []).append(texts)
        for row, employee, cells in _employees(self._found):
            if employee not in said or row not in self._linked:
                continue
            rows = [said[employee], *otherwise.get(employee, ())]
            wrong = [
                _header(self._found.source, ours)
                for at, (_theirs, ours) in enumerate(pairs)
                if not _agrees(_text(cells, ours), [texts[at] for texts in rows])
            ]
            if wrong:
                what = _(" and ").join(wrong)
                self.findings.append(
                    Finding(row, _("{what}: not what the roster says of this employee", what=what))
                )
        if said and pairs:
            self._agreed.append(roster.source.path.name)
        self._missing |= dict.fromkeys(missing if said else ())
        self.left -= said.keys()

    def words(self) -> str:
        """Say what was compared, and what could not be."""
        sentences = []
        if self._agreed:
            agreed = _(" and ").join(self._agreed)
            sentences.append(
                _("Names and addresses don't all agree with {rosters}.", rosters=agreed)
                if self.findings
                else _("Names and addresses agree with {rosters}.", rosters=agreed)
            )
        if self._missing:
            columns = ", ".join(self._missing)
            sentences.append(_("Not compared, for the file has no such column: {columns}.", columns=columns))
        if self.left and any(what in COMPARED for what, _column in self._found.source.persons):
            why = self._why_not or _("no roster of an earlier run has these identifiers")
            sentences.append(
                ngettext(
                    "Names and addresses of {number:,} employee could not be compared: {why}.",
                    "Names and addresses of {number:,} employees could not be compared: {why}.",
                    len(self.left),
                    why=why,
                )
                if self._agreed or self._missing
                else _("Names and addresses could not be compared: {why}.", why=why)
            )
            sentences.append(_("Compare them yourself before you mail them."))
        return " ".join(sentences)


def _pairs(theirs: Source, ours: Source) -> tuple[list[tuple[int, int]], list[str]]:
    """Return the columns to compare, a roster's and a file's, and the roster's headers without a partner.

    Columns of one header belong together; of those that are left, one of each source that means the same.
    """
    pairs, missing = [], []
    known = (*COMPARED, "birth date")
    said = dict.fromkeys(what for what, _column in theirs.persons if what not in known)
    for what in (*COMPARED, *said):
        there, here = _named(theirs, what), _named(ours, what) or _headed(ours, what)
        same = [key for key in there if key in here]
        pairs += [(there.pop(key), here.pop(key)) for key in same]
        if len(there) == len(here):
            pairs += list(zip(there.values(), here.values(), strict=True))
        else:
            missing += [_header(theirs, column) for column in there.values()]
    return pairs, missing


def _named(source: Source, what: str) -> dict[tuple[str, int], int]:
    """Return the columns of that kind by folded header and, where one comes several times, its number."""
    times: Counter[str] = Counter()
    named = {}
    for kind, column in source.persons:
        header = _header(source, column).casefold()
        if kind == what:
            named[header, times[header]] = column
            times[header] += 1
    return named


def _headed(source: Source, header: str) -> dict[tuple[str, int], int]:
    """Return the columns of that header, which nobody has said to be of a person in this file."""
    found = (column for column, text in enumerate(source.headers, source.first_column) if text == header)
    return {(folded(header), times): column for times, column in enumerate(found)}


def _header(source: Source, column: int) -> str:
    return " ".join(source.headers[column - source.first_column].split())


def _employees(roster: Roster) -> Iterator[tuple[int, str, Sequence[Cell]]]:
    """Yield each row that holds an employee: its number, the identifier, and its cells."""
    rows = roster.employees.rows
    held = rows[rows["employee"] >= 0]
    identifiers = dict(zip(held["row"].tolist(), held["identifier"].tolist(), strict=True))
    for row, line in enumerate(roster.source.lines(), 1):
        if row in identifiers:
            yield row, identifiers[row], line.cells


def _text(cells: Sequence[Cell], column: int) -> str:
    return shown(cells[column]) if column < len(cells) else ""


def _agrees(text: str, said: Sequence[str]) -> bool:
    text = text.removeprefix("'") if text not in said else text  # what --escape-formulas puts before a sign
    return text in said or same_person_text(text) in map(same_person_text, said)
