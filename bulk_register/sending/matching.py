"""What a checked answer means for each of its employees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from bulk_register.language import _
from bulk_register.records import Batch, Holder, Registrations, Status, Statuses, StatusNote
from bulk_register.sending import notes

_NOTES = {Status.UNKNOWN: notes.WITHOUT_PARTICIPANT, Status.EXPIRED: notes.EXPIRED}


@dataclass(frozen=True)
class Matched:
    """An answer in its employees' order: what to write down, and each one's new standing."""

    registrations: list[Registrations]
    statuses: Statuses  # one for each employee of the batch


@dataclass(frozen=True)
class Pairing:
    """A request's employees, the participants answered in their places, and who holds these by the ledger."""

    batch: Batch
    participants: Sequence[str | None]
    holders: Mapping[str, Holder]  # by case-folded participant

    def foreign(self) -> list[Foreign]:
        """Return who else holds participants of this answer; by their place in it."""
        names = self.batch.identifiers
        found = [
            (place, self.holders.get(item.casefold())) for place, item in enumerate(self.participants) if item
        ]
        return [Foreign(place, one) for place, one in found if one and one.employee != names[place]]

    def without(self, foreign: Sequence[Foreign]) -> Pairing:
        """Return the same without a participant at these places."""
        taken = {one.place for one in foreign}
        kept = [None if place in taken else given for place, given in enumerate(self.participants)]
        return replace(self, participants=kept)


class Foreign(NamedTuple):
    """A place in an answer whose participant another employee holds."""

    place: int
    holder: Holder


@dataclass(frozen=True)
class Moment:
    """Which run an answer came in, when, and until when the links that it makes work (seconds UTC)."""

    run: int
    now: int
    valid_till: int
    renewed: frozenset[str] = frozenset()  # whose renewal was asked for in an earlier run without an answer


def match(pairing: Pairing, before: Statuses, moment: Moment) -> Matched:
    """Give each employee of a batch what StartExam answered in its place.

    A known link that works is kept whatever came; a participant that the ledger knew keeps its first window
    (the API page "Register Employees" doesn't say whether it moves).
    """
    batch = pairing.batch
    given = np.array([participant or "" for participant in pairing.participants], object)
    runs, ends = _windows(pairing, moment)
    known, known_till = before.participant[batch.codes], before.valid_till[batch.codes]
    keeps = (known != "") & (known_till > moment.now)
    same = _same(given, known)
    takes = (given != "") & (same | ~keeps)
    after = Statuses.of(len(batch))
    after.participant[takes], after.valid_till[takes] = given[takes], ends[takes]
    kept = keeps & ~takes
    after.participant[kept], after.valid_till[kept] = known[kept], known_till[kept]
    for status, those in (
        (Status.REGISTERED, takes & (runs == moment.run)),
        (Status.ALREADY_REGISTERED, kept | (takes & (runs != moment.run) & (ends > moment.now))),
        (Status.EXPIRED, takes & (runs != moment.run) & (ends <= moment.now)),
        (Status.UNKNOWN, ~takes & ~kept),
    ):
        after.settle(those, status, _(_NOTES[status]) if status in _NOTES else "")
    if moment.renewed:
        lost = np.array([name in moment.renewed for name in batch.identifiers])
        after.settle((after.status == Status.EXPIRED) & lost, Status.EXPIRED, _(notes.RENEWAL_LOST))
    return Matched(list(_written(batch, given, runs, keeps, (given != "") & ~same)), after)


def _windows(pairing: Pairing, moment: Moment) -> tuple[np.ndarray, np.ndarray]:
    """Return in which run each participant was answered first, and when its link ends."""
    runs = np.full(len(pairing.participants), moment.run, np.int64)
    ends = np.full(len(pairing.participants), moment.valid_till, np.int64)
    for place, participant in enumerate(pairing.participants if pairing.holders else ()):
        holder = pairing.holders.get(participant.casefold()) if participant else None
        if holder:
            runs[place], ends[place] = holder.run, holder.valid_till
    return runs, ends


def _same(given: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return who was answered with the known participant again."""
    same: np.ndarray = (given != "") & (known != "")
    same[same] = [one.casefold() == two.casefold() for one, two in zip(given[same], known[same], strict=True)]
    return same


def _written(
    batch: Batch, given: np.ndarray, runs: np.ndarray, keeps: np.ndarray, new: np.ndarray
) -> Iterator[Registrations]:
    """Return what is to be written down of the new ones, by run and by whether they are in use."""
    names = np.array(batch.identifiers, object)
    for run in np.unique(runs[new]).tolist():
        for current in (False, True):
            those = new & (runs == run) & (keeps != current)
            if those.any():
                yield Registrations(names[those].tolist(), given[those].tolist(), run, current)


def notes_on(batch: Batch, statuses: Statuses) -> list[StatusNote]:
    """Return why employees of a batch got no link that works from its answer."""
    without = np.flatnonzero(np.isin(statuses.status, [Status.UNKNOWN, Status.EXPIRED]))
    return [
        StatusNote(batch.identifiers[place], statuses.status[place], statuses.note[place])
        for place in without
    ]
