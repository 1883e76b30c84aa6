"""What the words of a refusal name as its cause."""

from __future__ import annotations

import pytest

from bulk_register.errors import Credential
from bulk_register.startexam.refusal_cause import RequestPart, wrong_credential, wrong_part


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("Center 'moscow' is not found.", RequestPart.CENTER),
        ("The test is not active.", RequestPart.TEST),
        ("'validTill' must be later than 'validFrom'.", RequestPart.WINDOW),
        ("Proctoring is not available for this account.", RequestPart.PROCTORING),
        ("Центр не найден", RequestPart.CENTER),
        ("The test is not in this center.", None),  # either may be the wrong one
        ("Employee … is not found in latest data.", None),
    ],
)
def test_a_refusal_points_to_the_one_part_that_it_names(words: str, part: RequestPart | None) -> None:
    assert wrong_part(words) is part


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Account 77 is not found", Credential.ACCOUNT_NUMBER),
        ("Invalid signature for account 77", Credential.SECRET_KEY),
        ("The secret is wrong", Credential.SECRET_KEY),
        ("HTTP header 'Authorization' is incorrect", None),
        ("Unknown account or wrong key", None),
    ],
)
def test_a_refusal_of_who_asks_points_to_number_or_key(words: str, wrong: Credential | None) -> None:
    assert wrong_credential(words) is wrong
