"""What happens, in words: a progress bar on a terminal, plain lines elsewhere, or JSON lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, is_dataclass, replace
from typing import Any, Protocol

from bulk_register.commands.terminal import console as console
from bulk_register.commands.terminal.event_words import describe_event, exam_facts, reading_notes
from bulk_register.commands.terminal.streams import obeyed, visible
from bulk_register.commands.terminal.text import sentence
from bulk_register.errors import one_line
from bulk_register.language import _, grouped, ngettext
from bulk_register.records import (
    Delivered,
    Event,
    Planned,
    RequestDone,
    RosterRead,
    RunStarted,
    Settled,
    Waiting,
    Warned,
)

LINE_SECONDS = 5.0  # at most one progress line in so long


class ProgressReporter(Protocol):
    """Hears what happens; `close` when it is over."""

    def __call__(self, event: Event) -> None: ...

    def close(self) -> None: ...


class Numbering:
    """Counts a run's batches from 1, also where it finishes an earlier run, which had batches of its own."""

    def __init__(self) -> None:
        self._before = 0

    def __call__(self, event: Event) -> Event:
        if isinstance(event, Planned) and event.plan.batches:
            self._before = event.plan.batches[0].number - 1
        if isinstance(event, RequestDone | Waiting | Settled) and event.batch:
            return replace(event, batch=event.batch - self._before)
        return event


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
        due = self._progress.is_done or now - self._told >= LINE_SECONDS
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
                done=grouped(0),
                most=grouped(self._progress.total),
            )
            self._bar.start()
        elif isinstance(event, Waiting) and self._task is not None:
            self._bar.update(self._task, description=_("Waiting for StartExam"))
        elif isinstance(event, Settled) and self._task is not None:
            done, rate = self._progress.done, self._progress.rate()
            self._bar.update(
                self._task, description=_("Registering"), completed=done, rate=rate, done=grouped(done)
            )
        elif isinstance(event, Delivered):
            self.close()

    def close(self) -> None:
        """Take the bar off the screen."""
        self._bar.stop()


class ProgressCount:
    """How many employees are done."""

    def __init__(self) -> None:
        self.total = self.done = 0
        self._started = time.monotonic()

    def observe(self, event: Event) -> None:
        if isinstance(event, Planned):
            self.total = sum(map(len, event.plan.batches))
        elif isinstance(event, RunStarted):
            self._started = time.monotonic()
        elif isinstance(event, Settled):
            self.done = min(self.done + event.settled, self.total)  # what is taken back is settled twice

    @property
    def is_done(self) -> bool:
        return self.done >= self.total

    def rate(self) -> str:
        """Return employees a second in words."""
        return _("{number:,.0f}/s", number=self.done / max(time.monotonic() - self._started, 0.001))

    def words(self) -> str:
        return ngettext(
            "{done:,} of {number:,} employee done",
            "{done:,} of {number:,} employees done",
            self.total,
            done=self.done,
        )


def progress_reporter(*, log_format: str, quiet: bool, verbose: bool) -> ProgressReporter:
    """Choose how a person or a program hears what happens, always on standard error."""
    if log_format == "json":
        return LineReporter(quiet=quiet, verbose=verbose, write=_write_json)
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


def _write_json(level: str, words: str, event: Event) -> None:
    facts: dict[str, Any] = {"event": type(event).__name__}
    if isinstance(event, RequestDone | Waiting | Settled) and is_dataclass(event):
        facts |= asdict(event)
    if isinstance(event, RunStarted):
        facts |= {"run": event.run} | exam_facts(event.exam)
    console.log_json(level, words, facts)
