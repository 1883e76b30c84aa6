"""Some rows in files of their own: employees whom StartExam doesn't know, and those with a new link."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bulk_register.errors import LedgerError, OutputError, RosterError
from bulk_register.exit_codes import EXIT_UNDONE
from bulk_register.language import N_, _, employee_count, ngettext
from bulk_register.ledger import Ledger
from bulk_register.output.delivery import checksum, replace_file
from bulk_register.output.destinations import check_list
from bulk_register.output.excel.excerpt import Excerpt, has_headers_only, rows_without_address
from bulk_register.output.results import EVERY, SomeResults
from bulk_register.paths import real_path
from bulk_register.records import LINKED, Delivered, Status, Tell, Warned
from bulk_register.run.context import ledger_files
from bulk_register.run.report import UNDONE, Finished
from bulk_register.settings import Settings
from bulk_register.startexam.refusal_cause import says_unknown


def _nothing(_path: Path) -> bool:
    return False


class _List(NamedTuple):
    """A file beside the output: what is said of it, with somebody in it and without, and what is kept."""

    some: str
    nobody: str = ""
    failed: str = ""  # what to do where it could not be written
    keep: Callable[[Path], bool] = _nothing  # whether our own earlier file is moved aside


_REFUSED = _List(
    N_(
        "StartExam refused {people}: {path} holds them, a row each. Add these people in "
        "StartExam, then run the same command again"
    )
)
_NEW = _List(
    N_("{people} got a new link: {path} holds them, a row each"),
    N_("Nobody got a new link: {path} has its headers only"),
    N_("When that is fixed, use run again, without --reregister: the list then holds these people."),
    lambda path: not has_headers_only(path),  # perhaps nobody has mailed these yet
)
_LEFT = N_(
    "Nobody got a new link, so {path} of an earlier run was left as it is. Once the people "
    "in it have been mailed, delete it or move it away"
)
_OUR_ENDING = re.compile(r"\.registered(-\d+)?$")


def unknown_path(output: Path, *taken: Path | None) -> Path:
    """Return where the unknown employees of an output go: `staff.unknown.xlsx` beside it, or another name.

    It is none of the `taken` ones: the roster may be such a list itself.
    """
    name = f"{_OUR_ENDING.sub('', output.stem)}.unknown"
    used = {real_path(path) for path in taken if path}
    paths = (output.with_name(f"{name}{ending}.xlsx") for ending in ("", "-2", "-3"))
    return next(path for path in paths if real_path(path) not in used)


def unknown_places(finished: Finished) -> np.ndarray:
    """Return the places in `results` of employees whom StartExam refused as unknown, their first rows.

    Where no refusal says so in words that we understand, those of all whom it refused.
    """
    rejected = np.flatnonzero(finished.results.status(EVERY) == Status.REJECTED)
    *_, notes = finished.results.texts(rejected)
    said = [says_unknown(note) for note in notes]
    return _once(finished, rejected[said] if any(said) else rejected)


def check_lists(roster: Path, output: Path, settings: Settings) -> None:
    """Find what would make the files beside the output fail; raises OutputError."""
    if settings.only_new is not None:
        taken = [roster, output, unknown_path(output, roster), *ledger_files(settings)]
        check_list(settings.only_new, taken, "--only-new")


@dataclass(frozen=True)
class Lists:
    """The files beside the output: employees whom StartExam refused, and those with a new link."""

    output: Path  # where it belongs
    ledger: Ledger
    settings: Settings
    tell: Tell
    outputs: Ledger | None = None  # see `RunContext`; None: the ledger

    @property
    def _written(self) -> Ledger:
        return self.outputs or self.ledger

    def deliver(self, finished: Finished) -> Finished:
        """Write them; the notes say where they are. What fails is a warning: the output has the rows too.

        Without the list of new links, which nobody may notice, the run isn't done.
        """
        return self._deliver_new(self._deliver_refused(finished))

    def _deliver_refused(self, finished: Finished) -> Finished:
        roster = finished.outcome.plan.roster.source.path
        wanted = unknown_path(finished.output or self.output, roster, self.settings.only_new)
        refused = unknown_places(finished)
        if len(refused):
            return self._deliver(finished, refused, wanted, _REFUSED) or finished
        unsure = np.isin(finished.outcome.statuses.status, [*UNDONE, Status.UNKNOWN])
        return finished if unsure.any() else self._remove(finished, wanted)

    def _deliver_new(self, finished: Finished) -> Finished:
        """List who got a link that no output or list has shown yet, and record that it has been shown.

        That includes links of a run that was cut off, and those that were withheld until now.
        """
        scope, identifiers = finished.outcome.plan.scope, finished.outcome.plan.roster.employees.identifiers
        try:
            untold = self.ledger.untold(scope)
            new = _linked(finished)
            new &= np.fromiter((name in untold for name in identifiers), bool, len(new))
            if self.settings.only_new is not None:
                listed = self._list_new(finished, new, real_path(self.settings.only_new))
                if listed is None:
                    return self._undone(finished)
                finished = listed
            elif finished.output is None:
                return finished
            self.ledger.told(scope, _left(untold, identifiers[new]))
        except LedgerError as error:
            self.tell(Warned(str(error)))
            return self._undone(finished)
        return finished

    def _list_new(self, finished: Finished, new: np.ndarray, wanted: Path) -> Finished | None:
        """List the new ones; a list with people who may wait for their mail is not made an empty one."""
        if not new.any() and self._written.delivery(wanted) and _holds_people(wanted):
            return replace(finished, notes=(*finished.notes, _(_LEFT, path=wanted)))
        return self._deliver(finished, _first_places(finished, new), wanted, _NEW)

    def _undone(self, finished: Finished) -> Finished:
        wanted = self.settings.only_new is not None and not finished.outcome.signal
        if not wanted:
            return finished
        unwritten = finished.unwritten or _("The list of new links (--only-new) could not be written.")
        return replace(finished, exit_code=EXIT_UNDONE, unwritten=unwritten)

    def _deliver(self, finished: Finished, places: np.ndarray, wanted: Path, kind: _List) -> Finished | None:
        """Write one; returns None where that failed."""
        try:
            keep = _nothing if self.settings.sandbox else kind.keep
            source, rows = finished.outcome.plan.roster.source, finished.results.rows[places]
            last = rows_without_address(source, frozenset(rows.tolist()))
            write = partial(_write, finished, places, last)
            placed = replace_file(write, wanted, self._written.delivery, keep)
        except (OutputError, RosterError) as error:
            failed = _("{name} could not be written: {error}", name=wanted.name, error=error)
            self.tell(Warned(f"{failed} {_(kind.failed) if kind.failed else ''}".rstrip()))
            return None
        self.tell(Delivered(placed.path, placed.notes))
        try:
            links = len(places) if kind is _NEW else 0
            self._written.delivered(finished.run, placed.path, placed.sha256, links)
        except LedgerError as error:
            self.tell(Warned(str(error)))
        people = employee_count(len(places))
        note = _(kind.some if len(places) else kind.nobody, people=people, path=placed.path)
        if last:
            note += ngettext(
                ". Its last row has no e-mail address",
                ". Its last {number:,} rows have no e-mail address",
                len(last),
            )
        surprises = finished.surprises + (placed.notes if placed.path != wanted else ())
        return replace(finished, notes=(*finished.notes, note, *placed.notes), surprises=surprises)

    def _remove(self, finished: Finished, unknown: Path) -> Finished:
        """Remove the list of refused employees beside the same output, if nobody has changed it."""
        try:
            if not unknown.is_file() or self.ledger.delivery(unknown) != checksum(unknown):
                return finished
            outputs = {run.id: run.output for run in self.ledger.runs()}
            if outputs.get(self.ledger.delivered_by(unknown) or 0) != outputs[finished.run]:
                return finished
            unknown.unlink()
        except (OSError, LedgerError) as error:
            self.tell(
                Warned(
                    _(
                        "{name} is of an earlier run, and could not be removed: {error}",
                        name=unknown.name,
                        error=error,
                    )
                )
            )
            return finished
        note = _("Nobody is refused any more, so {name} of an earlier run was removed", name=unknown.name)
        return replace(finished, notes=(*finished.notes, note))


def _holds_people(path: Path) -> bool:
    try:
        return path.is_file() and not has_headers_only(path)
    except (OSError, RosterError):
        return False  # it is no list any more, and is moved aside


def _left(untold: Mapping[str, int], told: np.ndarray) -> dict[str, int]:
    """Return the untold without those (distinct ones of them) who have been told now."""
    if len(told) == len(untold):  # nearly always, and there may be a million
        return {}
    gone = set(told)
    return {name: run for name, run in untold.items() if name not in gone}


def _linked(finished: Finished) -> np.ndarray:
    """Return by employee (bool) whether any of his rows has a link."""
    codes = finished.outcome.plan.roster.employees.rows["employee"].to_numpy()
    linked = np.zeros(len(finished.outcome.plan.roster.employees), bool)
    linked[codes[np.isin(finished.results.status(EVERY), LINKED) & (codes >= 0)]] = True
    return linked


def _first_places(finished: Finished, wanted: np.ndarray) -> np.ndarray:
    """Return the first row with a link (place in `results`) of each wanted employee (bool)."""
    codes = finished.outcome.plan.roster.employees.rows["employee"].to_numpy()
    linked = np.flatnonzero(np.isin(finished.results.status(EVERY), LINKED) & (codes >= 0))
    return _once(finished, linked[wanted[codes[linked]]])


def _once(finished: Finished, places: np.ndarray) -> np.ndarray:
    """Return the first place of each employee: nobody is to get two mails."""
    codes = finished.outcome.plan.roster.employees.rows["employee"].to_numpy()[places]
    return places[np.sort(np.unique(codes, return_index=True)[1])]


def _write(finished: Finished, places: np.ndarray, last: Collection[int], draft: Path) -> None:
    roster = finished.outcome.plan.roster
    identifiers = roster.employees.rows["identifier"].to_numpy()[places]
    Excerpt(roster.source, identifiers, SomeResults(finished.results, places), last).write(draft)
