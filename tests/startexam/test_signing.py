"""Requests are signed as StartExam's API page "Authorization" says."""

from __future__ import annotations

import json

import pytest

from bulk_register.sandbox import Behaviour, Sandbox
from bulk_register.startexam.calls import register_body
from bulk_register.startexam.signing import sign
from tests.support.clients import EXAM, batch_of, client_of
from tests.support.hostile_server import HostileServer, reset_before_work

PATH = "/v2/employees-participants"


@pytest.mark.parametrize(
    ("key", "verb", "path", "date", "length", "signature"),
    [
        (
            "example-secret-key",
            "POST",
            PATH,
            "Fri, 03 May 2024 02:27:07 GMT",
            349,
            "R89DBPzoBawnskAQFi9EBb+nQwIeTe8amYpLOI4oJco=",
        ),
        (
            "Ключ-Ω",
            "POST",
            PATH,
            "Mon, 23 Nov 2026 08:05:09 GMT",
            21043,
            "3Ka3VpLcMDFJyr4Ao9/yF+Rty2k9qdYOLh2AW4oe8e4=",
        ),
        (
            "example-secret-key",
            "get",
            "/V1/tests",
            "Thu, 01 Jan 2026 00:00:00 GMT",
            0,
            "rgAMNb3F9Ij68mUcnvULLlLb0TG7oHgXP+pLNmdjeXo=",
        ),
    ],
)
def test_the_published_requests_get_the_published_signatures(
    key: str, verb: str, path: str, date: str, length: int, signature: str
) -> None:
    assert sign(key, verb, path, date, length) == signature


def test_the_sandbox_accepts_what_is_signed_here() -> None:
    with Sandbox() as sandbox:
        answer = client_of(sandbox.base_url).register(EXAM, batch_of("Ivanov", "Иванов", 'quo"te\\', "a b"))
        assert answer.participants is not None
        assert len(set(answer.participants)) == 4
        assert len(client_of(sandbox.base_url).tests()) == len(sandbox.tests)


def test_a_base_url_with_a_path_and_a_key_in_cyrillic_are_signed_too() -> None:
    with HostileServer() as server:
        client = client_of(server.base_url + "/Gate/Way", secret_key="Ключ-Ω")
        client.register(EXAM, batch_of("a"))
    request = server.requests[0]
    assert request.path == "/Gate/Way/v2/employees-participants"
    length = int(request.headers["content-length"])
    signature = sign("Ключ-Ω", "POST", request.path, request.headers["date"], length)
    assert request.headers["authorization"] == f"SharedKey 1001:{signature}"
    assert length == len(request.body)


def test_every_attempt_is_dated_and_signed_anew() -> None:
    with HostileServer([reset_before_work()]) as server:
        client_of(server.base_url, first=2.2, longest=2.2).register(EXAM, batch_of("only here"))
    ours = [request for request in server.requests if request.employees == ["only here"]]
    dates = [request.headers["date"] for request in ours]
    signatures = [request.headers["authorization"] for request in ours]
    assert len(set(dates)) == len(set(signatures)) == 2


def test_the_body_is_compact_and_says_what_is_asked_for() -> None:
    body = register_body(EXAM, ("Ж", "00417"))
    assert b": " not in body
    assert "Ж".encode() in body
    assert json.loads(body) == {
        "center": EXAM.center,
        "validFrom": "2026-01-01T00:00:00Z",
        "validTill": "2036-01-01T00:00:00Z",
        "proctoring": False,
        "doNotCreateIfExist": True,
        "tests": list(EXAM.tests),
        "employees": [{"id": "Ж"}, {"id": "00417"}],
    }


def test_a_wrong_key_is_refused_by_the_sandbox() -> None:
    with Sandbox(Behaviour()) as sandbox, pytest.raises(Exception, match="Check the account number"):
        client_of(sandbox.base_url, secret_key="wrong").register(EXAM, batch_of("a"))
