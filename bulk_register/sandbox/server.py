"""The sandbox as others use it: within a program, or as a server of its own."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from bulk_register.sandbox.account import Account, KnownTest
from bulk_register.sandbox.behaviour import Behaviour
from bulk_register.sandbox.connections import Connections
from bulk_register.sandbox.registrar import Registrations
from bulk_register.sandbox.service import Arrival, Service
from bulk_register.sandbox.sittings import Sitting

HOST = "127.0.0.1"


class Sandbox:
    """StartExam on this machine, for as long as the `with` block runs.

    Port 0 takes a free one. Raises OSError where the port is in use.
    """

    def __init__(
        self, behaviour: Behaviour | None = None, account: Account | None = None, *, port: int = 0
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.account = account or Account()
        self._service = Service(self.behaviour, self.account)
        self._connections = Connections(HOST, port, self._service)
        self._thread = threading.Thread(target=self._connections.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connections.stop()
        self._thread.join()

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self._connections.server_address[1]}"

    @property
    def account_id(self) -> int:
        return self.account.account_id

    @property
    def secret_key(self) -> str:
        return self.account.secret_key

    @property
    def center(self) -> str:
        return self.account.centers[0]

    @property
    def tests(self) -> tuple[KnownTest, ...]:
        return self.account.tests

    @property
    def requests(self) -> list[Arrival]:
        """What arrived, in the order of answering; the latest 10,000 requests."""
        return self._service.arrivals

    @property
    def registrations(self) -> Registrations:
        """The latest participant identifier of each (center, tests, employee)."""
        return self._service.registrar.registrations

    @property
    def people(self) -> dict[str, dict[str, str]]:
        """Everybody who was synced, with their fields."""
        return self._service.directory.people

    def sit(self, employee: str, test: str, **how: Any) -> Sitting:
        """Let the latest participant of an employee sit a test; `how` are fields of Sitting."""
        mine = {(tests, name): one for (_, tests, name), one in self.registrations.items()}
        participant = next(one for (tests, name), one in mine.items() if name == employee and test in tests)
        sitting = Sitting(participant, test, **({"started": self._service.now()} | how))
        self._service.sittings.sit(sitting)
        return sitting

    @property
    def created(self) -> Counter[str]:
        """How often each employee was newly created."""
        return self._service.registrar.created


def serve(
    behaviour: Behaviour | None = None,
    account: Account | None = None,
    *,
    port: int = 0,
    started: Callable[[Sandbox], object] = lambda _: None,
) -> None:
    """Serve until Ctrl-C; `started` is called once the sandbox listens. OSError: the port is in use."""
    with Sandbox(behaviour, account, port=port) as sandbox, contextlib.suppress(KeyboardInterrupt):
        started(sandbox)
        while True:
            threading.Event().wait(0.2)  # a wait without end can't be interrupted everywhere
