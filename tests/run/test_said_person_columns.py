"""Who tells the program by which columns people are told apart is obeyed from the first run to the last."""

from __future__ import annotations

from pathlib import Path

from bulk_register.sandbox import Sandbox
from tests.support.hostile_server import HostileServer, message
from tests.support.office import RUN, Office

ROSTER = "Employee ID,Wer\n101,Ann\n102,Bo\n101,Cy\n103,Di\n"


def test_rerun_keeps_the_columns_that_run_was_told(tmp_path: Path) -> None:
    with HostileServer([message(503, "later")]) as server:
        office = Office(tmp_path, server.base_url)
        (tmp_path / "staff.csv").write_text(ROSTER)
        told = office.say(*RUN, "--person-column", "Wer", "--attempts", "1")
        assert told.code == 3
        assert office.say("rerun").code in (0, 1)
        assert office.statuses()["101"] == "conflict"
        assert office.links().keys() == {"102", "103"}


def test_the_settings_file_names_them_and_verify_compares_them(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        office = Office(tmp_path, sandbox.base_url)
        (tmp_path / "staff.csv").write_text(ROSTER.replace("101,Cy\n", ""))
        (tmp_path / "bulk_register.toml").write_text('person_columns = ["Wer"]\n')
        assert office.say(*RUN).code == 0
        (tmp_path / "bulk_register.toml").unlink()
        output = tmp_path / "out.csv"
        text = output.read_text(encoding="utf-8-sig")
        output.write_text(text.replace("102,Bo", "102,Somebody"))
        told = office.say("verify", "out.csv")
        assert told.code != 0
        assert "Wer: not what the roster says of this employee" in told.out + told.err
