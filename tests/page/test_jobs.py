"""A run on the page, in a thread of its own."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from bulk_register.ledger import Ledger
from bulk_register.page.jobs import Asked, At, ReadJob, RunJob
from bulk_register.page.offers import Offers
from bulk_register.plan import PlanOptions, make_plan, scope_of
from bulk_register.run import Observer
from tests.support.clients import EXAM
from tests.support.office import until
from tests.support.plans import people, roster_of


def test_a_question_that_was_answered_is_not_shown_again(tmp_path: Path) -> None:
    """Whoever answers sees the next page at once, however long the thread that waits takes to notice."""
    scope = scope_of(1001, "http://127.0.0.1", EXAM)
    with Ledger(tmp_path / "ledger.sqlite3", write=False) as ledger:
        plan = make_plan(roster_of(people(3)), EXAM, scope, ledger.known(scope), PlanOptions())
    for yes in [True, False] * 50:
        answers: list[bool] = []

        def story(observer: Observer, answers: list[bool] = answers) -> Any:
            answers.append(observer.confirm(plan))

        job = RunJob(story, Asked(lambda exam: exam, lambda _: Offers(())))
        job.start()
        until(lambda job=job: job.at == At.ASKING)  # type: ignore[misc]
        job.answer(yes=yes)
        assert job.at != At.ASKING
        job.join(20)
        assert (answers, job.at) == ([yes], At.DONE)


def test_no_garbage_is_collected_while_a_roster_is_read() -> None:
    """A collection among the roster's many objects would stop the page's other threads."""
    collecting: list[bool] = []
    job = ReadJob(lambda: collecting.append(gc.isenabled()), lambda *_: collecting.append(gc.isenabled()))
    job.start()
    job.join(20)
    assert (collecting, gc.isenabled()) == ([False, False], True)
