"""Tests that the settings name by title, looked up in StartExam before anything is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from bulk_register.errors import RefusedError, SettingsError, StartExamError, StopError
from bulk_register.language import N_, _
from bulk_register.ledger import Ledger
from bulk_register.records import Exam, Tell, Test
from bulk_register.run.context import connection_of, ledger_place
from bulk_register.settings import Settings
from bulk_register.startexam import StartExam
from bulk_register.startexam.titles import fold, identified, is_identifier, titles_of

TITLE_SECONDS = 10.0  # a person waits for the question

_BY_IDENTIFIER = N_("Name it by its identifier, like fa19e351-36d0-49c0-be92-66d640b17878.")


def with_identified_tests(settings: Settings, tell: Tell) -> Settings:
    """Return the settings with an identifier for each test; titles take one request (Get Tests).

    Raises SettingsError where a title doesn't name exactly one active test, and StartExamError.
    """
    if all(map(is_identifier, settings.tests)):
        return settings
    if settings.sandbox:  # it knows any test, so it knows any title
        found = tuple(_sandbox_identifier(name) for name in settings.tests)
    else:
        found = identified(settings.tests, _tests(settings, tell))
    return settings.model_copy(update={"tests": found})


def said_titles(named: Sequence[str], settings: Settings) -> dict[str, str]:
    """Return the titles by which tests were named, by the identifiers that `settings` have for them now."""
    if settings.sandbox and not settings.tests:
        from bulk_register.sandbox import DEMO_TEST, DEMO_TESTS  # only who asks for it needs a server

        return {test.test_id: test.title for test in DEMO_TESTS if test.test_id == DEMO_TEST}
    if len(named) != len(settings.tests):  # one was named twice
        return {}
    pairs = zip(settings.tests, named, strict=True)
    return {test.lower(): " ".join(name.split()) for test, name in pairs if not is_identifier(name)}


def titled(exam: Exam, titles: Mapping[str, str]) -> Exam:
    """Return an exam with its tests' titles, as far as they are known by identifier in lower case."""
    return replace(exam, titles=tuple(titles.get(test.lower(), "") for test in exam.tests))


def asked_titles(settings: Settings, exam: Exam) -> Exam:
    """Return an exam with its tests' titles as StartExam has them now, to show them to a person.

    They are remembered for later runs that nobody watches. Where StartExam can't be asked, and where the
    titles were looked up in this run already, the exam stays as it is.
    """
    if settings.sandbox or not all(map(is_identifier, settings.tests)):
        return exam
    quick = settings.model_copy(update={"attempts": 1, "timeout": min(settings.timeout, TITLE_SECONDS)})
    try:
        tests = StartExam(connection_of(quick), lambda _: None).tests()
    except StartExamError:
        return exam
    titles = titles_of(exam.tests, tests)
    with Ledger(ledger_place(settings)) as ledger:
        ledger.name_tests(dict(zip(exam.tests, titles, strict=True)))
    return replace(exam, titles=tuple(titles))


def _tests(settings: Settings, tell: Tell) -> list[Test]:
    try:
        return StartExam(connection_of(settings), tell).tests()
    except RefusedError as error:
        raise SettingsError(
            [
                _(
                    "The test can't be looked up by its title: {error}. {advice}",
                    error=error,
                    advice=_(_BY_IDENTIFIER),
                )
            ]
        ) from None
    except StopError as error:
        if error.status not in (401, 403):  # this address lists no tests
            raise SettingsError(
                [
                    _(
                        "The test can't be looked up by its title: {error} {advice}",
                        error=error,
                        advice=_(_BY_IDENTIFIER),
                    )
                ]
            ) from None
        raise
    except StartExamError as error:
        raise StartExamError(
            _(
                "The test could not be looked up by its title, so nothing was sent: {error}. Run the "
                "same command again, or name the test by its identifier.",
                error=error,
            ),
            error.status,
        ) from None


def _sandbox_identifier(name: str) -> str:
    return name if is_identifier(name) else str(uuid5(NAMESPACE_URL, fold(name)))
