"""What a run works with: the exam, whom it registers for, the ledger, and StartExam or its stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bulk_register.errors import BulkRegisterError
from bulk_register.ledger import Ledger
from bulk_register.output.results import SANDBOX_URL, Style
from bulk_register.paths import ledger_file, private_folder
from bulk_register.places import LedgerPlace
from bulk_register.plan import scope_of
from bulk_register.records import Exam, Roster, Scope, Tell
from bulk_register.roster import person_texts
from bulk_register.run.guards import Limits
from bulk_register.settings import Settings, is_this_machine
from bulk_register.startexam import Connection, RetryPolicy, StartExam


@dataclass(frozen=True)
class RunContext:
    """What a run holds open: the ledger, StartExam, and whom registrations belong to."""

    ledger: Ledger
    client: StartExam
    exam: Exam
    scope: Scope
    outputs: Ledger  # it knows the outputs that were written before: the ledger, but where that is a new one


@contextmanager
def open_context(settings: Settings, roster: Roster, tell: Tell) -> Iterator[RunContext]:
    exam, scope = exam_of(settings), scope_under(settings)
    with ExitStack() as stack:
        if settings.sandbox and settings.ledger is None:
            place: LedgerPlace = stack.enter_context(private_folder()) / "ledger.sqlite3"
        else:
            place = ledger_place(settings)
        connected = stack.enter_context(_against_sandbox(settings)) if settings.sandbox else settings
        ledger = outputs = stack.enter_context(Ledger(place))
        if settings.sandbox and settings.ledger is None:
            outputs = _sandbox_outputs(stack) or ledger
        client = StartExam(connection_of(connected), tell, partial(person_texts, roster))
        yield RunContext(ledger, client, exam, scope, outputs)


def _sandbox_outputs(stack: ExitStack) -> Ledger | None:
    """Return the ledger of what sandbox runs wrote, so that the next may replace it, or None.

    It holds file names and checksums, and nobody. There is none where it can't be made.
    """
    with suppress(BulkRegisterError):
        return stack.enter_context(Ledger(ledger_file().with_name("sandbox.sqlite3")))
    return None


@contextmanager
def _against_sandbox(settings: Settings) -> Iterator[Settings]:
    """Start a stand-in that knows any center and test, and turn the settings to it."""
    from bulk_register.sandbox import Account, Sandbox  # only who asks for it needs a server

    with Sandbox(account=Account(any_center=True, any_test=True, any_profile=True)) as sandbox:
        yield settings.with_account(sandbox.account_id, sandbox.secret_key, sandbox.base_url)


def exam_of(settings: Settings) -> Exam:
    center, tests = settings.center, settings.tests
    if settings.sandbox and not (center and tests):
        from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST  # as above

        center, tests = center or DEMO_CENTER, tests or (DEMO_TEST,)
    assert center is not None
    assert settings.valid_from is not None
    assert settings.valid_till is not None
    return Exam(
        center,
        tests,
        settings.valid_from.moment,
        settings.valid_till.moment,
        settings.proctoring,
        settings.proctoring_parameters if settings.proctoring else (),
        settings.reregister,
    )


def scope_under(settings: Settings) -> Scope:
    url = SANDBOX_URL if settings.sandbox else settings.base_url
    return scope_of(settings.account_id or 0, url, exam_of(settings))


def ledger_place(settings: Settings) -> LedgerPlace:
    """Return where the ledger is: as set, else in the user's state folder."""
    place = settings.ledger or ledger_file()
    return place.expanduser().absolute() if isinstance(place, Path) else place


def ledger_files(settings: Settings) -> list[Path]:
    """Return the files of the ledger, in whose place nothing else may be written: none for a database."""
    place = ledger_place(settings)
    return [place] if isinstance(place, Path) else []


def ledger_flags(settings: Settings) -> list[str]:
    """Return the flag that leads another command to the same ledger, from any folder; none for the usual."""
    return ["--ledger", str(ledger_place(settings))] if settings.ledger else []


def style_of(settings: Settings) -> Style:
    """Return how results are written under these settings."""
    base = SANDBOX_URL if settings.sandbox else settings.link_base
    return Style(base, settings.zone, settings.allow_conflicts)


def limits_of(settings: Settings) -> Limits:
    """Return what a scheduled run may bear under these settings."""
    return Limits(settings.min_rows, settings.max_new, settings.max_missing, settings.newer_than)


def connection_of(settings: Settings) -> Connection:
    """Return where StartExam is and who asks, from settings that hold an account and a secret key."""
    assert settings.account_id is not None
    assert settings.secret_key is not None
    return Connection(
        settings.account_id,
        settings.secret_key.get_secret_value(),
        settings.base_url,
        settings.timeout,
        RetryPolicy(settings.attempts, settings.wait_first, settings.wait_max),
        direct=is_this_machine(settings.base_url),
    )
