"""Tests by title: exactly one active test is meant, or the candidates are named."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence

from bulk_register.api import GUID
from bulk_register.errors import SettingsError
from bulk_register.language import _
from bulk_register.records import Test

ACTIVE = "active"  # API page "Get Tests"
MAX_CANDIDATES = 15  # tests that a message lists
NEAR = 0.6  # how alike two titles must be for one to be suggested for the other


def is_identifier(text: str) -> bool:
    """Tell whether this is a test's identifier; anything else is a title."""
    return GUID.fullmatch(text) is not None


def fold(title: str) -> str:
    """Return a title without upper case, superfluous white space and width of letters."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def identified(named: Iterable[str], tests: Sequence[Test]) -> tuple[str, ...]:
    """Return these tests' identifiers, those that were named by title looked up; each once, in order.

    Raises SettingsError with all titles that don't name exactly one active test, and what they may mean.
    """
    problems: list[str] = []
    found: dict[str, str] = {}
    for name in named:
        identifier = name if is_identifier(name) else _looked_up(name, tests, problems)
        found.setdefault(identifier.lower(), identifier)
    if problems:
        raise SettingsError(problems)
    return tuple(found.values())


def titles_of(identifiers: Iterable[str], tests: Iterable[Test]) -> list[str]:
    """Return these tests' titles; "" for one that isn't among the account's."""
    titles = {test.identifier.lower(): test.title for test in tests}
    return [titles.get(identifier.lower(), "") for identifier in identifiers]


def candidates(title: str, tests: Sequence[Test]) -> list[Test]:
    """Return which tests a title may mean: of the same title, holding its words, or spelled alike."""
    wanted = fold(title)
    same = [test for test in tests if fold(test.title) == wanted]
    if same:
        return same
    active = [test for test in tests if test.status == ACTIVE]
    holding = [test for test in active if wanted in fold(test.title)]
    near = difflib.get_close_matches(wanted, [fold(test.title) for test in active], MAX_CANDIDATES, NEAR)
    return holding or [test for test in active if fold(test.title) in near] or active


def _looked_up(title: str, tests: Sequence[Test], problems: list[str]) -> str:
    same = [test for test in tests if fold(test.title) == fold(title)]
    active = [test for test in same if test.status == ACTIVE]
    if len(active) == 1:
        return active[0].identifier
    problems.append(_problem(title, same, active, candidates(title, tests)))
    return title


def _problem(title: str, same: Sequence[Test], active: Sequence[Test], meant: Sequence[Test]) -> str:
    if not meant:
        return _(
            "There is no test called '{title}': this StartExam account has no active test at all.",
            title=title,
        )
    listed = [f"  {test.title}: {test.identifier} ({test.status})" for test in meant[:MAX_CANDIDATES]]
    if len(meant) > MAX_CANDIDATES:
        listed.append(
            _(
                "  and {more:,} more (bulk-register tests lists them all)",
                more=len(meant) - MAX_CANDIDATES,
            )
        )
    if active:
        why = _(
            "{number} active tests are called '{title}'. Give the identifier of the one you mean:",
            number=len(active),
            title=title,
        )
    elif same:
        why = _(
            "The test '{title}' is not active. Activate it in StartExam, or name another test:", title=title
        )
    else:
        why = _("There is no test called '{title}'. Check the spelling; these are there:", title=title)
    return "\n".join([why, *listed])
