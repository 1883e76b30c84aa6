"""A roster sent for real: plan, real ledger, real sockets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from bulk_register.ledger import Ledger
from bulk_register.plan import PlanOptions, make_plan, scope_of
from bulk_register.records import (
    Employees,
    Event,
    Exam,
    KnownLinks,
    Outcome,
    Plan,
    Roster,
    RunRecord,
    Scope,
    Settled,
    Source,
    Status,
    Submission,
)
from bulk_register.sending import SendOptions, send
from bulk_register.startexam import StartExam
from tests.support.clients import EXAM, client_of


def roster_of(names: Sequence[str]) -> Roster:
    count = len(names)
    rows = pd.DataFrame(
        {
            "row": np.arange(2, count + 2),
            "identifier": np.array(names, object),
            "employee": np.arange(count),
            "status": np.full(count, "", object),
            "note": np.full(count, "", object),
        }
    )
    path = Path("roster.csv")
    source = Source(path, path, "0", "csv", 1, 2, count + 1, 1, 0, ("Employee ID",), 0, lambda: iter(()))
    return Roster(source, Employees(rows, np.array(names, object), np.arange(2, count + 2)))


def record_of(plan: Plan) -> RunRecord:
    return RunRecord(
        scope=plan.scope,
        settings="{}",
        roster="/roster.csv",
        sha256="0",
        output="/roster.registered.xlsx",
        valid_from=int(plan.exam.valid_from.timestamp()),
        valid_till=int(plan.exam.valid_till.timestamp()),
        reregister=plan.exam.reregister,
        employees=len(plan.roster.employees),
        started=0,
        open=plan.new,
    )


@dataclass
class Sent:
    """What became of it."""

    outcome: Outcome
    run: int
    events: list[Event]

    def names(self, status: Status) -> set[str]:
        identifiers = self.outcome.plan.roster.employees.identifiers
        return set(identifiers[self.outcome.statuses.status == status])

    def links(self) -> dict[str, str]:
        statuses = self.outcome.statuses
        identifiers = self.outcome.plan.roster.employees.identifiers
        return {
            name: participant
            for name, participant in zip(identifiers, statuses.participant, strict=True)
            if participant
        }


@dataclass
class Office:
    """Somebody who registers rosters, at one address and with one ledger."""

    base_url: str
    ledger: Path
    exam: Exam = EXAM
    batch_size: int = 10
    attempts: int = 3
    timeout: float = 5.0
    events: list[Event] = field(default_factory=list)
    ledgers: list[Ledger] = field(default_factory=list)

    @property
    def scope(self) -> Scope:
        return scope_of(1001, self.base_url, self.exam)

    def client(self) -> StartExam:
        return client_of(self.base_url, self.events, attempts=self.attempts, timeout=self.timeout)

    def run(
        self, names: Sequence[str], manner: SendOptions | None = None, aim: PlanOptions | None = None
    ) -> Sent:
        """Plan and send; `manner` without `trusted`, which the ledger knows."""
        with Ledger(self.ledger) as ledger:
            self.ledgers.append(ledger)
            aim = replace(aim or PlanOptions(), batch_size=self.batch_size)
            plan = make_plan(roster_of(names), self.exam, self.scope, ledger.known(self.scope), aim)
            run = (
                ledger.resume(aim.run, plan.batches)
                if aim.run
                else ledger.begin(record_of(plan), plan.batches)
            )
            manner = replace(manner or SendOptions(), trusted=ledger.has_registrations(self.scope))
            submission = Submission.of(plan, run)
            outcome = send(submission, ledger, self.client(), manner, self.events.append)
        return Sent(outcome, run, self.events)


def people(count: int) -> list[str]:
    return [f"emp-{number:05d}" for number in range(count)]


def known_of(*lines: tuple[str, int, int]) -> KnownLinks:
    """Links of these employees: when they end, and from which run they are."""
    names, ends, runs = zip(*lines, strict=True) if lines else ((), (), ())
    return KnownLinks(
        np.array(names, object),
        np.array([f"p-{name}" for name in names], object),
        np.array(ends, np.int64),
        np.array(runs, np.int64),
    )


class Listener(list[Event]):
    """Does something when so many requests are settled."""

    def __init__(self, after: int, do: Callable[[], object]) -> None:
        super().__init__()
        self.after, self.do = after, do

    def append(self, event: Event) -> None:
        super().append(event)
        if isinstance(event, Settled) and sum(isinstance(each, Settled) for each in self) == self.after:
            self.do()
