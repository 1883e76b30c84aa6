"""Nothing that is told, raised or shown names an employee, a participant or the secret key."""

from __future__ import annotations

import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_register.errors import StartExamError
from bulk_register.records import Event
from bulk_register.startexam import Connection, Redactor
from bulk_register.startexam.answers import MAX_MESSAGE, message_of, plain
from tests.support import hostile_server as hostile
from tests.support.clients import EXAM, batch_of, client_of
from tests.support.hostile_server import HONEST, HostileServer, Reaction, Request, message

SECRET = "sEcReT-key-with-$igns"
PARTICIPANT = "d344c6b0-854d-44b1-be5a-478de4679ee9"
BATCH = batch_of("willis74", "Анна  Ким", "7", "knightly32")
SPOKEN = (
    f"Employee 'Willis74' and user_willis74, Анна Ким, number 7 of 77 have "
    f"https://go.startexam.com/demo#participant/{PARTICIPANT}"
)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 413, 429, 500, 502, 503])
def test_no_event_and_no_error_names_anybody(status: int) -> None:
    events: list[Event] = []
    with HostileServer([message(status, SPOKEN)] * 2) as server:
        client = client_of(server.base_url, events, attempts=2, secret_key=SECRET)
        with pytest.raises(StartExamError) as caught:
            client.register(EXAM, BATCH)
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + str(error) + repr(error) + repr(events)
    shown += repr(error.__context__) + repr(client.connection) + repr(error.args)
    authorization = server.requests[0].headers["authorization"]
    for secret in (SECRET, authorization, PARTICIPANT, "illis74", "Анна", " 7 ", "knightly32"):
        assert secret not in shown
    assert "number … of 77" in str(error)
    assert error.told == str(error)


def test_the_note_of_one_employee_may_name_that_one_alone() -> None:
    roster = ["willis74", "knightly32", "Anna Kim", "Anna", "Kim", "anna@staff.example"]
    spoken = f"Employee 'willis74' is not Anna Kim, anna@staff.example, nor knightly32: {PARTICIPANT}"
    with HostileServer([message(400, spoken)]) as server:
        client = client_of(server.base_url, people=lambda: roster)
        with pytest.raises(StartExamError) as caught:
            client.register(EXAM, batch_of("willis74"))
    assert caught.value.told == "Employee 'willis74' is not …, …, nor …: …"
    assert str(caught.value) == "Employee '…' is not …, …, nor …: …"


SPELLINGS = [
    PARTICIPANT.replace("-", ""),
    PARTICIPANT.upper(),
    f"{{{PARTICIPANT}}}",
    " ".join(PARTICIPANT.split("-")),
    "%64344c6b0-854d-44b1-be5a-478de4679ee9",
    "&#100;344c6b0-854d-44b1-be5a-478de4679ee9",
    f"https://go.startexam.com/demo#participant/{PARTICIPANT}",
]


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_a_participant_is_hidden_however_it_is_spelled(spelled: str) -> None:
    assert Redactor().for_log(f"It is {spelled} already.") in ("It is … already.", "It is …")


@pytest.mark.parametrize("status", [302, 400, 401, 403])
def test_what_was_signed_is_never_echoed(status: int) -> None:
    def echo(request: Request) -> Reaction:
        spoken = f"Bad header Authorization: {request.headers['authorization']} with {SECRET}"
        return message(status, spoken, location=f"https://login.example/?{request.headers['authorization']}")

    events: list[Event] = []
    with HostileServer(echo) as server:
        client = client_of(server.base_url, events, attempts=2, secret_key=SECRET)
        with pytest.raises(StartExamError) as caught:
            client.register(EXAM, batch_of("willis74"))
    shown = repr(events) + str(caught.value) + caught.value.told
    account, signature = server.requests[0].headers["authorization"].split(" ")[1].split(":")
    assert signature not in shown
    assert SECRET not in shown
    assert f"{account}:" not in shown
    assert "Bad header" in shown or status == 302


def test_names_without_spaces_between_words_are_hidden_too() -> None:
    redactor = Redactor(lambda: ["山田太郎", "E-17"])
    assert redactor.for_log("社員山田太郎は存在しません (E-17)") == "社員…は存在しません (…)"


def test_words_that_name_nobody_stay() -> None:
    redactor = Redactor(lambda: ["willis74", "Anna Kim"])
    spoken = "HTTP header 'Date' is incorrect: it's older than 15 minutes"
    assert redactor.for_log(spoken) == spoken


def test_an_answer_is_in_no_event() -> None:
    events: list[Event] = []
    with HostileServer([hostile.short(), hostile.reset_after_work(), HONEST]) as server:
        client = client_of(server.base_url, events)
        client.register(EXAM, batch_of("willis74", "covey77"))
        client.register(EXAM, batch_of("willis74", "covey77"))
    participants = list(server.registrations.values())
    assert len(participants) == 2
    assert events
    assert [one for one in (*participants, "willis74", "covey77") if one in repr(events)] == []


def test_the_tests_own_identifier_may_be_told() -> None:
    refusal = message(400, f"Test '{EXAM.tests[0]}' is not found.")
    with HostileServer([refusal]) as server, pytest.raises(StartExamError, match=EXAM.tests[0]):
        client_of(server.base_url).register(EXAM, BATCH)


def test_a_connection_does_not_show_its_key() -> None:
    assert SECRET not in repr(Connection(1, SECRET))


def test_a_cut_message_ends_before_half_an_identifier() -> None:
    words = "x" * 9 + " "
    told = message_of(json.dumps({"message": words * 29 + "and to willis74"}).encode())
    assert told.endswith("…")
    assert "will" not in told


@given(st.text(max_size=2000))
def test_foreign_text_becomes_one_plain_short_line(text: str) -> None:
    shown = plain(text)
    assert len(shown) <= MAX_MESSAGE
    assert shown.isprintable()
    assert not set(shown) & {"\x1b", "\n", "\r", "\u202e", "\u2028", "\x9b"}


@given(
    st.binary(max_size=300) | st.recursive(st.none() | st.text(), st.lists).map(json.dumps).map(str.encode)
)
def test_no_body_breaks_the_reading_of_a_message(raw: bytes) -> None:
    assert message_of(raw).isprintable()


def test_terminal_escapes_of_the_service_do_not_get_through() -> None:
    spoken = "\x1b[2J\x1b]0;owned\x07 \u202edenied\r\nINFO all fine"
    with HostileServer([message(400, spoken)]) as server, pytest.raises(StartExamError) as caught:
        client_of(server.base_url).register(EXAM, BATCH)
    assert caught.value.told.isprintable()
