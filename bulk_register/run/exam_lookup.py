"""Tests that the settings name by title, looked up in StartExam before anything is planned."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from bulk_register.errors import RefusedError, SettingsError, StartExamError, StopError
from bulk_register.records import Tell, Test
from bulk_register.run.context import connection_of
from bulk_register.settings import Settings
from bulk_register.startexam import StartExam
from bulk_register.startexam.titles import fold, identified, is_identifier

_BY_IDENTIFIER = "Name it by its identifier, like fa19e351-36d0-49c0-be92-66d640b17878."


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


def _tests(settings: Settings, tell: Tell) -> list[Test]:
    try:
        return StartExam(connection_of(settings), tell).tests()
    except RefusedError as error:
        raise SettingsError(
            [f"The test can't be looked up by its title: {error}. {_BY_IDENTIFIER}"]
        ) from None
    except StopError as error:
        if error.status not in (401, 403):  # this address lists no tests
            raise SettingsError(
                [f"The test can't be looked up by its title: {error} {_BY_IDENTIFIER}"]
            ) from None
        raise
    except StartExamError as error:
        raise StartExamError(
            f"The test could not be looked up by its title, so nothing was sent: {error}. "
            "Run the same command again, or name the test by its identifier.",
            error.status,
        ) from None


def _sandbox_identifier(name: str) -> str:
    return name if is_identifier(name) else str(uuid5(NAMESPACE_URL, fold(name)))
