"""Who is synced together, and what refusals mean: decided without threads and sockets."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from bulk_register.records import Person
from bulk_register.syncing.course import Course, CourseRules

Refuses = Callable[[Person], bool]


def people(count: int) -> list[Person]:
    return [Person(f"emp-{number}", (("Email", f"{number}@example.com"),)) for number in range(count)]


def driven(
    count: int, refuses: Refuses, *, trusted: bool = False, most: int = 500
) -> tuple[Course, list[int]]:
    """A course that has come to its end, and how many were in each request."""
    course, sizes = Course(people(count), CourseRules(500, 50, trusted)), []
    while group := course.next(0):
        sizes.append(len(group))
        if len(group) > most:
            course.refused_with(group, 413, "too many", "too many")
        elif any(map(refuses, group)):
            course.refused_with(group, 400, "not valid", "not valid")
        else:
            course.accepted(group)
    course.end()
    return course, sizes


@given(st.integers(1, 1200), st.sets(st.integers(0, 1199), max_size=20))
def test_exactly_the_refused_stand_alone(count: int, wrong: set[int]) -> None:
    names = {f"emp-{number}" for number in wrong if number < count}
    course, sizes = driven(count, lambda one: one.identifier in names, trusted=True)
    assert set(course.refused) == names
    assert {one.identifier for one in course.done} == {one.identifier for one in people(count)} - names
    assert max(sizes) <= 500
    assert not course.stopped


def test_a_refused_value_of_the_first_batch_is_isolated() -> None:
    course, sizes = driven(1200, lambda one: one.identifier == "emp-250")
    assert set(course.refused) == {"emp-250"}
    assert len(course.done) == 1199
    assert len(sizes) < 25


def test_a_wrong_request_is_found_with_the_first_batch() -> None:
    course, sizes = driven(1200, lambda _: True)
    assert sizes == [500, 1, 1, 1]
    assert "not valid" in course.stopped


def test_where_nobody_at_all_is_taken_that_is_no_matter_of_one_employee() -> None:
    assert driven(1, lambda _: True)[0].stopped
    assert not driven(1, lambda _: True, trusted=True)[0].stopped


def test_too_many_in_a_request_is_halved_without_blame() -> None:
    course, sizes = driven(500, lambda _: False, most=100)
    assert len(course.done) == 500
    assert not course.refused
    assert sizes[:3] == [500, 250, 125]


def test_more_refusals_than_are_borne_stop_it() -> None:
    course, _ = driven(500, lambda one: int(one.identifier[4:]) % 5 == 0, trusted=True)
    assert len(course.refused) == 51
    assert "50" in course.stopped
