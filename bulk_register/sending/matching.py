"""What a checked answer means for each of its employees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bulk_register.records import Batch, Holder, Registration, StandingNote, Standings, Status

_NOTES = {
    Status.UNKNOWN: "StartExam answered without a participant for this employee",
    Status.EXPIRED: "the only link that StartExam gives is over; --reregister makes a new one",
}


@dataclass(frozen=True)
class Matched:
    """An answer in its employees' order: what to write down, and each one's new standing."""

    registrations: list[Registration]
    standings: Standings  # one for each employee of the batch


def foreign(
    batch: Batch, participants: Sequence[str | None], holders: Mapping[str, Holder]
) -> list[tuple[int, Holder]]:
    """Return who else, as the ledger has it, holds participants of an answer; by their place in it."""
    given = [(place, item, holders.get(item.casefold())) for place, item in enumerate(participants) if item]
    return [(place, one) for place, _, one in given if one and one.employee != batch.identifiers[place]]


class Turns:
    """In which order a run's employees were asked about and answered.

    Whoever was answered with a participant before anybody else was asked about holds it for certain.
    """

    def __init__(self, count: int) -> None:
        self._answers = 0
        self._asked = np.full(count, -1, np.int64)
        self._answered = np.full(count, -1, np.int64)

    def ask(self, codes: np.ndarray) -> None:
        self._asked[codes] = np.where(self._asked[codes] < 0, self._answers, self._asked[codes])

    def turn_away(self, codes: np.ndarray) -> None:
        """They were not asked about after all: the request was refused."""
        self._asked[codes] = -1

    def answer(self, codes: np.ndarray) -> None:
        self._answered[codes] = self._answers
        self._answers += 1

    def contested(self, holder: int, claimant: int) -> bool:
        """Tell whether `claimant` had been asked about already when `holder` was answered."""
        return bool(self._answered[holder] >= self._asked[claimant] >= 0)

    def all_contested(self, names: np.ndarray, batch: Batch, others: list[tuple[int, Holder]]) -> np.ndarray:
        """Return the codes of those among the holders (see `foreign`) who can't be told from claimants."""
        pairs = [
            (code, place) for place, one in others for code in np.flatnonzero(names == one.employee).tolist()
        ]
        found = {code for code, place in pairs if self.contested(code, batch.codes[place])}
        return np.array(sorted(found), np.int64)


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
    before: Standings,
    moment: Moment,
) -> Matched:
    """Give each employee of a batch what StartExam answered in its place.

    A known link that works is kept whatever came; a participant that the ledger knew keeps its first window
    (the API page "Register Employees" doesn't say whether it moves).
    """
    after = Standings.of(len(batch))
    registrations: list[Registration] = []
    for place, (employee, participant) in enumerate(zip(batch.identifiers, participants, strict=True)):
        code = batch.codes[place]
        known, known_till = before.participant[code], int(before.valid_till[code])
        keeps = known and known_till > moment.now
        holder = holders.get(participant.casefold()) if participant else None
        run, till = (holder.run, holder.valid_till) if holder else (moment.run, moment.valid_till)
        same = participant is not None and participant.casefold() == known.casefold()
        if participant and not same:
            registrations.append(Registration(employee, participant, run, current=not keeps))
        if participant and (same or not keeps):
            _stand(after, place, participant, till, _status(run, till, moment))
            continue
        if keeps:
            _stand(after, place, known, known_till, Status.ALREADY_REGISTERED)
        else:
            _stand(after, place, "", 0, Status.UNKNOWN)
    return Matched(registrations, after)


def _status(run: int, till: int, moment: Moment) -> Status:
    if run == moment.run:
        return Status.REGISTERED
    return Status.ALREADY_REGISTERED if till > moment.now else Status.EXPIRED


def _stand(standings: Standings, place: int, participant: str, till: int, status: Status) -> None:
    standings.participant[place] = participant
    standings.valid_till[place] = till
    standings.status[place] = status
    standings.note[place] = _NOTES.get(status, "")


def update(standings: Standings, codes: np.ndarray, news: Standings) -> None:
    """Write a batch's new standings into those of all employees."""
    standings.participant[codes] = news.participant
    standings.valid_till[codes] = news.valid_till
    standings.status[codes] = news.status
    standings.note[codes] = news.note


def notes_on(batch: Batch, standings: Standings) -> list[StandingNote]:
    """Return why employees of a batch got no link that works from its answer."""
    without = np.flatnonzero(np.isin(standings.status, [Status.UNKNOWN, Status.EXPIRED]))
    return [
        StandingNote(batch.identifiers[place], standings.status[place], standings.note[place])
        for place in without
    ]
