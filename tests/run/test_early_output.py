"""The output is written while StartExam is still asked; what is in it is what stands in the end."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulk_register.output import plan_output
from bulk_register.output.results import RunResults, Style
from bulk_register.plan import PlanOptions, make_plan, scope_of
from bulk_register.records import Output, Reading, Results, Status, Statuses, Submission
from bulk_register.roster import read_roster
from bulk_register.run.early_output import written_early
from tests.support.clients import EXAM
from tests.support.ledgers import no_room_beyond
from tests.support.office import until
from tests.support.plans import known_of

STYLE = Style("https://go.startexam.com")
PEOPLE = 4_500  # three blocks of the output


@dataclass
class Case:
    """A roster on its way, and its output."""

    folder: Path
    submission: Submission
    output: Output

    def settle(self, start: int, stop: int, word: str = "p") -> None:
        codes = np.arange(start, stop)
        statuses = Statuses.of(len(codes))
        statuses.participant[:] = [f"{word}-{code}" for code in codes]
        statuses.valid_till[:] = 2**31
        statuses.settle(slice(None), Status.REGISTERED)
        self.submission.statuses.replace(codes, statuses)

    def take_back(self, code: int) -> None:
        self.submission.statuses.withdraw_links(np.array([code]))
        self.submission.statuses.settle(np.array([code]), Status.UNKNOWN, "another's too")

    def drafting(self) -> AbstractContextManager[Output]:
        return written_early(self.output, self.submission, STYLE)

    def delivered(self, output: Output) -> str:
        output.write(self._results(), self.folder / "out.csv")
        return (self.folder / "out.csv").read_text()

    def expected(self) -> str:
        self.output.write(self._results(), self.folder / "plain.csv")
        return (self.folder / "plain.csv").read_text()

    def _results(self) -> Results:
        return RunResults(self.submission.plan, self.submission.statuses.now, STYLE)


@contextmanager
def office(people: int = PEOPLE) -> Iterator[Case]:
    """People on a roster; the first fifty stand there once more at its end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        numbers = [*range(people), *range(50)]
        lines = "".join(f"{number:05d},Person {number}\n" for number in numbers)
        (folder / "staff.csv").write_text(f"Employee ID,Name\n{lines}")
        (folder / "private").mkdir()
        roster = read_roster(folder / "staff.csv", Reading(), folder / "private")
        plan = make_plan(roster, EXAM, scope_of(1, "https://x", EXAM), known_of(), PlanOptions())
        output = plan_output(roster.source, folder / "out.csv")
        yield Case(folder, Submission.of(plan, 1), output)


def drafts() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "early-output"]


def whole(case: Case) -> None:
    """Wait until the draft is written to its end."""
    for thread in drafts():
        thread.join(10)
    assert not drafts()
    assert (case.folder / "private" / "early.csv").exists()


def test_what_was_drafted_is_delivered() -> None:
    with office() as case, case.drafting() as output:
        case.settle(0, PEOPLE)
        whole(case)
        draft = case.folder / "private" / "early.csv"
        assert draft.read_text() == case.expected()
        draft.write_text("nothing is written twice")
        assert case.delivered(output) == "nothing is written twice"


def test_rows_that_are_never_settled_are_written_when_all_is_over() -> None:
    with office() as case, case.drafting() as output:
        case.settle(0, 2_500)
        assert drafts()
        found = case.delivered(output)
        assert found == case.expected()
        assert found.count("not sent") == 2_000


def test_a_participant_that_is_taken_back_after_its_row_was_drafted_is_in_no_output() -> None:
    with office() as case, case.drafting() as output:
        case.settle(0, PEOPLE)
        whole(case)
        case.take_back(17)
        found = case.delivered(output)
        assert found == case.expected()
        assert "p-17," not in found
        assert "another's too" in found
        assert "p-17," in (case.folder / "private" / "early.csv").read_text()


def test_a_participant_that_is_taken_back_between_two_rows_of_its_employee_is_in_neither() -> None:
    with office() as case, case.drafting() as output:
        case.settle(0, PEOPLE - 1)
        draft = case.folder / "private" / "early.csv"
        until(lambda: draft.exists() and "p-17," in draft.read_text())
        case.take_back(17)
        case.settle(PEOPLE - 1, PEOPLE)
        found = case.delivered(output)
        assert found == case.expected()
        assert "p-17," not in found


def test_a_draft_that_fails_is_no_failure() -> None:
    with office() as case:
        (case.folder / "private" / "early.csv").mkdir()
        with case.drafting() as output:
            case.settle(0, PEOPLE)
            assert case.delivered(output) == case.expected()


def test_a_draft_that_fails_at_its_very_end_is_not_delivered() -> None:
    with office() as case:
        case.settle(0, PEOPLE)
        expected = case.expected()
        with ExitStack() as drafting:
            with no_room_beyond(len(expected.encode()) - 1):
                output = drafting.enter_context(case.drafting())
                whole(case)
            assert case.delivered(output) == expected


def test_a_draft_that_nobody_wants_ends() -> None:
    with office() as case:
        with pytest.raises(ZeroDivisionError), case.drafting():
            raise ZeroDivisionError
        assert not drafts()
        draft = case.folder / "private" / "early.csv"
        assert not draft.exists() or "not sent" not in draft.read_text()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, PEOPLE), st.integers(0, PEOPLE), st.booleans()), max_size=8))
def test_whatever_happens_meanwhile_the_output_tells_what_stands_in_the_end(
    events: list[tuple[int, int, bool]],
) -> None:
    with office() as case, case.drafting() as output:
        for one, two, back in events:
            if back:
                case.take_back(min(one, PEOPLE - 1))
            else:
                case.settle(min(one, two), max(one, two), f"p{one}")
        assert case.delivered(output) == case.expected()
