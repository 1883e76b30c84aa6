"""StartExam's answers, checked at the door: what they mean, and what can't be trusted in them."""

from __future__ import annotations

import json
import re
import time
from urllib.parse import urlsplit

from bulk_register.api import CLOCK_TOLERANCE_SECONDS
from bulk_register.errors import (
    AccountError,
    ClockError,
    Credential,
    RefusedError,
    SendAgainError,
    StartExamError,
    StopError,
)
from bulk_register.language import _
from bulk_register.records import Answer, Test
from bulk_register.startexam.clock import moment_of, offset_of
from bulk_register.startexam.refusal_cause import wrong_credential
from bulk_register.startexam.retry import TURNED_AWAY

MAX_RETRY_AFTER_SECONDS = 300.0  # a longer `Retry-After` is kept only this far
MAX_MESSAGE = 300  # characters of StartExam's own words that are passed on

# A GUID as .NET writes it: with or without braces, with or without dashes
_GUID = re.compile(
    r"(?P<open>\{)?[0-9a-f]{8}(?P<dash>-?)[0-9a-f]{4}(?P=dash)[0-9a-f]{4}(?P=dash)[0-9a-f]{4}(?P=dash)"
    r"[0-9a-f]{12}(?(open)\})",
    re.IGNORECASE | re.ASCII,
)
_LIKE_OURS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")  # nearly all of them
_EMPTY_GUID = "00000000-0000-0000-0000-000000000000"  # .NET's word for "none"


def read_participants(raw: bytes, count: int) -> Answer:
    """Check a 200's body against a request of `count` employees.

    Raises SendAgainError where the body isn't an answer of this API at all. An answer that can't be matched
    for certain (API page "Register Employees": in the order of `employees`) has no participants but a fault.
    """
    body = _json(raw)
    found = body.get("participantIds") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise SendAgainError(_("the answer can't be read: it has no list of participants"), 200)
    if len(found) != count:
        return Answer(
            raw,
            None,
            _("{found} participants for {count} employees", found=len(found), count=count),
            empty=not found,
        )
    participants = tuple(map(participant_of, found))
    if "" in participants:
        return Answer(raw, None, _("a participant identifier is malformed"))
    given = [item for item in participants if item is not None]
    if len(set(given)) < len(given):
        return Answer(raw, None, _("a participant identifier is repeated"), repeated=participants)
    return Answer(raw, participants)


def participant_of(item: object) -> str | None:
    """Return a participant identifier in one spelling: lower case, with dashes, without braces.

    None where StartExam gives no participant (null, or the GUID of zeros); "" where it is no GUID.
    """
    if item is None or item == _EMPTY_GUID:
        return None
    if isinstance(item, str) and _LIKE_OURS.fullmatch(item):
        return item
    text = item.strip() if isinstance(item, str) else ""
    if not _GUID.fullmatch(text):
        return ""
    digits = text.strip("{}").replace("-", "").lower()
    spelled = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return None if spelled == _EMPTY_GUID else spelled


def read_tests(raw: bytes) -> list[Test]:
    """Read the answer of Get Tests; raises SendAgainError where it isn't one."""
    body = _json(raw)
    found = body.get("tests") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise SendAgainError(_("the answer can't be read: it has no list of tests"), 200)
    return [
        Test(*(plain(str(item.get(key) or "")) for key in ("title", "testId", "type", "status")))
        for item in found
        if isinstance(item, dict)
    ]


def failure(status: int, headers: dict[str, str], raw: bytes) -> StartExamError:
    """Tell what an answer other than 200 means; `headers` with lower-case names."""
    told = message_of(raw)
    error = _failure(status, headers, told)
    error.said = told
    return error


def _failure(status: int, headers: dict[str, str], told: str) -> StartExamError:
    words = (
        _("StartExam answered {status}: {words}", status=status, words=told)
        if told
        else _("StartExam answered {status}", status=status)
    )
    if status in (400, 413) or (status == 404 and told):
        return RefusedError(_no_formula(told) or words, status)
    if status in (408, 429) or status >= 500 or status < 300:
        pause = retry_after(headers.get("retry-after"), headers.get("date"))
        return SendAgainError(words, status, pause_seconds=pause, lost=status not in TURNED_AWAY)
    if status == 403:
        return _forbidden(told, words, headers)
    if status == 401:
        return _unaccepted(told, words, status)
    return StopError(_stop_words(status, words, headers), status)


def _no_formula(told: str) -> str:
    """Return words that a spreadsheet takes for no formula: they begin the note on a row."""
    return f"StartExam: {told}" if told.startswith(("=", "+", "-", "@", "|", "%")) else told


def _stop_words(status: int, words: str, headers: dict[str, str]) -> str:
    if 300 <= status < 400:
        return _(
            "{words} and points to {address}; redirects are not followed. Check the base URL, and "
            "whether a proxy asks for a log-in.",
            words=words,
            address=_redirected_to(headers),
        )
    return _("{words}. Check the base URL: this doesn't look like StartExam's API.", words=words)


def _redirected_to(headers: dict[str, str]) -> str:
    """Return where a redirect points to, without user, path and query: they may hold anything."""
    try:
        target = urlsplit(plain(headers.get("location", "")))
        port = f":{target.port}" if target.port else ""
    except ValueError:
        return _("another address")
    return f"{target.scheme}://{target.hostname}{port}" if target.hostname else _("another address")


def _forbidden(told: str, words: str, headers: dict[str, str]) -> StopError:
    offset = offset_of(headers.get("date"), time.time())
    about_date = re.search(r"\bdate\b", words, re.IGNORECASE)
    if about_date or (offset is not None and abs(offset) > CLOCK_TOLERANCE_SECONDS):
        told = _("{words}. Check this machine's clock, its date and its time zone.", words=words)
        return ClockError(told, 403, offset)
    return _unaccepted(told, words, 403)


def _unaccepted(told: str, words: str, status: int) -> AccountError:
    wrong = wrong_credential(told)
    if wrong is Credential.ACCOUNT_NUMBER:
        why = _(
            "StartExam doesn't accept this account number. Check the account number ({words}).", words=words
        )
    elif wrong is Credential.SECRET_KEY:
        why = _("StartExam doesn't accept this secret key. Check the secret key ({words}).", words=words)
    else:
        why = _(
            "StartExam doesn't accept this account. Check the account number and the secret key ({words}).",
            words=words,
        )
    return AccountError(why, status, wrong)


def retry_after(value: str | None, date: str | None = None) -> float | None:
    """Return the seconds that a `Retry-After` asks for (seconds or a date, RFC 9110), at most 5 minutes.

    A date is the server's: it counts from that of the answer, whatever this machine's clock says.
    """
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        seconds = float(value.strip())
    elif (until := moment_of(value)) is not None:
        since = moment_of(date)
        seconds = until - (time.time() if since is None else since)
    else:
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


def message_of(raw: bytes) -> str:
    """Return the `message` of a JSON answer as one plain line; "" where there is none."""
    body = _json(raw)
    found = body.get("message") if isinstance(body, dict) else None
    return plain(found) if isinstance(found, str) else ""


def plain(text: str) -> str:
    """Make foreign text safe to show: one line, no control or direction characters, not too long."""
    kept = "".join(character if character.isprintable() else " " for character in text[: MAX_MESSAGE * 4])
    short = " ".join(kept.split())
    if len(short) <= MAX_MESSAGE:
        return short
    return short[:MAX_MESSAGE].rsplit(" ", 1)[0][: MAX_MESSAGE - 1] + "…"  # half a name can't be taken out


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
