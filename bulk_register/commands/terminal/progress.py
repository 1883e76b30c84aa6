"""What happens, in words: a progress bar on a terminal, plain lines elsewhere, or JSON lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from functools import partial
from typing import Any, Protocol

from bulk_register.commands.terminal import console as console
from bulk_register.commands.terminal.event_words import describe_event, exam_facts, reading_notes
from bulk_register.commands.terminal.progress_count import Numbering, ProgressCount
from bulk_register.commands.terminal.streams import obeyed, visible
from bulk_register.commands.terminal.text import sentence
from bulk_register.errors import one_line
from bulk_register.language import _, grouped
from bulk_register.records import (
    Delivered,
    Event,
    RequestDone,
    RosterRead,
    RunStarted,
    Settled,
    Waiting,
    Warned,
)

Log = Callable[[str, str, dict[str, Any]], None]

LINE_SECONDS = 5.0  # at most one progress line in so long


class ProgressReporter(Protocol):
    """Hears what happens; `close` when it is over."""

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


class LineReporter:
    """Plain lines with the time, for a log or a pipe."""

    def __init__(self, *, quiet: bool, verbose: bool, write: Callable[[str, str, Event], None]) -> None:
        self._quiet, self._verbose, self._write = quiet, verbose, write
        self._progress = ProgressCount()
        self._numbered = Numbering()
        self._told = time.monotonic()

    def __call__(self, event: Event) -> None:
        event = self._numbered(event)
        self._progress.observe(event)
        level, words = describe_event(event)
        wanted = level == "warning" or (not self._quiet and (level == "info" or self._verbose))
        if words and wanted:
            self._write(level, words, event)
        if isinstance(event, RosterRead) and not self._quiet:
            for found in reading_notes(event.roster):
                self._write("warning", found, event)
        if isinstance(event, Settled) and not self._quiet and self._is_time():
            self._write("info", self._progress.words(), event)
        elif isinstance(event, Waiting) and not self._quiet and not self._verbose and self._is_time():
            self._write("info", _("waiting for StartExam: {reason}", reason=event.reason), event)

    def close(self) -> None:
        """Nothing is left open."""

    def _is_time(self) -> bool:
        now = time.monotonic()
        due = self._progress.is_over or now - self._told >= LINE_SECONDS
        self._told = now if due else self._told
        return due


class BarReporter:
    """A progress bar on a terminal; other lines scroll by above it."""

    def __init__(self, *, verbose: bool) -> None:
        from rich.console import Console  # a terminal only
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._verbose = verbose
        self._console = Console(file=obeyed(sys.stderr), highlight=False)
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn(_("{done} of {total}", done="{task.fields[done]}", total="{task.fields[most]}")),
            TextColumn("{task.fields[others]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
            transient=True,
        )
        self._progress = ProgressCount()
        self._numbered = Numbering()
        self._task: Any = None

    def __call__(self, event: Event) -> None:
        event = self._numbered(event)
        self._progress.observe(event)
        level, words = describe_event(event)
        if words and (level == "warning" or self._verbose):
            self._console.print(one_line(visible(words)), markup=False, soft_wrap=True)
        if isinstance(event, RunStarted) and self._progress.total:
            self._task = self._bar.add_task(
                _("Registering"),
                total=self._progress.total,
                rate="",
                others="",
                done=grouped(0),
                most=grouped(self._progress.total),
            )
            self._bar.start()
        elif isinstance(event, Waiting) and self._task is not None:
            self._bar.update(self._task, description=_("Waiting for StartExam"))
        elif isinstance(event, Settled) and self._task is not None:
            self._bar.update(
                self._task,
                description=_("Registering"),
                completed=self._progress.settled,
                rate=self._progress.rate(),
                others=self._progress.others(),
                done=grouped(self._progress.done),
            )
        elif isinstance(event, Delivered):
            self.close()

    def close(self) -> None:
        """Take the bar off the screen."""
        self._bar.stop()


def progress_reporter(*, log: Log | None, quiet: bool, verbose: bool) -> ProgressReporter:
    """Choose how a person or, with a `log`, a program hears what happens, always on standard error."""
    if log:
        return LineReporter(quiet=quiet, verbose=verbose, write=partial(_write_json, log))
    if sys.stderr and sys.stderr.isatty() and not quiet:
        return BarReporter(verbose=verbose)
    return LineReporter(
        quiet=quiet, verbose=verbose, write=lambda level, words, _event: console.log_text(level, words)
    )


def report_wait(event: Event) -> None:
    """Tell a person who waits for a few answers only why it takes longer, and what StartExam's clock says."""
    if isinstance(event, Waiting):
        console.print_note(
            _(
                "{reason} Trying again in {seconds:.0f} s.",
                reason=sentence(event.reason),
                seconds=event.seconds,
            )
        )
    elif isinstance(event, Warned):
        console.print_note(_("Warning: {message}", message=event.message))


def _write_json(log: Log, level: str, words: str, event: Event) -> None:
    facts: dict[str, Any] = {"event": type(event).__name__}
    if isinstance(event, RequestDone | Waiting | Settled) and is_dataclass(event):
        facts |= asdict(event)
    if isinstance(event, Settled):
        facts["standing"] = {status.key: number for status, number in event.standing.items()}
    if isinstance(event, RunStarted):
        facts |= {"run": event.run} | exam_facts(event.exam)
    log(level, words, facts)
