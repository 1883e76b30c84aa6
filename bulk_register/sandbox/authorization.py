"""Is this request from the account, and fresh? API page "Authorization"."""

from __future__ import annotations

import base64
import hashlib
import hmac
from email.utils import parsedate_to_datetime

from bulk_register.sandbox.account import Account
from bulk_register.sandbox.messages import RefusedError, Request

DATE_TOLERANCE_SECONDS = 15 * 60  # API page "Authorization"

_BAD_DATE = "HTTP header 'Date' is incorrect"
_BAD_AUTHORIZATION = "HTTP header 'Authorization' is incorrect"


def check_date(request: Request, now: float) -> None:
    """Refuse a `Date` header more than 15 minutes from `now` (seconds since the epoch)."""
    age = now - _sent_at(request.headers.get("Date", ""))
    if age > DATE_TOLERANCE_SECONDS:
        raise RefusedError(403, f"{_BAD_DATE}: it's older than 15 minutes")
    if age < -DATE_TOLERANCE_SECONDS:
        raise RefusedError(403, f"{_BAD_DATE}: it's more than 15 minutes in the future")


def _sent_at(date: str) -> float:
    if not date.endswith(" GMT"):
        raise RefusedError(403, f"{_BAD_DATE}: it's not a date as RFC 1123 writes it, in GMT")
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError) as error:
        raise RefusedError(403, f"{_BAD_DATE}: it's not a date as RFC 1123 writes it, in GMT") from error


def check_signature(request: Request, account: Account) -> None:
    """Refuse an `Authorization` header that isn't the account's signature of this very request."""
    expected = f"SharedKey {account.account_id}:{signature(account.secret_key, string_to_sign(request))}"
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise RefusedError(403, _BAD_AUTHORIZATION)


def string_to_sign(request: Request) -> str:
    length = request.headers.get("Content-Length", "0")
    return f"{request.method.upper()} {request.path.lower()} {request.headers.get('Date', '')} {length}"


def signature(secret_key: str, text: str) -> str:
    digest = hmac.digest(secret_key.encode(), text.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()
