"""`doctor`: is everything in order for a run? One line each, with what to do where something isn't."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from bulk_register.api import CLOCK_TOLERANCE_SECONDS
from bulk_register.commands.account import ANSWER_SECONDS, trouble
from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.versions import program_words, surroundings
from bulk_register.errors import InputError, LedgerError, SettingsError
from bulk_register.language import N_, _, ngettext, recalled
from bulk_register.ledger import Ledger
from bulk_register.names import SETTINGS_FILE
from bulk_register.paths import private_folder
from bulk_register.records import Ending, RunRecord, Test
from bulk_register.run import connection_of, ledger_flags, ledger_path, unfinished
from bulk_register.settings import Settings, command_line, load_settings
from bulk_register.settings.explain import Explained, explain, is_said_with_each_run, secret_place
from bulk_register.startexam.health_check import HealthCheck, check_health
from bulk_register.startexam.refusal_cause import RequestPart, wrong_part
from bulk_register.startexam.titles import ACTIVE, fold

CLOCK_FINE_SECONDS = 60.0
ATTEMPTS = 2  # somebody is waiting


class State(StrEnum):
    """What is to be said of one thing that was looked at."""

    OK = N_("OK")
    NOTE = N_("Note")
    PROBLEM = N_("Problem")


class CheckLine(NamedTuple):
    """One thing that was looked at; a problem's words end with what to do."""

    state: State
    words: str


def doctor(flags: Mapping[str, Any]) -> int:
    """Look at everything that a run needs; returns 0, or 2 where there is a problem."""
    explained = explain(flags)
    lines: list[CheckLine] = []
    for line in _all_lines(flags, explained):
        print_result(f"{_(line.state.value)}: {line.words}")
        lines.append(line)
    print_result("\n" + _verdict(lines))
    problems = sum(line.state is State.PROBLEM for line in lines)
    return 2 if problems else 0


def _verdict(lines: Sequence[CheckLine]) -> str:
    if problems := sum(line.state is State.PROBLEM for line in lines):
        return ngettext(
            "{number:,} problem. What to do stands in the line that begins with Problem.",
            "{number:,} problems. What to do stands in the lines that begin with Problem.",
            problems,
        )
    if any(line.state is State.NOTE for line in lines):
        return _("No problem. The lines that begin with Note are worth a look before a run.")
    return _("Everything is in order.")


def _all_lines(flags: Mapping[str, Any], explained: Explained) -> Iterator[CheckLine]:
    yield _program_line()
    yield from _setting_lines(explained, _refused_center(flags, explained))
    yield from _secret_lines(explained)
    yield from _startexam_lines(flags, explained)
    yield from _ledger_lines(flags)
    yield _folder_line(Path.cwd())
    yield from _temporary_lines()


def _program_line() -> CheckLine:
    return CheckLine(State.OK, ", ".join([program_words(), *surroundings()]))


def _refused_center(flags: Mapping[str, Any], explained: Explained) -> str:
    """Return why the latest run for the center got no link, where StartExam's words named the center.

    No request but a registration names a center to StartExam, so only a run can find out.
    """
    said = explained.fine().get("center")
    center = str(said.value).strip() if said else ""
    try:
        settings = load_settings(flags, command="ledger")
        with Ledger(ledger_path(settings), write=False) as ledger:
            return _last_refusal(ledger, (settings.account_id, settings.base_url, center))
    except (SettingsError, LedgerError):  # which are told in their places
        return ""


def _last_refusal(ledger: Ledger, asked: tuple[int | None, str, str]) -> str:
    runs = [run for run in ledger.runs() if run.scope[: len(asked)] == asked]
    if not runs or ledger.has_registrations(runs[0].scope):
        return ""
    notes = [note for *_, ended, note in ledger.requests(runs[0].id) if ended is Ending.REFUSED]
    if not notes or wrong_part(notes[0]) is not RequestPart.CENTER:
        return ""
    return _('StartExam refused it in run {id}: "{notes}"', id=runs[0].id, notes=recalled(notes[0]))


def _setting_lines(explained: Explained, refused_center: str) -> Iterator[CheckLine]:
    if explained.file:
        yield CheckLine(State.OK, _("settings file: {file}", file=explained.file))
    else:
        yield CheckLine(
            State.NOTE,
            _(
                "settings file: none in {cwd}; bulk-register init writes {settings_file}",
                cwd=Path.cwd(),
                settings_file=SETTINGS_FILE,
            ),
        )
    for name, said in explained.fine().items():
        place = said.file or said.place
        words = _("{name}: {value} (from {place})", name=name, value=_value_words(said.value), place=place)
        if name == "center" and refused_center:
            yield CheckLine(
                State.PROBLEM,
                _(
                    "{words}: {refused_center}. Write its unique name as StartExam has it",
                    words=words,
                    refused_center=refused_center,
                ),
            )
        else:
            yield CheckLine(State.OK, words)
    for problem in explained.problems:
        yield CheckLine(State.NOTE if is_said_with_each_run(problem) else State.PROBLEM, problem.words)


