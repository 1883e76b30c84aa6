"""Registers each center's export every night, with Airflow 3: a mapped task, a profile and a ledger each.

The pool `startexam` bounds how many centers run at a time: its slots times `--workers` are the requests
under way. Make it once: airflow pools set startexam 2 "Requests to StartExam".
"""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowFailException

CENTERS = ("berlin", "madrid", "moscow")  # a [profile.NAME] each in bulk_register.toml
FOLDER = Path("/srv/exams")  # holds bulk_register.toml, and CENTER/staff.csv of each center
DONE, ATTENTION = 0, 1


@task(retries=3, retry_delay=timedelta(minutes=15), execution_timeout=timedelta(hours=3), pool="startexam")
def register(center: str) -> str:
    """Register a center's roster; returns its report. Running it again sends only what is missing."""
    place = FOLDER / center
    words = ["bulk-register", "run", str(place / "staff.csv"), "-o", str(place / "links.xlsx")]
    words += ["--profile", center, "--ledger", str(place / "ledger.sqlite3")]
    words += ["--report", str(place / "report.json"), "--log-format", "json"]
    report = place / "report.json"
    code = subprocess.run(words, cwd=FOLDER, check=False).returncode  # noqa: S603 - our own words
    if code in (DONE, ATTENTION):
        return str(report)
    if code > 0 and not told(report).get("retry"):  # wrong key, settings or roster: it would end the same way
        raise AirflowFailException(f"bulk-register ended with {code}: somebody has to look at {center}")
    raise RuntimeError(f"bulk-register ended with {code}: {center} is to be run again")


def told(report: Path) -> dict[str, object]:
    """Return what the run says of itself; nothing where it could not even say that."""
    found: dict[str, object] = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    return found


@dag(schedule="0 1 * * *", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1, tags=["exams"])
def nightly_registration() -> None:
    """Run every center."""
    register.expand(center=list(CENTERS))


nightly_registration()
