"""A week of nights with nobody watching: everything that goes wrong in one, and how the mornings look."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from tests.support import hostile_server as hostile
from tests.support.hostile_server import HostileServer, Reaction, Request
from tests.support.office import Office, Told, truth, until

NIGHTLY = ("run", "exports", "-o", "links.csv", "--valid-till", "+30d", "--report", "report.json")
GUARDS = ("--min-rows", 10, "--max-new", 50, "--max-missing", 20, "--newer-than", "26h")
MORE = ("--only-new", "new.xlsx", "--tolerate", "rejected")

posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 as POSIX has it")


class Department:
    """An HR department: its staff, its nightly export, and the scheduler's command."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.staff = [f"hr-{number:04d}" for number in range(40)]
        self.nights = 0
        (office.folder / "exports").mkdir()

    def export(self, names: Sequence[str], hours_old: float = 1) -> None:
        """Write tonight's export beside those of earlier nights."""
        self.nights += 1
        file = self.office.folder / "exports" / f"staff-{self.nights}.csv"
        self.office.hire(names, f"exports/{file.name}")
        moment = time.time() - hours_old * 3600 + self.nights  # later ones are newer
        os.utime(file, (moment, moment))

    def night(self, *more: object) -> Told:
        return self.office.tell(*NIGHTLY, *GUARDS, *MORE, *more)

    def linked(self) -> set[str]:
        return set(self.office.links("links.csv"))

    def mailed(self) -> list[str]:
        """Whom the second spreadsheet holds."""
        rows = openpyxl.load_workbook(self.office.folder / "new.xlsx").worksheets[0].values
        header, *lines = rows
        assert header[:4] == ("Employee ID", "Name", "Participant ID", "Exam Link")
        assert all(str(line[3]).endswith(f"#participant/{line[2]}") and line[4] for line in lines)
        return [str(line[0]) for line in lines]


def swap(file: Path, one: str, two: str) -> None:
    """Give two employees each other's identifier, as a spreadsheet sorted by half does."""
    text = file.read_text(encoding="utf-8-sig")
    text = text.replace(f"{one},", "\0").replace(f"{two},", f"{one},").replace("\0", f"{two},")
    file.write_text(text, encoding="utf-8")


@posix
def test_after_a_week_of_mishaps_everybody_has_one_link_and_each_morning_is_told(tmp_path: Path) -> None:
    down = threading.Event()

    def react(request: Request) -> Reaction:
        if down.is_set():
            return hostile.html(503)
        if "hr-9999" in request.employees:
            return hostile.message(400, "Employee hr-9999 was not found")
        return hostile.hang(0.02)

    with HostileServer(react) as startexam:
        hr = Department(Office(tmp_path, startexam.base_url))

        # Monday: the first night
        hr.export(hr.staff)
        told = hr.night()
        assert (told.code, told.report["registered"], told.report["changes"]) == (0, 40, None)
        assert hr.mailed() == hr.staff

        # Tuesday: two come, one goes
        hr.staff = [*hr.staff[1:], "hr-0100", "hr-0101"]
        hr.export(hr.staff)
        told = hr.night()
        assert told.code == 0
        counts = {key: told.report[key] for key in ("registered", "already_registered", "requests")}
        assert counts == {"registered": 2, "already_registered": 39, "requests": 1}
        assert (told.report["changes"]["new"], told.report["changes"]["gone"]) == (2, ["hr-0000"])
        assert "Employees since run 1, the last one for this exam: 2 new on the roster, 1 gone." in told.out
        assert hr.mailed() == ["hr-0100", "hr-0101"]

        # Wednesday: the export is cut off
        before, asked = (tmp_path / "links.csv").read_bytes(), len(startexam.requests)
        hr.export(hr.staff[:12])
        told = hr.night()
        assert (told.code, told.report["exit_code"]) == (2, 2)
        assert "--max-missing" in told.err
        assert "29 of the 41 employees of the last run are missing" in told.report["error"]
        hr.export(hr.staff[:5])
        assert "--min-rows" in hr.night().err
        assert (tmp_path / "links.csv").read_bytes() == before
        assert len(startexam.requests) == asked

        # Thursday: StartExam is down; somebody finishes it in the morning
        hr.staff.append("hr-0102")
        hr.export(hr.staff)
        down.set()
        told = hr.night("--attempts", 2)
        assert told.code == 3
        assert (told.report["already_registered"], told.report["failed"] + told.report["not_sent"]) == (41, 1)
        assert "bulk-register rerun" in told.out
        assert hr.linked() == set(hr.staff) - {"hr-0102"}
        down.clear()
        told = hr.office.tell("rerun", "--report", "report.json")
        assert (told.code, told.report["registered"]) == (0, 1)
        assert hr.linked() == set(hr.staff)

        # Friday: yesterday's file again, and the scheduler fires twice
        asked = len(startexam.requests)
        hr.export(hr.staff, hours_old=30)
        for file in (tmp_path / "exports").iterdir():
            os.utime(file, (time.time() - 30 * 3600,) * 2)
        told = hr.night()
        assert (told.code, "--newer-than" in told.err) == (2, True)
        hr.export(hr.staff)
        assert [hr.night().code, hr.night().code] == [0, 0]
        assert len(startexam.requests) == asked

        # Saturday: thirty come, and the process is killed while they are being registered
        hr.staff += [f"hr-{number}" for number in range(200, 230)]
        hr.export(hr.staff)
        process = hr.office.start(*NIGHTLY, *GUARDS, *MORE, "--batch-size", 2, "--workers", 2)
        until(lambda: len(startexam.requests) >= asked + 5)
        process.send_signal(signal.SIGKILL)
        assert hr.office.end(process).code == -signal.SIGKILL
        told = hr.office.tell("rerun", "--report", "report.json")
        assert (told.code, told.report["registered"]) == (0, 30)
        assert hr.mailed() == hr.staff[-30:]

        # Sunday: one of two new ones is not in StartExam yet
        hr.staff += ["hr-9999", "hr-0300"]
        hr.export(hr.staff)
        told = hr.night()
        assert (told.code, told.report["rejected"], told.report["registered"]) == (0, 1, 1)
        [problem] = told.report["problems"]
        assert (problem["employee"], problem["status"]) == ("hr-9999", "rejected")
        [_, unknown] = openpyxl.load_workbook(tmp_path / "links.unknown.xlsx").worksheets[0].values
        assert unknown[:2] == ("hr-9999", "Name of hr-9999")
        assert hr.mailed() == ["hr-0300"]

        # every one of them is linked, nobody twice, and what is wrong is found before it is mailed
        assert hr.linked() == set(hr.staff) - {"hr-9999"}
        assert hr.office.links("links.csv").items() <= truth(startexam).items()
        assert set(startexam.created.values()) == {1}
        assert hr.office.tell("verify", "links.csv").code == 0
        swap(tmp_path / "links.csv", "hr-0005", "hr-0006")
        told = hr.office.tell("verify", "links.csv")
        assert told.code == 1
        assert told.out.count("this is the link of another employee") == 2
