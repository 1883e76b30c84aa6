"""A service without sockets: tells what it would answer, and keeps the book of who got whose participant."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from bulk_register.records import Batch, Holder, Status, Statuses
from bulk_register.sending.confirmations import Confirmations, Doubt
from bulk_register.sending.matching import Moment, Pairing, match
from bulk_register.sending.scheduler import Scheduler
from bulk_register.sending.tasks import Message, Purpose, Rules, Task, Verdict
from bulk_register.startexam.answers import read_participants

RUN, NOW, TILL = 7, 1_000_000, 2_000_000

Ids = list[object]
PLACEHOLDERS = ["", " ", "null", "None", "error", "-", "0", "...", "{}", "undefined", "not-a-guid-at-all"]
STRANGER = str(uuid.UUID(int=1 << 100))
FAULTS: dict[str, Callable[[Ids, random.Random], Ids]] = {
    "short": lambda ids, _: ids[:-1],
    "short in front": lambda ids, _: ids[1:],
    "empty": lambda *_: [],
    "long": lambda ids, _: [*ids, STRANGER],
    "long in front": lambda ids, _: [STRANGER, *ids],
    "repeated": lambda ids, _: [ids[0]] * len(ids),
    "repeated in another case": lambda ids, _: [*ids[:-1], ids[0] and str(ids[0]).upper()],
    "malformed": lambda ids, _: ["../..", *ids[1:]],
    "a placeholder": lambda ids, chance: [chance.choice(PLACEHOLDERS), *ids[1:]],
    "other spellings": lambda ids, chance: [each and spelled(str(each), chance) for each in ids],
    "zeros": lambda ids, _: [str(uuid.UUID(int=0)), *ids[1:]],
    "no text": lambda ids, _: [*ids[:-1], 7],
    "nulls": lambda ids, chance: [None if chance.random() < 0.5 else each for each in ids],
    "all null": lambda ids, _: [None] * len(ids),
}


def participant(name: str) -> str:
    """The true participant of `eN`."""
    return str(uuid.UUID(int=(int(name[1:]) + 1) * 0xABCDEF0123456789ABCDEF))


def spelled(guid: str, chance: random.Random) -> str:
    """A GUID in another spelling."""
    text = chance.choice([guid.upper(), guid.replace("-", ""), guid])
    return chance.choice([text, f"{{{text}}}", f" {text}\t"])


def batches_of(count: int, size: int) -> list[Batch]:
    names = [f"e{number}" for number in range(count)]
    return [
        Batch(number, np.arange(start, min(start + size, count)), tuple(names[start : start + size]))
        for number, start in enumerate(range(0, count, size), 1)
    ]


@dataclass
class Service:
    """Everybody's true participant is `participant(name)`; `existing` as in the sandbox."""

    bad: set[str] = field(default_factory=set)
    poison: set[str] = field(default_factory=set)
    existing: str = "in place"
    registered: set[str] = field(default_factory=set)
    one_for_all: set[str] = field(default_factory=set)  # it takes them for one employee

    def answer(self, names: Iterable[str]) -> int | Ids:
        """The participants for a request, or the status of its refusal."""
        names = list(names)
        if self.bad & set(names):
            return 400
        if self.poison & set(names):
            return 500
        ids: Ids = []
        for name in names:
            if name not in self.registered or self.existing == "in place":
                ids.append(participant("e1000000" if name in self.one_for_all else name))
            elif self.existing == "null":
                ids.append(None)
            self.registered.add(name)
        return ids


