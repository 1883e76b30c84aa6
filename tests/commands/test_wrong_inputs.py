"""What people get wrong: the promised exit code, one plain message for each problem, and nothing sent."""

from __future__ import annotations

import http.server
import json
import os
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bulk_register.sandbox import Behaviour, Sandbox
from tests.support.ledgers import unprivileged
from tests.support.program import Ended, account, call, end, exam, start, write_roster

GUIDS = [f"7a1c2b9e-0f35-4c58-9d6b-3f1f0c5e1a{number:02d}" for number in range(11)]
QUICK = ("--attempts", "2")
pytestmark = pytest.mark.usefixtures("folder")
NO_WAIT = {"BULK_REGISTER_WAIT_FIRST": "0.01", "BULK_REGISTER_WAIT_MAX": "0.02"}


@pytest.fixture
def folder(folder: Path) -> Path:
    write_roster(folder)
    (folder / "strict.csv").write_text("Employee ID,Name\n1,A\n,B\n")
    return folder


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def assert_plain(ended: Ended, code: int) -> None:
    assert ended.code == code, (ended.out, ended.err)
    assert "Traceback" not in ended.out + ended.err
    assert "This is a bug" not in ended.err
    assert "pydantic" not in ended.err


def assert_refused(ended: Ended, sandbox: Sandbox, before: int, *words: str) -> None:
    """Exit code 2: a message for each problem, nothing sent, no result."""
    assert_plain(ended, 2)
    assert len(sandbox.requests) == before
    assert ended.out == ""
    errors = [line for line in ended.err.splitlines() if line.startswith("Error: ")]
    assert len(errors) == len(words)
    for error, word in zip(errors, words, strict=True):
        assert word in error


