"""What the browser asks for around new hires: the form of the profile, its try, and the settings file."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from bulk_register.commands.profile_setup import taken_words
from bulk_register.errors import BulkRegisterError, SettingsError
from bulk_register.page.faults import fault_of
from bulk_register.page.profile import choices_of, first_of_roster, headers_of, profile_form, save, try_one
from bulk_register.page.rendering import page, see
from bulk_register.page.workspace import Workspace


def profile_page(
    workspace: Workspace, problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None
) -> Response:
    if workspace.sandbox or workspace.needs_account():
        return see("/")
    form = profile_form(workspace, typed)
    return page(workspace, "profile.html", 422 if problems else 200, form=form, problems=problems)


def post_profile(workspace: Workspace, typed: Mapping[str, str]) -> Response:
    """Show the first employee with these fields, send them, save it all, or go back, as the button says."""
    if not headers_of(workspace):
        return see("/profile")
    if typed.get("act") == "change":
        return profile_page(workspace, (), typed)
    try:
        choices = choices_of(workspace, typed)
        one = first_of_roster(workspace, choices)
        if typed.get("act") == "try" and (wrong := try_one(workspace, choices)):
            raise SettingsError([wrong])
        if typed.get("act") in ("try", "save"):
            save(workspace, choices)
            said = taken_words() if typed["act"] == "try" else ""
            return page(workspace, "profile_saved.html", said=said, path=str(workspace.config))
    except BulkRegisterError as error:
        return profile_page(workspace, fault_of(error).problems, typed)
    kept = {name: value for name, value in typed.items() if name != "act"}
    return page(workspace, "profile_try.html", typed=kept, one=one)
