"""Which part of a request StartExam's words point to."""

from __future__ import annotations

import pytest

from bulk_register.startexam.blaming import wrong_credential, wrong_part


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("Center 'moscow' is not found.", "center"),
        ("The test is not active.", "test"),
        ("'validTill' must be later than 'validFrom'.", "window"),
        ("Proctoring is not available for this account.", "proctoring"),
        ("Центр не найден", "center"),
        ("The test is not in this center.", ""),  # either may be the wrong one
        ("Employee … is not found in latest data.", ""),
    ],
)
def test_a_refusal_points_to_the_one_part_that_it_names(words: str, part: str) -> None:
    assert wrong_part(words) == part


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Account 77 is not found", "account number"),
        ("Invalid signature for account 77", "secret key"),
        ("The secret is wrong", "secret key"),
        ("HTTP header 'Authorization' is incorrect", ""),
        ("Unknown account or wrong key", ""),
    ],
)
def test_a_refusal_of_who_asks_points_to_number_or_key(words: str, wrong: str) -> None:
    assert wrong_credential(words) == wrong
