"""The settings that say how employees come to StartExam before they are registered."""

from functools import partial
from typing import Annotated

from bulk_register.language import N_
from bulk_register.settings.checked import IDENTIFIER
from bulk_register.settings.profile_fields import FIELDS, ProfileField
from bulk_register.settings.setting import SENDING, Group, Setting
from bulk_register.settings.values import TRUTH

_people = partial(Setting, group=Group.PEOPLE)


class PeopleSettings:
    """New employees, and those who have changed."""

    sync: Annotated[
        bool,
        _people(
            N_("First add new employees to StartExam, and update changed ones (no)."),
            TRUTH,
            can_be_denied=True,
        ),
    ] = False
    employee_profile: Annotated[
        str | None,
        _people(
            N_("The profile in StartExam that employees' fields are checked against."),
            IDENTIFIER,
            commands=("run", "sync", "init"),
            used_by=SENDING,
            needed={"sync": N_("the profile of employees in StartExam, a GUID, is missing")},
        ),
    ] = None
    fields: Annotated[
        tuple[ProfileField, ...],
        _people(
            N_("Which of the roster's columns go into which fields of the profile."),
            FIELDS,
            commands=(),
            used_by=SENDING,
            needed={
                "sync": N_("which of the roster's columns go into which fields of the profile is missing")
            },
        ),
    ] = ()
