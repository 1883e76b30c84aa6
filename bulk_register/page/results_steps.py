"""What the browser asks for around exam results."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bulk_register.commands.terminal.results_words import nobody_line, standing_line
from bulk_register.errors import BulkRegisterError
from bulk_register.page.faults import fault_of
from bulk_register.page.rendering import page, see
from bulk_register.page.results import asked_results
from bulk_register.page.workspace import Workspace
from bulk_register.records import exam_status_words
from bulk_register.settings import load_settings


def post_results(workspace: Workspace, form: Mapping[str, str]) -> Response:
    """Ask for the results of a run, unless that is done already."""
    number = form.get("run", "")
    try:
        settings = load_settings(workspace.flags(), command="results")
        workspace.ask_results(asked_results(int(number) if number.isdecimal() else 0, settings))
    except BulkRegisterError as error:
        return page(workspace, "trouble.html", 422, fault=fault_of(error))
    return see("/results")


def results_page(workspace: Workspace) -> Response:
    job, state = workspace.results, workspace.state()  # first, as in `run_page`
    if job is None:
        return see("/runs")
    if job.is_under_way:
        return page(workspace, "asking.html", state=state, run=job.run)
    if job.seen is None:
        return page(workspace, "trouble.html", state=state, fault=job.fault)
    lines = [standing_line(test) for test in job.seen.tests] or [nobody_line()]
    words = exam_status_words()
    return page(workspace, "results.html", state=state, seen=job.seen, lines=lines, exam_words=words)


def results_file(workspace: Workspace, request: Request) -> Response:
    seen, place = workspace.results and workspace.results.seen, request.path_params["place"]
    if not seen or place >= len(seen.files) or not seen.files[place].is_file():
        return see("/runs")
    file = seen.files[place]
    return FileResponse(file, filename=file.name)