BAD_FILES: dict[str, tuple[bytes | None, str]] = {
    "missing.csv": (None, "there is no such file"),
    "empty.csv": (b"", "empty"),
    "header.csv": (b"Employee ID,Name\n", "no employees"),
    "junk.xlsx": (b"\x00\x01\x02junk" * 500, "junk.xlsx"),
    "half.xlsx": (b"PK\x03\x04" + b"\x00" * 100, "half.xlsx"),
    "none.csv": (b"Colour,Size\nred,5\nblue,6\n", '"Colour", "Size"'),
    "several.csv": (b"Employee ID,Staff ID\n1,2\n3,4\n", '"Employee ID" (column A)'),
    "picture.png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "picture.png"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_roster_that_cannot_be_used(name: str, folder: Path, sandbox: Sandbox) -> None:
    content, word = BAD_FILES[name]
    if content is not None:
        (folder / name).write_bytes(content)
    before = len(sandbox.requests)
    assert_refused(call("run", name, *exam(sandbox), environ=account(sandbox)), sandbox, before, word)
    assert_refused(call("check", name), sandbox, before, word)
    assert not list(folder.glob("*.registered.*"))


def test_a_folder_without_a_roster(folder: Path, sandbox: Sandbox) -> None:
    (folder / "sub").mkdir()
    ended = call("run", "sub", *exam(sandbox), environ=account(sandbox))
    assert_refused(ended, sandbox, len(sandbox.requests), "folder")


WRONG_FLAGS: dict[str, tuple[list[str], list[str]]] = {
    "window over": (["--valid-till", "2020-01-01"], ["that is over already"]),
    "window turned round": (["--valid-from", "+20d"], ["later than they start"]),
    "no such time": (["--valid-till", "tomorrow"], ["like 2026-12-01"]),
    "bad GUID": (["--test", "12345"], ["'12345' is not a test's identifier"]),
    "eleven tests": ([word for guid in GUIDS for word in ("--test", guid)], ["at most 10"]),
    "batch 501": (["--batch-size", "501"], ["from 1 to 500"]),
    "batch 0": (["--batch-size", "0"], ["from 1 to 500"]),
    "batch x": (["--batch-size", "x"], ["from 1 to 500"]),
    "workers 33": (["--workers", "33"], ["from 1 to 32"]),
    "attempts 0": (["--attempts", "0"], ["from 1 to 100"]),
    "plain http": (["--base-url", "http://api.startexam.com"], ["must start with https://"]),
    "no address": (["--base-url", "startexam"], ["an address like"]),
    "account x": (["--account-id", "x"], ["digits only"]),
    "time zone": (["--timezone", "Mars/Base"], ["a time zone's name"]),
    "log format": (["--log-format", "yaml"], ["text or json"]),
    "parameter": (["--proctoring-parameter", "Offline"], ["NAME=VALUE"]),
    "profile": (["--profile", "night"], ["there is no settings file"]),
    "config": (["--config", "x.toml"], ["can't be read"]),
    "config home": (["--config", "~nobody-here/x.toml"], ["no such user"]),
    "id column": (["--id-column", "Nobody"], ["Nobody"]),
    "person column": (["--person-column", "Nobody"], ['no column is called "Nobody"']),
    "person column is empty": (["--person-column", " "], ["headers of columns or their letters"]),
    "output is roster": (["-o", "staff.csv"], ["can't be the roster itself"]),
    "output folder": (["-o", "no/such/x.xlsx"], ["doesn't exist"]),
    "output pdf": (["-o", "x.pdf"], [".xlsx or .csv"]),
    "output name": (["-o", "x" * 300 + ".csv"], ["-o"]),
    "output home": (["-o", "~nobody-here/x.csv"], ["no such user"]),
    "report folder": (["--report", "no/such/r.json"], ["doesn't exist"]),
    "report is roster": (["--report", "staff.csv"], ["would replace"]),
    "report is ledger": (["--report", "ledger.db"], ["would replace"]),
    "report is output": (["--report", "staff.registered.xlsx"], ["Name a .json file"]),
    "report is settings": (["--report", "bulk_register.toml"], ["would replace"]),
    "report is folder": (["--report", "."], ["is not a file"]),
    "ledger is folder": (["--ledger", "."], ["--ledger"]),
    "several": (["--batch-size", "0", "--workers", "0"], ["--batch-size is '0'", "--workers is '0'"]),
}


@pytest.mark.parametrize("name", WRONG_FLAGS)
def test_a_flag_that_cannot_be_used(name: str, folder: Path, sandbox: Sandbox) -> None:
    flags, words = WRONG_FLAGS[name]
    before, files = len(sandbox.requests), sorted(folder.iterdir())
    ended = call("run", "staff.csv", *exam(sandbox, *flags), environ=account(sandbox))
    assert_refused(ended, sandbox, before, *words)
    made = {path.name for path in folder.iterdir()} - {path.name for path in files}
    assert made <= {"ledger.db", "ledger.db.lock", "ledger.db-wal", "ledger.db-shm"}
    assert (folder / "staff.csv").read_text().startswith("Employee ID")


def test_a_bad_row_under_strict(sandbox: Sandbox) -> None:
    ended = call("run", "strict.csv", *exam(sandbox, "--strict"), environ=account(sandbox))
    assert_refused(ended, sandbox, len(sandbox.requests), "--strict")


def test_no_secret_key_and_no_settings_at_all(sandbox: Sandbox) -> None:
    before = len(sandbox.requests)
    environ = {"STARTEXAM_ACCOUNT_ID": "1001"}
    assert_refused(
        call("run", "staff.csv", *exam(sandbox), environ=environ), sandbox, before, "STARTEXAM_SECRET_KEY"
    )
    assert_refused(
        call("run", "staff.csv"), sandbox, before, "account", "center", "test", "valid_till", "secret key"
    )
    assert_refused(call("tests"), sandbox, before, "account", "secret key")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("center = ", "can't be understood"),
        ("centre = 'x'", "did you mean center"),
        ("secret_key = 'qwertz'", "never stands in the settings file"),
        ("yes = true", "--yes"),
        ("[profile.day]\nworkers = 99", "profile night"),
    ],
)
def test_a_settings_file_that_cannot_be_used(text: str, word: str, folder: Path, sandbox: Sandbox) -> None:
    (folder / "bulk_register.toml").write_text(text)
    more = ["--profile", "night"] if "profile" in text else []
    ended = call("run", "staff.csv", *exam(sandbox, *more), environ=account(sandbox))
    assert_refused(ended, sandbox, len(sandbox.requests), word.replace("profile night", "no such profile"))
    assert "qwertz" not in ended.err