def _value_words(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return ", ".join(f"{key}={_value_words(each)}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _secret_lines(explained: Explained) -> Iterator[CheckLine]:
    """Where the key was found; where it wasn't, the settings' problems say so."""
    fine = explained.fine()
    file = Path(str(fine["secret_key_file"].value)) if "secret_key_file" in fine else None
    number = str(fine["account_id"].value) if "account_id" in fine else ""
    try:
        place = secret_place(os.environ, file, int(number) if number.isdecimal() else None)
    except ValueError:
        return
    if place:
        yield CheckLine(State.OK, _("secret key: found {place}; it is not shown", place=place))


def _startexam_lines(flags: Mapping[str, Any], explained: Explained) -> Iterator[CheckLine]:
    try:
        settings = load_settings(flags, command="tests")
    except SettingsError:
        yield CheckLine(State.NOTE, _("StartExam: not asked, because the problems above are in the way"))
        return
    quick = {"attempts": ATTEMPTS, "timeout": min(settings.timeout, ANSWER_SECONDS), "wait_max": 2.0}
    sight = check_health(connection_of(settings.model_copy(update=quick)))
    if sight.reached:
        yield CheckLine(State.OK, _("StartExam: {base_url} answers", base_url=settings.base_url))
    yield from _clock_lines(sight)
    if sight.error is not None:
        yield CheckLine(State.PROBLEM, trouble(sight, settings.base_url))
        return
    yield CheckLine(
        State.OK,
        ngettext(
            "account and secret key: StartExam accepts them; {number:,} test there",
            "account and secret key: StartExam accepts them; {number:,} tests there",
            len(sight.tests),
        ),
    )
    yield from _test_lines(explained, sight.tests)


def _clock_lines(sight: HealthCheck) -> Iterator[CheckLine]:
    if sight.offset_seconds is None:
        return
    seconds = round(abs(sight.offset_seconds))
    far = (
        ngettext("{number:,} second", "{number:,} seconds", seconds)
        if seconds < 120
        else ngettext("{number:,} minute", "{number:,} minutes", round(seconds / 60))
    )
    behind = sight.offset_seconds > 0
    way = _("{far} behind StartExam's", far=far) if behind else _("{far} ahead of StartExam's", far=far)
    if seconds <= CLOCK_FINE_SECONDS:
        yield CheckLine(State.OK, _("clock: this computer's is right ({way})", way=way))
    else:
        state = State.PROBLEM if seconds > CLOCK_TOLERANCE_SECONDS else State.NOTE
        yield CheckLine(state, _("clock: this computer's is {way}. Have it set right", way=way))


def _test_lines(explained: Explained, tests: Sequence[Test]) -> Iterator[CheckLine]:
    said = explained.fine().get("tests")
    named = said.value if said else ()
    for name in named.split(",") if isinstance(named, str) else named:
        wanted = str(name).strip()
        found = [test for test in tests if wanted.lower() == test.identifier.lower()]
        found = found or [test for test in tests if fold(test.title) == fold(wanted)]
        active = [test for test in found if test.status == ACTIVE]
        if len(active) == 1:
            yield CheckLine(State.OK, _("test: {title} is active", title=active[0].title))
        elif active:
            yield CheckLine(
                State.PROBLEM,
                _(
                    "test: {active} active tests are called {wanted}. Name it by identifier",
                    active=len(active),
                    wanted=wanted,
                ),
            )
        else:
            state = (
                _("test: {wanted} is not active ({status})", wanted=wanted, status=found[0].status)
                if found
                else _("test: {wanted} is not in this account", wanted=wanted)
            )
            yield CheckLine(State.PROBLEM, state + _(". bulk-register tests lists those that there are"))


def _ledger_lines(flags: Mapping[str, Any]) -> Iterator[CheckLine]:
    try:
        settings = load_settings(flags, command="ledger")
    except SettingsError:
        yield CheckLine(
            State.NOTE,
            _("records of runs (ledger): not looked at, because the problems above are in the way"),
        )
        return
    try:
        yield _ledger_line(ledger_path(settings), settings)
    except LedgerError as error:
        yield CheckLine(State.PROBLEM, _("records of runs (ledger): {error}", error=error))


def _ledger_line(path: Path, settings: Settings) -> CheckLine:
    there = next(one for one in (path, *path.parents) if one.exists())
    parts = [there, path.parent] if there == path else [there]
    if not all(os.access(one, os.W_OK) for one in parts):
        return CheckLine(
            State.PROBLEM,
            _(
                "records of runs (ledger): {path} can't be written to by you. Have that changed, or name "
                "another file with --ledger or in the settings",
                path=path,
            ),
        )
    if there != path:
        return CheckLine(
            State.OK, _("records of runs (ledger): {path} isn't there yet; the first run makes it", path=path)
        )
    with Ledger(path, write=False) as ledger:
        number, left = len(ledger.runs()), unfinished(ledger)
    words = ngettext(
        "records of runs (ledger): {path} can be used; {number:,} run",
        "records of runs (ledger): {path} can be used; {number:,} runs",
        number,
        path=path,
    )
    return CheckLine(State.NOTE if left else State.OK, words + _open_words(left, settings))


def _open_words(runs: Sequence[RunRecord], settings: Settings) -> str:
    if not runs:
        return ""
    numbers = ", ".join(str(run.id) for run in runs[:10]) + (", …" if len(runs) > 10 else "")
    one = str(runs[0].id) if len(runs) == 1 else "NUMBER"
    typed = command_line(["bulk-register", "rerun", one, *ledger_flags(settings)])
    return ngettext(
        ", of which {number:,} left somebody without a working link (run {runs}). To finish it: {command}",
        ", of which {number:,} left somebody without a working link (runs {runs}). To finish one: {command}",
        len(runs),
        runs=numbers,
        command=typed,
    )


def _folder_line(folder: Path) -> CheckLine:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return CheckLine(State.OK, _("working folder: {folder} can be written to", folder=folder))
    except OSError as error:
        return CheckLine(
            State.PROBLEM,
            _(
                "working folder: {folder} can't be written to ({reason}). Work in a folder of your own",
                folder=folder,
                reason=error.strerror,
            ),
        )


def _temporary_lines() -> Iterator[CheckLine]:
    try:
        with private_folder():
            return
    except InputError as error:
        yield CheckLine(State.PROBLEM, str(error))
