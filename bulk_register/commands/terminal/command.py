"""Where errors become words and exit codes, and where a command's report is written whatever its end."""

from __future__ import annotations

import functools
import platform
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bulk_register.commands.terminal import console as console
from bulk_register.commands.terminal.prompts import STOPPED
from bulk_register.commands.terminal.signals import Interrupted
from bulk_register.commands.terminal.streams import json_text
from bulk_register.errors import (
    BulkRegisterError,
    DeclinedError,
    InputError,
    LedgerBusyError,
    SettingsError,
    StartExamError,
)
from bulk_register.exit_codes import EXIT_BUG, EXIT_BUSY, EXIT_UNDONE, EXIT_WRONG
from bulk_register.language import N_, _
from bulk_register.settings.declared import SAID
from bulk_register.version import __version__

if TYPE_CHECKING:
    from bulk_register.records import Roster  # with pandas, which is slow to load
    from bulk_register.settings import Command as LoadedFor
    from bulk_register.settings import Settings

FOLDER_GONE = N_(
    "The working folder isn't there any more. Go into one that is, then run the same command again."
)


@dataclass
class Invocation:
    """One command on its way: when it started, and what its report can tell whatever its end."""

    flags: dict[str, Any]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    known: dict[str, Any] = field(default_factory=dict)  # parts of the report
    roster: Roster | None = None  # once it has been read
    reported: bool = False

    @property
    def said(self) -> dict[str, Any]:
        """What the flags of settings say."""
        return {name: value for name, value in self.flags.items() if name in SAID}

    def settings(self, command: LoadedFor) -> Settings:
        """Return the settings; raises SettingsError."""
        from bulk_register.settings import load_settings  # pydantic is not needed for --help

        return load_settings(self.said, command=command)

    def check_report(self, target: str | None, taken: Iterable[Path]) -> None:
        """Find what would make the report fail, and remove the last one; raises OutputError."""
        if target and target != "-":
            from bulk_register.output.destinations import check_report  # not needed for --help
            from bulk_register.paths import real_path  # as above

            self.reported = True  # where it can't be written now, it can't be later
            check_report(Path(target), taken)
            self.reported = False
            last = real_path(Path(target))
            if last.is_file():  # if this run is killed, nobody is to take it for this one's
                with suppress(OSError):
                    last.unlink()

    def report(self, target: str | None, content: dict[str, Any]) -> None:
        """Write a report as JSON to a file, or with `-` to standard output."""
        if not target or self.reported:
            return
        self.reported = True
        text = json_text(content, indent=2)
        if target == "-":
            console.print_result(text, exact=True)
            return
        from bulk_register.output.delivery import write_text  # as above
        from bulk_register.settings.values import at_home  # as above

        try:
            write_text(text + "\n", at_home(Path(target)))
        except (OSError, ValueError) as error:
            console.print_note(
                _(
                    "Error: The report can't be written to {target} ({strerror}).",
                    target=target,
                    strerror=getattr(error, "strerror", None) or error,
                )
            )

    def fail(self, code: int, error: str) -> None:
        """Write the report of a command that ends with an error, as far as things are known."""
        if "report" not in self.flags or self.reported:
            return
        from bulk_register.run.report import blank_report, roster_report  # pandas is slow to load
        from bulk_register.settings import first_given  # as above

        target = first_given(self.flags, "report")[0]
        if target:
            about = {"roster": self.flags.get("roster"), "error": error}
            read = roster_report(self.roster) if self.roster else {}
            self.report(target, blank_report(self.started, code) | about | read | self.known)


def handles_errors(command: Callable[..., int]) -> Callable[..., None]:
    """Let a function of its invocation and flags return its exit code, and turn what it raises into one."""

    @functools.wraps(command)
    def run(**flags: Any) -> None:
        invocation = Invocation(flags)
        raise typer.Exit(_outcome(lambda: command(invocation, **flags), invocation))

    return run


def _outcome(command: Callable[[], int], invocation: Invocation) -> int:
    calm, hint = False, ""
    try:
        return command()
    except SettingsError as error:
        problems, code, hint = error.problems, _code(error), error.hint
    except BulkRegisterError as error:
        problems, code = [str(error)], _code(error)
        calm = isinstance(error, DeclinedError)
    except (Interrupted, KeyboardInterrupt) as signal:
        problems, code, calm = [_(STOPPED)], 128 + getattr(signal, "number", 2), True
    except Exception as error:
        gone = isinstance(error, FileNotFoundError) and _is_working_folder_gone()
        problems, code = ([_(FOLDER_GONE)], EXIT_WRONG) if gone else ([_trace()], EXIT_BUG)
    as_json = _wants_json(invocation.flags)
    for problem in problems:
        say_error(problem, code, as_json=as_json, calm=calm)
    if hint:
        say_error(hint, code, as_json=as_json, calm=True)
    invocation.fail(code, "\n".join(problems))
    return code


def _is_working_folder_gone() -> bool:
    try:
        return not Path.cwd().is_dir()
    except OSError:
        return True


def say_error(words: str, code: int, *, as_json: bool = False, calm: bool = False) -> None:
    """Say what went wrong, on standard error; `calm` for what somebody wanted."""
    if as_json:
        console.log_json("info" if calm else "error", words, {"exit_code": code})
    else:
        console.print_note(words if calm else _("Error: {message}", message=words))


def _wants_json(flags: dict[str, Any]) -> bool:
    if "log_format" not in flags:
        return False
    from bulk_register.settings import first_given  # not needed for --help

    return first_given(flags, "log_format") == ["json"]


def _code(error: BulkRegisterError) -> int:
    if isinstance(error, LedgerBusyError):
        return EXIT_BUSY
    if isinstance(error, InputError | DeclinedError):
        return EXIT_WRONG
    return EXIT_UNDONE if isinstance(error, StartExamError) else EXIT_WRONG


def _trace() -> str:
    """Return where the bug is, without the values that the program was working on."""
    kind, _value, trace = sys.exc_info()
    frames = "".join(traceback.format_list(traceback.extract_tb(trace)))
    return _(
        "This is a bug in bulk-register {version} (Python {python_version}), not in your roster. "
        "What StartExam has answered is kept. Please report these lines:\n{frames}{kind}",
        version=__version__,
        python_version=platform.python_version(),
        frames=frames,
        kind=kind.__name__ if kind else "",
    )
