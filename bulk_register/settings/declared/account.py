"""The settings that say where settings are read from, in which account, and where runs are recorded."""

from functools import partial
from pathlib import Path
from typing import Annotated, Final

from bulk_register.api import DEFAULT_URL
from bulk_register.language import N_
from bulk_register.places import LedgerPlace
from bulk_register.settings.checked import API_ADDRESS, LINK_ADDRESS
from bulk_register.settings.setting import ALWAYS, ASKING, Group, Rerun, Setting
from bulk_register.settings.values import CONFIG, FILE, FILE_OR_DATABASE, PROFILE, whole

_CONFIGURED: Final = (
    "run",
    "sync",
    "check",
    "rerun",
    "history",
    "export",
    "tests",
    "doctor",
    "verify",
    "page",
    "ledger",
    "results",
)
_WITH_LEDGER: Final = (
    "run",
    "sync",
    "rerun",
    "history",
    "export",
    "doctor",
    "verify",
    "page",
    "ledger",
    "results",
)
_OF_ACCOUNT: Final = ("run", "sync", "tests", "init", "doctor", "verify", "results")
_ID = whole(1, 2**63 - 1, N_("the number of a StartExam account, digits only"))

_account = partial(Setting, group=Group.ACCOUNT, used_by=ASKING)


class SettingsFile:
    """Where the other settings are read from."""

    config: Annotated[
        Path | None,
        _account(
            N_("The settings file (bulk_register.toml in this folder)."),
            CONFIG,
            commands=_CONFIGURED,
            personal=True,
            short="-c",
        ),
    ] = None
    profile: Annotated[
        str | None,
        _account(
            N_("The profile to use from the settings file."), PROFILE, commands=_CONFIGURED, personal=True
        ),
    ] = None


class AccountSettings:
    """The account, and the ledger."""

    account_id: Annotated[
        int | None,
        _account(
            N_("The number of the StartExam account."),
            _ID,
            commands=_OF_ACCOUNT,
            of_account=True,
            environment="STARTEXAM_ACCOUNT_ID",
            needed={
                "run": N_(
                    "the number of your StartExam account is missing (to try without one, add --sandbox)"
                ),
                "sync": N_("the number of your StartExam account is missing"),
                "tests": N_("the number of your StartExam account is missing"),
                "results": N_("the number of your StartExam account is missing"),
            },
        ),
    ] = None
    secret_key_file: Annotated[
        Path | None, _account(N_("The file that holds the secret key."), FILE, commands=(), of_account=True)
    ] = None
    base_url: Annotated[
        str,
        _account(N_("StartExam's address ({default})."), API_ADDRESS, commands=_OF_ACCOUNT, of_account=True),
    ] = DEFAULT_URL
    link_base: Annotated[
        str, _account(N_("What links begin with ({default})."), LINK_ADDRESS, commands=(), of_account=True)
    ] = "https://go.startexam.com"
    ledger: Annotated[
        LedgerPlace | None,
        _account(
            N_("The file that remembers who has a link, or a database (postgresql://USER@HOST/NAME)."),
            FILE_OR_DATABASE,
            commands=_WITH_LEDGER,
            used_by=ALWAYS,  # check too: it knows what this program wrote, and is no roster
            rerun=Rerun.CURRENT,
        ),
    ] = None
