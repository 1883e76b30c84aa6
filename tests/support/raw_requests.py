"""Signed requests to the sandbox, for its tests; the signing is spelled out here once more, on purpose."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

import requests

from bulk_register.sandbox import DEMO_ACCOUNT_ID, DEMO_CENTER, DEMO_SECRET_KEY, DEMO_TEST

REGISTER = "/v2/employees-participants"


def payload(employees: Sequence[str], /, **changes: Any) -> dict[str, Any]:
    """The body of a request for these employees; a change to None leaves that member out."""
    members = {
        "center": DEMO_CENTER,
        "validFrom": "2026-01-01T00:00:00Z",
        "validTill": "2026-12-31T23:59:59Z",
        "proctoring": False,
        "doNotCreateIfExist": True,
        "tests": [DEMO_TEST],
        "employees": [{"id": employee} for employee in employees],
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


def signed(method: str, target: str, body: bytes, date: str | None = None) -> dict[str, str]:
    date = formatdate(usegmt=True) if date is None else date
    text = f"{method} {urlsplit(target).path.lower()} {date} {len(body)}"
    digest = hmac.new(DEMO_SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return {
        "Date": date,
        "Authorization": f"SharedKey {DEMO_ACCOUNT_ID}:{base64.b64encode(digest).decode()}",
        "Content-Type": "application/json; charset=utf-8",
    }


def send(
    base_url: str,
    method: str,
    target: str,
    body: Any = b"",
    headers: dict[str, str] | None = None,
    timeout: float = 5,
) -> requests.Response:
    """Send these bytes with these headers and nothing else of ours; no proxies, no redirects."""
    with requests.Session() as session:
        session.trust_env = False
        url = base_url + target
        return session.request(
            method, url, data=body or None, headers=headers, timeout=timeout, allow_redirects=False
        )


def get(base_url: str, target: str) -> requests.Response:
    return send(base_url, "GET", target, headers=signed("GET", target, b""))


def post(base_url: str, body: bytes, target: str = REGISTER) -> requests.Response:
    return send(base_url, "POST", target, body, signed("POST", target, body))


def register(base_url: str, /, *employees: str, **changes: Any) -> requests.Response:
    return post(base_url, json.dumps(payload(employees, **changes)).encode())


def identifiers(response: requests.Response) -> list[str | None]:
    assert response.status_code == 200, response.text
    answered: list[str | None] = response.json()["participantIds"]
    return answered
