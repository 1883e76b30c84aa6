"""Tests that the settings name by title, looked up in StartExam before anything is planned."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from bulk_register.records import Tell
from bulk_register.run.desk import connection_of
from bulk_register.settings import Settings
from bulk_register.startexam import StartExam
from bulk_register.titles import fold, identified, is_identifier


def with_identified_tests(settings: Settings, tell: Tell) -> Settings:
    """Return the settings with an identifier for each test; titles take one request (Get Tests).

    Raises SettingsError where a title doesn't name exactly one active test, and StartExamError.
    """
    if all(map(is_identifier, settings.tests)):
        return settings
    if settings.sandbox:  # it knows any test, so it knows any title
        found = tuple(_sandbox_identifier(name) for name in settings.tests)
    else:
        found = identified(settings.tests, StartExam(connection_of(settings), tell).tests())
    return settings.model_copy(update={"tests": found})


def _sandbox_identifier(name: str) -> str:
    return name if is_identifier(name) else str(uuid5(NAMESPACE_URL, fold(name)))
