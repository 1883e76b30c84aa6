"""Sessions as StartExam tells of them, read leniently where its pages leave the shape open.

What isn't understood is never taken for "not started": it is an error, and who asks goes another way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bulk_register.errors import FeedShapeError, SendAgainError
from bulk_register.language import _
from bulk_register.records import FeedPage, Session
from bulk_register.startexam.answers import participant_of, plain

Members = Mapping[str, Any]  # names in lower case
_RESULT = ("elapsedtime", "score", "maxscore", "percent")  # a finished session's; a level may be absent


def read_report(raw: bytes, participant: str) -> list[Session]:
    """Read a Session Report about this participant: one session, a list of them, or nothing.

    Raises SendAgainError where the answer is none, or about somebody else.
    """
    if not raw.strip():
        return []
    try:
        body = json.loads(raw)
        items = [item for item in _report_items(body) if item]
        sessions = [_session(item) for item in items]
    except (ValueError, RecursionError):
        raise SendAgainError(_("the answer can't be read: it is no session report"), 200) from None
    wanted = participant_of(participant)
    if any(session.participant != wanted for session in sessions):
        raise SendAgainError(_("the answer is about another participant than the one asked about"), 200)
    return sessions


def read_page(raw: bytes) -> FeedPage:
    """Read an answer of the feed.

    Raises SendAgainError where it isn't JSON, FeedShapeError where its shape isn't understood.
    """
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise SendAgainError(_("the answer can't be read: it is not JSON"), 200) from None
    try:
        members = _members(body)
        token, until = (_text(members.get(name)) for name in ("continuationtoken", "modifieduntil"))
        if bool(token) == bool(until):
            raise ValueError
        return FeedPage([_session(item, whole=True) for item in _feed_items(members)], token, until)
    except ValueError:
        raise FeedShapeError(_("the shape of StartExam's list of sessions is not understood"), 200) from None


def _report_items(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    if isinstance(body, dict) and isinstance(found := _members(body).get("sessions"), list):
        return found
    return [] if body is None or body == {} else [body]


def _feed_items(members: Members) -> list[Any]:
    """Return the sessions: the member of that name, or the only list there is."""
    lists = [value for value in members.values() if isinstance(value, list)]
    found = members.get("sessions", lists[0] if len(lists) == 1 else None)
    if not isinstance(found, list):
        raise ValueError
    return found


def _session(item: Any, *, whole: bool = False) -> Session:
    """Read one session; raises ValueError where who, which test or whether finished can't be told.

    With `whole` also where the result of a finished one isn't there: the report has it.
    """
    members = _members(item)
    participant, test = participant_of(members.get("participantid")), participant_of(members.get("testid"))
    finished = members.get("isfinished")
    if not participant or not test or not isinstance(finished, bool):
        raise ValueError
    if whole and finished and not members.keys() >= set(_RESULT):
        raise ValueError
    closed = members.get("autoclosed") is True
    session = Session(participant, test, _moment(members.get("started")), finished, closed)
    if not (finished or closed):
        return session
    return session._replace(
        time=_text(members.get("elapsedtime")),
        score=_number(members.get("score")),
        max_score=_number(members.get("maxscore")),
        percent=_number(members.get("percent")),
        level=plain(_text(members.get("scalelevel"))),
    )


def _members(item: Any) -> Members:
    if not isinstance(item, dict):
        raise ValueError
    return {str(name).lower(): value for name, value in item.items()}


def _text(value: Any) -> str:
    if not isinstance(value, str | None):
        raise ValueError
    return (value or "").strip()


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    return float(value)


def _moment(value: Any) -> int:
    """Return seconds since 1970 UTC, 0 for null; a time without an offset is UTC."""
    if value is None:
        return 0
    if not isinstance(value, str):
        raise ValueError
    moment = datetime.fromisoformat(value.strip())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
