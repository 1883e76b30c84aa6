"""Which of a roster's columns go into which fields of StartExam's profile: matched, asked, tried with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bulk_register.commands.account import Key
from bulk_register.commands.terminal.console import print_note
from bulk_register.commands.terminal.prompts import Prompter, ask_yes_no
from bulk_register.commands.terminal.text import sentence
from bulk_register.errors import StartExamError
from bulk_register.language import _
from bulk_register.records import Person, Roster
from bulk_register.roster import likely_fields, person_texts
from bulk_register.run import open_roster
from bulk_register.settings import ProfileField, Settings
from bulk_register.settings.explain import fault_of
from bulk_register.startexam import StartExam
from bulk_register.startexam.employees import sync_employees
from bulk_register.syncing import people_of

DOCUMENTED = ("First Name", "Last Name", "Email")  # API page "Sync Employees"
NONE = "-"  # the answer that leaves a field out


@dataclass(frozen=True)
class ProfileChoices:
    """The profile in StartExam, and where each of its fields comes from."""

    profile: str = ""
    fields: tuple[ProfileField, ...] = ()


def choose_profile(roster: Path, said: str, key: Key, person: Prompter) -> ProfileChoices:
    """Return the profile and its fields, matched to a roster's headers and tried where a person agrees.

    Raises RosterError where the roster can't be understood, SettingsError where the profile is none.
    """
    with open_roster(roster, Settings.model_validate({}), lambda _: None) as found:
        question = _("Profile of employees in StartExam (a GUID; it stands in the account's details there)")
        while True:
            fault = partial(fault_of, "employee_profile")
            profile = person.choose("--employee-profile", said, question, "", fault)
            choices = ProfileChoices(profile, _fields(found, person))
            if not person.asked or _tried(found, choices, key):
                return choices


def first_employee(roster: Roster, fields: Sequence[ProfileField]) -> Person | None:
    """Return the first employee with their fields, None where a roster has nobody.

    Raises SettingsError where the roster lacks a header.
    """
    return next(iter(people_of(roster, fields).by_code.values()), None)


def send_one(roster: Roster, choices: ProfileChoices, key: Key, one: Person) -> None:
    """Try the choices with one employee of a roster. Raises StartExamError where StartExam refuses."""
    client = StartExam(key.connection(), lambda _: None, partial(person_texts, roster))
    sync_employees(client, choices.profile, [one])


def taken_words() -> str:
    """Say that the try went well, and what to do then."""
    return _("StartExam has taken it. Look at this employee in StartExam before you send more.")


def _fields(roster: Roster, person: Prompter) -> tuple[ProfileField, ...]:
    """Return the documented fields, and others that a person names, each with its headers."""
    headers = [header for header in roster.source.headers if header.strip()]
    likely = likely_fields(headers)
    if not person.asked:
        return tuple(ProfileField(name, (likely[name],)) for name in DOCUMENTED if name in likely)
    print_note(_("The roster's columns: {columns}.", columns=", ".join(headers)))
    print_note(_("Several columns are joined with +. {none} leaves a field out.", none=NONE))
    found = [_field(name, headers, likely, person) for name in DOCUMENTED]
    while (name := _another(person)) != NONE:
        found.append(_field(name, headers, likely, person))
    return tuple(field for field in found if field.headers)


def _field(name: str, headers: Sequence[str], likely: Mapping[str, str], person: Prompter) -> ProfileField:
    question = _("The column for the field {field}", field=name)
    answer = person.choose(
        "--field", "", question, likely.get(name, NONE), lambda text: _fault(text, headers)
    )
    return ProfileField(name, () if answer == NONE else tuple(_parts(answer)))


def _another(person: Prompter) -> str:
    question = _("A further field of the profile, by its name in StartExam ({none}: no more)", none=NONE)
    return person.choose("--field", "", question, NONE, lambda _: "")


def _fault(answer: str, headers: Sequence[str]) -> str:
    known = {header.strip().casefold() for header in headers}
    wrong = [part for part in _parts(answer) if part.casefold() not in known] if answer != NONE else []
    return _("the roster has no column {column}", column=wrong[0]) if wrong else ""


def _parts(answer: str) -> list[str]:
    return [part.strip() for part in answer.split("+") if part.strip()]


def _tried(roster: Roster, choices: ProfileChoices, key: Key) -> bool:
    """Try the choices with one employee if the person agrees; False where they are to be made again."""
    one = first_employee(roster, choices.fields)
    if one is None:
        return True
    print_note(_("The first employee with these fields:"))
    print_note("\n".join(f"  {name}: {value}" for name, value in (("id", one.identifier), *one.fields)))
    if not ask_yes_no(_("Send this one employee to StartExam, as a try?")):
        return True
    try:
        send_one(roster, choices, key, one)
    except StartExamError as error:
        print_note(sentence(error.told))
        return not ask_yes_no(_("Change the answers? With no, they are kept as they are"), default=True)
    print_note(taken_words())
    return True
