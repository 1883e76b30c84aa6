"""What the browser asks for. Everything works by plain forms; the script adds what moves."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bulk_register.errors import BulkRegisterError
from bulk_register.language import LANGUAGES, _, use
from bulk_register.page import profile_steps, results_steps, roster_steps, run_steps
from bulk_register.page.faults import Fault, bug, fault_of
from bulk_register.page.jobs import At
from bulk_register.page.rendering import FOLDER, page, see
from bulk_register.page.views import live
from bulk_register.page.workspace import Workspace

Answer = Callable[[Request], Awaitable[Response]]
Posted = Callable[[Workspace, Mapping[str, str]], Response]

TICK_SECONDS = 0.15  # how soon the page shows what has changed
ALIVE_TICKS = 100
GOODBYE_SECONDS = 0.7
ROSTER = "/roster"  # where rosters are posted to

VIEWS: dict[str, Callable[[Workspace], Response]] = {
    "/settings": roster_steps.settings_page,
    ROSTER: roster_steps.roster_page,
    "/understood": roster_steps.understood_page,
    "/exam": run_steps.exam_page,
    "/run": run_steps.run_page,
    "/runs": run_steps.runs_page,
    "/profile": profile_steps.profile_page,
    "/results": results_steps.results_page,
}
FILES: dict[str, Callable[[Workspace, Request], Response]] = {
    "/problems": roster_steps.problem_file,
    "/run/files/{place:int}": run_steps.run_file,
    "/results/files/{place:int}": results_steps.results_file,
    "/runs/{run:int}/output": run_steps.run_output,
    "/runs/{run:int}/links": run_steps.run_links,
}
FORMS: dict[str, Posted] = {
    "/settings/account": roster_steps.post_account,
    "/settings/exam": roster_steps.post_settings,
    "/settings/other": roster_steps.post_other_account,
    "/understood": roster_steps.post_choice,
    "/forget": roster_steps.post_forget,
    "/exam": run_steps.post_exam,
    "/run": run_steps.post_yes,
    "/run/stop": run_steps.post_stop,
    "/run/back": run_steps.post_back,
    "/run/finish": run_steps.post_finish,
    "/results": results_steps.post_results,
    "/profile": profile_steps.post_profile,
}


def application(workspace: Workspace) -> Starlette:
    """Return the whole page."""
    forms = FORMS | {"/quit": _post_quit}
    routes: list[Route | Mount] = [Route("/", _home), Route(ROSTER, _post_roster, methods=["POST"])]
    routes += [Route(path, _posted(act), methods=["POST"]) for path, act in forms.items()]
    routes.append(Route("/language", _post_language, methods=["POST"]))
    routes += [Route(path, _shown(view)) for path, view in VIEWS.items()]
    routes += [Route(path, _fetched(view)) for path, view in (FILES | {"/events": _events}).items()]
    routes.append(Mount("/static", StaticFiles(directory=FOLDER / "static")))
    handlers = {BulkRegisterError: _wrong, Exception: _wrong, HTTPStatus.NOT_FOUND: _missing}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.state.workspace = workspace
    return app


async def _post_roster(request: Request) -> Response:
    workspace: Workspace = request.app.state.workspace
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("roster")
        if not isinstance(file, UploadFile) or not file.filename:
            return await run_in_threadpool(roster_steps.roster_page, workspace, (_("Choose a file first."),))
        try:
            await run_in_threadpool(workspace.take, file.filename, file.file)
        except BulkRegisterError as error:
            return await run_in_threadpool(roster_steps.roster_page, workspace, fault_of(error).problems)
    return see("/understood")


async def _post_language(request: Request) -> Response:
    async with request.form(max_files=0, max_fields=5) as form:
        wanted = form.get("language")
    if isinstance(wanted, str) and wanted in LANGUAGES:
        use(wanted)
    before = urlsplit(request.headers.get("referer", "")).path  # of this page: nobody else gets here
    return see(before if before in VIEWS else "/")


def _post_quit(workspace: Workspace, _form: Mapping[str, str]) -> Response:
    """Say goodbye, and end when that has arrived with its style sheet."""
    later = threading.Timer(GOODBYE_SECONDS, workspace.closing.set)
    later.daemon = True
    later.start()
    stopped = workspace.run is not None and workspace.run.at == At.SENDING
    return page(workspace, "goodbye.html", stopped=stopped)


def _events(workspace: Workspace, _request: Request) -> Response:
    return StreamingResponse(_tell(workspace), media_type="text/event-stream")


async def _tell(workspace: Workspace) -> AsyncIterator[str]:
    """Say what there is to see, whenever it has changed."""
    last, silent = "", 0
    while not workspace.closing.is_set():
        said = json.dumps({"state": workspace.state()} | (live(workspace.run) if workspace.run else {}))
        silent = 0 if said != last else silent + 1
        if said != last:
            yield f"data: {said}\n\n"
        elif silent % ALIVE_TICKS == 0:
            yield ": alive\n\n"
        last = said
        await asyncio.sleep(TICK_SECONDS)


def _shown(view: Callable[..., Response]) -> Answer:
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(view, request.app.state.workspace)

    return answer


def _fetched(view: Callable[[Workspace, Request], Response]) -> Answer:
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(view, request.app.state.workspace, request)

    return answer


def _posted(act: Posted) -> Answer:
    async def answer(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=50) as form:
            said = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(act, request.app.state.workspace, said)

    return answer


async def _home(request: Request) -> Response:
    return see(await run_in_threadpool(request.app.state.workspace.place))


async def _missing(request: Request, _error: Exception) -> Response:
    """Say that an address leads nowhere: one that was typed, or of an earlier start."""
    fault = Fault((_("There is no such page here."),), calm=True)
    workspace = request.app.state.workspace
    return await run_in_threadpool(lambda: page(workspace, "trouble.html", HTTPStatus.NOT_FOUND, fault=fault))


async def _wrong(request: Request, error: Exception) -> Response:
    """Say what went wrong where no page of its own does."""
    workspace = request.app.state.workspace
    known = isinstance(error, BulkRegisterError)
    fault = fault_of(error) if isinstance(error, BulkRegisterError) else bug()
    status = 422 if known else 500
    return await run_in_threadpool(lambda: page(workspace, "trouble.html", status, fault=fault))
