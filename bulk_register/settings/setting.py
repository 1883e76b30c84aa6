"""What there is to say of one setting: everything that flags, checks, messages and pages are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args

from bulk_register.language import N_, _
from bulk_register.names import VARIABLE_PREFIX
from bulk_register.settings.values import Kind

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

Command = Literal["run", "sync", "check", "tests", "results", "ledger"]  # what settings are loaded for
CommandName = Literal[
    "run",
    "sync",
    "check",
    "rerun",
    "history",
    "export",
    "tests",
    "init",
    "doctor",
    "template",
    "verify",
    "page",
    "ledger",
    "results",
    "sandbox",
]

READING: Final[frozenset[Command]] = frozenset({"run", "sync", "check", "results", "ledger"})  # a roster
ASKING: Final[frozenset[Command]] = frozenset({"run", "sync", "tests", "results", "ledger"})  # StartExam
SENDING: Final[frozenset[Command]] = frozenset({"run", "sync"})  # a roster to StartExam
ALWAYS: Final[frozenset[Command]] = READING | ASKING
EVERY_COMMAND: Final[tuple[CommandName, ...]] = get_args(CommandName)


class Group(Enum):
    """Under which words `--help` shows a flag, in this order."""

    EVERYDAY = N_("Everyday options")
    EXAM = N_("More about the exam")
    ROSTER = N_("How the roster is read")
    WRITTEN = N_("What is written and shown")
    ACCOUNT = N_("Settings file, account and ledger")
    PEOPLE = N_("New employees")
    SENDING = N_("How it is sent")
    GUARDS = N_("Limits for scheduled runs")


class Rerun(Enum):
    """Which value a run has that is finished later."""

    KEPT = auto()  # its own, which the ledger holds
    CURRENT = auto()  # that of the command that finishes it
    DROPPED = auto()  # the default


@dataclass(frozen=True, eq=False)
class Setting:
    """One setting beside its name, type and default; stands in the type's `Annotated`.

    With `commands` it has a flag there; the settings file and the environment may say it wherever it is
    `used_by`, unless it is `personal`.
    """

    help: str  # "{default}" in it is the default
    kind: Kind
    group: Group
    commands: tuple[CommandName, ...] = ("run",)
    used_by: frozenset[Command] = frozenset({"run"})
    rerun: Rerun = Rerun.KEPT
    personal: bool = False  # only a person says it, each time, on the command line
    repeated: bool = True  # in a command that is suggested to do the same again
    needed: Mapping[Command, str] = field(default_factory=dict)  # words where it is missing
    of_account: bool = False  # the sandbox, which has its own account, ignores it
    singular: str = ""  # the flag's name where it says one of several
    short: str = ""
    environment: str = ""  # its variable, where that isn't named as all are
    can_be_denied: bool = False  # there is a flag --no-… as well
    name: str = ""  # this and the rest is filled in from where it is declared
    type: Any = None
    default: Any = None

    @property
    def flag(self) -> str:
        """The flag as a person types it."""
        return "--" + (self.singular or self.name).replace("_", "-")

    @property
    def no_flag(self) -> str:
        """The flag that says no, "" where there is none."""
        return f"--no-{self.name.replace('_', '-')}" if self.can_be_denied else ""

    @property
    def variable(self) -> str:
        """The environment variable."""
        return self.environment or VARIABLE_PREFIX + self.name.upper()

    @property
    def help_text(self) -> str:
        """What --help says of it."""
        shown = f"{self.default:g}" if isinstance(self.default, float) else str(self.default)
        return _(self.help, default=shown)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Tell pydantic how values are read and checked; not where there is none."""
        from bulk_register.settings.schema import checked_type  # pydantic is slow to load

        plain = [part for part in get_args(source) if part is not type(None)]
        if type(None) in get_args(source):
            return handler.generate_schema(checked_type(Union[*plain], self.kind) | None)
        return handler.generate_schema(checked_type(source, self.kind))
