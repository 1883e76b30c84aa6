"""The flags of commands: those of settings follow from their declarations, the others stand here."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_origin

import typer

from bulk_register.commands.terminal import completion as completing
from bulk_register.language import _
from bulk_register.settings.checked import ZONE
from bulk_register.settings.declared import SAID
from bulk_register.settings.setting import Setting
from bulk_register.settings.values import CONFIG, PROFILE, Kind

_OFFERS = {ZONE: completing.zones, PROFILE: completing.profiles}  # what a shell looks up for a kind


def with_settings(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command, which is a function of its invocation and its own flags, the flags of its settings.

    They are those that name the function among their `commands`; what they say is in the invocation.
    """
    _, *own = inspect.signature(command, eval_str=True).parameters.values()
    taken = [_parameter(setting) for setting in SAID.values() if command.__name__ in setting.commands]

    @functools.wraps(command)
    def call(invocation: Any, **given: Any) -> int:
        return command(invocation, **{one.name: given[one.name] for one in own})

    parameters = [*(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own), *taken]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {one.name: one.annotation for one in parameters}
    return call


def _parameter(setting: Setting) -> inspect.Parameter:
    """Return a setting's parameter, as typer wants it; None: not said."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(setting.name, keyword, default=None, annotation=_annotation(setting))


def _annotation(setting: Setting) -> Any:
    """Return the type of what is said on the command line, which the settings check, with its flag."""
    is_list, is_switch = get_origin(setting.type) is tuple, setting.type is bool
    words: Any = bool if is_switch else list[str] if is_list else str
    option = typer.Option(
        *_names(setting),
        metavar=None if is_switch else setting.kind.metavar,
        help=setting.help_text,
        parser=_file if setting.kind is CONFIG else None,
        autocompletion=_offer(setting.kind),
        rich_help_panel=_(setting.group.value),
    )
    return Annotated[words | None, option]


def _names(setting: Setting) -> list[str]:
    switch = f"{setting.flag}/{setting.no_flag}" if setting.no_flag else setting.flag
    return [switch, setting.short] if setting.short else [switch]


def _offer(kind: Kind) -> Callable[[str], list[completing.Offer]] | None:
    return completing.choices(*kind.choices) if kind.choices else _OFFERS.get(kind)


def _roster(text: str) -> str:
    try:
        return str(Path(text).expanduser())
    except RuntimeError:  # "~$staff.xlsx" is no user's folder but what Excel leaves beside an open file
        return str(Path(text).absolute())


Roster = Annotated[
    str,
    typer.Argument(
        metavar="ROSTER",
        parser=_roster,
        help=_("The roster: a CSV or Excel file. Of a folder, or a pattern in quotes, the newest one."),
    ),
]


def _file(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise typer.BadParameter(
            _("'{text}': there is no such user; write the whole path.", text=text)
        ) from None


def _number(text: str) -> int:
    if not text.isdecimal():
        raise typer.BadParameter(
            _("'{text}' is not the number of a run; bulk-register history lists them.", text=text)
        )
    return int(text)


Run = Annotated[
    int | None,
    typer.Argument(
        metavar="RUN",
        parser=_number,
        help=_("A run's number; the latest if none is given."),
        autocompletion=completing.runs,
    ),
]

Port = Annotated[int, typer.Option(min=0, max=65535, metavar="N", help=_("The port; 0 takes a free one."))]


def _output(words: str) -> Any:
    return typer.Option("--output", "-o", metavar="FILE", parser=_file, help=words)


# --- of one command only
First = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help=_("Only so many of those who are new or changed: a try.")),
]
Problems = Annotated[Path | None, _output(_("Write the rows with a problem into a workbook."))]
MovedRoster = Annotated[
    Path | None,
    typer.Option(
        "--roster", metavar="FILE", parser=_file, help=_("Where the run's roster is now, if it was moved.")
    ),
]
Forget = Annotated[
    list[int] | None,
    typer.Option(
        metavar="RUN", help=_("Delete a run and what became known in it."), autocompletion=completing.runs
    ),
]
ForgetBefore = Annotated[
    str | None, typer.Option(metavar="DATE", help=_("Delete all runs that began before this day."))
]
ExtendedTo = Annotated[
    str | None,
    typer.Option("--extended", metavar="WHEN", help=_("All links of this run now end then in StartExam.")),
]
TestStatus = Annotated[
    str | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help=_("Only active, archive or deleted ones."),
        autocompletion=completing.choices("active", "archive", "deleted"),
    ),
]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        "--secret-file",
        metavar="FILE",
        parser=_file,
        help=_("Keep the key in this file (in the keyring)."),
    ),
]
SecretFromStdin = Annotated[
    bool, typer.Option("--secret-from-stdin", help=_("Read the secret key from standard input."))
]
MatchedRoster = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", parser=_file, help=_("Match this roster's columns to StartExam's fields, for --sync.")
    ),
]
NewConfig = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        parser=_file,
        help=_("Where to write (bulk_register.toml in this folder)."),
    ),
]
InitYes = Annotated[
    bool,
    typer.Option("--yes", "-y", help=_("Ask nothing, and replace a settings file (the old one is kept).")),
]
NewRoster = Annotated[
    str, typer.Argument(metavar="FILE", parser=_roster, help=_("The file to write, .xlsx or .csv."))
]
Written = Annotated[
    str, typer.Argument(metavar="FILE", parser=_roster, help=_("What run wrote, like staff.registered.xlsx."))
]
Registered = Annotated[
    str,
    typer.Argument(
        metavar="FILE|RUN", help=_("What run wrote, like staff.registered.xlsx, or a run's number.")
    ),
]
ResultsOutput = Annotated[Path | None, _output(_("Where to write it (beside FILE: NAME.results.xlsx)."))]
FinishedOnly = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", parser=_file, help=_("Also write a workbook of just those who have finished.")
    ),
]
AskAgain = Annotated[
    bool | None, typer.Option("--refresh", help=_("Ask again also about exams that are over."))
]
Ask = Annotated[
    bool,
    typer.Option(
        "--ask",
        help=_(
            "Ask StartExam as well. It registers nobody: only employees who have a link are asked "
            "about, each under the window the link has."
        ),
    ),
]

LedgerAction = Annotated[
    Literal["move", "backup"], typer.Argument(metavar="ACTION", help=_("What to do: move or backup."))
]

LedgerPlaces = Annotated[
    list[str], typer.Argument(metavar="PLACE", help=_("FROM and TO of move, the FILE of backup."))
]
