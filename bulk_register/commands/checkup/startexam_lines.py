"""StartExam: does it answer, is the clock right, and are the account, the key and the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bulk_register.api import CLOCK_TOLERANCE_SECONDS
from bulk_register.commands.account import ANSWER_SECONDS, trouble
from bulk_register.commands.checkup.check_line import CheckLine, State
from bulk_register.errors import SettingsError
from bulk_register.language import Unit, _, ngettext, span_words
from bulk_register.records import Test
from bulk_register.run import connection_of
from bulk_register.settings import load_settings
from bulk_register.settings.explain import Explained
from bulk_register.startexam.health_check import HealthCheck, check_health
from bulk_register.startexam.titles import ACTIVE, fold

CLOCK_FINE_SECONDS = 60.0
ATTEMPTS = 2  # somebody is waiting


def startexam_lines(flags: Mapping[str, Any], explained: Explained) -> Iterator[CheckLine]:
    """Ask StartExam for the account's tests, and tell what that shows."""
    try:
        settings = load_settings(flags, command="tests")
    except SettingsError:
        yield CheckLine(State.NOTE, _("StartExam: not asked, because the problems above are in the way"))
        return
    quick = {"attempts": ATTEMPTS, "timeout": min(settings.timeout, ANSWER_SECONDS), "wait_max": 2.0}
    sight = check_health(connection_of(settings.model_copy(update=quick)))
    if sight.reached:
        yield CheckLine(State.OK, _("StartExam: {base_url} answers", base_url=settings.base_url))
    yield from _clock_lines(sight)
    if sight.error is not None:
        yield CheckLine(State.PROBLEM, trouble(sight, settings.base_url))
        return
    yield CheckLine(
        State.OK,
        ngettext(
            "account and secret key: StartExam accepts them; {number:,} test there",
            "account and secret key: StartExam accepts them; {number:,} tests there",
            len(sight.tests),
        ),
    )
    yield from _test_lines(explained, sight.tests)


def _clock_lines(sight: HealthCheck) -> Iterator[CheckLine]:
    if sight.offset_seconds is None:
        return
    seconds = round(abs(sight.offset_seconds))
    far = span_words(seconds, Unit.MINUTE, Unit.SECOND)
    behind = sight.offset_seconds > 0
    way = _("{far} behind StartExam's", far=far) if behind else _("{far} ahead of StartExam's", far=far)
    if seconds <= CLOCK_FINE_SECONDS:
        yield CheckLine(State.OK, _("clock: this computer's is right ({way})", way=way))
    else:
        state = State.PROBLEM if seconds > CLOCK_TOLERANCE_SECONDS else State.NOTE
        yield CheckLine(state, _("clock: this computer's is {way}. Have it set right", way=way))


def _test_lines(explained: Explained, tests: Sequence[Test]) -> Iterator[CheckLine]:
    said = explained.fine().get("tests")
    named = said.value if said else ()
    for name in named.split(",") if isinstance(named, str) else named:
        yield _test_line(str(name).strip(), tests)


def _test_line(wanted: str, tests: Sequence[Test]) -> CheckLine:
    found = [test for test in tests if wanted.lower() == test.identifier.lower()]
    found = found or [test for test in tests if fold(test.title) == fold(wanted)]
    active = [test for test in found if test.status == ACTIVE]
    if len(active) == 1:
        return CheckLine(State.OK, _("test: {title} is active", title=active[0].title))
    if active:
        return CheckLine(
            State.PROBLEM,
            _(
                "test: {active} active tests are called {wanted}. Name it by identifier",
                active=len(active),
                wanted=wanted,
            ),
        )
    words = (
        _("test: {wanted} is not active ({status})", wanted=wanted, status=found[0].status)
        if found
        else _("test: {wanted} is not in this account", wanted=wanted)
    )
    return CheckLine(State.PROBLEM, words + _(". bulk-register tests lists those that there are"))
