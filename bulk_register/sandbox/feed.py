"""Get Session Report and Get Sessions as the sandbox plays them, each open point as a knob."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime
from typing import Any, NamedTuple

from bulk_register.sandbox.account import Account
from bulk_register.sandbox.behaviour import Behaviour
from bulk_register.sandbox.demand import is_guid
from bulk_register.sandbox.messages import Answer, RefusedError, Request, success
from bulk_register.sandbox.sittings import Sitting, Sittings, moment_text


class _Rest(NamedTuple):
    """What a continuation token stands for."""

    filters: tuple[str, str]
    sittings: list[Sitting]
    until: float


class Feed:
    """Answers questions about sessions; every continuation token counts once."""

    def __init__(self, behaviour: Behaviour, account: Account, sittings: Sittings) -> None:
        self._behaviour, self._account, self._sittings = behaviour, account, sittings
        self._rests: dict[str, _Rest] = {}
        self._lock = threading.Lock()

    def report(self, request: Request, now: float) -> Answer:
        """API page "Get Session Report (V2)"."""
        participant = request.query.get("participantId", "").lower()
        if not is_guid(participant):
            raise RefusedError(400, "'participantId' must be a GUID.")
        found = self._sittings.of(participant, now)
        if found is None:
            raise RefusedError(404, "The participant is not found.")
        if not found:
            return self._never_opened()
        sessions = [one.as_json(now) for one in found]
        return success(
            sessions if self._behaviour.several_sessions == "list" and len(found) > 1 else sessions[0]
        )

    def _never_opened(self) -> Answer:
        how = self._behaviour.never_opened
        if how == "empty":
            return Answer(200, b"")
        raise RefusedError(how, "The session is not found.")

    def page(self, request: Request, now: float) -> Answer:
        """API page "Get Sessions"."""
        if self._behaviour.feed == "absent":
            raise RefusedError(404, "The resource is not found.")
        filters = request.query.get("center", ""), request.query.get("modifiedSince", "")
        if not self._account.knows_center(filters[0]):
            raise RefusedError(400, f"Center '{filters[0]}' is not found.")
        if token := request.query.get("continuationToken"):
            rest = self._redeem(token, filters)
        else:
            since = _moment(filters[1])
            if since > now:
                raise RefusedError(400, "'modifiedSince' lies in the future.")
            rest = _Rest(filters, self._sittings.changed(filters[0], since, now), now)
        return success(self._shaped(rest, now))

    def _redeem(self, token: str, filters: tuple[str, str]) -> _Rest:
        with self._lock:
            rest = self._rests.pop(token, None)
        if rest is None or rest.filters != filters:
            raise RefusedError(400, "'continuationToken' is not valid.")
        return rest

    def _shaped(self, rest: _Rest, now: float) -> dict[str, Any]:
        size = self._behaviour.feed_page
        here, later = rest.sittings[:size], rest.sittings[size:]
        sessions = [one.as_json(now) for one in here]
        if self._behaviour.feed == "unknown shape":
            return {"data": {"rows": [list(one.values()) for one in sessions]}, "next": None}
        if not later:
            return {"sessions": sessions, "modifiedUntil": moment_text(rest.until)}
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._rests[token] = rest._replace(sittings=later)
        return {"sessions": sessions, "continuationToken": token}


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise RefusedError(400, "'modifiedSince' must be a UTC date and time in ISO 8601.")
    return found.timestamp()
