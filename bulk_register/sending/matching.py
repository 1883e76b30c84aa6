"""What a checked answer means for each of its employees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bulk_register.language import N_, _
from bulk_register.records import Batch, Holder, Registrations, Status, Statuses, StatusNote

_NOTES = {
    Status.UNKNOWN: N_("StartExam answered without a participant for this employee"),
    Status.EXPIRED: N_("the only link that StartExam gives is over; --reregister makes a new one"),
}


@dataclass(frozen=True)
class Matched:
    """An answer in its employees' order: what to write down, and each one's new standing."""

    registrations: list[Registrations]
    statuses: Statuses  # one for each employee of the batch


def foreign_participants(
    batch: Batch, participants: Sequence[str | None], holders: Mapping[str, Holder]
) -> list[tuple[int, Holder]]:
    """Return who else, as the ledger has it, holds participants of an answer; by their place in it."""
    given = [(place, item, holders.get(item.casefold())) for place, item in enumerate(participants) if item]
    return [(place, one) for place, _, one in given if one and one.employee != batch.identifiers[place]]


@dataclass(frozen=True)
class Moment:
    """Which run an answer came in, when, and until when the links that it makes work (seconds UTC)."""

    run: int
    now: int
    valid_till: int


def match(
    batch: Batch,
    participants: Sequence[str | None],
    holders: Mapping[str, Holder],
    before: Statuses,
    moment: Moment,
) -> Matched:
    """Give each employee of a batch what StartExam answered in its place.

    A known link that works is kept whatever came; a participant that the ledger knew keeps its first window
    (the API page "Register Employees" doesn't say whether it moves).
    """
    given = np.array([participant or "" for participant in participants], object)
    runs, ends = _windows(participants, holders, moment)
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
    return Matched(list(_written(batch, given, runs, keeps, (given != "") & ~same)), after)


def _windows(
    participants: Sequence[str | None], holders: Mapping[str, Holder], moment: Moment
) -> tuple[np.ndarray, np.ndarray]:
    """Return in which run each participant was answered first, and when its link ends."""
    runs = np.full(len(participants), moment.run, np.int64)
    ends = np.full(len(participants), moment.valid_till, np.int64)
    for place, participant in enumerate(participants if holders else ()):
        holder = holders.get(participant.casefold()) if participant else None
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
