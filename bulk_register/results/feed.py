"""A center's list of changed sessions, read to its end; what it tells is in the ledger page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bulk_register.errors import (
    AccountError,
    ClockError,
    FeedShapeError,
    RefusedError,
    SendAgainError,
    StopError,
)
from bulk_register.ledger import Center, Ledger, read_until, record_page, record_sessions
from bulk_register.records import Session
from bulk_register.startexam import StartExam, utc_text
from bulk_register.startexam.exam_sessions import changed_sessions

LONG_AGO = "2015-01-01T00:00:00Z"  # before StartExam could tell of any session
RESTARTS = 6  # how often reading begins anew because a page was lost; its token counts once
MARGIN = timedelta(days=1)  # before the first registration: clocks differ


def read_feed(ledger: Ledger, client: StartExam, center: Center, *, anew: bool = False) -> bool:
    """Read what has changed since the last time; returns False where there is no list that is understood.

    The first time from the center's first registration on, `anew` all that StartExam has. Raises StopError
    where it accepts neither account nor clock.
    """
    since = LONG_AGO if anew else read_until(ledger, center)
    for _ in range(RESTARTS):
        try:
            _read(ledger, client, center, since or _first(ledger, center))
            return True
        except (AccountError, ClockError):
            raise
        except (FeedShapeError, StopError, SendAgainError):
            return False
        except RefusedError:
            if not since:
                return False
            since = ""  # perhaps it is the moment that is refused
        except _LostPageError:
            continue
    return False


class _LostPageError(Exception):
    """A page never came, and its token is used up: reading has to begin anew."""


def _read(ledger: Ledger, client: StartExam, center: Center, since: str) -> None:
    page = changed_sessions(client, center.center, since)
    while True:
        ours, others = _parted(ledger, center, page.sessions)
        with ledger.transaction():
            record_sessions(ledger, center, ours)
            record_page(ledger, center, others, page.until)
        if not page.token:
            return
        try:
            page = changed_sessions(client, center.center, since, page.token)
        except SendAgainError:
            raise _LostPageError from None


def _parted(ledger: Ledger, center: Center, told: Sequence[Session]) -> tuple[list[Session], list[str]]:
    """Return sessions of participants that the ledger has, and whose the others are."""
    names = {session.participant for session in told}
    held = ledger.holders(center.base_url, sorted(names)).keys()
    return [one for one in told if one.participant in held], sorted(names - held)


def _first(ledger: Ledger, center: Center) -> str:
    """Return the moment before which nobody of the ledger's can have sat an exam."""
    runs = [run for run in ledger.runs() if Center(*run.scope[:3]) == center]
    first = min(min(run.started, run.valid_from) for run in runs)
    return utc_text(datetime.fromtimestamp(first, UTC) - MARGIN)
