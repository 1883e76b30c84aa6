"""The steps up to what was understood: first settings, the roster, and what is pointed at."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bulk_register.errors import BulkRegisterError
from bulk_register.page.account import account_form, try_account, write_settings
from bulk_register.page.desk import CHOICES, Desk
from bulk_register.page.doubts import question_of
from bulk_register.page.exam import usual_form
from bulk_register.page.faults import fault_of
from bulk_register.page.jobs import At
from bulk_register.page.reading import count_words
from bulk_register.page.rendering import page, see
from bulk_register.startexam.titles import ACTIVE


def settings_page(
    desk: Desk, problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None
) -> Response:
    status = 422 if problems else 200
    if desk.account is None:
        values = {"form": account_form(desk, typed), "first": desk.needs_account(), "problems": problems}
        return page(desk, "account.html", status, **values)
    tests = [(test.identifier, test.title) for test in desk.tests or () if test.status == ACTIVE]
    form = usual_form(desk, account_form(desk).timezone, typed)
    return page(desk, "first_exam.html", status, form=form, tests=tests, problems=problems)


def post_account(desk: Desk, form: Mapping[str, str]) -> Response:
    try:
        try_account(desk, form)
    except BulkRegisterError as error:
        return settings_page(desk, fault_of(error).problems, form)
    return see("/settings")


def post_settings(desk: Desk, form: Mapping[str, str]) -> Response:
    try:
        write_settings(desk, form)
    except BulkRegisterError as error:
        return settings_page(desk, fault_of(error).problems, form)
    return see("/")


def post_other_account(desk: Desk, _form: Mapping[str, str]) -> Response:
    desk.account = None
    return see("/settings")


# --- the roster


def roster_page(desk: Desk, problems: tuple[str, ...] = ()) -> Response:
    return page(desk, "roster.html", 422 if problems else 200, problems=problems)


def understood_page(desk: Desk, problems: tuple[str, ...] = ()) -> Response:
    job, state = desk.reading, desk.state()  # first, as in `run_page`
    if desk.upload is None or job is None:
        return see("/")
    if job.at not in (At.DONE, At.FAILED):
        return page(desk, "reading.html", state=state, name=desk.upload.path.name)
    fault = job.fault
    doubt = question_of(fault.doubt) if fault and fault.doubt else None
    found = job.understood
    values = {
        "name": desk.upload.path.name,
        "fault": fault,
        "doubt": doubt,
        "found": found,
        "sight": job.sight,
        "choices": desk.choices,
        "counts": count_words(found.counts) if found else (),
        "header_row": found.header_row if found else (doubt.row if doubt else 0),
        "sheet": (doubt.sheet if doubt else "") or (job.sight.sheet if job.sight else ""),
    }
    return page(desk, "understood.html", 422 if problems else 200, problems=problems, **values)


def post_choice(desk: Desk, form: Mapping[str, str]) -> Response:
    """Read the roster again: what was pointed at counts, beside what was chosen before."""
    chosen = dict(desk.choices)
    for name in CHOICES:
        if form.get(name):
            chosen[name] = form[name]
    if "in_sheet" in form and "sheet" not in chosen:
        chosen["sheet"] = form["in_sheet"]
    if "sheet" in form and form["sheet"] != desk.choices.get("sheet"):
        chosen = {name: value for name, value in chosen.items() if name in ("sheet", "encoding")}
    if "no_header" in form:
        chosen.pop("header_row", None)
    if "header_row" in form:
        chosen.pop("no_header", None)
    if "anew" in form:
        chosen = {}
    try:
        desk.read(chosen)
    except BulkRegisterError as error:
        return understood_page(desk, fault_of(error).problems)
    return see("/understood")


def problem_file(desk: Desk, _request: Request) -> Response:
    found = desk.reading.understood if desk.reading else None
    if not found or not found.problem_file or not found.problem_file.is_file():
        return see("/")
    return FileResponse(found.problem_file, filename=found.problem_file.name)


def post_forget(desk: Desk, _form: Mapping[str, str]) -> Response:
    desk.forget()
    return see("/")
