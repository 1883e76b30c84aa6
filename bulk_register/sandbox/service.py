"""StartExam's methods that the sandbox plays, from a request to its answer; no sockets here."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bulk_register.sandbox.account import Account
from bulk_register.sandbox.authorization import check_date, check_signature
from bulk_register.sandbox.behaviour import Behaviour, Chance, Fault
from bulk_register.sandbox.demand import is_guid, read_demand
from bulk_register.sandbox.directory import Directory
from bulk_register.sandbox.feed import Feed
from bulk_register.sandbox.messages import Answer, RefusedError, Request, refusal, success
from bulk_register.sandbox.registrar import Registrar
from bulk_register.sandbox.sittings import Sittings

TYPES = ("test", "survey")  # API page "Get Tests"
STATUSES = ("active", "archive", "deleted")  # API page "Get Tests"

MAX_ARRIVALS = 10_000  # the book's length: a server may run for days


@dataclass(frozen=True)
class Arrival:
    """A request that arrived; `status` 0: its connection was reset instead of answered."""

    method: str
    path: str
    employees: tuple[str, ...]
    status: int
    fault: str = ""  # the name of the fault that it met


class Service:
    """Answers requests for one account and keeps the book of them; safe between threads."""

    def __init__(self, behaviour: Behaviour, account: Account) -> None:
        self.behaviour = behaviour
        self.account = account
        self.registrar = Registrar(behaviour.seed, behaviour.existing)
        self.directory = Directory(behaviour, account)
        self.sittings = Sittings(behaviour.exam_pace_seconds)
        self._feed = Feed(behaviour, account, self.sittings)
        self._chance = Chance(behaviour)
        self._arrivals: deque[Arrival] = deque(maxlen=MAX_ARRIVALS)
        self._lock = threading.Lock()
        self._routes: dict[str, tuple[str, Callable[[Request], Answer]]] = {
            "/v2/employees-participants": ("POST", self._register),
            "/v1/tests": ("GET", self._tests),
            "/v1/employees": ("POST", self._sync),
            "/v2/session": ("GET", lambda request: self._feed.report(request, self.now())),
            "/v2/sessions": ("GET", lambda request: self._feed.page(request, self.now())),
        }

    def now(self) -> float:
        """The service's own idea of the time, in seconds since the epoch."""
        return time.time() + self.behaviour.clock_skew_seconds

    @property
    def arrivals(self) -> list[Arrival]:
        with self._lock:
            return list(self._arrivals)

    def answer(self, request: Request) -> Answer | None:
        """Do the work and answer; None: reset the connection instead."""
        fault = self._chance.draw()
        answer = self._meet(fault, request)
        arrival = Arrival(
            method=request.method,
            path=request.path,
            employees=request.employees,
            status=answer.status if answer else 0,
            fault=fault.name if fault else "",
        )
        with self._lock:
            self._arrivals.append(arrival)
        return answer

    def _meet(self, fault: Fault | None, request: Request) -> Answer | None:
        if fault is None:
            return self._work(request)
        if fault.after_work:
            self._work(request)
        return fault.answer

    def _work(self, request: Request) -> Answer:
        try:
            method, work = self._routes.get(request.path.lower(), ("", None))
            if work is None:
                raise RefusedError(404, "The resource is not found.")
            if request.method != method:
                return refusal(405, f"The resource is for {method} only.", {"Allow": method})
            check_date(request, self.now())
            check_signature(request, self.account)
            return work(request)
        except RefusedError as refused:
            return refusal(refused.status, refused.message)

    def _register(self, request: Request) -> Answer:
        """API page "Register Employees"; an unknown employee makes the whole request a 400."""
        demand = read_demand(request.payload, self.account)
        strangers = [name for name in demand.employees if not self.directory.knows(name)]
        unknown = self.behaviour.first_unknown(strangers)
        if unknown is not None:
            name = f" '{unknown}'" if self.behaviour.name_unknown else ""
            raise RefusedError(400, f"Employee{name} is not found.")
        participants = self.registrar.register(demand)
        self.sittings.expect(demand.center, demand.tests, filter(None, participants), self.now())
        return success({"participantIds": participants})

    def _sync(self, request: Request) -> Answer:
        """API page "Sync Employees"."""
        self.directory.sync(request.payload)
        return success({})

    def _tests(self, request: Request) -> Answer:
        """API page "Get Tests"; every filter may be left out."""
        filters = {
            name: request.query[name] for name in ("projectId", "type", "status") if name in request.query
        }
        if "projectId" in filters and not is_guid(filters["projectId"]):
            raise RefusedError(400, "'projectId' must be a GUID.")
        if filters.get("type", "test") not in TYPES:
            raise RefusedError(400, f"'type' must be one of: {', '.join(TYPES)}.")
        if filters.get("status", "active") not in STATUSES:
            raise RefusedError(400, f"'status' must be one of: {', '.join(STATUSES)}.")
        tests = [test.as_json() for test in self.account.tests]
        return success({"tests": [each for each in tests if each.items() >= filters.items()]})
