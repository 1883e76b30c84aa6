"""Who gets in: the one person with the one-time address, from a page of ours, with a bearable body."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.exceptions import HTTPException

from bulk_register.page.peer import is_other_user

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOST = "127.0.0.1"
COOKIE_SECONDS = 30 * 24 * 3600  # the cookie is this process's: it opens nothing afterwards
FORM_BYTES = 1 << 20
METHODS = ("GET", "HEAD", "POST")
OPENING = "/open/"

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all, browsers say "Origin: null" even to ourselves
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# a page that goes on by itself: its own request has the cookie, which a redirect from elsewhere would lack
_ENTRY = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><title>bulk-register</title>'
    b'<link rel="icon" href="/static/icon.svg">'
    b'<meta http-equiv="refresh" content="0;url=/"><a href="/">bulk-register</a></html>'
)


class Guard:
    """Passes on to `app` what the one person asks for, and answers everything else itself."""

    def __init__(self, app: App, port: int, upload_path: str, upload_bytes: int) -> None:
        self.token = secrets.token_urlsafe(32)
        self._app = app
        self._port, self._host = port, f"{HOST}:{port}"
        self._limits = {upload_path: upload_bytes}
        self._name = f"bulk_register_{port}"  # browsers share cookies between the ports of a host
        self._secret = secrets.token_urlsafe(32)
        self._used = False

    @property
    def address(self) -> str:
        """The address that lets the person in, once."""
        return f"http://{self._host}{OPENING}{self.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, _with_headers(send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        method, path = scope["method"], scope["path"]
        peer = (scope.get("client") or (HOST, 0))[1]
        if headers.get("host") != [self._host] or method not in METHODS or is_other_user(peer, self._port):
            await _refuse(send, 403)
        elif path.startswith(OPENING):
            await self._open(path.removeprefix(OPENING), method, headers, send)
        elif not self._knows(headers) or not self._is_own(method, headers):
            await _refuse(send, 403)
        else:
            await self._pass_on(scope, receive, send)

    async def _open(self, token: str, method: str, headers: dict[str, list[str]], send: Send) -> None:
        """Let the person in who has the address, and nobody after that."""
        prefetched = "sec-purpose" in headers or "purpose" in headers
        if self._knows(headers) and method == "GET":  # the person again, by the browser's history
            await _reply(send, 200, {"Content-Type": "text/html"}, _ENTRY)
        elif self._used or method != "GET" or prefetched or not _same(token, self.token):
            await _refuse(send, 403)
        else:
            self._used = True
            cookie = (
                f"{self._name}={self._secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={COOKIE_SECONDS}"
            )
            await _reply(send, 200, {"Content-Type": "text/html", "Set-Cookie": cookie}, _ENTRY)

    def _knows(self, headers: dict[str, list[str]]) -> bool:
        try:
            cookies = SimpleCookie("; ".join(headers.get("cookie", [])))
        except CookieError:
            return False
        return self._name in cookies and _same(cookies[self._name].value, self._secret)

    def _is_own(self, method: str, headers: dict[str, list[str]]) -> bool:
        """Tell whether a request comes from a page of ours, or from the person's own hand."""
        site = headers.get("sec-fetch-site")
        if method == "POST":
            origin = headers.get("origin")
            if origin is not None and origin != [f"http://{self._host}"]:
                return False
            return site == ["same-origin"] if site is not None else origin is not None
        return site is None or site in (["same-origin"], ["none"])

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limits.get(scope["path"], FORM_BYTES)
        announced = _headers(scope).get("content-length", ["0"])[0]
        if not announced.isdecimal() or int(announced) > limit:
            await _refuse(send, 413)
        else:
            await self._app(scope, _bounded(receive, limit), send)


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _same(one: str, two: str) -> bool:
    return secrets.compare_digest(one.encode(), two.encode())


def _bounded(receive: Receive, limit: int) -> Receive:
    came = 0

    async def bounded() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > limit:
            raise HTTPException(413)  # which the application answers with
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name.lower().encode() for name in _HEADERS}
            kept = [(name, value) for name, value in message["headers"] if name.lower() not in ours]
            message["headers"] = kept + [
                (name.lower().encode(), value.encode()) for name, value in _HEADERS.items()
            ]
        await send(message)

    return sending


async def _refuse(send: Send, status: int) -> None:
    """Say nothing of what is here: whoever asks isn't the person that it is for."""
    await _reply(send, status, {"Connection": "close"})


async def _reply(send: Send, status: int, headers: dict[str, str], body: bytes = b"") -> None:
    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
