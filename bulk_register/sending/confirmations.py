"""Employees whose answer was contradicted: asked again in another order until two answers agree."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from bulk_register.records import Batch
from bulk_register.sending.tasks import Purpose, Task

MAX_ALONE = 8  # so few employees of an answer are asked one by one: then no order can be wrong
MAX_ASKED = 2  # times that they are asked again; two answers in a row must agree

Participants = Sequence[str | None]


@dataclass(frozen=True)
class Doubt:
    """Employees whose links are withheld, and the participants that StartExam answered last for them."""

    batch: Batch
    given: tuple[str | None, ...]
    asked: int = 0  # times again


class Release(NamedTuple):
    """Employees for whom two answers agreed, in the order of the later one."""

    task: Task
    batch: Batch
    participants: tuple[str | None, ...]


class Shared(NamedTuple):
    """An employee whose participant StartExam gives to others too (all their codes, the own included)."""

    batch: Batch
    codes: tuple[int, ...]


class Confirmations:
    """Which employees are in doubt, who claims which participant, and what two answers agree on.

    A participant is everybody's claim whose last answer held it; claimed by several it goes to none of them.
    """

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.Random()  # noqa: S311 - an order, no secret
        self._waiting: deque[Doubt] = deque()
        self._asked: dict[Task, Doubt] = {}
        self._agreed: list[tuple[Task, tuple[str | None, ...]]] = []
        self._last: dict[int, str] = {}  # the participant of each employee's last answer, by code
        self._claims: Counter[str] = Counter()

    @property
    def open(self) -> bool:
        """Whether anybody is still to be asked about, or a decision is due."""
        return bool(self._waiting or self._asked or self._agreed)

    def add(self, doubt: Doubt) -> None:
        """Ask again about these employees; few of them one by one."""
        self._claim(doubt.batch, doubt.given)
        size = 1 if len(doubt.batch) <= MAX_ALONE else len(doubt.batch)
        for start in range(0, len(doubt.batch), size):
            self._waiting.append(_part(doubt, range(start, start + size)))

    def next(self) -> Task | None:
        """Return what is to be asked next, in an order of its own; None where nothing is left."""
        if not self._waiting:
            return None
        doubt = self._waiting.popleft()
        order = list(range(len(doubt.batch)))
        while len(order) > 1 and order == sorted(order):
            self._chance.shuffle(order)
        doubt = _part(doubt, order)
        task = Task(doubt.batch, Purpose.CONFIRM)
        self._asked[task] = replace(doubt, asked=doubt.asked + 1)
        return task

    def answered(self, task: Task, participants: tuple[str | None, ...]) -> bool:
        """Compare an answer with the one before; False where these employees are given up."""
        doubt = self._asked.pop(task)
        self._claim(task.batch, participants)
        if doubt.given == participants:
            self._agreed.append((task, participants))
        elif doubt.asked < MAX_ASKED:
            self._waiting.appendleft(replace(doubt, given=participants))
        else:
            return False
        return True

    def split(self, task: Task) -> None:
        """Ask about each half: one of these employees was refused."""
        doubt, middle = self._asked.pop(task), (len(task.batch) + 1) // 2
        self._waiting.extendleft([_part(doubt, range(middle, len(task.batch))), _part(doubt, range(middle))])

    def drop(self, task: Task, claims: Doubt | None = None) -> None:
        """Give these employees up; `claims` are those of them who were answered with one participant."""
        self._asked.pop(task, None)
        if claims:
            self._claim(claims.batch, claims.given)

    def claimed(self, batch: Batch, participants: Participants) -> bool:
        """Tell whether somebody else who is in doubt claims a participant of an answer."""
        if not self._claims:
            return False
        pairs = zip(batch.codes.tolist(), participants, strict=True)
        return any(
            self._claims[given] > (self._last.get(code) == given)
            for code, given in pairs
            if given is not None and given in self._claims
        )

    def conclude(self) -> tuple[list[Release], list[Shared]]:
        """Return, once all have been asked, who may have which participant, and whose is shared."""
        if self._waiting or self._asked:
            return [], []
        releases: list[Release] = []
        shared: list[Shared] = []
        for task, participants in self._agreed:
            places = [i for i, given in enumerate(participants) if given is None or self._claims[given] == 1]
            given = tuple(participants[place] for place in places)
            releases.append(Release(task, task.batch.take(places), given))
            for place in sorted(set(range(len(participants))) - set(places)):
                claimants = tuple(code for code, one in self._last.items() if one == participants[place])
                shared.append(Shared(task.batch.take([place]), claimants))
        self._agreed = []
        return releases, shared

    def give_up(self) -> list[Batch]:
        """Return all who are still without a decision, and forget them."""
        batches = [doubt.batch for doubt in self._waiting] + [task.batch for task, _ in self._agreed]
        self._waiting.clear()
        self._agreed = []
        return batches

    def _claim(self, batch: Batch, participants: Participants) -> None:
        for code, given in zip(batch.codes.tolist(), participants, strict=True):
            if (before := self._last.pop(code, None)) is not None:
                self._claims[before] -= 1
                if not self._claims[before]:
                    del self._claims[before]
            if given is not None:
                self._last[code] = given
                self._claims[given] += 1


def _part(doubt: Doubt, places: Sequence[int]) -> Doubt:
    given = tuple(doubt.given[place] for place in places)
    return replace(doubt, batch=doubt.batch.take(list(places)), given=given)


def doubts_among(batches: Iterable[Batch], earlier: Iterable[tuple[Sequence[str], Participants]]) -> tuple[
    tuple[Batch, ...], list[Doubt]
]:  # fmt: skip
    """Take out of a plan's batches those in doubt since earlier runs, with what they were answered last.

    `earlier` holds contradicted answers, the latest last: employees, and the participants in their order.
    """
    last: dict[str, tuple[int, str | None]] = {}  # each employee's last such answer
    for number, (employees, given) in enumerate(earlier):
        last.update((name, (number, one)) for name, one in zip(employees, given, strict=True))
    if not last:
        return tuple(batches), []
    rest: list[Batch] = []
    doubts: list[Doubt] = []
    for batch in batches:
        found: dict[int, list[int]] = {}  # places in the batch by answer
        for place, name in enumerate(batch.identifiers):
            if name in last:
                found.setdefault(last[name][0], []).append(place)
        for places in found.values():
            given = tuple(last[batch.identifiers[place]][1] for place in places)
            doubts.append(Doubt(batch.take(places), given))
        taken = {place for places in found.values() for place in places}
        left = [place for place in range(len(batch)) if place not in taken]
        if left:
            rest.append(batch if not taken else batch.take(left))
    return tuple(rest), doubts
