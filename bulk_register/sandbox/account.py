"""The StartExam account that the sandbox plays: its key, centers and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEMO_ACCOUNT_ID = 1001
DEMO_SECRET_KEY = "demo-secret-key-of-the-sandbox-opens-nothing"  # noqa: S105 - a demo value, meant to be seen
DEMO_CENTER = "demo-center"
DEMO_SECOND_CENTER = "second-center"
DEMO_PROFILE = "2b8f4f0e-6c1d-4a57-8e35-9a4d1c7b0f01"
DEMO_FIELDS = ("First Name", "Last Name", "Email", "Department")
DEMO_PROJECT = "5d0c7d5e-52a8-4bb5-9c0e-0d1f6f0a1c01"


@dataclass(frozen=True)
class KnownTest:
    """A test as the API page "Get Tests" describes it; `minutes` is what that page calls time."""

    test_id: str
    title: str
    type: Literal["test", "survey"] = "test"
    status: Literal["active", "archive", "deleted"] = "active"
    project_id: str = DEMO_PROJECT
    description: str = ""
    minutes: int = 45
    modified: str = "2026-01-15T08:30:00Z"

    def as_json(self) -> dict[str, str | int]:
        return {
            "testId": self.test_id,
            "projectId": self.project_id,
            "type": self.type,
            "status": self.status,
            "title": self.title,
            "description": self.description,
            "time": self.minutes,
            "modified": self.modified,
        }


DEMO_TESTS = (
    KnownTest("7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a01", "Workplace safety"),
    KnownTest("7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a02", "Information security"),
    KnownTest("7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a03", "Пожарная безопасность", minutes=30),
    KnownTest("7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a04", "Onboarding survey", type="survey", minutes=10),
    KnownTest("7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a05", "Workplace safety (last year)", status="archive"),
)
DEMO_TEST = DEMO_TESTS[0].test_id


@dataclass(frozen=True)
class Account:
    """Who may ask, and for what; `any_center` and `any_test` accept names that it has never heard of."""

    account_id: int = DEMO_ACCOUNT_ID
    secret_key: str = DEMO_SECRET_KEY
    centers: tuple[str, ...] = (DEMO_CENTER, DEMO_SECOND_CENTER)
    tests: tuple[KnownTest, ...] = DEMO_TESTS
    profile: str = DEMO_PROFILE
    profile_fields: tuple[str, ...] = DEMO_FIELDS
    proctoring: bool = True
    any_center: bool = False
    any_test: bool = False
    any_profile: bool = False  # with any fields

    def knows_center(self, center: str) -> bool:
        return self.any_center or center in self.centers

    def status_of_test(self, test_id: str) -> str:
        """The status of a test, given by its lower-case identifier; "" where there is none."""
        known = {test.test_id.lower(): str(test.status) for test in self.tests}
        return known.get(test_id, "active" if self.any_test else "")
