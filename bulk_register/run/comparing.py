"""An output's people held against the roster that its run read: a name or an address in another's row."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bulk_register.errors import BulkRegisterError
from bulk_register.ledger import Ledger
from bulk_register.package.values import shown
from bulk_register.records import Cell, Roster, RunRecord, Source
from bulk_register.roster import same_person_text
from bulk_register.run.story import opened_roster
from bulk_register.settings import Settings, settings_of_run
from bulk_register.verification import Claims, Finding, Registered


class Compared(NamedTuple):
    """The rows that say otherwise than the roster who somebody is, and in words what was looked at."""

    findings: Sequence[Finding] = ()
    words: str = ""
    run: int = 0  # that wrote the file or, where that isn't known, got its links; 0 where there is none


def compare_people(
    found: Roster, claims: Claims, known: Mapping[str, Registered], ledger: Ledger, settings: Settings
) -> Compared:
    """Compare names, e-mail addresses and birth dates, in rows with a link, with the roster of the run.

    A file that nobody has changed since this program wrote it needs no comparison. Where the roster is gone
    or was changed there is nothing to compare with, and the words say so.
    """
    run = _run_of(found, known, ledger)
    if run is None:
        return Compared()
    if ledger.wrote(found.source.sha256):
        return Compared(words="Nobody has changed the file since it was written.", run=run.id)
    untold = "Names and addresses could not be compared: the roster"
    try:
        of_run = settings_of_run(run.settings, settings, secret=False)
        with opened_roster(run.roster, of_run, lambda _: None) as roster:
            if roster.source.sha256 != run.sha256:
                return Compared(words=f"{untold} {run.roster} was changed since run {run.id}.", run=run.id)
            compared = _compared(found, roster, {claim.row for claim in claims.rows if claim.link})
            return compared._replace(run=run.id)
    except BulkRegisterError:
        return Compared(words=f"{untold} {run.roster} can't be read any more.", run=run.id)


def _run_of(found: Roster, known: Mapping[str, Registered], ledger: Ledger) -> RunRecord | None:
    """Return the run that wrote the file, else the latest one for an exam whose links it holds."""
    runs = ledger.runs()
    number = ledger.delivered_by(Path(os.path.realpath(found.source.path)))
    scopes = {holder.scope for holder in known.values()}
    wrote = (run for run in runs if run.id == number)
    return next(wrote, None) or next((run for run in runs if run.scope in scopes), None)


def _compared(found: Roster, roster: Roster, linked: set[int]) -> Compared:
    theirs, ours = _headers(roster.source), _headers(found.source)
    persons = [header for header in ours if theirs.get(header) in roster.source.persons]
    if not persons:
        return Compared()
    said: dict[tuple[str, str], set[str]] = {}
    for _, employee, cells in _employees(roster):
        for header in persons:
            said.setdefault((employee, header), set()).add(_text(cells, theirs[header]))
    findings = []
    for row, employee, cells in _employees(found):
        told = [(header, _text(cells, ours[header]), said.get((employee, header))) for header in persons]
        wrong = [header for header, text, texts in told if texts and not _agrees(text, texts)]
        if wrong and row in linked:
            findings.append(Finding(row, f"{' and '.join(wrong)}: not what the roster says of this employee"))
    state = "don't all agree" if findings else "agree"
    return Compared(findings, f"Names and addresses {state} with {roster.source.path.name}.")


def _headers(source: Source) -> dict[str, int]:
    """Return where each header stands."""
    headers = enumerate(source.headers, source.first_column)
    return {" ".join(header.split()): column for column, header in headers}


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


def _agrees(text: str, said: set[str]) -> bool:
    return text in said or same_person_text(text) in map(same_person_text, said)