def test_a_file_that_is_no_ledger_is_refused_and_left_alone(folder: Path, sandbox: Sandbox) -> None:
    (folder / "junk.db").write_bytes(os.urandom(5000))
    (folder / "empty.db").write_bytes(b"")
    with sqlite3.connect(folder / "other.db") as other:
        other.execute("CREATE TABLE x (y)")
    other.close()
    for name in ("junk.db", "empty.db", "other.db"):
        content = (folder / name).read_bytes()
        flags = exam(sandbox, "--ledger", name)
        ended = call("run", "staff.csv", *flags, environ=account(sandbox))
        assert_refused(ended, sandbox, len(sandbox.requests), name)
        assert (folder / name).read_bytes() == content
        assert_refused(call("history", "--ledger", name), sandbox, len(sandbox.requests), name)


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_ledger_in_a_read_only_place_is_refused(
    media: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(media)
    write_roster(media)
    (media / "sub").mkdir(mode=0o555)
    media.chmod(0o777)
    with unprivileged():
        ended = call("run", "staff.csv", *exam(sandbox, "--ledger", "sub/l.db"), environ=account(sandbox))
    assert_refused(ended, sandbox, len(sandbox.requests), "sub/l.db")


def test_earlier_runs_where_there_are_none(sandbox: Sandbox) -> None:
    before = len(sandbox.requests)
    for command in (["rerun"], ["export"], ["history", "7"], ["history", "--forget", "7"]):
        ended = call(*command, "--ledger", "none.db")
        assert_refused(ended, sandbox, before, "There is no earlier run")
    assert call("history", "--ledger", "none.db") == Ended(
        0, "There is no earlier run. bulk-register run ROSTER begins one.\n", ""
    )
    for day in ("yesterday", "0001-01-01", "2026-12-01 09:00"):
        ended = call("history", "--forget-before", day, "--ledger", "none.db")
        assert_refused(ended, sandbox, before, "a date like 2026-12-01")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["frobnicate"], ["frobnicate"]),
        (["run"], ["ROSTER"]),
        (
            ["run", "a.csv", "b.csv"],
            ["b.csv", "A file name with blanks in it goes in quotes"],
        ),
        (["run", "staff.csv", "--frobnicate"], ["--frobnicate"]),
        (["run", "staff.csv", "--output"], ["--output"]),
        (["rerun", "x"], ["'x' is not the number of a run"]),
        (["sandbox", "--port", "99999"], ["--port"]),
        (["sandbox", "--fail-rate", "2"], ["--fail-rate"]),
    ],
)
def test_a_command_line_that_cannot_be_understood(args: list[str], words: list[str]) -> None:
    ended = call(*args)
    assert_plain(ended, 2)
    assert ended.out == ""
    assert all(word in ended.err for word in words)


# --- what only StartExam can tell: exit code 3, and how to go on


@contextmanager
def other_service(status: int, body: bytes, kind: str = "text/html") -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def assert_undone(ended: Ended, *words: str) -> None:
    assert_plain(ended, 3)
    assert all(word in ended.out for word in words), ended.out
    assert "bulk-register rerun 1 --ledger" in ended.out
    assert ".." not in ended.out


def test_a_wrong_secret_key_is_named_and_registers_nobody(sandbox: Sandbox) -> None:
    environ = account(sandbox, STARTEXAM_SECRET_KEY="qwertz")
    ended = call("run", "staff.csv", *exam(sandbox), environ=environ)
    assert_undone(
        ended, "Check the account number and the secret key", "Nobody was registered", "rows 2 to 4"
    )
    assert "qwertz" not in ended.out + ended.err


def test_a_wrong_center_is_named_and_registers_nobody(sandbox: Sandbox) -> None:
    ended = call("run", "staff.csv", *exam(sandbox, "--center", "nowhere"), environ=account(sandbox))
    assert_plain(ended, 3)
    assert "Center 'nowhere' is not found" in ended.out
    assert "fix it and use run again" in ended.out


