"""Where errors become words and exit codes."""

from __future__ import annotations

import functools
import platform
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from bulk_register.commands.terminal import console as console
from bulk_register.commands.terminal.aftermath import conclude
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.prompts import STOPPED
from bulk_register.commands.terminal.signals import Interrupted
from bulk_register.errors import (
    BulkRegisterError,
    DeclinedError,
    InputError,
    LedgerAwayError,
    LedgerBusyError,
    SendAgainError,
    SettingsError,
    StartExamError,
)
from bulk_register.exit_codes import EXIT_BUG, EXIT_BUSY, EXIT_UNDONE, EXIT_WRONG
from bulk_register.language import N_, _
from bulk_register.version import __version__

Log = Callable[[str, str, dict[str, Any]], None]

FOLDER_GONE = N_(
    "The working folder isn't there any more. Go into one that is, then run the same command again."
)


def handles_errors(command: Callable[..., int]) -> Callable[..., None]:
    """Let a function of its invocation and flags return its exit code, and turn what it raises into one."""

    @functools.wraps(command)
    def run(**flags: Any) -> None:
        invocation = Invocation(flags)
        code = _outcome(lambda: command(invocation, **flags), invocation)
        try:
            conclude(invocation, code)
        except Exception:  # the run has ended as it has
            invocation.warn(_trace())
        raise typer.Exit(code)

    return run


def _outcome(command: Callable[[], int], invocation: Invocation) -> int:
    calm, retry, hint = False, False, ""
    try:
        return command()
    except SettingsError as error:
        problems, code, hint = error.problems, _code(error), error.hint
    except BulkRegisterError as error:
        problems, code = [str(error)], _code(error)
        retry = isinstance(error, LedgerBusyError | LedgerAwayError | SendAgainError)
        calm = isinstance(error, DeclinedError)
    except (Interrupted, KeyboardInterrupt) as signal:
        problems, code = [_(STOPPED)], 128 + getattr(signal, "number", 2)
        calm = retry = True
    except Exception as error:
        gone = isinstance(error, FileNotFoundError) and _is_working_folder_gone()
        problems, code = ([_(FOLDER_GONE)], EXIT_WRONG) if gone else ([_trace()], EXIT_BUG)
    log = invocation.log if invocation.wants_json() else None
    invocation.error, invocation.retry = "\n".join(problems), retry
    for problem in problems:
        _say_error(problem, {"exit_code": code, "retry": retry}, log, calm=calm)
    if hint:
        _say_error(hint, {"exit_code": code, "retry": retry}, log, calm=True)
    invocation.fail(code)
    return code


def _is_working_folder_gone() -> bool:
    try:
        return not Path.cwd().is_dir()
    except OSError:
        return True


def _say_error(words: str, facts: dict[str, Any], log: Log | None, *, calm: bool) -> None:
    """Say what went wrong, on standard error; `calm` for what somebody wanted."""
    if log:
        log("info" if calm else "error", words, facts)
    else:
        console.print_note(words if calm else _("Error: {message}", message=words))


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
