"""Whatever the service does: nobody gets another's participant, nobody is forgotten, requests are bounded."""

from __future__ import annotations

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bulk_register.records import Status
from bulk_register.sending.tasks import Rules
from tests.support.simulated_service import FAULTS, Service, Simulation, batches_of

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
def test_any_service_and_any_order(simulation: Simulation, seed: int, wildness: float) -> None:
    chance = random.Random(seed)
    while simulation.dispatch() or simulation.flying:
        while chance.random() < 0.7 and simulation.dispatch():
            pass
        how = chance.choice(LANDINGS) if chance.random() < wildness else "honest"
        simulation.land(chance.randrange(8), how, chance)
        assert simulation.requests <= 20 * len(simulation.settled) + 100
    simulation.finish()
    if simulation.course._rules.reregister:
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
        held = self.simulation.holders.get(f"p-{stranger}")
        ids: list[object] = [f"p-{name}" for name in task.batch.identifiers]
        if held and stranger not in task.batch.identifiers:
            ids[0] = f"P-{stranger}"
        self.simulation.land_answer(task, ids)

    @rule()
    def stop(self) -> None:
        self.simulation.course.stop("somebody wants it")

    @invariant()
    def nobody_has_anothers_participant(self) -> None:
        if hasattr(self, "simulation"):
            self.simulation.check()

    def teardown(self) -> None:
        if hasattr(self, "simulation"):
            self.simulation.finish()


AnyCourse.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestAnyCourse = AnyCourse.TestCase
