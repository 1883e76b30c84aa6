"""Sync Employees, Get Session Report and Get Sessions over real sockets: answers, faults, odd shapes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from bulk_register.errors import FeedShapeError, RefusedError, SendAgainError, StopError
from bulk_register.records import Event, Person
from bulk_register.sandbox import DEMO_CENTER, DEMO_PROFILE, DEMO_TEST, Behaviour, Sandbox
from bulk_register.startexam.employees import sync_employees
from bulk_register.startexam.exam_sessions import changed_sessions, session_report
from tests.support.clients import EXAM, batch_of, client_of, statuses

LONG_AGO = "2020-01-01T00:00:00Z"
ANN = Person("ann", (("First Name", "Anna"), ("Email", "anna@example.com")))
PARTICIPANT, TEST = "9b3179b9-361b-4079-814d-fd6c323720a4", "fa19e351-36d0-49c0-be92-66d640b17878"


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    with HTTPServer() as running:
        yield running


def session(**changes: Any) -> dict[str, Any]:
    whole = {
        "participantId": PARTICIPANT,
        "testId": TEST,
        "started": "2026-11-01T09:30:00Z",
        "isFinished": True,
        "autoClosed": False,
        "elapsedTime": "00:25:10",
        "score": 17,
        "maxScore": 20,
        "percent": 85.0,
        "scaleLevel": "Good",
    }
    return whole | changes


def pages(server: HTTPServer, *bodies: Any) -> None:
    for body in bodies:
        server.expect_ordered_request("/v2/sessions").respond_with_json(body)


def test_employees_are_added_with_their_fields(sandbox: Sandbox) -> None:
    sync_employees(client_of(sandbox.base_url), DEMO_PROFILE, [ANN])
    assert sandbox.people == {"ann": {"First Name": "Anna", "Email": "anna@example.com"}}


def test_a_lost_answer_to_a_sync_is_asked_for_again(server: HTTPServer) -> None:
    server.expect_ordered_request("/v1/employees").respond_with_data("<html>", 502)
    server.expect_ordered_request("/v1/employees").respond_with_data("", 200)
    sync_employees(client_of(server.url_for("").rstrip("/")), DEMO_PROFILE, [ANN])
    sent = [json.loads(request.data) for request, _ in server.log]
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert sent[0]["employees"][0]["status"] == "active"


@pytest.mark.parametrize(
    ("profile", "person"),
    [("1b9ae238-dda8-46a9-a6b1-7d164e116553", ANN), (DEMO_PROFILE, Person("ann", (("Shoe Size", "39"),)))],
)
def test_a_wrong_profile_and_a_wrong_field_are_refused(
    sandbox: Sandbox, profile: str, person: Person
) -> None:
    with pytest.raises(RefusedError):
        sync_employees(client_of(sandbox.base_url), profile, [person])
    assert not sandbox.people


def test_a_refused_value_is_told_without_the_person() -> None:
    with Sandbox(Behaviour(refuses_value=lambda name, _: name == "Email")) as sandbox:
        client = client_of(sandbox.base_url, people=lambda: ["anna@example.com"])
        with pytest.raises(RefusedError) as refused:
            sync_employees(client, DEMO_PROFILE, [ANN])
    assert "Email" in str(refused.value)
    assert "anna" not in str(refused.value)


def test_a_session_is_reported_as_it_begins_and_ends(sandbox: Sandbox) -> None:
    client = client_of(sandbox.base_url)
    answer = client.register(EXAM, batch_of("ann"))
    assert answer.participants
    participant = str(answer.participants[0])
    assert session_report(client, participant) == []
    sandbox.sit("ann", DEMO_TEST, started=1_790_000_000.0)
    [begun] = session_report(client, participant)
    assert (begun.started, begun.over, begun.percent) == (1_790_000_000, False, None)
    sandbox.sit("ann", DEMO_TEST, started=1_790_000_000.0, ended=1_790_001_500.0, score=85.5)
    [done] = session_report(client, participant)
    assert (done.finished, done.time, done.score, done.percent) == (True, "00:25:00", 85.5, 85.5)


@pytest.mark.parametrize("never_opened", [400, 404, "empty"])
def test_a_link_that_was_never_opened_has_no_session(never_opened: Any) -> None:
    with Sandbox(Behaviour(never_opened=never_opened)) as sandbox:
        client = client_of(sandbox.base_url)
        answer = client.register(EXAM, batch_of("ann"))
        assert answer.participants
        assert session_report(client, str(answer.participants[0])) == []


def test_a_report_about_somebody_else_is_nobodys(server: HTTPServer) -> None:
    server.expect_request("/v2/session").respond_with_json(session(participantId=str(uuid.uuid4())))
    with pytest.raises(SendAgainError, match="another participant"):
        session_report(client_of(server.url_for("").rstrip("/")), PARTICIPANT)


@pytest.mark.parametrize(
    "body", [[1], "gone", session(testId=None), session(isFinished="yes"), session(score={})]
)
def test_a_report_that_is_not_understood_is_no_absence(server: HTTPServer, body: Any) -> None:
    server.expect_request("/v2/session").respond_with_json(body)
    with pytest.raises(SendAgainError, match="can't be read"):
        session_report(client_of(server.url_for("").rstrip("/")), PARTICIPANT)


@pytest.mark.parametrize("body", [None, {}, [], {"sessions": []}])
def test_an_empty_report_means_that_nothing_has_begun(server: HTTPServer, body: Any) -> None:
    server.expect_request("/v2/session").respond_with_json(body)
    assert session_report(client_of(server.url_for("").rstrip("/")), PARTICIPANT) == []


def test_the_feed_comes_in_pages_whose_tokens_count_once() -> None:
    with Sandbox(Behaviour(feed_page=2)) as sandbox:
        client = client_of(sandbox.base_url)
        client.register(EXAM, batch_of(*"abcde"))
        for name in "abcde":
            sandbox.sit(name, DEMO_TEST)
        first = changed_sessions(client, DEMO_CENTER, LONG_AGO)
        second = changed_sessions(client, DEMO_CENTER, LONG_AGO, first.token)
        with pytest.raises(RefusedError):
            changed_sessions(client, DEMO_CENTER, LONG_AGO, first.token)
        last = changed_sessions(client, DEMO_CENTER, LONG_AGO, second.token)
        assert [len(page.sessions) for page in (first, second, last)] == [2, 2, 1]
        assert last.until
        assert not last.token
        assert not changed_sessions(client, DEMO_CENTER, last.until).sessions


def test_a_token_is_not_sent_again_when_its_answer_was_lost(server: HTTPServer) -> None:
    events: list[Event] = []
    server.expect_request("/v2/sessions").respond_with_data("<html>", 502)
    client = client_of(server.url_for("").rstrip("/"), events)
    with pytest.raises(SendAgainError):
        changed_sessions(client, DEMO_CENTER, LONG_AGO, "token")
    assert statuses(events) == [502]


def test_the_query_is_not_signed(sandbox: Sandbox) -> None:
    assert changed_sessions(client_of(sandbox.base_url), DEMO_CENTER, LONG_AGO).until  # it checks signatures


def test_a_wrong_center_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(RefusedError, match="nowhere"):
        changed_sessions(client_of(sandbox.base_url), "nowhere", LONG_AGO)


def test_an_address_without_feed_is_told_apart(server: HTTPServer) -> None:
    server.expect_request("/v2/sessions").respond_with_data("<html>", 404)
    with pytest.raises(StopError):
        changed_sessions(client_of(server.url_for("").rstrip("/")), DEMO_CENTER, LONG_AGO)


@pytest.mark.parametrize(
    "body",
    [
        {"sessions": [session()]},  # neither token nor end
        {"sessions": [session()], "modifiedUntil": "x", "continuationToken": "y"},
        {"rows": [session()], "others": [], "modifiedUntil": "x"},
        {
            "sessions": [{"participantId": PARTICIPANT, "testId": TEST, "isFinished": True}],
            "modifiedUntil": "x",
        },
        {"sessions": [["a"]], "modifiedUntil": "x"},
        [session()],
    ],
)
def test_a_feed_of_unknown_shape_is_not_read(server: HTTPServer, body: Any) -> None:
    pages(server, body)
    with pytest.raises(FeedShapeError):
        changed_sessions(client_of(server.url_for("").rstrip("/")), DEMO_CENTER, LONG_AGO)


def test_the_names_of_members_are_read_in_any_case(server: HTTPServer) -> None:
    odd = {("testID" if name == "testId" else name): value for name, value in session().items()}
    pages(server, {"items": [odd], "modifiedUntil": "2026-11-01T10:00:00Z"})
    page = changed_sessions(client_of(server.url_for("").rstrip("/")), DEMO_CENTER, LONG_AGO)
    assert [(one.participant, one.test, one.percent) for one in page.sessions] == [(PARTICIPANT, TEST, 85.0)]


def test_the_sandbox_lets_people_sit_their_exams_over_time() -> None:
    with Sandbox(Behaviour(exam_pace_seconds=0.0, seed=1)) as sandbox:
        client = client_of(sandbox.base_url)
        client.register(EXAM, batch_of(*map(str, range(50))))
        sessions = changed_sessions(client, DEMO_CENTER, LONG_AGO).sessions
    assert 25 < len(sessions) < 50
    assert {one.finished for one in sessions} == {True}
    assert {one.closed for one in sessions} == {True, False}
