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
from bulk_register.page.desk import Desk
from bulk_register.page.exam import exam_flags, exam_form
from bulk_register.page.faults import fault_of
from bulk_register.page.jobs import At
from bulk_register.page.rendering import page, see
from bulk_register.page.verification import verified
from bulk_register.page.views import earlier_runs, ended, kept_output, progress, question
from bulk_register.paths import private_folder
from bulk_register.run import export_run, ledger_path
from bulk_register.run.earlier_run import pick_run
from bulk_register.settings import settings_of_run


def exam_page(desk: Desk, problems: tuple[str, ...] = ()) -> Response:
    if not desk.reading or not desk.reading.understood:
        return see("/")
    form = exam_form(desk)
    problems = problems or ((form.trouble,) if form.trouble else ())
    return page(desk, "exam.html", 422 if problems else 200, form=form, problems=problems)


def post_exam(desk: Desk, form: Mapping[str, str]) -> Response:
    try:
        desk.begin(exam_flags(form))
    except BulkRegisterError as error:
        return exam_page(desk, fault_of(error).problems)
    return see("/run")


def run_page(desk: Desk, _problems: tuple[str, ...] = ()) -> Response:
    job, state = desk.run, desk.state()  # first: what comes meanwhile is another state, which is then shown
    if job is None:
        return see("/")
    if job.at == At.ASKING and job.plan:
        return page(desk, "question.html", state=state, **question(job.plan, desk.ledger_settings()))
    if job.is_under_way:
        sending = job.at == At.SENDING
        stopping = bool(job.interruption.times)
        return page(
            desk, "progress.html", state=state, sending=sending, stopping=stopping, seen=progress(job)
        )
    if job.finished is None:
        return page(desk, "failed.html", state=state, fault=job.fault, has_roster=desk.upload is not None)
    return page(desk, "result.html", state=state, end=ended(job, job.finished, desk.files()))


def post_yes(desk: Desk, _form: Mapping[str, str]) -> Response:
    if desk.run:
        desk.run.answer(yes=True)
        desk.run.changed += 1
    return see("/run")


def post_stop(desk: Desk, _form: Mapping[str, str]) -> Response:
    if desk.run and desk.run.is_under_way:
        desk.run.stop()
    return see("/run")


def post_back(desk: Desk, _form: Mapping[str, str]) -> Response:
    desk.back()
    return see("/exam" if desk.upload else "/")


def post_finish(desk: Desk, form: Mapping[str, str]) -> Response:
    number = form.get("run", "")
    settings = desk.ledger_settings()
    try:
        with Ledger(ledger_path(settings), write=False) as ledger:
            record = pick_run(ledger.runs(), int(number) if number.isdecimal() else None)
        desk.finish(record)
    except BulkRegisterError as error:
        return runs_page(desk, fault_of(error).problems)
    return see("/run")


def run_file(desk: Desk, request: Request) -> Response:
    place = request.path_params["place"]
    files = desk.files()
    if place >= len(files):
        return see("/")
    file = files[place]
    return FileResponse(file, filename=file.name) if file.is_file() else see("/")


# --- earlier runs


def runs_page(desk: Desk, problems: tuple[str, ...] = ()) -> Response:
    settings = desk.ledger_settings()
    with Ledger(ledger_path(settings), write=False) as ledger:
        runs = earlier_runs(ledger, settings)
    return page(desk, "runs.html", 422 if problems else 200, runs=runs, problems=problems)


def run_output(desk: Desk, request: Request) -> Response:
    """Return a run's output: as it was left, or else written again from ledger and unchanged roster."""
    settings = desk.ledger_settings()
    with Ledger(ledger_path(settings), write=False) as ledger:
        record = pick_run(ledger.runs(), request.path_params["run"])
        path = kept_output(ledger, record)
    if path is not None:
        return FileResponse(path, filename=path.name)
    with ExitStack() as stack:
        folder = stack.enter_context(private_folder())
        of_run = settings_of_run(record.settings, settings, secret=False)
        again = export_run(record, of_run, folder / Path(record.output).name, lambda _: None).output
        if again is None:
            return runs_page(desk, (_("This output could not be written again."),))
        sent = BackgroundTask(stack.pop_all().close)
        return FileResponse(again, filename=again.name, background=sent)


def run_links(desk: Desk, request: Request) -> Response:
    """Show whether a run's output is fit to be mailed."""
    settings = desk.ledger_settings()
    with Ledger(ledger_path(settings), write=False) as ledger:
        record = pick_run(ledger.runs(), request.path_params["run"])
        file = kept_output(ledger, record)
        seen = verified(file, record, ledger, settings) if file else None
    if seen is None:
        return runs_page(desk, (_("This output isn't where it was written any more."),))
    return page(desk, "links.html", seen=seen)
