"""The steps of a run: the exam, the question, progress and the result; and earlier runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bulk_register.errors import BulkRegisterError
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.page.exam import exam_flags, exam_form
from bulk_register.page.faults import fault_of
from bulk_register.page.jobs import At
from bulk_register.page.offer_words import offer_words
from bulk_register.page.rendering import page, see
from bulk_register.page.verification import verified
from bulk_register.page.views import earlier_runs, ended, kept_output, progress, question
from bulk_register.page.workspace import Workspace
from bulk_register.paths import private_folder
from bulk_register.run import export_run, ledger_place
from bulk_register.run.earlier_run import pick_run
from bulk_register.settings import settings_of_run


def exam_page(workspace: Workspace, problems: tuple[str, ...] = ()) -> Response:
    if not workspace.reading or not workspace.reading.understood:
        return see("/")
    form = exam_form(workspace)
    problems = problems or ((form.trouble,) if form.trouble else ())
    return page(workspace, "exam.html", 422 if problems else 200, form=form, problems=problems)


def post_exam(workspace: Workspace, form: Mapping[str, str]) -> Response:
    try:
        workspace.begin(exam_flags(form))
    except BulkRegisterError as error:
        return exam_page(workspace, fault_of(error).problems)
    return see("/run")


def run_page(workspace: Workspace, _problems: tuple[str, ...] = ()) -> Response:
    # first of all: what comes meanwhile is another state, which is then shown
    job, state = workspace.run, workspace.state()
    if job is None:
        return see("/")
    if job.at == At.ASKING and job.plan:
        asked = question(job.plan, workspace.ledger_settings())
        return page(workspace, "question.html", state=state, offers=offer_words(job.offers), **asked)
    if job.is_under_way:
        sending = job.at == At.SENDING
        stopping = bool(job.interruption.times)
        return page(
            workspace, "progress.html", state=state, sending=sending, stopping=stopping, seen=progress(job)
        )
    if job.finished is None:
        return page(
            workspace, "failed.html", state=state, fault=job.fault, has_roster=workspace.upload is not None
        )
    return page(workspace, "result.html", state=state, end=ended(job, job.finished, workspace.files()))


def post_yes(workspace: Workspace, form: Mapping[str, str]) -> Response:
    workspace.agree({name for name, value in form.items() if value == "on"})
    return see("/run")


def post_stop(workspace: Workspace, _form: Mapping[str, str]) -> Response:
    if workspace.run and workspace.run.is_under_way:
        workspace.run.stop()
    return see("/run")


def post_back(workspace: Workspace, _form: Mapping[str, str]) -> Response:
    workspace.back()
    return see("/exam" if workspace.upload else "/")


def post_finish(workspace: Workspace, form: Mapping[str, str]) -> Response:
    number = form.get("run", "")
    settings = workspace.ledger_settings()
    try:
        with Ledger(ledger_place(settings), write=False) as ledger:
            record = pick_run(ledger.runs(), int(number) if number.isdecimal() else None)
        workspace.finish(record)
    except BulkRegisterError as error:
        return runs_page(workspace, fault_of(error).problems)
    return see("/run")


def run_file(workspace: Workspace, request: Request) -> Response:
    place = request.path_params["place"]
    files = workspace.files()
    if place >= len(files):
        return see("/")
    file = files[place]
    return FileResponse(file, filename=file.name) if file.is_file() else see("/")


# --- earlier runs


def runs_page(workspace: Workspace, problems: tuple[str, ...] = ()) -> Response:
    settings = workspace.ledger_settings()
    with Ledger(ledger_place(settings), write=False) as ledger:
        runs = earlier_runs(ledger, settings)
    return page(workspace, "runs.html", 422 if problems else 200, runs=runs, problems=problems)


def run_output(workspace: Workspace, request: Request) -> Response:
    """Return a run's output: as it was left, or else written again from ledger and unchanged roster."""
    settings = workspace.ledger_settings()
    with Ledger(ledger_place(settings), write=False) as ledger:
        record = pick_run(ledger.runs(), request.path_params["run"])
        path = kept_output(ledger, record)
    if path is not None:
        return FileResponse(path, filename=path.name)
    with ExitStack() as stack:
        folder = stack.enter_context(private_folder())
        of_run = settings_of_run(record.settings, settings, secret=False)
        again = export_run(record, of_run, folder / Path(record.output).name, lambda _: None).output
        if again is None:
            return runs_page(workspace, (_("This output could not be written again."),))
        sent = BackgroundTask(stack.pop_all().close)
        return FileResponse(again, filename=again.name, background=sent)


def run_links(workspace: Workspace, request: Request) -> Response:
    """Show whether a run's output is fit to be mailed."""
    settings = workspace.ledger_settings()
    with Ledger(ledger_place(settings), write=False) as ledger:
        record = pick_run(ledger.runs(), request.path_params["run"])
        file = kept_output(ledger, record)
        seen = verified(file, record, ledger, settings) if file else None
    if seen is None:
        return runs_page(workspace, (_("This output isn't where it was written any more."),))
    return page(workspace, "links.html", seen=seen)
