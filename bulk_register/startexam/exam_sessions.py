"""Get Session Report and Get Sessions: who has begun and finished which test, and with what result."""

from __future__ import annotations

from functools import partial

from bulk_register.errors import RefusedError
from bulk_register.records import FeedPage, Session
from bulk_register.startexam.calls import USUAL_ANSWER_BYTES, Call
from bulk_register.startexam.client import StartExam
from bulk_register.startexam.session_answers import read_page, read_report

REPORT_PATH = "/v2/session"  # API page "Get Session Report (V2)"
FEED_PATH = "/v2/sessions"  # API page "Get Sessions"
_NEVER_OPENED = (400, 404)  # with a message; undocumented, so both mean it
MAX_FEED_BYTES = 64 * 1024 * 1024


def session_report(client: StartExam, participant: str) -> list[Session]:
    """Return a participant's sessions, none where the link was never opened.

    Raises like `StartExam.register`.
    """
    read = partial(read_report, participant=participant)
    query = (("participantId", participant),)
    try:
        return client.ask(Call("GET", REPORT_PATH, read, USUAL_ANSWER_BYTES, query=query))
    except RefusedError as error:
        if error.status in _NEVER_OPENED:
            return []
        raise


def changed_sessions(client: StartExam, center: str, since: str, token: str = "") -> FeedPage:
    """Return up to 500 sessions of a center that changed since; with a token, those that follow it.

    A token counts once: with one, no request is sent again whose answer may have been lost. Raises like
    `StartExam.register`, and FeedShapeError where the answer isn't understood.
    """
    query = [("center", center), ("modifiedSince", since)]
    query += [("continuationToken", token)] if token else []
    return client.ask(
        Call("GET", FEED_PATH, read_page, MAX_FEED_BYTES, query=tuple(query), spent=bool(token))
    )
