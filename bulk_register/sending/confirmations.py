"""Employees whose answer was contradicted: asked again in another order until two answers agree."""

from __future__ import annotations

import random
from collections import deque
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
    """An employee whose participant StartExam gave to others too; `claimants` are all of them."""

    batch: Batch
    claimants: frozenset[str]


class Claim(NamedTuple):
    """StartExam answered with a participant for an employee who is in doubt."""

    employee: str
    participant: str


class Confirmations:
    """Which employees are in doubt, who claims which participant, and what two answers agree on.

    An employee in doubt claims every participant ever answered; whom two answers agree on, only that one.
    A participant that several claim goes to none of them. `doubts` and `claims` come from earlier runs.
    """

    def __init__(self, doubts: Iterable[Doubt] = (), claims: Iterable[Claim] = ()) -> None:
        self._chance = random.Random()  # noqa: S311 - an order, no secret
        self._waiting: deque[Doubt] = deque()
        self._asked: dict[Task, Doubt] = {}
        self._agreed: list[tuple[Task, tuple[str | None, ...]]] = []
        self._answered: dict[str, set[str]] = {}  # participants by employee
        self._claimants: dict[str, set[str]] = {}  # the same by participant
        for employee, participant in claims:
            self._claim(employee, participant)
        for doubt in doubts:
            self.add(doubt)

    @property
    def open(self) -> bool:
        """Whether anybody is still to be asked about, or a decision is due."""
        return bool(self._waiting or self._asked or self._agreed)

    def add(self, doubt: Doubt) -> None:
        """Ask again about these employees; few of them one by one."""
        self._claim_all(doubt.batch, doubt.given)
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
        self._claim_all(task.batch, participants)
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
            self._claim_all(claims.batch, claims.given)

    def claimed(self, batch: Batch, participants: Participants) -> bool:
        """Tell whether somebody else who is in doubt claims a participant of an answer."""
        pairs = zip(batch.identifiers, participants, strict=True) if self._claimants else ()
        return any(given and self._claimants.get(given, set()) - {name} for name, given in pairs)

    def conclude(self) -> tuple[list[Release], list[Shared]]:
        """Return, once all have been asked, who may have which participant, and whose is shared."""
        if self._waiting or self._asked or not self._agreed:
            return [], []
        settled = self._settle()
        releases: list[Release] = []
        shared: list[Shared] = []
        for task, participants in self._agreed:
            names = task.batch.identifiers
            places = [place for place, name in enumerate(names) if name in settled]
            given = tuple(participants[place] for place in places)
            releases.append(Release(task, task.batch.take(places), given))
            for place, name in enumerate(names):
                if name not in settled and (claimed := participants[place]):
                    claimants = frozenset(self._claimants[claimed])
                    shared.append(Shared(task.batch.take([place]), claimants))
        self._agreed = []
        return releases, shared

    def give_up(self) -> list[Batch]:
        """Return all who are still without a decision, and forget them."""
        batches = [doubt.batch for doubt in self._waiting] + [task.batch for task, _ in self._agreed]
        self._waiting.clear()
        self._agreed = []
        return batches

    def _claim(self, employee: str, participant: str) -> None:
        self._answered.setdefault(employee, set()).add(participant)
        self._claimants.setdefault(participant, set()).add(employee)

    def _claim_all(self, batch: Batch, participants: Participants) -> None:
        for employee, participant in zip(batch.identifiers, participants, strict=True):
            if participant is not None:
                self._claim(employee, participant)

    def _settle(self) -> set[str]:
        """Return who may have what two answers agree on; those give up their other claims.

        Whoever may not keeps all claims, which can cost others theirs in turn.
        """
        agreed = {
            name: given
            for task, participants in self._agreed
            for name, given in zip(task.batch.identifiers, participants, strict=True)
        }
        claimants: dict[str, set[str]] = {}
        for name, answered in self._answered.items():
            for claimed in answered & {agreed[name]} if name in agreed else answered:
                claimants.setdefault(claimed, set()).add(name)
        settled = set(agreed)
        disputed = [name for name, given in agreed.items() if given and len(claimants[given]) > 1]
        while disputed:
            name = disputed.pop()
            settled.discard(name)
            for claimed in self._answered[name] - {agreed[name]}:
                others = claimants.setdefault(claimed, set())
                disputed += [one for one in others & settled if agreed[one] == claimed]
                others.add(name)
        self._claimants = claimants
        self._answered.update((name, {given} if (given := agreed[name]) else set()) for name in settled)
        return settled


def _part(doubt: Doubt, places: Sequence[int]) -> Doubt:
    given = tuple(doubt.given[place] for place in places)
    return replace(doubt, batch=doubt.batch.take(list(places)), given=given)
