"""Templates, with the words of the language in use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse

from bulk_register.language import LANGUAGES, _, current, grouped, ngettext, pgettext, recalled
from bulk_register.ooxml.cell_values import letters
from bulk_register.page.workspace import Workspace
from bulk_register.records import Status, status_words

FOLDER = Path(__file__).parent
PLACES = {"account.html": "/settings", "first_exam.html": "/settings", "runs.html": "/runs"}
PLACES |= dict.fromkeys(("profile.html", "profile_try.html", "profile_saved.html"), "/settings")
PLACES |= dict.fromkeys(("asking.html", "results.html", "links.html"), "/runs")  # others: "/"
LANGUAGE_NAMES = {"en": "English", "ru": "Русский"}


def _status(status: str) -> str:
    """Return a status in the language in use."""
    return status_words()[Status(status)]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": _,
        "ngettext": ngettext,
        "pgettext": pgettext,
        "grouped": grouped,
        "letters": letters,
        "language": current,
        "languages": [(name, LANGUAGE_NAMES.get(name, name)) for name in LANGUAGES],
        "status_words": _status,
    }
    environment.filters["recalled"] = recalled
    return environment


ENVIRONMENT = _environment()


def page(workspace: Workspace, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page of ours."""
    shown: Mapping[str, Any] = {
        "sandbox": workspace.sandbox,
        "state": workspace.state(),
        "problems": (),
        "place": PLACES.get(template, "/"),
        **values,
    }
    return HTMLResponse(ENVIRONMENT.get_template(template).render(shown), status)


def see(path: str) -> RedirectResponse:
    """Return the answer that leads to another page of ours."""
    return RedirectResponse(path, 303)
