"""Employees whose answers in earlier runs were contradicted, and with which participants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bulk_register.ledger import Ledger
from bulk_register.records import Batch, Scope
from bulk_register.sending.confirmations import Claim, Confirmations, Doubt, Participants
from bulk_register.startexam import read_participants


class ContradictedAnswer(NamedTuple):
    """A run's answer, by position."""

    run: int
    employees: Sequence[str]
    participants: Participants


def unsettled_answers(ledger: Ledger, scope: Scope) -> list[ContradictedAnswer]:
    """Return a scope's contradicted answers, the latest last, as far as their employees are still in doubt.

    Settled is whoever got a link in that run or later, or holds the participant answered last all along.
    """
    answers = [
        ContradictedAnswer(run, employees, answer.participants or answer.repeated)
        for run, employees, raw in ledger.contradicted(scope)
        if (answer := read_participants(raw, len(employees))) and (answer.participants or answer.repeated)
    ]
    if not answers:
        return []
    last = {name: (one.run, given) for one in answers for name, given in _pairs(one)}
    holders = ledger.holders(scope.base_url, [given for _, given in last.values() if given])
    known = ledger.known(scope)
    linked_in = dict(zip(known.employees, known.runs.tolist(), strict=True))
    settled = {
        name
        for name, (run, given) in last.items()
        if linked_in.get(name, 0) >= run or (given in holders and holders[given].employee == name)
    }
    return [_without(one, settled) for one in answers]


def confirmations_after(
    answers: Sequence[ContradictedAnswer], batches: Iterable[Batch]
) -> tuple[tuple[Batch, ...], Confirmations]:
    """Return a plan's batches without those in doubt, and what is to be confirmed of these."""
    rest, doubts = _doubts_among(batches, answers)
    claims = (Claim(name, given) for one in answers for name, given in _pairs(one) if given)
    return rest, Confirmations(doubts, claims)


def _doubts_among(
    batches: Iterable[Batch], answers: Iterable[ContradictedAnswer]
) -> tuple[tuple[Batch, ...], list[Doubt]]:
    """Take those in doubt out of a plan's batches, with what they were answered last."""
    last: dict[str, tuple[int, str | None]] = {}  # with the number of the answer
    for number, answer in enumerate(answers):
        last.update((name, (number, given)) for name, given in _pairs(answer))
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


def _pairs(answer: ContradictedAnswer) -> Iterable[tuple[str, str | None]]:
    return zip(answer.employees, answer.participants, strict=True)


def _without(answer: ContradictedAnswer, settled: set[str]) -> ContradictedAnswer:
    kept = [(name, given) for name, given in _pairs(answer) if name not in settled]
    return answer._replace(employees=[name for name, _ in kept], participants=[given for _, given in kept])
