"""Which of the roster's columns go into which fields of StartExam's profile, as `init --roster` asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bulk_register.commands.account import Key
from bulk_register.commands.profile_setup import (
    DOCUMENTED,
    ProfileChoices,
    first_employee,
    send_one,
)
from bulk_register.errors import SettingsError, StartExamError
from bulk_register.language import _
from bulk_register.page.account import write_kept
from bulk_register.page.faults import plain
from bulk_register.page.workspace import Workspace
from bulk_register.records import Person, Roster
from bulk_register.roster import likely_fields
from bulk_register.run import open_chosen_roster
from bulk_register.settings import ProfileField, load_settings
from bulk_register.settings.explain import fault_of
from bulk_register.settings.profile_text import with_profile
from bulk_register.syncing.fields import folded

MORE = 2  # fields that a person may name besides
JOINED = 2  # columns that a field can be joined from here
_PLACES = range(12)


@dataclass(frozen=True)
class FieldRow:
    """A field of the form: its name, "" for one that the person names, and its columns, "" for none."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ProfileForm:
    """What the form shows; `kept` are fields of the settings file that it doesn't change."""

    profile: str
    rows: tuple[FieldRow, ...]
    kept: tuple[ProfileField, ...]
    headers: tuple[str, ...]


def headers_of(workspace: Workspace) -> tuple[str, ...]:
    """Return the headers of the roster that was read, none where there is none."""
    if workspace.upload is None or workspace.reading is None or not workspace.upload.path.exists():
        return ()
    found = workspace.reading.understood
    return found.headers if found else ()


def profile_form(workspace: Workspace, typed: Mapping[str, str] | None = None) -> ProfileForm:
    """Return the form with what was typed before, else with the settings, else with what fits."""
    headers, settings = headers_of(workspace), workspace.of_people()
    fields = {field.name: field for field in settings.fields}
    kept = tuple(field for field in settings.fields if not _is_simple(field, headers))
    if typed is not None:
        rows = [FieldRow(name, columns) for name, columns in _typed(typed)]
        return ProfileForm(typed.get("profile", "").strip(), _padded(rows), kept, headers)
    likely = likely_fields(headers) if not fields else {}
    known = {name: _columns(fields.get(name), likely.get(name, "")) for name in DOCUMENTED}
    known |= {name: _columns(field, "") for name, field in fields.items()}
    unchanged = {field.name for field in kept}
    rows = [FieldRow(name, columns) for name, columns in known.items() if name not in unchanged]
    return ProfileForm(settings.employee_profile or "", _padded(rows), kept, headers)


def choices_of(workspace: Workspace, typed: Mapping[str, str]) -> ProfileChoices:
    """Return what was typed. Raises SettingsError with all that is wrong."""
    form = profile_form(workspace, typed)
    problems = []
    if wrong := fault_of("employee_profile", form.profile) if form.profile else _("it is empty"):
        problems.append(_("The profile can't be used: {why}.", why=wrong))
    fields = [ProfileField(row.name, tuple(filter(None, row.columns))) for row in form.rows]
    if any(field.headers and not field.name for field in fields):
        problems.append(_("A column was chosen for a field without a name."))
    fields = [field for field in fields if field.headers]
    names = [field.name.casefold() for field in (*fields, *form.kept)]
    if len(set(names)) < len(names):
        problems.append(_("A field stands there twice."))
    if not names:
        problems.append(_("Choose a column for one field at least."))
    if problems:
        raise SettingsError(problems)
    return ProfileChoices(form.profile, (*fields, *form.kept))


def first_of_roster(workspace: Workspace, choices: ProfileChoices) -> Person | None:
    """Return the roster's first employee with their fields. Raises SettingsError, RosterError."""
    with _roster(workspace) as found:
        return first_employee(found, choices.fields)


def try_one(workspace: Workspace, choices: ProfileChoices) -> str:
    """Send the roster's first employee to StartExam; returns what is wrong, "" for nothing."""
    asking = workspace.asking()
    assert asking.account_id is not None
    assert asking.secret_key is not None
    key = Key(asking.account_id, asking.secret_key.get_secret_value(), asking.base_url)
    with _roster(workspace) as found:
        one = first_employee(found, choices.fields)
        try:
            if one is not None:
                send_one(found, choices, key, one)
        except StartExamError as error:
            return plain(error.told)
    return ""


def _roster(workspace: Workspace) -> AbstractContextManager[Roster]:
    """Open the roster that was dropped, as it was read."""
    assert workspace.upload is not None
    settings = load_settings(workspace.flags() | workspace.choices, command="check")
    return open_chosen_roster(workspace.upload.path, settings, lambda _: None)


def save(workspace: Workspace, choices: ProfileChoices) -> None:
    """Write the choices into the settings file, whose other lines stay. Raises SettingsError."""
    target = workspace.config
    try:
        text = target.read_text(encoding="utf-8-sig") if target.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            [_("The settings file {name} can't be read ({why}).", name=str(target), why=str(error))]
        ) from None
    write_kept(with_profile(text, choices.profile, choices.fields), target)


def _is_simple(field: ProfileField, headers: Sequence[str]) -> bool:
    """Tell whether the form can show a field: it comes from one or two columns of this roster."""
    known = {folded(header) for header in headers}
    return 0 < len(field.headers) <= JOINED and all(folded(one) in known for one in field.headers)


def _columns(field: ProfileField | None, likely: str) -> tuple[str, ...]:
    columns = field.headers if field else (likely,)
    return (*columns, *[""] * JOINED)[:JOINED]


def _typed(typed: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return each field of the form that was sent, with its columns."""
    found = []
    for place in _PLACES:
        columns = tuple(typed.get(f"column{place}_{at}", "") for at in range(JOINED))
        if (name := typed.get(f"field{place}", "").strip()) or any(columns):
            found.append((name, columns))
    return found


def _padded(rows: Sequence[FieldRow]) -> tuple[FieldRow, ...]:
    blank = FieldRow("", ("",) * JOINED)
    return (*rows, *[blank] * MORE)[: len(_PLACES)]