def test_a_service_that_always_fails() -> None:
    with Sandbox(Behaviour(fail_rate=1, seed=1, retry_after_seconds=0)) as failing:
        environ = account(failing, **NO_WAIT)
        ended = call("run", "staff.csv", *exam(failing, *QUICK), environ=environ)
        assert_undone(ended, "3 rows without a link")
    with other_service(503, b"<h1>Service Unavailable</h1>") as address, Sandbox() as demo:
        flags = exam(demo, *QUICK, "--base-url", address, "--ledger", "other.db")
        ended = call("run", "staff.csv", *flags, environ=account(demo, **NO_WAIT))
        assert_undone(ended, "StartExam answered 503")
        assert "<h1>" not in ended.out


def test_a_service_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, Sandbox() as demo:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        flags = exam(demo, *QUICK, "--base-url", address, "--timeout", "0.3")
        assert_undone(
            call("run", "staff.csv", *flags, environ=account(demo, **NO_WAIT)), "within 0.3 seconds"
        )


def test_without_a_network_that_is_said() -> None:
    with socket.socket() as closed, Sandbox() as demo:
        closed.bind(("127.0.0.1", 0))  # taken, but nobody listens
        flags = ["--base-url", f"http://127.0.0.1:{closed.getsockname()[1]}", *QUICK]
        environ = account(demo, **NO_WAIT)
        assert_undone(call("run", "staff.csv", *exam(demo, *flags), environ=environ), "can't be reached")
        ended = call("tests", *flags, environ=environ)
        assert_plain(ended, 3)
        assert "Trying again" in ended.err


def test_an_address_that_is_not_startexam_is_refused() -> None:
    with Sandbox() as demo:
        for status in (404, 200, 302):
            with other_service(status, b"<html>not me</html>") as address:
                flags = exam(demo, *QUICK, "--base-url", address, "--ledger", f"{status}.db")
                assert_undone(call("run", "staff.csv", *flags, environ=account(demo, **NO_WAIT)))
                ended = call("tests", "--base-url", address, *QUICK, environ=account(demo, **NO_WAIT))
                assert_plain(ended, 3)
                assert ended.err.splitlines()[-1].startswith("Error: ")


def test_processes_of_their_own_keep_the_promises_too(folder: Path, sandbox: Sandbox) -> None:
    before = len(sandbox.requests)
    cases = [
        (["run", "missing.csv", *exam(sandbox)], 2, "there is no such file"),
        (["run", "staff.csv", *exam(sandbox, "--batch-size", "501")], 2, "from 1 to 500"),
        (["run", "staff.csv", *exam(sandbox, "--frobnicate")], 2, "--frobnicate"),
        (["rerun", "--ledger", "none.db"], 2, "There is no earlier run"),
    ]
    environ = account(sandbox)
    processes = [start(args, folder, environ) for args, _, _ in cases]
    for process, (_, code, word) in zip(processes, cases, strict=True):
        ended = end(process)
        assert_plain(ended, code)
        assert word in ended.err
        assert ended.out == ""
    assert len(sandbox.requests) == before


# --- the report of what never began


@pytest.mark.parametrize("place", ["flag", "environment", "file"])
def test_the_report_tells_of_it_wherever_it_was_asked_for(place: str, folder: Path, sandbox: Sandbox) -> None:
    flags, environ = [], account(sandbox)
    if place == "flag":
        flags = ["--report", "r.json"]
    elif place == "environment":
        environ["BULK_REGISTER_REPORT"] = "r.json"
    else:
        (folder / "bulk_register.toml").write_text("report = 'r.json'\n")
    (folder / "r.json").write_text("of last night")
    call("run", "staff.csv", *exam(sandbox, "--batch-size", "0", *flags), environ=environ)
    found = json.loads((folder / "r.json").read_text())
    assert found["exit_code"] == 2
    assert found["roster"] == "staff.csv"
    assert "from 1 to 500" in found["error"]
    assert found["run"] is None
    assert found["rows"] == found["requests"] == 0
    assert found["problems"] == []
    assert found["started"] <= found["finished"]


def test_the_report_knows_the_roster_where_only_the_rest_was_wrong(sandbox: Sandbox) -> None:
    flags = exam(sandbox, "--strict", "--report", "-")
    ended = call("run", "strict.csv", *flags, environ=account(sandbox))
    found = json.loads(ended.out)
    assert (found["rows"], found["employees"], found["not_sent"], found["invalid_rows"]) == (2, 1, 1, 1)
    assert found["problems"][0]["row"] == 3
