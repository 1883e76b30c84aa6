"""What comes in and what goes out, without sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit


class Headers(Protocol):
    """Header values by name in any case, as `http.client` and `email` have them."""

    def get(self, name: str, /, default: str) -> str: ...


class RefusedError(Exception):
    """The request can't be satisfied, with status and message as on the API page "Responses"."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class Request:
    """One HTTP request."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The body's JSON object; raises RefusedError where it isn't one."""
        try:
            payload = json.loads(self.body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, "The request's body is not JSON in UTF-8.") from error
        if not isinstance(payload, dict):
            raise RefusedError(400, "The request's body is not a JSON object.")
        return payload

    @cached_property
    def employees(self) -> tuple[str, ...]:
        """The employees named in the body, as far as it can be read; for book-keeping only."""
        try:
            return tuple(employee["id"] for employee in self.payload["employees"])
        except (RefusedError, KeyError, TypeError):
            return ()


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, without the headers that every answer has."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def success(payload: object) -> Answer:
    return Answer(200, _json(payload))


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer with `{"message": ...}`; API page "Responses"."""
    return Answer(status, _json({"message": message}), headers=headers or {})


def html(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer as a gateway in front of the service gives it."""
    page = (
        f"<html><head><title>{status} {reason}</title></head><body><h1>{status} {reason}</h1></body></html>"
    )
    return Answer(status, page.encode(), "text/html", headers or {})


def _json(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
