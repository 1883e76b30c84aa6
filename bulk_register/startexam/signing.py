"""Signatures: the SharedKey scheme of StartExam's API page "Authorization"."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from bulk_register.startexam.clock import Clock


def sign(secret_key: str, verb: str, path: str, date: str, content_length: int) -> str:
    """Return the Base64 signature of a request; `path` without scheme, host and query."""
    text = f"{verb.upper()} {path.lower()} {date} {content_length}"
    digest = hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


class SharedKey(AuthBase):
    """Dates and signs each request anew, so that no attempt carries an old `Date`."""

    def __init__(self, account_id: int, secret_key: str, clock: Clock) -> None:
        self._account_id = account_id
        self._secret_key = secret_key
        self._clock = clock

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        date = self._clock.http_date()
        path = urlsplit(request.url or "").path or "/"
        length = int(request.headers.get("Content-Length", 0))
        signature = sign(self._secret_key, request.method or "", str(path), date, length)
        request.headers["Date"] = date
        request.headers["Authorization"] = f"SharedKey {self._account_id}:{signature}"
        return request
