"""A run with a person or a scheduler watching: progress on standard error, the question, signals."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from bulk_register.commands.terminal import console
from bulk_register.commands.terminal.event_words import left_out_words, plan_words
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.progress import ProgressReporter, progress_reporter
from bulk_register.commands.terminal.prompts import ask_yes_no, stdin_is_terminal
from bulk_register.commands.terminal.signals import Interruption, handle_signals
from bulk_register.commands.terminal.streams import silence
from bulk_register.commands.terminal.sync_words import plan_line
from bulk_register.commands.terminal.text import named_tests, sentence, table
from bulk_register.errors import one_line
from bulk_register.language import _
from bulk_register.output.results import local_text
from bulk_register.records import Event, Plan, RunStarted, Tell
from bulk_register.run import Observer, asked_titles
from bulk_register.settings import Settings


@contextmanager
def observed(settings: Settings, invocation: Invocation) -> Iterator[Observer]:
    """Return who watches a run that is sent, as long as the context is open."""
    with (
        reporting(settings, invocation) as reporter,
        handle_signals(hint=settings.log_format == "text") as interruption,
    ):
        yield Observer(
            _noting_start(noting_roster(reporter, invocation), interruption),
            _Question(settings, invocation),
            interruption,
        )


@contextmanager
def reporting(
    settings: Settings, invocation: Invocation, *, quiet: bool = False
) -> Iterator[ProgressReporter]:
    """Return who reports progress as the settings say, as long as the context is open."""
    reporter = progress_reporter(
        log=invocation.log if settings.log_format == "json" else None,
        quiet=settings.quiet or quiet,
        verbose=settings.verbose and not quiet,
    )
    try:
        yield reporter
    finally:
        reporter.close()


def noting_roster(reporter: Tell, invocation: Invocation) -> Tell:
    """Return who hears of a run: the invocation, for its report and its log, and the reporter."""

    def tell(event: Event) -> None:
        invocation.hear(event)
        try:
            reporter(event)
        except OSError:  # nobody reads standard error any more
            silence(sys.stderr)

    return tell


def _noting_start(reporter: Tell, interruption: Interruption) -> Tell:
    """Let a signal stop the run in order from its start on."""

    def tell(event: Event) -> None:
        if isinstance(event, RunStarted):
            interruption.sending = True
        reporter(event)

    return tell


class _Question:
    """Asks the person at the terminal, if there is one, before anything is sent."""

    def __init__(self, settings: Settings, invocation: Invocation) -> None:
        self._settings, self._invocation = settings, invocation

    def __call__(self, plan: Plan) -> bool:
        if self._settings.yes or self._settings.sandbox or not stdin_is_terminal():
            return True
        if seen := console.visible_stream():
            shown = replace(plan, exam=asked_titles(self._settings, plan.exam))
            print(console.wrapped("\n".join(_question_lines(shown, self._settings))), file=seen)
        asked = datetime.now(UTC)
        answer = ask_yes_no(_("Send this to StartExam?"))
        self._invocation.started += datetime.now(UTC) - asked  # the run's time is without the person's
        return answer


def exam_lines(plan: Plan, settings: Settings) -> Sequence[str]:
    """Return what everybody is registered for, a line each."""
    exam = plan.exam
    end = local_text(int(exam.valid_till.timestamp()), settings.zone)
    zone = settings.timezone or _("the time of this computer")
    pairs = [
        (_("center:"), exam.center),
        (_("test:"), named_tests(exam.tests, exam.titles_by_test)),
        (_("links end:"), f"{end} ({zone})"),
    ]
    return [f"  {line}" for line in table(pairs).splitlines()]


def _question_lines(plan: Plan, settings: Settings) -> list[str]:
    name = one_line(plan.roster.source.path.name)
    lines = [f"{name}: {sentence(plan_words(plan))}", *exam_lines(plan, settings)]
    lines += [f"  {plan_line(plan.to_sync)}"] if plan.to_sync else []
    if left_out := ", ".join(left_out_words(plan, settings)):
        lines.append(_("  without a link: {left_out} (bulk-register check lists them)", left_out=left_out))
    if plan.exam.reregister:
        lines.append(_("  Everybody gets a new registration, also those who have one."))
    return lines
