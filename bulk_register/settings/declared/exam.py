"""The settings that say what everybody is registered for."""

from functools import partial
from typing import Annotated

from bulk_register.language import N_
from bulk_register.settings.checked import CENTER, TESTS, ZONE
from bulk_register.settings.setting import ALWAYS, Group, Setting
from bulk_register.settings.values import PAIRS, TRUTH, Kind
from bulk_register.settings.when import FORMS, When

_WHEN = Kind(FORMS, "WHEN")

_everyday = partial(Setting, group=Group.EVERYDAY)
_exam = partial(Setting, group=Group.EXAM)


class ExamSettings:
    """The exam."""

    center: Annotated[
        str | None,
        _everyday(
            N_("The center's unique name in StartExam."),
            CENTER,
            commands=("run", "init"),
            needed={"run": N_("the center's unique name in StartExam is missing")},
        ),
    ] = None
    tests: Annotated[
        tuple[str, ...],
        _everyday(
            N_("The test's identifier or title; say it again for more."),
            TESTS,
            commands=("run", "init"),
            singular="test",
            needed={"run": N_("the test's title or identifier is missing (bulk-register tests lists them)")},
        ),
    ] = ()
    timezone: Annotated[
        str | None,
        _exam(
            N_("The time zone of these times, like Europe/Berlin (this computer's)."),
            ZONE,
            commands=("run", "init", "results"),
            used_by=ALWAYS,
        ),
    ] = None
    valid_from: Annotated[
        When | None, _exam(N_("When the links begin to work (now)."), _WHEN, repeated=False)
    ] = None
    valid_till: Annotated[
        When | None,
        _everyday(
            N_("When the links end: 2026-12-01, '2026-12-01 18:00', +10d."),
            _WHEN,
            commands=("run", "init"),
            repeated=False,
            needed={"run": N_("until when the links work is missing, like 2026-12-01 or +10d")},
        ),
    ] = None
    proctoring: Annotated[
        bool,
        _exam(N_("Whether the exam is proctored (no)."), TRUTH, can_be_denied=True),
    ] = False
    proctoring_parameters: Annotated[
        tuple[tuple[str, str], ...],
        _exam(N_("Like Type=Offline; say it again for more."), PAIRS, singular="proctoring_parameter"),
    ] = ()
