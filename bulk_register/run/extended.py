"""Links that somebody has extended in StartExam: believed for those whom a person names."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bulk_register.errors import InputError
from bulk_register.language import _
from bulk_register.ledger import Ledger, extend, got_in
from bulk_register.paths import private_folder
from bulk_register.records import KnownLinks, Reading, Roster, RunRecord
from bulk_register.roster import read_roster
from bulk_register.settings import Settings, parse_when

_ROWS = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")


def named_as_extended(roster: Roster, settings: Settings) -> frozenset[str]:
    """Return whom `--extended` names: rows of the roster (7, or 7-12), or files with identifiers.

    Raises InputError where a row holds no employee, and RosterError where a file can't be understood.
    """
    found: set[str] = set()
    for word in settings.extended:
        rows = _ROWS.fullmatch(word)
        if rows and not Path(word).exists():
            found.update(_in_rows(roster, int(rows[1]), int(rows[2] or rows[1])))
        else:
            found.update(_in_file(Path(word), settings))
    return frozenset(found)


def with_extended(known: KnownLinks, names: frozenset[str], till: int) -> KnownLinks:
    """Return known links that end then for these employees, where they ended earlier."""
    if not names:
        return known
    named = np.fromiter((name in names for name in known.employees), bool, len(known.employees))
    return known._replace(valid_till=np.where(named & (known.valid_till < till), till, known.valid_till))


def record_extended(
    ledger: Ledger, base_url: str, known: KnownLinks, names: frozenset[str], till: int
) -> None:
    """Record the ends that `with_extended` returns."""
    pairs = zip(known.employees.tolist(), known.participants.tolist(), known.valid_till.tolist(), strict=True)
    later = [participant for name, participant, end in pairs if name in names and end < till]
    if later:
        extend(ledger, base_url, later, till)


def extend_run(ledger: Ledger, record: RunRecord, when: str, settings: Settings) -> tuple[int, int]:
    """Record that all links of a run work until then; returns how many, and the moment.

    Raises InputError where that is no moment, or none that is later.
    """
    try:
        till = int(parse_when(when, datetime.now(UTC), settings.zone, end_of_day=True).moment.timestamp())
    except ValueError as error:
        raise InputError(_("--extended is '{when}': {why}.", when=when, why=error)) from None
    if till <= max(record.valid_till, time.time()):
        why = _("that is over, or no later than run {run} has it", run=record.id)
        raise InputError(_("--extended is '{when}': {why}.", when=when, why=why))
    participants = got_in(ledger, record.id)
    extend(ledger, record.scope.base_url, participants, till)
    return len(participants), till


def _in_rows(roster: Roster, first: int, last: int) -> Iterator[str]:
    rows = roster.employees.rows
    chosen = rows[(rows["row"] >= first) & (rows["row"] <= last) & (rows["employee"] >= 0)]
    if not len(chosen):
        raise InputError(_("--extended names row {row}, which holds no employee.", row=first))
    yield from chosen["identifier"]


def _in_file(path: Path, settings: Settings) -> Sequence[str]:
    reading = Reading(id_column=settings.id_column, encoding=settings.encoding, delimiter=settings.delimiter)
    with private_folder() as folder:
        return [str(name) for name in read_roster(path.expanduser(), reading, folder).employees.identifiers]
