"""The exam's form: today's settings as its values, and what the person made of them as settings again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from bulk_register.errors import InputError, SettingsError
from bulk_register.language import _
from bulk_register.page.workspace import Workspace
from bulk_register.records import Test
from bulk_register.run import connection_of
from bulk_register.settings import Settings
from bulk_register.settings.explain import explain
from bulk_register.settings.when import parse_when
from bulk_register.startexam.health_check import check_health
from bulk_register.startexam.titles import ACTIVE, fold

WINDOW = "+10d"
_DAYS = re.compile(r"\+(\d+)d")


@dataclass(frozen=True)
class ExamForm:
    """What the form shows."""

    center: str
    tests: tuple[tuple[str, str], ...]  # value and title of each that can be chosen
    chosen: str
    valid_from: str  # a day, "" for from now on
    valid_till: str  # a day
    till_words: str  # what valid_till was said as, where nobody changes the day
    proctoring: bool
    zone: str
    trouble: str = ""  # why StartExam could not be asked for its tests


def exam_form(workspace: Workspace) -> ExamForm:
    """Return the form with what was said on it last, else with the settings."""
    said = {name: item.value for name, item in explain(workspace.flags()).fine().items()} | workspace.exam
    tests, trouble = known_tests(workspace)
    named = said.get("tests") or ()
    named = tuple(named.split(",")) if isinstance(named, str) else tuple(named)
    if workspace.sandbox:
        said.setdefault("center", _demo_center())
    active = [(test.identifier, test.title) for test in tests if test.status == ACTIVE]
    chosen, active = _chosen(named, active)
    words = str(said.get("valid_till") or WINDOW)
    settings = workspace.ledger_settings()
    return ExamForm(
        center=str(said.get("center") or ""),
        tests=tuple(active),
        chosen=chosen,
        valid_from=_day(str(said.get("valid_from") or ""), settings, end=False),
        valid_till=_day(words, settings, end=True),
        till_words=words,
        proctoring=str(said.get("proctoring", False)).lower() in ("true", "yes", "on", "1"),
        zone=settings.timezone or "",
        trouble=trouble,
    )


@dataclass(frozen=True)
class UsualForm:
    """What the form of the usual exam shows."""

    chosen: str
    center: str
    days: str  # how long links work; "" where that is said in another way
    till_words: str  # that other way
    timezone: str
    zones: tuple[str, ...]


def usual_form(workspace: Workspace, timezone: str, typed: Mapping[str, str] | None) -> UsualForm:
    """Return the form of the settings' exam with what was typed before, else with the settings."""
    form, zones = exam_form(workspace), tuple(sorted(available_timezones()))
    if typed is not None:
        said = {name: text.strip() for name, text in typed.items()}
        chosen, center, days = (said.get(name, "") for name in ("tests", "center", "days"))
        return UsualForm(chosen, center, days, said.get("valid_till", ""), said.get("timezone", ""), zones)
    counted = _DAYS.fullmatch(form.till_words)
    words = "" if counted else form.till_words
    return UsualForm(form.chosen, form.center, counted[1] if counted else "", words, timezone, zones)


def exam_flags(form: Mapping[str, str]) -> dict[str, Any]:
    """Return what the person filled in, as flags of `run`. Raises InputError where something lacks."""
    tests = [part.strip() for part in form.get("tests", "").split(",") if part.strip()]
    till = form.get("valid_till", "").strip()
    if till == form.get("till_day") and form.get("till_words"):
        till = form["till_words"]
    missing = []
    if not tests:
        missing.append(_("Choose a test."))
    if not form.get("center", "").strip():
        missing.append(_("Fill in the center."))
    if not till:
        missing.append(_("Fill in the day until which the links work."))
    if missing:
        raise SettingsError(missing)
    said: dict[str, Any] = {
        "tests": tests,
        "center": form["center"].strip(),
        "valid_till": till,
        "proctoring": form.get("proctoring") == "on",
    }
    if start := form.get("valid_from", "").strip():
        said["valid_from"] = start
    return said


def known_tests(workspace: Workspace) -> tuple[tuple[Test, ...], str]:
    """Return the account's tests, and why they can't be told, "" where they can."""
    if workspace.sandbox:
        from bulk_register.sandbox import DEMO_TESTS  # only who asks for it needs a server

        workspace.tests = tuple(Test(test.title, test.test_id, test.type, test.status) for test in DEMO_TESTS)
    if workspace.tests is None:
        try:
            settings = workspace.asking()
        except InputError as error:
            return (), str(error)
        quick = settings.model_copy(update={"attempts": 1, "timeout": min(settings.timeout, 20.0)})
        sight = check_health(connection_of(quick))
        if sight.error is not None:
            return (), str(sight.error)
        workspace.tests = sight.tests
    return workspace.tests, ""


def _chosen(named: Sequence[str], active: Sequence[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Return the value that means the tests of the settings, and what can be chosen, that among it."""
    by_title = {fold(title): identifier for identifier, title in active}
    known = {identifier.lower(): title for identifier, title in active}
    wanted = [by_title.get(fold(name), name.strip()) for name in named]
    value = ",".join(wanted)
    shown = list(active)
    if wanted and not (len(wanted) == 1 and wanted[0].lower() in known):
        shown.insert(0, (value, ", ".join(known.get(name.lower(), name) for name in wanted)))
    found = next((one for one, _title in shown if one.lower() == value.lower()), "")
    return found or (shown[0][0] if len(shown) == 1 else ""), shown


def _day(words: str, settings: Settings, *, end: bool) -> str:
    """Return the day that a WHEN expression means, as a date field has it; "" for none."""
    if not words or words == "now":
        return ""
    try:
        when = parse_when(words, datetime.now(UTC), settings.zone, end_of_day=end)
    except ValueError:
        return ""
    return when.moment.astimezone(settings.zone).date().isoformat()


def _demo_center() -> str:
    from bulk_register.sandbox import DEMO_CENTER  # as above

    return DEMO_CENTER
