"""Tests by title: exactly one active test is meant, or the candidates are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulk_register.errors import SettingsError, StartExamError
from bulk_register.records import Test as ExamTest
from bulk_register.run.exam_lookup import with_identified_tests
from bulk_register.sandbox import DEMO_TEST, DEMO_TESTS, Sandbox
from bulk_register.settings import Settings, load_settings
from bulk_register.startexam.titles import identified

FIRE = ExamTest("Fire  safety 2026", "11111111-0000-0000-0000-000000000001", "test", "active")
OLD = ExamTest("Fire safety 2026", "11111111-0000-0000-0000-000000000002", "test", "archive")
LIFTS = ExamTest("Lifts", "11111111-0000-0000-0000-000000000003", "test", "active")
LIFTS_TOO = ExamTest("LIFTS", "11111111-0000-0000-0000-000000000004", "survey", "active")
GONE = ExamTest("Cranes", "11111111-0000-0000-0000-000000000005", "test", "deleted")
ALL = [FIRE, OLD, LIFTS, LIFTS_TOO, GONE]


def refusal(*named: str, tests: list[ExamTest] = ALL) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        identified(named, tests)
    return caught.value.problems


@pytest.mark.parametrize(
    "title", ["Fire safety 2026", " FIRE\u00a0safety   2026 ", "fire safety ２０２６", "Fire\tSafety 2026"]
)
def test_case_and_white_space_do_not_matter(title: str) -> None:
    assert identified([title], ALL) == (FIRE.identifier,)


def test_identifiers_stay_as_they_are_and_each_test_counts_once() -> None:
    assert identified([OLD.identifier, "fire safety 2026", FIRE.identifier.upper()], ALL) == (
        OLD.identifier,
        FIRE.identifier,
    )
    assert identified([OLD.identifier], []) == (OLD.identifier,)


def test_a_title_of_two_active_tests_is_refused_with_both() -> None:
    (problem,) = refusal("Lifts")
    assert problem.startswith("2 active tests are called 'Lifts'.")
    assert f"\n  Lifts: {LIFTS.identifier} (active)\n  LIFTS: {LIFTS_TOO.identifier} (active)" in problem


def test_a_test_that_is_not_active_is_refused() -> None:
    (problem,) = refusal("cranes")
    assert problem.startswith("The test 'cranes' is not active. Activate it in StartExam")


def test_an_unknown_title_names_what_may_be_meant() -> None:
    (problem,) = refusal("Fire")
    assert FIRE.identifier in problem
    assert LIFTS.identifier not in problem
    (problem,) = refusal("Fyre safty 2026")
    assert FIRE.identifier in problem
    (problem,) = refusal("Dancing")
    assert FIRE.identifier in problem
    assert LIFTS.identifier in problem
    (problem,) = refusal("Dancing", tests=[GONE])
    assert "no active test at all" in problem


def test_every_wrong_title_is_told_and_a_long_list_is_cut() -> None:
    assert len(refusal("Lifts", "cranes", "fire safety 2026")) == 2
    many = [
        ExamTest(f"Test {number}", f"{number:08}-0000-0000-0000-000000000000", "test", "active")
        for number in range(40)
    ]
    (problem,) = refusal("Test", tests=many)
    assert len(problem.splitlines()) == 17
    assert "and 25 more" in problem


def settings(sandbox: Sandbox, *tests: str) -> Settings:
    loaded = load_settings({"center": "demo-center", "tests": [DEMO_TEST], "sandbox": True}, environ={})
    found = loaded.with_account(sandbox.account_id, sandbox.secret_key, sandbox.base_url)
    return found.model_copy(update={"tests": tests, "sandbox": False, "attempts": 1})


def test_a_run_looks_titles_up_with_one_request_and_identifiers_with_none() -> None:
    with Sandbox() as sandbox:
        known = with_identified_tests(settings(sandbox, DEMO_TEST), lambda _: None)
        assert (known.tests, sandbox.requests) == ((DEMO_TEST,), [])
        found = with_identified_tests(settings(sandbox, "пожарная БЕЗОПАСНОСТЬ", DEMO_TEST), lambda _: None)
        assert found.tests == (DEMO_TESTS[2].test_id, DEMO_TEST)
        assert [arrival.path for arrival in sandbox.requests] == ["/v1/tests"]


def test_a_lookup_that_fails_says_what_to_do() -> None:
    with Sandbox() as dead:
        pass
    with pytest.raises(StartExamError, match=r"nothing was sent: .* can't be reached .*Run the same command"):
        with_identified_tests(settings(dead, "Workplace safety"), lambda _: None)


def test_one_word_may_be_a_title() -> None:
    environ = {"STARTEXAM_SECRET_KEY": "k", "STARTEXAM_ACCOUNT_ID": "1"}
    for title in ("induction", "GDPR", "Einführung"):
        said = {"center": "c", "valid_till": "+1d", "tests": [title]}
        assert load_settings(said, environ=environ, folder=Path("/nowhere")).tests == (title,)


def test_a_sandbox_run_takes_any_title_and_asks_nobody(tmp_path: Path) -> None:
    loaded = load_settings({"sandbox": True}, environ={}, folder=tmp_path)
    one, two = (
        with_identified_tests(loaded.model_copy(update={"tests": (title,)}), lambda _: None).tests
        for title in ("Fire safety", "fire  SAFETY")
    )
    assert one == two
    assert len(one[0]) == 36
