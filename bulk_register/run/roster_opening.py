"""Which file is meant as the roster, and a private copy of it, read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulk_register.errors import GuardError, one_line
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.paths import private_folder
from bulk_register.records import RESULT_COLUMNS, Reading, Roster, RosterRead, Tell, known_header
from bulk_register.roster import read_roster
from bulk_register.run.context import ledger_place, limits_of
from bulk_register.run.guards import check_age, newest_roster
from bulk_register.settings import Settings


@contextmanager
def open_chosen_roster(roster: str | Path, settings: Settings, tell: Tell) -> Iterator[Roster]:
    """Read a roster, of a folder or pattern the newest; raises GuardError where that can't be meant."""
    with open_roster(_resolve(roster, settings), settings, tell) as found:
        _refuse_own_output(roster, found)
        yield found


@contextmanager
def open_roster(roster: str | Path, settings: Settings, tell: Tell) -> Iterator[Roster]:
    """Read a roster from a private copy, which is there as long as the context is open."""
    reading = Reading(
        id_column=settings.id_column,
        person_columns=settings.person_columns,
        sheet=settings.sheet,
        header_row=settings.header_row,
        no_header=settings.no_header,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        skip_hidden=settings.skip_hidden,
        max_bytes=settings.max_size,
    )
    with private_folder() as folder:
        found = read_roster(Path(roster).expanduser(), reading, folder)
        tell(RosterRead(found))
        yield found


def _resolve(roster: str | Path, settings: Settings) -> Path:
    """Return the roster's file, of a folder or pattern the newest, if it is new enough."""

    def was_delivered(file: Path) -> bool:
        with Ledger(ledger_place(settings), write=False) as ledger:
            return ledger.delivery(file.resolve()) is not None

    path = newest_roster(str(roster), was_delivered)
    check_age(path, limits_of(settings))
    return path


def _refuse_own_output(named: str | Path, found: Roster) -> None:
    """Raise GuardError where what was chosen from a folder or pattern is an output of this program."""
    path = found.source.path
    ours = {known_header(header) for header in found.source.headers}
    if path != Path(named).expanduser() and ours.issuperset(RESULT_COLUMNS):
        raise GuardError(
            _(
                "The newest file of {named} is {name}, which has the columns of an output of this "
                "program. Nothing was sent. Keep outputs in another folder (-o), or name the roster "
                "itself.",
                named=one_line(named),
                name=one_line(path.name),
            )
        )
