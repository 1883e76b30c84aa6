"""The steps up to what was understood: first settings, the roster, and what is pointed at."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bulk_register.errors import BulkRegisterError
from bulk_register.page.account import account_form, try_account, write_settings
from bulk_register.page.doubts import question_of
from bulk_register.page.exam import usual_form
from bulk_register.page.faults import fault_of
from bulk_register.page.jobs import At
from bulk_register.page.pointing import pointed_at
from bulk_register.page.reading import count_words
from bulk_register.page.rendering import page, see
from bulk_register.page.workspace import Workspace
from bulk_register.roster import ENDINGS
from bulk_register.startexam.titles import ACTIVE


def settings_page(
    workspace: Workspace, problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None
) -> Response:
    status = 422 if problems else 200
    if workspace.account is None:
        values = {
            "form": account_form(workspace, typed),
            "first": workspace.needs_account(),
            "problems": problems,
        }
        return page(workspace, "account.html", status, **values)
    tests = [(test.identifier, test.title) for test in workspace.tests or () if test.status == ACTIVE]
    form = usual_form(workspace, account_form(workspace).timezone, typed)
    return page(workspace, "first_exam.html", status, form=form, tests=tests, problems=problems)


def post_account(workspace: Workspace, form: Mapping[str, str]) -> Response:
    try:
        try_account(workspace, form)
    except BulkRegisterError as error:
        return settings_page(workspace, fault_of(error).problems, form)
    return see("/settings")


def post_settings(workspace: Workspace, form: Mapping[str, str]) -> Response:
    try:
        write_settings(workspace, form)
    except BulkRegisterError as error:
        return settings_page(workspace, fault_of(error).problems, form)
    return see("/")


def post_other_account(workspace: Workspace, _form: Mapping[str, str]) -> Response:
    workspace.account = None
    return see("/settings")


# --- the roster


def roster_page(workspace: Workspace, problems: tuple[str, ...] = ()) -> Response:
    endings, status = ",".join(ENDINGS), 422 if problems else 200
    return page(workspace, "roster.html", status, problems=problems, endings=endings)


def understood_page(workspace: Workspace, problems: tuple[str, ...] = ()) -> Response:
    job, state = workspace.reading, workspace.state()  # first, as in `run_page`
    if workspace.upload is None or job is None:
        return see("/")
    if job.at not in (At.DONE, At.FAILED):
        return page(workspace, "reading.html", state=state, name=workspace.upload.path.name)
    fault = job.fault
    doubt = question_of(fault.doubt) if fault and fault.doubt else None
    found = job.understood
    values = {
        "name": workspace.upload.path.name,
        "fault": fault,
        "doubt": doubt,
        "found": found,
        "sight": job.sight,
        "choices": workspace.choices,
        "counts": count_words(found.counts) if found else (),
        "header_row": found.header_row if found else (doubt.row if doubt else 0),
        "sheet": (doubt.sheet if doubt else "") or (job.sight.sheet if job.sight else ""),
    }
    return page(workspace, "understood.html", 422 if problems else 200, problems=problems, **values)


def post_choice(workspace: Workspace, form: Mapping[str, str]) -> Response:
    """Read the roster again: what was pointed at counts, beside what was chosen before."""
    try:
        workspace.read(pointed_at(workspace, form))
    except BulkRegisterError as error:
        return understood_page(workspace, fault_of(error).problems)
    return see("/understood")


def problem_file(workspace: Workspace, _request: Request) -> Response:
    found = workspace.reading.understood if workspace.reading else None
    if not found or not found.problem_file or not found.problem_file.is_file():
        return see("/")
    return FileResponse(found.problem_file, filename=found.problem_file.name)


def post_forget(workspace: Workspace, _form: Mapping[str, str]) -> Response:
    workspace.forget()
    return see("/")
