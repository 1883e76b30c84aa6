"""The page served: a socket on this machine alone, one line with its address, signals and the end."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from types import FrameType
from typing import Any

import uvicorn

from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.signals import heard_by
from bulk_register.errors import InputError
from bulk_register.language import _
from bulk_register.page.guard import HOST, Guard
from bulk_register.page.routes import ROSTER, application
from bulk_register.page.workspace import Workspace
from bulk_register.paths import ledger_file, private_folder

ROSTER_BYTES = 500 * 1000 * 1000
NOTICE_SECONDS = 0.2
SWITCH_SECONDS = 0.0001  # a fiftieth of Python's: answers get their turn also while a roster is read
CLOSING_SECONDS = 3  # for answers under way


def serve(port: int, said: Mapping[str, Any], *, browser: bool) -> int:
    """Serve the page until the person quits it, or a signal does; returns the exit code."""
    sys.setswitchinterval(SWITCH_SECONDS)
    with ExitStack() as stack:
        root = ledger_file().with_name("page")
        if said.get("sandbox"):
            root = stack.enter_context(private_folder()) / "page"
            said = {"ledger": str(root.with_name("ledger.sqlite3")), **_given(said)}
        listener = stack.enter_context(_listener(port))
        workspace = Workspace(_given(said), root)
        guard = Guard(application(workspace), listener.getsockname()[1], ROSTER, ROSTER_BYTES)
        caught = _Caught(workspace)
        stack.enter_context(heard_by(caught))
        with _serving(guard, listener):
            print_result(_("The page is at {address}", address=guard.address))
            if browser:
                _open(guard.address)
            while not workspace.closing.wait(NOTICE_SECONDS):
                pass
            was_sending = workspace.run is not None and workspace.run.is_under_way
            workspace.close(caught.number or signal.SIGINT)
        return 128 + caught.number if was_sending and caught.number else 0


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


class _Caught:
    """The signal that came first: Ctrl-C and the like end the page, in order."""

    number = 0

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self.number and self._workspace.run is not None:
            self._workspace.run.stop(number)  # again: what is under way is given up
        self.number = self.number or number
        self._workspace.closing.set()


@contextlib.contextmanager
def _listener(port: int) -> Iterator[socket.socket]:
    """Listen on this machine alone; port 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    with contextlib.closing(listener):
        if sys.platform == "win32":  # where SO_REUSEADDR would let another program listen here too
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen()  # whoever comes before the server is ready waits
        except OSError as error:
            why = error.strerror or str(error)
            raise InputError(
                _("Port {port} can't be used ({why}). Name another with --port.", port=port, why=why)
            ) from None
        yield listener


@contextlib.contextmanager
def _serving(guard: Guard, listener: socket.socket) -> Iterator[None]:
    """Serve in a thread of its own; the main thread hears signals."""
    config = uvicorn.Config(
        guard,
        log_config=None,
        log_level="critical",  # an error is shown to the person; its words may name people
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(2 * CLOSING_SECONDS)


def _open(address: str) -> None:
    """Open the address in the person's browser; where there is none they have it on the screen."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
