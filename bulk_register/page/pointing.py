"""What a person points at becomes how the roster is read: flags of `check` and `run`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bulk_register.ooxml.cell_values import letters
from bulk_register.page.workspace import CHOICES, Workspace
from bulk_register.roster.table.person_columns import NONE


def pointed_at(workspace: Workspace, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the choices with what was pointed at now, beside what was chosen before."""
    if "anew" in form:
        return {}
    chosen = workspace.choices | {name: form[name] for name in CHOICES if form.get(name)}
    if "in_sheet" in form:
        chosen.setdefault("sheet", form["in_sheet"])
    if "sheet" in form and form["sheet"] != workspace.choices.get("sheet"):
        return {name: value for name, value in chosen.items() if name in ("sheet", "encoding")}
    for one, other in (("no_header", "header_row"), ("header_row", "no_header")):
        if one in form:
            chosen.pop(other, None)
    return _with_persons(workspace, chosen, form)


def _with_persons(workspace: Workspace, chosen: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """Return the choices with the columns that tell people apart, none of them that of the identifiers."""
    columns = list(workspace.choices.get("person_columns", ()))
    if "person_columns" in form:
        columns = [form["person_columns"]]
    if "person" in form:
        columns = _toggled(workspace, form["person"])
    columns = [one for one in columns if one != form.get("id_column")]
    chosen.pop("person_columns", None)
    return chosen | ({"person_columns": columns} if columns else {})


def _toggled(workspace: Workspace, letter: str) -> list[str]:
    """Return the columns that tell people apart once one more does, or one of them doesn't any more."""
    found = workspace.reading.understood if workspace.reading else None
    now = [letters(place) for place in found.persons] if found else []
    return [one for one in now if one != letter] or [NONE] if letter in now else [*now, letter]
