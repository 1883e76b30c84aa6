"""Whether StartExam accepts an account and its key, in words; and which of its tests is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from bulk_register.commands.terminal.console import print_note
from bulk_register.commands.terminal.prompts import Prompter, ask_yes_no, prompt_secret
from bulk_register.commands.terminal.text import capitalized, sentence
from bulk_register.errors import AccountError, ClockError, Credential, SettingsError, StartExamError
from bulk_register.language import N_, _
from bulk_register.records import Event, Test, Warned
from bulk_register.settings import is_this_machine
from bulk_register.startexam import Connection, RetryPolicy
from bulk_register.startexam.health_check import HealthCheck, check_health
from bulk_register.startexam.titles import ACTIVE, identified, is_identifier, titles_of

PATIENCE = RetryPolicy(attempts=2, wait_first_seconds=1, wait_max_seconds=2)  # somebody is waiting
ANSWER_SECONDS = 20.0
_TO_CHECK = {
    Credential.ACCOUNT_NUMBER: N_("Check the number of the account."),
    Credential.SECRET_KEY: N_(
        "Copy the whole key again, without blanks before or after it. It must be this account's."
    ),
}
REFUSED = (401, 403)  # the account or its key
MAX_LISTED = 30  # tests in the numbered list


@dataclass(frozen=True)
class Key:
    """Who asks StartExam, and where."""

    account_id: int
    secret_key: str = field(repr=False)
    base_url: str

    def connection(self) -> Connection:
        direct = is_this_machine(self.base_url)
        where = (self.account_id, self.secret_key, self.base_url)
        return Connection(*where, ANSWER_SECONDS, PATIENCE, direct=direct)


def try_key(key: Key, person: Prompter) -> tuple[Key, Sequence[Test] | None]:
    """Return the key that StartExam accepts and the account's tests; the person may try again.

    Without tests (None) StartExam could not be asked and the person goes on all the same. Raises
    StartExamError where nobody can be asked.
    """
    while True:
        sight = check_health(key.connection(), _tell)
        if sight.error is None:
            return key, sight.tests
        words = trouble(sight, key.base_url)
        if not person.asked:
            raise StartExamError(_("{words} Nothing was written.", words=words), sight.error.status)
        print_note(words)
        if sight.error.status in REFUSED and not isinstance(sight.error, ClockError):
            key = _another_answer(key)
        elif not ask_yes_no(_("Try again? With no, the key is kept without having been tried"), default=True):
            return key, None


def _another_answer(key: Key) -> Key:
    """Ask for the key or for the number, whichever the person changes; neither is shown while it is typed.

    What is typed here may be the key, whichever was asked for.
    """
    print_note(_("This was account {account_id}.", account_id=key.account_id))
    if typed := prompt_secret(
        _("Secret key (it is not shown; Enter alone: change the account number)"), optional=True
    ):
        return replace(key, secret_key=typed)
    while typed := prompt_secret(
        _("Account number (shown when it is typed; Enter alone: leave it)"), optional=True
    ):
        if not (wrong := _digits(typed)):
            print_note(_("Account number: {typed}", typed=int(typed)))
            return replace(key, account_id=int(typed))
        print_note(_("That can't be used: {wrong}.", wrong=wrong))
    return key


def trouble(sight: HealthCheck, base_url: str) -> str:
    """Say why StartExam could not be asked, and what to do."""
    words = sentence(capitalized(str(sight.error)))
    if isinstance(sight.error, ClockError):
        return _(
            "StartExam finds this computer's time wrong. Set its clock, date and time zone right. {words}",
            words=words,
        )
    if isinstance(sight.error, AccountError) and sight.error.wrong:
        return _(
            "StartExam doesn't accept the {wrong}; its words name that, and nothing else. {to_check}",
            wrong=_(sight.error.wrong),
            to_check=_(_TO_CHECK[sight.error.wrong]),
        )
    if sight.error is not None and sight.error.status in REFUSED:
        return _(
            "StartExam doesn't accept this account number with this secret key. Check the number, "
            "and copy the whole key again, without blanks before or after it."
        )
    if sight.reached:
        return words
    host = urlsplit(base_url).netloc
    return _(
        "{words} Check the network, or ask your IT department to let this computer reach {host}.",
        words=words,
        host=host,
    )


def choose_tests(
    said: Sequence[str], tests: Sequence[Test] | None, person: Prompter, before: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Return the tests' identifiers and titles: as said, or chosen by the person from a numbered list.

    Those of `before` are taken where nothing else is said.
    """
    said = said if said or person.asked else before
    if said:
        found = list(said) if tests is None else identified(said, tests)
        return list(zip(found, titles_of(found, tests or ()), strict=True))
    active = [test for test in tests or () if test.status == ACTIVE]
    if person.asked and active:
        _show(active)
    question = _("Number of the test (several: 1, 3)") if active else _("Identifier of the test")
    default = _numbers(before, active) or ("1" if len(active) == 1 and person.asked else "")
    answer = person.choose("--test", "", question, default, lambda text: _fault(text, active, tests))
    found = _meant(answer, active, tests)
    return list(zip(found, titles_of(found, tests or ()), strict=True))


def _numbers(before: Sequence[str], active: Sequence[Test]) -> str:
    """Return the answer that means these tests again, "" where they can't all be chosen."""
    if not active:
        return ", ".join(before)
    places = {test.identifier.lower(): str(number) for number, test in enumerate(active, 1)}
    numbers = [places.get(name.lower(), "") for name in before]
    return ", ".join(numbers) if all(numbers) else ""


def _show(active: Sequence[Test]) -> None:
    lines, survey = [_("The account's active tests:")], _("survey")
    lines += [
        f"  {number}. {test.title}" + (f" ({survey})" if test.type == "survey" else "")
        for number, test in enumerate(active[:MAX_LISTED], 1)
    ]
    if len(active) > MAX_LISTED:
        lines.append(
            _("  and {more:,} more; type a part of the title to see them", more=len(active) - MAX_LISTED)
        )
    print_note("\n".join(lines))


def _meant(answer: str, active: Sequence[Test], tests: Sequence[Test] | None) -> tuple[str, ...]:
    """Return the identifiers that an answer means: numbers of the list, an identifier or a title."""
    parts = [part.strip() for part in answer.split(",") if part.strip()]
    if active and parts and all(part.isdecimal() for part in parts):
        if not all(1 <= int(part) <= len(active) for part in parts):
            raise SettingsError([_("the list has the numbers 1 to {last}", last=len(active))])
        return tuple(dict.fromkeys(active[int(part) - 1].identifier for part in parts))
    if tests is not None:
        return identified([answer], tests)
    if not all(map(is_identifier, parts)):
        raise SettingsError([_("it must be a test's identifier, like fa19e351-36d0-49c0-be92-66d640b17878")])
    return tuple(parts)


def _fault(answer: str, active: Sequence[Test], tests: Sequence[Test] | None) -> str:
    try:
        _meant(answer, active, tests)
    except SettingsError as error:
        return str(error).rstrip(".")
    return ""


def _digits(text: str) -> str:
    return "" if text.isdecimal() and 0 < int(text) < 2**63 else _("it must be a number, digits only")


def _tell(event: Event) -> None:
    if isinstance(event, Warned):
        print_note(_("Warning: {message}", message=event.message))
