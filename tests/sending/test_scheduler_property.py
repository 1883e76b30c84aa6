"""Whatever the service does: nobody gets another's participant, nobody is forgotten, requests are bounded."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable

from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bulk_register.records import Status
from bulk_register.sending.tasks import Rules
from tests.support.simulated_service import FAULTS, Service, Simulation, batches_of, participant

LANDINGS = ["honest", "honest", "honest", "503", "no answer", "lost", *FAULTS]


@st.composite
def services(draw: st.DrawFn, count: int) -> Service:
    names = st.sets(st.integers(0, count - 1).map(lambda code: f"e{code}"), max_size=count)
    return Service(
        bad=draw(names | st.just(set())),
        poison=draw(names | st.just(set())),
        existing=draw(st.sampled_from(["in place", "null", "left out"])),
        registered=draw(names | st.just(set())),
    )


@st.composite
def simulations(draw: st.DrawFn) -> Simulation:
    count = draw(st.integers(1, 60))
    rules = Rules(draw(st.booleans()), draw(st.booleans()), draw(st.sampled_from([0, 3, 50])))
    batches = batches_of(count, draw(st.sampled_from([1, 2, 7, 10, 60])))
    return Simulation(batches, draw(services(count)), rules, draw(st.integers(1, 8)))


@settings(max_examples=150, deadline=None)
@given(simulations(), st.integers(0, 2**32), st.floats(0, 1))
def test_any_service_in_any_order_leaves_the_books_right(
    simulation: Simulation, seed: int, wildness: float
) -> None:
    chance = random.Random(seed)
    while simulation.dispatch() or simulation.flying:
        while chance.random() < 0.7 and simulation.dispatch():
            pass
        how = chance.choice(LANDINGS) if chance.random() < wildness else "honest"
        simulation.land(chance.randrange(8), how, chance)
        assert simulation.requests <= 20 * len(simulation.settled) + 100
    simulation.finish()
    if simulation.scheduler.rules.reregister:
        asked = [name for names in simulation.sent for name in names]
        assert len(asked) == len(set(asked)), "a new registration was asked for twice"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_k_bad_employees_in_an_honest_service(data: st.DataObject) -> None:
    count, size = data.draw(st.integers(2, 300)), data.draw(st.integers(2, 100))
    names = [f"e{code}" for code in range(count)]
    bad = set(data.draw(st.lists(st.sampled_from(names), max_size=8)))
    batches = batches_of(count, size)
    simulation = Simulation(batches, Service(bad=bad), Rules(trusted=True), data.draw(st.integers(1, 8)))
    simulation.finish()
    assert simulation.names(Status.REJECTED) == bad
    assert len(simulation.names(Status.REGISTERED)) == count - len(bad)
    largest = max(map(len, batches))
    extra = 2 * len(bad) * (math.log2(largest) + 1) + (8 if bad else 0)  # 8: asked about one by one at first
    assert simulation.requests - len(batches) <= extra


Mix = Callable[[list[str], list[str], random.Random], list[str]]  # own and others' employees: whose come
MIXES: dict[str, Mix] = {
    "late": lambda own, others, chance: chance.sample(others, len(own)) if len(others) >= len(own) else own,
    "one of another": lambda own, others, chance: [*own[:-1], chance.choice(others or own)],
    "rotated": lambda own, _, chance: own[(turn := chance.randrange(len(own))) :] + own[:turn],
    "reversed": lambda own, *_: own[::-1],
    "shuffled": lambda own, _, chance: chance.sample(own, len(own)),
    "repeated": lambda own, _, chance: [chance.choice(own), *own[1:]],
    "the same for three": lambda own, *_: [own[0]] * min(len(own), 3) + own[3:],
}


@settings(max_examples=200, deadline=None)
@given(simulations(), st.sets(st.sampled_from(sorted(MIXES)), min_size=1), st.integers(0, 2**32))
def test_what_contradicts_is_given_to_nobody(simulation: Simulation, mixes: set[str], seed: int) -> None:
    chance = random.Random(seed)
    simulation.honest = False
    asked: list[str] = []
    while simulation.dispatch() or simulation.flying:
        while chance.random() < 0.7 and simulation.dispatch():
            pass
        place = chance.randrange(len(simulation.flying))
        if chance.random() < 0.1:
            simulation.land(place, "no answer")
            continue
        task = simulation.flying.pop(place)
        own = [*task.batch.identifiers]
        others = [name for name in asked if name not in own]
        mixed = MIXES[chance.choice(sorted(mixes))](own, others, chance) if chance.random() < 0.4 else own
        simulation.land_answer(task, [participant(name) for name in mixed])
        asked += [name for name in own if name not in asked]
        assert simulation.requests <= 20 * len(simulation.settled) + 100
    simulation.finish()
    note(f"{simulation} {simulation.names(Status.REGISTERED)} {simulation.scheduler.stopped}")
    check_contradictions(simulation)


def check_contradictions(simulation: Simulation) -> None:
    """What nobody else was answered with may be given, unless they got another one, and nothing else."""
    last: dict[str, str | None] = {}  # each employee's last answer
    times: Counter[tuple[str, str | None]] = Counter()
    for pairs in map(_telling, simulation.landed):
        last.update(pairs)
        times.update(pairs)
    links = {f"e{code}": one for code, one in enumerate(simulation.statuses.participant) if one}
    claims = Counter(last.values())
    for name, one in (pair for pairs in map(_telling, simulation.landed) for pair in pairs):
        assert name in links or one not in links.values(), "somebody without a link was answered with it too"
    assert all(claims[one] == 1 for one in links.values()), "somebody else was answered with it last"
    for pairs in map(_telling, simulation.landed):
        contradicted = any(claims[one] > (last.get(name) == one) for name, one in pairs)
        alone = [(name, one) for name, one in pairs if links.get(name) == one and times[name, one] == 1]
        assert not (contradicted and alone), "only one answer says so, and another one contradicts it"


def _telling(completed: tuple[tuple[str, ...], tuple[str | None, ...]]) -> list[tuple[str, str | None]]:
    """Of an answer that repeats participants only those count to whom they were given."""
    names, ids = completed
    counts = Counter(ids)
    whole = len(counts) == len(ids)
    return [(name, one) for name, one in zip(names, ids, strict=True) if whole or counts[one] > 1]


class AnyCourse(RuleBasedStateMachine):
    """Requests go out and land one by one, in any order and any way; the run may be stopped at any time."""

    @initialize(simulation=simulations())
    def begin(self, simulation: Simulation) -> None:
        self.simulation = simulation

    @rule()
    def dispatch(self) -> None:
        self.simulation.dispatch()

    @precondition(lambda self: self.simulation.flying)
    @rule(place=st.integers(0, 7), how=st.sampled_from(LANDINGS), seed=st.integers(0, 99))
    def land(self, place: int, how: str, seed: int) -> None:
        self.simulation.land(place, how, random.Random(seed))

    @precondition(lambda self: self.simulation.flying)
    @rule(place=st.integers(0, 7), whose=st.integers(0, 59))
    def land_with_anothers_participant(self, place: int, whose: int) -> None:
        task = self.simulation.flying.pop(place % len(self.simulation.flying))
        stranger = f"e{whose}"
        self.simulation.service.registered.update(task.batch.identifiers)
        held = self.simulation.holders.get(participant(stranger))
        ids: list[object] = [participant(name) for name in task.batch.identifiers]
        if held and stranger not in task.batch.identifiers:
            ids[0] = participant(stranger).upper()
        self.simulation.land_answer(task, ids)

    @rule()
    def stop(self) -> None:
        self.simulation.scheduler.stop("somebody wants it")

    @invariant()
    def nobody_has_anothers_participant(self) -> None:
        if hasattr(self, "simulation"):
            self.simulation.check()

    def teardown(self) -> None:
        if hasattr(self, "simulation"):
            self.simulation.finish()


AnyCourse.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestAnyCourse = AnyCourse.TestCase