class Simulation:
    """A scheduler with requests in flight that land in any order and any state."""

    def __init__(
        self,
        batches: list[Batch],
        service: Service,
        rules: Rules,
        workers: int = 4,
        confirmations: Confirmations | None = None,
    ) -> None:
        self.scheduler = Scheduler(batches, rules, confirmations)
        self.service = service
        self.workers = workers
        self.flying: list[Task] = []
        self.requests = 0
        self.accepted = rules.trusted
        self.sent: list[tuple[str, ...]] = []
        self.statuses = Statuses.of(1 + max(code for batch in batches for code in batch.codes))
        self.settled: list[int] = [0] * len(self.statuses.status)
        self.holders: dict[str, Holder] = {}
        self.kept: list[tuple[Batch, tuple[str | None, ...]]] = []  # answers that gave links
        self.landed: list[tuple[tuple[str, ...], tuple[str | None, ...]]] = []  # matchable, or repeated
        self.honest = True  # False: the service may mix up whose participants are whose

    def __repr__(self) -> str:
        return f"Simulation({self.service}, {self.scheduler.rules}, sent={self.sent}, {self.landed})"

    def dispatch(self) -> bool:
        if len(self.flying) >= self.workers:
            return False
        task = self.scheduler.next(len(self.flying))
        if task is None:
            return False
        under_way = {name for other in self.flying for name in other.batch.identifiers}
        assert not under_way & set(task.batch.identifiers), "asked about twice at once"
        assert self.accepted or not self.flying, "a second request before the first success"
        assert len(task.batch) > 0
        self.flying.append(task)
        self.sent.append(task.batch.identifiers)
        self.requests += 1
        return True

    def land(self, place: int = 0, how: str = "honest", chance: random.Random | None = None) -> None:
        task = self.flying.pop(place % len(self.flying))
        self.land_somehow(task, how, chance or random.Random(1))
        if task.purpose is Purpose.CONFIRM and how != "honest":
            self.conclude()

    def land_somehow(self, task: Task, how: str, chance: random.Random) -> None:
        batch = task.batch
        if how in ("503", "no answer"):
            self.apply(self.scheduler.failed(task, Message(how, how), 503 if how == "503" else 0))
            return
        ids = self.service.answer(batch.identifiers)
        if how == "lost":
            self.apply(self.scheduler.failed(task, Message("lost", "lost"), 0))
        elif ids == 400:
            self.apply(self.scheduler.refused(task, Message("not found", "not found")))
        elif ids == 500:
            self.apply(self.scheduler.failed(task, Message("poison", "poison"), 500))
        else:
            assert isinstance(ids, list)
            if how in FAULTS and ids and not ("long" in how and len(ids) < len(batch)):
                ids = FAULTS[how](ids, chance)  # no fault makes up for another
            self.land_answer(task, ids)

    def land_answer(self, task: Task, ids: Ids) -> None:
        batch = task.batch
        answer = read_participants(json.dumps({"participantIds": ids}).encode(), len(batch))
        if given := answer.participants or answer.repeated:
            self.landed.append((batch.identifiers, given))
        if answer.participants is None:
            self.accepted |= task.purpose is Purpose.PROBE
            if answer.repeated:
                foreign = Pairing(batch, answer.repeated, self.holders).foreign()
                disputed = {answer.repeated[place] for place, _ in foreign}
                self.apply(self.scheduler.repeated(task, answer.repeated, self.take_back(disputed)))
            else:
                self.apply(self.scheduler.unmatched(task, answer.fault, empty=answer.empty))
        else:
            self.land_participants(task, answer.participants)
        if task.purpose is Purpose.CONFIRM:
            self.conclude()

    def land_participants(self, task: Task, participants: tuple[str | None, ...]) -> None:
        others = Pairing(task.batch, participants, self.holders).foreign()
        if others or self.scheduler.contradicts(task, participants):
            disputed = {participants[place] for place, _ in others}
            self.apply(self.scheduler.contradicted(task, participants, self.take_back(disputed)))
        elif task.purpose is Purpose.CONFIRM:
            self.accepted = True
            self.apply(self.scheduler.confirmed(task, participants))
        else:
            self.accepted = True
            self.give(task.batch, participants)
            self.apply(self.scheduler.answered(task, empty_handed=not any(participants)))

    def give(self, batch: Batch, participants: tuple[str | None, ...]) -> None:
        matched = match(Pairing(batch, participants, self.holders), self.statuses, Moment(RUN, NOW, TILL))
        for names, given, run, _ in matched.registrations:
            for name, each in zip(names, given, strict=True):
                self.holders[each] = Holder(name, run, TILL)
        self.statuses.replace(batch.codes, matched.statuses)
        self.kept.append((batch, participants))
        self.count(batch)

    def take_back(self, disputed: set[str | None]) -> list[Doubt]:
        """As the ledger does: all of the answers that held these participants."""
        doubts = []
        struck = [each for each in self.kept if disputed & {*each[1]}]
        self.kept = [each for each in self.kept if not disputed & {*each[1]}]
        for batch, given in struck:
            for each in given:
                self.holders.pop(each or "", None)
            self.statuses.participant[batch.codes] = ""
            doubts.append(Doubt(batch, given))
        return doubts

    def conclude(self) -> None:
        releases, shared = self.scheduler.conclude()
        for release in releases:
            assert not Pairing(release.batch, release.participants, self.holders).foreign()
            self.give(release.batch, release.participants)
        self.apply([Verdict(one.batch, Status.UNKNOWN, "shared") for one in shared])
        assert all(len(one.claimants) > 1 for one in shared)

    def count(self, batch: Batch) -> None:
        for code in batch.codes:
            self.settled[code] += 1

    def apply(self, verdicts: list[Verdict]) -> None:
        for verdict in verdicts:
            assert not self.statuses.participant[verdict.batch.codes].any()
            self.statuses.settle(verdict.batch.codes, verdict.status, verdict.note)
            self.count(verdict.batch)

    def finish(self) -> None:
        """Let everything come to its end honestly, and check what must hold then."""
        while self.flying or self.dispatch():
            while self.dispatch():
                pass
            self.land()
            assert self.requests < 20 * len(self.settled) + 100, "it never ends"
        self.apply(self.scheduler.leftovers())
        self.check()
        assert all(self.settled), "somebody was forgotten"
        assert self.scheduler.leftovers() == []
        assert self.scheduler.next(0) is None or not self.scheduler.stopped

    def check(self) -> None:
        """Nobody has anybody else's participant; who has one is registered, who has none isn't."""
        for code, given in enumerate(self.statuses.participant):
            assert not self.honest or given in ("", participant(f"e{code}"))
            assert (self.statuses.status[code] == Status.REGISTERED) == bool(given)

    def names(self, status: Status) -> set[str]:
        return {f"e{code}" for code in np.flatnonzero(self.statuses.status == status)}
