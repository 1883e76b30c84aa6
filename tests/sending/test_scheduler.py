"""The scheduler alone, in the cases that the promises name."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import numpy as np
import pytest

from bulk_register.records import Batch, Status
from bulk_register.sending.earlier_doubts import ContradictedAnswer, confirmations_after
from bulk_register.sending.scheduler import Scheduler
from bulk_register.sending.tasks import Purpose, Rules, Task
from tests.support.simulated_service import Service, Simulation, batches_of, participant


def run(
    count: int, service: Service, *, size: int = 500, rules: Rules | None = None, workers: int = 4
) -> Simulation:
    simulation = Simulation(batches_of(count, size), service, rules or Rules(), workers)
    simulation.finish()
    return simulation


@pytest.mark.parametrize("workers", [1, 2, 4, 8])
def test_everybody_is_registered_in_as_few_requests_as_there_are_batches(workers: int) -> None:
    simulation = run(1203, Service(), workers=workers)
    assert len(simulation.names(Status.REGISTERED)) == 1203
    assert [len(names) for names in simulation.sent] == [500, 500, 203]


@pytest.mark.parametrize("bad", [1, 2, 4, 7, 20])
@pytest.mark.parametrize("size", [500, 37])
def test_refused_employees_are_found_in_few_requests(bad: int, size: int) -> None:
    chance = np.random.default_rng(bad * size)
    names = {f"e{code}" for code in chance.choice(np.arange(600, 2000), bad, replace=False)}
    simulation = run(2000, Service(bad=names), size=size)
    assert simulation.names(Status.REJECTED) == names
    assert len(simulation.names(Status.REGISTERED)) == 2000 - bad
    assert simulation.requests - math.ceil(2000 / size) <= 2 * bad * (math.log2(size) + 1)


@pytest.mark.parametrize("kind", ["bad", "poison"])
def test_one_bad_employee_costs_at_most_2_log2_n_plus_1_requests_wherever_it_is(kind: str) -> None:
    for code in (*range(0, 500, 23), 499):
        bad = {f"e{code + 500}"}
        service = Service(bad=bad) if kind == "bad" else Service(poison=bad)
        simulation = run(1500, service)
        assert simulation.names(Status.REJECTED) == bad
        assert simulation.requests - 3 <= 2 * (math.log2(500) + 1)


def test_a_bad_employee_in_the_first_batch_costs_one_request_more() -> None:
    simulation = run(2000, Service(bad={"e250"}))
    assert simulation.names(Status.REJECTED) == {"e250"}
    assert simulation.requests - 4 <= 2 * (math.log2(500) + 1) + 1
    assert [len(names) for names in simulation.sent[:3]] == [500, 1, 250]


def test_a_wrong_request_is_found_out_with_nine_requests() -> None:
    simulation = run(100_000, Service(bad={f"e{code}" for code in range(100_000)}))
    assert simulation.requests == 9
    assert [len(names) for names in simulation.sent] == [500] + [1] * 8
    assert "not found" in simulation.scheduler.stopped
    assert "none of these employees" in simulation.scheduler.stopped
    assert len(simulation.names(Status.NOT_SENT)) == 100_000


def test_the_employees_asked_about_alone_are_spread_over_the_roster() -> None:
    simulation = run(8000, Service(bad={f"e{code}" for code in range(8000)}))
    asked = [int(names[0][1:]) for names in simulation.sent[1:]]
    assert asked[0] == 0
    assert asked[-1] == 7999
    assert max(after - before for before, after in pairwise(asked)) < 1200


@pytest.mark.parametrize("count", range(1, 10))
def test_in_a_small_roster_everybody_is_asked_about_before_the_request_is_blamed(count: int) -> None:
    names = {f"e{code}" for code in range(count)}
    for good in names:
        simulation = run(count, Service(bad=names - {good}))
        if count <= 8:
            assert simulation.names(Status.REGISTERED) == {good}
            assert simulation.names(Status.REJECTED) == names - {good}


def test_where_such_requests_were_right_before_the_refused_are_rejected() -> None:
    bad = {f"e{code}" for code in range(20)}
    simulation = run(20, Service(bad=bad), rules=Rules(trusted=True))
    assert simulation.names(Status.REJECTED) == bad
    assert not simulation.scheduler.stopped
    assert run(1, Service(bad={"e0"}), rules=Rules(trusted=True)).names(Status.REJECTED) == {"e0"}


def test_too_many_refused_employees_stop_the_run() -> None:
    bad = {f"e{code}" for code in range(500, 2000)}
    simulation = run(2000, Service(bad=bad), rules=Rules(max_rejected=10))
    assert "more than 10 employees" in simulation.scheduler.stopped
    assert 11 <= len(simulation.names(Status.REJECTED)) <= 15
    assert len(simulation.names(Status.REGISTERED)) == 500
    assert simulation.requests < 60
    exactly = run(2000, Service(bad={f"e{code}" for code in range(700, 710)}), rules=Rules(max_rejected=10))
    assert not exactly.scheduler.stopped


@pytest.mark.parametrize("how", ["503", "no answer", "lost"])
def test_three_batches_that_failed_in_a_row_are_a_dead_service(how: str) -> None:
    simulation = Simulation(batches_of(5000, 500), Service(), Rules())
    while simulation.dispatch():
        simulation.land(how=how)
    simulation.finish()
    assert simulation.requests == 3
    assert "keeps failing" in simulation.scheduler.stopped
    assert len(simulation.names(Status.FAILED)) == 1500
    assert len(simulation.names(Status.NOT_SENT)) == 3500


def test_a_success_between_makes_the_count_of_failures_begin_anew() -> None:
    simulation = Simulation(batches_of(5000, 500), Service(), Rules(), workers=1)
    for how in ("503", "503", "honest", "503", "503", "honest", "503", "503", "honest", "honest"):
        assert simulation.dispatch()
        simulation.land(how=how)
    simulation.finish()
    assert not simulation.scheduler.stopped
    assert len(simulation.names(Status.FAILED)) == 3000


@pytest.mark.parametrize("alive", ["short", "refused"])
def test_any_answer_makes_the_count_of_failures_begin_anew(alive: str) -> None:
    service = Service(bad={"e170"} if alive == "refused" else set())
    simulation = Simulation(batches_of(500, 50), service, Rules(), workers=1)
    for how in ("honest", "503", "503", "short" if alive == "short" else "honest"):
        assert simulation.dispatch()
        simulation.land(how=how)
    for _ in range(2):
        assert simulation.dispatch()
        simulation.land(how="503")
    assert not simulation.scheduler.stopped


def test_a_batch_that_keeps_answering_500_waits_until_others_have_succeeded() -> None:
    simulation = run(2000, Service(poison={"e3"}), workers=1)
    assert [len(names) for names in simulation.sent[:6]] == [500, 500, 500, 500, 250, 250]
    assert simulation.names(Status.REJECTED) == {"e3"}
    assert len(simulation.names(Status.REGISTERED)) == 1999


def test_one_poison_in_the_only_batch_is_found_too() -> None:
    simulation = run(300, Service(poison={"e299"}))
    assert simulation.names(Status.REJECTED) == {"e299"}
    assert len(simulation.names(Status.REGISTERED)) == 299


def test_a_service_that_answers_500_to_everything_is_dead() -> None:
    simulation = run(400, Service(poison={f"e{code}" for code in range(400)}))
    assert simulation.scheduler.stopped
    assert simulation.requests <= 11
    assert len(simulation.names(Status.FAILED) | simulation.names(Status.NOT_SENT)) == 400


# --- answers that can't be matched


@pytest.mark.parametrize("fault", ["short", "short in front", "long", "malformed", "empty"])
def test_an_unmatchable_answer_is_asked_about_again_in_halves(fault: str) -> None:
    simulation = Simulation(batches_of(1000, 500), Service(), Rules(), workers=1)
    simulation.dispatch()
    simulation.land(how=fault)
    simulation.finish()
    assert [len(names) for names in simulation.sent] == [500, 1, 250, 249, 500]
    assert len(simulation.names(Status.REGISTERED)) == 1000


def test_a_service_that_leaves_existing_participants_out_stops_the_run() -> None:
    service = Service(existing="left out", registered={"e10"})
    simulation = run(5000, service, workers=1)
    assert [len(names) for names in simulation.sent] == [500, 1]
    assert "leaves employees who are registered already out" in simulation.scheduler.stopped
    assert len(simulation.names(Status.UNKNOWN)) == 500
    assert len(simulation.names(Status.NOT_SENT)) == 4500


def test_in_flight_answers_of_the_right_length_still_count_after_such_a_stop() -> None:
    service = Service(existing="left out", registered={"e510"})
    simulation = run(2000, service, workers=4)
    assert len(simulation.names(Status.UNKNOWN)) == 500
    assert len(simulation.names(Status.REGISTERED)) == 1500


def test_the_employee_is_asked_about_alone_before_any_half_of_a_refused_batch() -> None:
    simulation = Simulation(batches_of(2000, 500), Service(bad={"e1100"}), Rules(), workers=4)
    simulation.dispatch()
    simulation.land()
    while simulation.dispatch():
        pass
    simulation.land(0, "short")  # the second batch
    simulation.land(0)  # the third is refused
    simulation.land(0)
    assert simulation.dispatch()
    assert simulation.sent[-1] == ("e500",)
    assert not simulation.dispatch(), "nothing else goes out until that is known"
    simulation.land()
    simulation.finish()
    assert simulation.names(Status.REJECTED) == {"e1100"}


def test_nulls_leave_only_their_own_employees_without_a_participant() -> None:
    simulation = run(100, Service(existing="null", registered={"e1", "e7"}))
    assert simulation.names(Status.UNKNOWN) == {"e1", "e7"}
    assert len(simulation.names(Status.REGISTERED)) == 98
    assert simulation.requests == 1


# --- answers that contradict each other


def dispatched(simulation: Simulation) -> Task:
    assert simulation.dispatch()
    return simulation.flying.pop()


def ids_of(*codes: int) -> list[object]:
    return [participant(f"e{code}") for code in codes]


def codes_of(status: Status, simulation: Simulation) -> set[int]:
    return {int(name[1:]) for name in simulation.names(status)}


def test_another_employees_participant_takes_both_answers_back_until_asking_again_agrees() -> None:
    simulation = Simulation(batches_of(60, 20), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(*range(20)))
    simulation.land_answer(dispatched(simulation), ids_of(3, *range(21, 40)))
    assert codes_of(Status.UNKNOWN, simulation) == set(range(40))
    assert not simulation.scheduler.stopped
    simulation.finish()
    assert "another employee" in simulation.scheduler.stopped
    assert codes_of(Status.REGISTERED, simulation) == set(range(40))
    assert codes_of(Status.NOT_SENT, simulation) == set(range(40, 60))
    asked_again = simulation.sent[2:]
    assert {frozenset(names) for names in asked_again} == {
        frozenset(f"e{code}" for code in range(20)),
        frozenset(f"e{code}" for code in range(20, 40)),
    }
    assert all(list(names) != sorted(names, key=lambda name: int(name[1:])) for names in asked_again)


def test_wrong_links_of_a_first_answer_go_when_a_second_one_is_right() -> None:
    simulation = Simulation(batches_of(60, 20), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(*range(20, 40)))
    simulation.land_answer(dispatched(simulation), ids_of(*range(20, 40)))
    simulation.finish()
    simulation.check()
    assert codes_of(Status.REGISTERED, simulation) == set(range(40))


def test_an_order_that_changes_with_every_answer_gives_nobody_a_link() -> None:
    chance = random.Random(5)
    simulation = Simulation(batches_of(60, 20), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(*range(20)))
    simulation.land_answer(dispatched(simulation), ids_of(*range(20)))
    while simulation.dispatch():
        task = simulation.flying.pop()
        ids = [participant(name) for name in task.batch.identifiers]
        chance.shuffle(ids)
        simulation.land_answer(task, [*ids])
    simulation.finish()
    assert codes_of(Status.UNKNOWN, simulation) == set(range(40))
    assert simulation.requests <= 2 + 2 * 2


def test_few_employees_are_asked_one_by_one_where_no_order_can_be_wrong() -> None:
    simulation = Simulation(batches_of(9, 3), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(1, 2, 0))
    simulation.land_answer(dispatched(simulation), ids_of(0, 4, 5))
    simulation.finish()
    assert {len(names) for names in simulation.sent[2:]} == {1}
    assert codes_of(Status.REGISTERED, simulation) == set(range(6))


def test_who_stays_in_doubt_goes_on_claiming_all_that_came() -> None:
    """e5 is answered with e2's participant each time, e2 with a stranger's at last, and then not at all."""
    answers = iter([ids_of(99)])
    simulation = Simulation(batches_of(6, 3), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(0, 1, 2))
    simulation.land_answer(dispatched(simulation), ids_of(3, 4, 2))
    while simulation.dispatch():
        task = simulation.flying[0]
        if task.batch.identifiers == ("e5",):
            simulation.land_answer(simulation.flying.pop(), ids_of(2))
        elif task.batch.identifiers == ("e2",) and (strange := next(answers, None)):
            simulation.land_answer(simulation.flying.pop(), strange)
        else:
            simulation.land(how="no answer" if task.batch.identifiers == ("e2",) else "honest")
    simulation.finish()
    assert codes_of(Status.REGISTERED, simulation) == {0, 1, 3, 4}


def test_an_answer_under_way_that_holds_what_is_in_doubt_is_in_doubt_too() -> None:
    simulation = Simulation(batches_of(40, 10), Service(), Rules(), workers=3)
    simulation.land_answer(dispatched(simulation), ids_of(*range(10)))
    for _ in range(3):
        simulation.dispatch()
    third, second = simulation.flying.pop(1), simulation.flying.pop(0)
    simulation.land_answer(second, ids_of(*range(9), 19))
    simulation.land_answer(third, ids_of(0, *range(21, 30)))
    assert codes_of(Status.UNKNOWN, simulation) == set(range(30))
    assert not simulation.dispatch(), "it is asked again only when nothing else is under way"
    simulation.finish()
    assert codes_of(Status.REGISTERED, simulation) == set(range(40))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 30])
def test_a_participant_answered_for_three_people_goes_to_none_of_them(size: int) -> None:
    three = {1, 4, 9}
    service = Service(one_for_all={f"e{code}" for code in three})
    simulation = run(30, service, size=size, workers=1)
    assert not three & codes_of(Status.REGISTERED, simulation)
    if size == 30:
        assert codes_of(Status.UNKNOWN, simulation) == three
        assert codes_of(Status.REGISTERED, simulation) == set(range(30)) - three
        assert not simulation.scheduler.stopped


def test_nor_does_a_later_run_give_it_to_one_who_is_asked_before_the_others() -> None:
    service = Service(one_for_all={"e1", "e4", "e9"})
    names = ["e1", "e2", "e4"]
    earlier = [ContradictedAnswer(1, names, service.answer(names))]  # type: ignore[arg-type]
    batches, confirmations = confirmations_after(earlier, batches_of(30, 1))
    assert len(batches) == 27
    simulation = Simulation([*batches], service, Rules(), confirmations=confirmations)
    simulation.finish()
    assert not {1, 4, 9} & codes_of(Status.REGISTERED, simulation)


def test_a_repeated_participant_costs_those_two_alone_and_only_where_it_comes_again() -> None:
    simulation = Simulation(batches_of(1000, 500), Service(), Rules(), workers=1)
    simulation.dispatch()
    simulation.land(how="repeated in another case")
    assert codes_of(Status.UNKNOWN, simulation) == {0, 499}
    simulation.finish()
    assert [len(names) for names in simulation.sent[:3]] == [500, 498, 500]
    assert len(simulation.names(Status.REGISTERED)) == 1000
    simulation = run(1000, Service(one_for_all={"e0", "e7"}))
    assert codes_of(Status.UNKNOWN, simulation) == {0, 7}
    assert len(simulation.names(Status.REGISTERED)) == 998


@pytest.mark.parametrize("how", ["503", "short", "stop", "refused"])
def test_who_could_not_be_asked_again_stays_without_a_link(how: str) -> None:
    simulation = Simulation(batches_of(60, 20), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(*range(20)))
    simulation.land_answer(dispatched(simulation), ids_of(3, *range(21, 40)))
    if how == "stop":
        simulation.scheduler.stop("interrupted")
    elif how == "refused":
        simulation.service.bad = {"e5"}
    else:
        for _ in range(2):
            assert simulation.dispatch()
            simulation.land(how=how)
    simulation.finish()
    without = {"503": set(range(40)), "short": set(range(40)), "stop": set(range(40)), "refused": {5}}[how]
    assert set(range(40)) - codes_of(Status.REGISTERED, simulation) == without
    assert "another employee" in simulation.scheduler.stopped
    assert codes_of(Status.REJECTED, simulation) == ({5} if how == "refused" else set())


def test_of_those_in_doubt_the_refused_is_found_in_halves_down_to_two() -> None:
    simulation = Simulation(batches_of(48, 16), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(*range(16)))
    simulation.land_answer(dispatched(simulation), ids_of(3, *range(17, 32)))
    simulation.service.bad = {"e5"}
    simulation.finish()
    assert codes_of(Status.REJECTED, simulation) == {5}
    assert codes_of(Status.REGISTERED, simulation) == set(range(32)) - {5}
    assert {len(names) for names in simulation.sent[2:]} == {16, 8, 4, 2, 1}


def test_a_participant_repeated_where_it_is_asked_again_leaves_all_of_that_answer_unknown() -> None:
    simulation = Simulation(batches_of(60, 20), Service(), Rules(), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(*range(20)))
    simulation.land_answer(dispatched(simulation), ids_of(3, *range(21, 40)))
    simulation.dispatch()
    asked = {int(name[1:]) for name in simulation.sent[-1]}
    simulation.land(how="repeated in another case")
    simulation.finish()
    assert codes_of(Status.UNKNOWN, simulation) >= asked
    assert codes_of(Status.NOT_SENT, simulation) == set(range(40, 60))


def test_with_reregister_a_repeated_participant_stops_and_leaves_all_of_its_answer_unknown() -> None:
    simulation = Simulation(batches_of(40, 20), Service(), Rules(reregister=True), workers=1)
    simulation.dispatch()
    simulation.land(how="repeated in another case")
    simulation.finish()
    assert simulation.requests == 1
    assert codes_of(Status.UNKNOWN, simulation) == set(range(20))
    assert codes_of(Status.NOT_SENT, simulation) == set(range(20, 40))


def test_with_reregister_nobody_is_asked_again_whatever_is_contradicted() -> None:
    simulation = Simulation(batches_of(60, 20), Service(), Rules(reregister=True), workers=1)
    simulation.land_answer(dispatched(simulation), ids_of(*range(20)))
    simulation.land_answer(dispatched(simulation), ids_of(3, *range(21, 40)))
    simulation.finish()
    assert simulation.requests == 2
    assert codes_of(Status.UNKNOWN, simulation) == set(range(40))


def test_where_nobody_can_be_asked_about_alone_the_batch_stays_unknown() -> None:
    simulation = Simulation(batches_of(20, 10), Service(), Rules(), workers=1)
    simulation.dispatch()
    simulation.land(how="short")
    simulation.dispatch()
    simulation.land(how="503")
    simulation.finish()
    assert simulation.names(Status.FAILED) == {"e0"}
    assert len(simulation.names(Status.UNKNOWN)) == 9
    assert len(simulation.names(Status.REGISTERED)) == 10
    assert not simulation.scheduler.stopped


def test_what_is_doubtful_when_the_run_stops_is_unknown_and_not_unsent() -> None:
    simulation = Simulation(batches_of(20, 10), Service(), Rules(), workers=1)
    simulation.dispatch()
    simulation.land(how="short")
    simulation.scheduler.stop("interrupted")
    simulation.finish()
    assert len(simulation.names(Status.UNKNOWN)) == 10
    assert len(simulation.names(Status.NOT_SENT)) == 10


# --- a new registration for everybody


def test_with_reregister_nothing_is_halved() -> None:
    rules = Rules(reregister=True)
    simulation = run(40, Service(bad={"e15"}), size=10, rules=rules)
    assert simulation.requests == 4
    assert simulation.names(Status.REJECTED) == {f"e{code}" for code in range(10, 20)}
    assert "--batch-size" in simulation.statuses.note[15]
    alone = run(3, Service(bad={"e1"}), size=1, rules=rules)
    assert codes_of(Status.REJECTED, alone) == {1}
    assert "--batch-size" not in alone.statuses.note[1]
    simulation = run(40, Service(poison={"e15"}), size=10, rules=rules)
    assert simulation.requests == 4
    assert len(simulation.names(Status.FAILED)) == 10


def test_with_reregister_an_unmatchable_answer_stops_the_run() -> None:
    simulation = Simulation(batches_of(40, 10), Service(), Rules(reregister=True), workers=1)
    simulation.dispatch()
    simulation.land(how="short")
    simulation.finish()
    assert simulation.requests == 1
    assert len(simulation.names(Status.UNKNOWN)) == 10


def test_with_reregister_three_refused_batches_stop_the_run() -> None:
    bad = {f"e{code}" for code in range(100)}
    simulation = run(100, Service(bad=bad), size=10, rules=Rules(reregister=True))
    assert simulation.requests == 3


def test_the_first_reason_to_stop_counts() -> None:
    scheduler = Scheduler([Batch(1, np.arange(1), ("a",))], Rules())
    scheduler.stop("first")
    scheduler.stop("second")
    assert scheduler.stopped == "first"
    assert scheduler.next(0) is None
    assert [(verdict.status, verdict.note) for verdict in scheduler.leftovers()] == [
        (Status.NOT_SENT, "first")
    ]


def test_probes_go_one_at_a_time_and_stop_with_the_first_acceptance() -> None:
    simulation = Simulation(batches_of(2000, 500), Service(bad={"e0", "e286", "e3"}), Rules(), workers=8)
    simulation.dispatch()
    assert not simulation.dispatch()
    simulation.land()
    purposes = []
    while not simulation.accepted:
        assert simulation.dispatch()
        assert not simulation.dispatch()
        purposes.append(simulation.flying[0].purpose)
        simulation.land()
    assert purposes == [Purpose.PROBE] * 3
    simulation.finish()
    assert simulation.names(Status.REJECTED) == {"e0", "e286", "e3"}
