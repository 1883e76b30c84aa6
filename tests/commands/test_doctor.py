"""`doctor`: one line for each thing that a run needs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bulk_register.sandbox import DEMO_TEST, DEMO_TESTS, Behaviour, Sandbox
from bulk_register.settings import command_line
from tests.support.hostile_server import HostileServer, Reaction
from tests.support.ledgers import unprivileged
from tests.support.program import Ended, account, call, exam, write_roster

LEDGER = ("--ledger", "ledger.db")


@pytest.fixture(autouse=True)
def _roster(folder: Path) -> None:
    write_roster(folder, 3)


def settle(folder: Path, sandbox: Sandbox, **changes: str) -> None:
    lines = {
        "account_id": str(sandbox.account_id),
        "base_url": f"'{sandbox.base_url}'",
        "center": "'demo-center'",
        "tests": f"['{DEMO_TEST}']",
        "valid_till": "'+10d'",
    } | changes
    text = "".join(f"{name} = {value}\n" for name, value in lines.items())
    (folder / "bulk_register.toml").write_text(text, encoding="utf-8")


def doctor(sandbox: Sandbox, *flags: str, **environ: str) -> Ended:
    key = {"STARTEXAM_SECRET_KEY": sandbox.secret_key}
    return call("doctor", *LEDGER, *flags, environ=key | environ)


def states(ended: Ended) -> set[str]:
    return {line.split(":")[0] for line in ended.out.partition("\n\n")[0].splitlines()}


def test_all_is_well_line_by_line(sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox)
    ended = doctor(sandbox, BULK_REGISTER_TIMEZONE="Europe/Berlin")
    assert (ended.code, ended.err) == (0, "")
    assert states(ended) == {"OK"}
    for words in (
        f"OK: settings file: {folder / 'bulk_register.toml'}",
        "OK: center: demo-center (from bulk_register.toml)",
        "OK: timezone: Europe/Berlin (from BULK_REGISTER_TIMEZONE)",
        "OK: ledger: ledger.db (from --ledger)",
        "OK: secret key: found in the environment (STARTEXAM_SECRET_KEY); it is not shown",
        f"OK: StartExam: {sandbox.base_url} answers",
        "OK: clock: this computer's is right",
        "OK: account and secret key: StartExam accepts them; 5 tests there",
        "OK: test: Workplace safety is active",
        f"OK: records of runs (ledger): {folder / 'ledger.db'} isn't there yet; the first run makes it",
        f"OK: working folder: {folder} can be written to",
        "Everything is in order.",
    ):
        assert words in ended.out
    assert sandbox.secret_key not in ended.out
    assert [arrival.path for arrival in sandbox.requests] == ["/v1/tests"]
    assert not (folder / "ledger.db").exists()


def test_what_is_said_with_each_run_is_no_problem_but_still_to_be_said(sandbox: Sandbox) -> None:
    ended = call("doctor", "--base-url", sandbox.base_url, *LEDGER, environ=account(sandbox))
    assert ended.code == 0
    assert "Note: valid_till: " in ended.out
    assert ended.out.endswith("No problem. The lines that begin with Note are worth a look before a run.\n")


def test_nothing_is_set_up_yet() -> None:
    ended = call("doctor", *LEDGER)
    assert ended.code == 2
    assert "bulk-register init writes bulk_register.toml" in ended.out
    assert "Problem: account_id: the number of your StartExam account is missing" in ended.out
    assert "Problem: The secret key is missing." in ended.out
    assert "Note: valid_till: " in ended.out  # a flag of run can say it
    assert "Note: StartExam: not asked" in ended.out
    assert ended.out.endswith("2 problems. What to do stands in the lines that begin with Problem.\n")


def test_wrong_settings_are_named_and_the_rest_is_looked_at(sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox, valid_till="'sometime'", batch_sise="5")
    ended = doctor(sandbox)
    assert ended.code == 2
    assert "is 'sometime': it must be a time like" in ended.out
    assert "did you mean batch_size" in ended.out
    assert "OK: valid_till" not in ended.out
    assert "OK: center: demo-center" in ended.out


def test_a_wrong_key_a_dead_service_and_a_wrong_clock(sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox)
    wrong = doctor(sandbox, STARTEXAM_SECRET_KEY="something-else")
    assert wrong.code == 2
    assert "Problem: StartExam doesn't accept this account number with this secret key." in wrong.out
    assert "answers" in wrong.out
    with Sandbox() as dead:
        pass
    settle(folder, dead)
    gone = doctor(sandbox)
    assert gone.code == 2
    assert "can't be reached" in gone.out
    with Sandbox(Behaviour(clock_skew_seconds=-3000)) as behind:
        settle(folder, behind)
        ended = doctor(sandbox)
    assert ended.code == 2
    assert (
        "Problem: clock: this computer's is 50 minutes ahead of StartExam's. Have it set right" in ended.out
    )
    assert "StartExam accepts them" in ended.out
    with Sandbox(Behaviour(clock_skew_seconds=300)) as ahead:
        settle(folder, ahead)
        assert "Note: clock: this computer's is 5 minutes behind StartExam's" in doctor(sandbox).out


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (DEMO_TESTS[4].test_id, "is not active (archive)"),
        ("11111111-2222-3333-4444-555555555555", "is not in this account"),
    ],
)
def test_a_test_that_cannot_be_used(test: str, words: str, sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox, tests=f"['{DEMO_TEST}', '{test}']")
    ended = doctor(sandbox)
    assert ended.code == 2
    assert f"Problem: test: {test} {words}" in ended.out
    assert "OK: test: Workplace safety is active" in ended.out


def test_fields_are_told_with_what_they_come_from(sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox, fields='{Name = ["Given", "Family"], Unit = {value = "HR"}}')
    assert 'OK: fields: Name=Given + Family, Unit="HR" (from bulk_register.toml)' in doctor(sandbox).out
    settle(folder, sandbox, fields="{Name = 3}")
    ended = doctor(sandbox)
    assert ended.code == 2
    assert "Problem: fields in bulk_register.toml is" in ended.out
    assert "it must be a table like [fields]" in ended.out


def test_the_ledger_s_runs_and_those_that_lack_somebody(sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox)
    call("run", "staff.csv", *exam(sandbox), environ=account(sandbox))
    assert f"OK: records of runs (ledger): {folder / 'ledger.db'} can be used; 1 run\n" in doctor(sandbox).out
    write_roster(folder, 5)
    flags = exam(sandbox, "--base-url", "http://127.0.0.1:9", "--attempts", "1")
    call("run", "staff.csv", *flags, environ=account(sandbox))
    ended = doctor(sandbox)
    assert ended.code == 0
    assert "2 runs, of which 1 left somebody without a working link (run 2). To finish it: " in ended.out
    (folder / "ledger.db").write_bytes(b"SQLite format 3\0 and then nothing")
    broken = doctor(sandbox)
    assert broken.code == 2
    assert "Problem: records of runs (ledger): The ledger" in broken.out


def test_a_center_that_startexam_has_denied_is_not_called_right(sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox, center="'wrong-center'")
    call("run", "staff.csv", *exam(sandbox, "--center", "wrong-center"), environ=account(sandbox))
    ended = doctor(sandbox)
    assert ended.code == 2
    assert "OK: center" not in ended.out
    assert "Problem: center: wrong-center (from bulk_register.toml): StartExam refused it in run" in ended.out
    settle(folder, sandbox)
    assert "OK: center: demo-center" in doctor(sandbox).out
    call(
        "run",
        "staff.csv",
        *exam(sandbox, "--test", "11111111-2222-3333-4444-555555555555"),
        environ=account(sandbox),
    )
    assert "OK: center: demo-center" in doctor(sandbox).out  # the test was refused, not the center


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("Account 1001 is not found.", "StartExam doesn't accept the account number"),
        ("The signature is wrong.", "StartExam doesn't accept the secret key"),
        (
            "The secret key of account 1001 is wrong, or there is no such account.",
            "this account number with this",
        ),
    ],
)
def test_which_of_number_and_key_is_wrong_is_said_where_startexam_says_it(
    told: str, words: str, sandbox: Sandbox, folder: Path
) -> None:
    refusal = Reaction(status=403, body=json.dumps({"message": told}).encode())
    with HostileServer(lambda _: refusal) as server:
        settle(folder, sandbox, base_url=f"'{server.base_url}'")
        ended = doctor(sandbox)
        run = call(
            "run", "staff.csv", *exam(sandbox, "--base-url", server.base_url), environ=account(sandbox)
        )
    assert ended.code == 2
    assert words in ended.out
    assert f"({'StartExam answered 403: ' + told.rstrip('.')}" in run.out


def test_what_finishes_a_run_can_be_typed_from_any_folder(sandbox: Sandbox, folder: Path) -> None:
    settle(folder, sandbox)
    there = folder / "runs of ours.db"
    ledger = ("--ledger", there.name)
    flags = exam(sandbox, "--base-url", "http://127.0.0.1:9", "--attempts", "1", *ledger)
    call("run", "staff.csv", *flags, environ=account(sandbox))
    typed = command_line(["bulk-register", "rerun", "1", "--ledger", str(there)])
    assert f"To finish it: {typed}\n" in doctor(sandbox, *ledger).out


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_folder_that_cannot_be_written_to_is_a_problem(
    sandbox: Sandbox, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(media)
    settle(media, sandbox)
    media.chmod(0o555)
    with unprivileged():
        ended = doctor(sandbox)
    assert ended.code == 2
    assert "Problem: working folder:" in ended.out
