"""What monitoring reads of a job's last run: a text file for node_exporter's textfile collector.

It names nobody. Its words are English in every language: node_exporter refuses files that explain one metric
differently.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bulk_register.exit_codes import EXIT_DONE
from bulk_register.records import LINKED
from bulk_register.run.changes import DAY_SECONDS
from bulk_register.run.report import Finished, roster_counts, status_counts

PREFIX = "bulk_register_"
LAST_SUCCESS = "last_success_timestamp_seconds"
HELP = {
    "last_run_timestamp_seconds": "When the last run ended, whatever its end.",
    LAST_SUCCESS: "When a run last ended with exit code 0.",
    "last_run_duration_seconds": "How long the last run took.",
    "last_run_exit_code": "The exit code of the last run.",
    "last_run_retry": "1 where the same command, later, can help by itself; else 0.",
    "employees": "Employees by their status after the last run that came to its end.",
    "invalid_rows": "Rows of the roster of that run that can't be sent.",
    "links_ending": "Employees of that run whose link ends within so many days after it.",
}
OF_PEOPLE = ("employees", "invalid_rows", "links_ending")

_SAMPLE = re.compile(rf"{PREFIX}(\w+)\{{(.*)\}} (\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_UNESCAPED = {r"\\": "\\", r"\"": '"', r"\n": "\n"}

Labels = Mapping[str, str]
Samples = dict[str, list[tuple[Labels, float]]]  # by the metric's name


class Earlier(NamedTuple):
    """What the last file said: whose numbers they were, when a run last ended well, and of people."""

    labels: Labels
    success: float | None = None
    people: Samples = {}  # noqa: RUF012 - never changed


@dataclass(frozen=True)
class LastRun:
    """A run that has come to its end, as far as things are known; "" for a label that isn't."""

    started: datetime
    ended: datetime
    exit_code: int
    retry: bool
    labels: Labels = field(default_factory=dict)  # center, profile and roster
    finished: Finished | None = None  # None where nothing was sent


def read_earlier(path: Path) -> Earlier:
    """Return what an earlier run wrote; a file that says nothing of one is none. Raises OSError."""
    if not path.is_file():
        return Earlier({})
    labels: Labels = {}
    success = None
    people: Samples = {}
    for name, told, value in _SAMPLE.findall(path.read_text(encoding="utf-8", errors="replace")):
        found = {key: _plain(text) for key, text in _LABEL.findall(told)}
        labels = labels or found
        success = float(value) if name == LAST_SUCCESS else success
        if name in OF_PEOPLE:
            more = {key: text for key, text in found.items() if key not in labels}
            people.setdefault(name, []).append((more, float(value)))
    return Earlier(labels, success, people)


def metrics_text(run: LastRun, earlier: Earlier) -> str:
    """Return the file of a job's last run; what this run doesn't know stays as the earlier file has it."""
    labels = {name: text or earlier.labels.get(name, "") for name, text in run.labels.items()}
    if any(earlier.labels.get(name, "") != labels[name] for name in ("center", "profile")):
        earlier = Earlier({})  # another job's
    lines: list[str] = []
    for name, samples in _samples(run, earlier).items():
        lines += [f"# HELP {PREFIX}{name} {HELP[name]}", f"# TYPE {PREFIX}{name} gauge"]
        lines += [f"{PREFIX}{name}{{{_written({**labels, **more})}}} {value}" for more, value in samples]
    return "\n".join(lines) + "\n"


def _samples(run: LastRun, earlier: Earlier) -> Samples:
    plain = {
        "last_run_timestamp_seconds": run.ended.timestamp(),
        LAST_SUCCESS: run.ended.timestamp() if run.exit_code == EXIT_DONE else earlier.success,
        "last_run_duration_seconds": (run.ended - run.started).total_seconds(),
        "last_run_exit_code": run.exit_code,
        "last_run_retry": int(run.retry),
    }
    found: Samples = {name: [({}, value)] for name, value in plain.items() if value is not None}
    return found | (dict(_of_people(run.finished)) if run.finished else earlier.people)


def _of_people(finished: Finished) -> Iterator[tuple[str, list[tuple[Labels, float]]]]:
    statuses, now = finished.outcome.statuses, time.time()
    yield "employees", [({"status": name}, number) for name, number in status_counts(statuses).items()]
    yield "invalid_rows", [({}, roster_counts(finished.outcome.plan.roster)["invalid_rows"])]
    until = now + finished.ending_days * DAY_SECONDS
    ending = np.isin(statuses.status, LINKED) & (statuses.valid_till >= now) & (statuses.valid_till < until)
    yield "links_ending", [({"within_days": str(finished.ending_days)}, int(ending.sum()))]


def _written(labels: Labels) -> str:
    return ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())


def _escaped(text: str) -> str:
    known = text.encode(errors="replace").decode()  # a file's name needn't be text (PEP 383)
    return known.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _plain(text: str) -> str:
    return re.sub(r"\\.", lambda found: _UNESCAPED.get(found[0], found[0]), text)
