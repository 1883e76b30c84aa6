"""Whole processes side by side: each round runs every contestant once, so that a busy moment meets them all.

On a machine that others use too, a run starts when it is calm (or patience is over), and is made again
where others took much of it meanwhile; of such runs the least disturbed one counts. That goes for every
contestant alike.

Everything here is the standard library's, so that this process stays small: a child's peak memory begins
with that of the process that started it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Self

TIMEOUT_SECONDS = 1_800  # for one process
CALM = 0.15  # of the machine's time that others may take
TRIES = 2  # of a disturbed run
PROBES = 50  # requests that measure the sandbox
RSS_BYTES = 1 if sys.platform == "darwin" else 1024  # unit of ru_maxrss
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Contestant:
    """A command line; `before` clears its traces, `codes` are the exit codes that are no failure."""

    name: str
    words: Sequence[str]
    before: Callable[[], None] = lambda: None
    codes: tuple[int, ...] = (0,)


@dataclass
class Times:
    """What every run of a contestant took."""

    wall: list[float] = field(default_factory=list)  # seconds
    cpu: list[float] = field(default_factory=list)  # seconds, user + system
    peak: list[float] = field(default_factory=list)  # MB of resident memory
    others: list[float] = field(default_factory=list)  # share of the machine's time that others took

    @property
    def seconds(self) -> float:
        """The median wall time."""
        return median(self.wall)

    @property
    def megabytes(self) -> float:
        """The median peak memory."""
        return median(self.peak)


def race(
    contestants: Sequence[Contestant], rounds: int, say: Callable[[str], None], patience: float = 0
) -> dict[str, Times]:
    """Run every contestant once a round, each after a wait for calm (at most `patience` seconds)."""
    times = {one.name: Times() for one in contestants}
    for number in range(1, rounds + 1):
        for one in contestants:
            wall, cpu, peak, others = _calmest(one, patience)
            times[one.name].wall.append(wall)
            times[one.name].cpu.append(cpu)
            times[one.name].peak.append(peak)
            times[one.name].others.append(others)
            told = f"{wall:.2f} s, CPU {cpu:.2f} s, {peak:,.0f} MB, others {others:.0%}"
            say(f"  {number}/{rounds} {one.name}: {told}")
    return times


def _calmest(one: Contestant, patience: float) -> tuple[float, float, float, float]:
    """Run a process until it is left alone; returns its times and peak, and what share others took."""
    tries = []
    for _ in range(TRIES if patience else 1):
        one.before()
        _wait_for_calm(patience)
        busy = _busy_seconds()
        wall, cpu, peak = run(one)
        others = (_busy_seconds() - busy - cpu) / (wall * (os.cpu_count() or 1))
        tries.append((max(0.0, others), wall, cpu, peak))
        if others <= CALM:
            break
    others, wall, cpu, peak = min(tries)
    return wall, cpu, peak, others


def _wait_for_calm(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        busy = _busy_seconds()
        time.sleep(0.5)
        if _busy_seconds() - busy <= CALM * 0.5 * (os.cpu_count() or 1):
            return


def _busy_seconds() -> float:
    """Return the seconds that all processors together have worked; 0 where the system doesn't say."""
    try:
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    except OSError:
        return 0.0
    idle = int(words[4]) + int(words[5])  # proc(5): idle and iowait
    return (sum(map(int, words[1:9])) - idle) / os.sysconf("SC_CLK_TCK")


def run(one: Contestant) -> tuple[float, float, float]:
    """Run a process to its end; returns wall and CPU seconds and peak MB. Raises RuntimeError if it fails."""
    started = time.perf_counter()
    child = subprocess.Popen(one.words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT)  # noqa: S603
    timer = threading.Timer(TIMEOUT_SECONDS, child.kill)
    timer.start()
    assert child.stderr is not None
    told = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    timer.cancel()
    child.stderr.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in one.codes:
        raise RuntimeError(
            f"{one.name} ended with {child.returncode}: {told.decode(errors='replace')[-2000:]}"
        )
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_BYTES / 1e6


class Sandbox:
    """`bulk-register sandbox` as a process of its own, on a free port of this machine."""

    def __init__(self, program: Sequence[str], latency_seconds: float) -> None:
        self._program = program
        self._latency = latency_seconds
        self.url = self.account = self.key = self.center = self.test = ""

    def __enter__(self) -> Self:
        words = [*self._program, "sandbox", "--port", "0", "--latency", str(self._latency)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)  # noqa: S603
        assert self._process.stdout is not None
        told = ""
        while "--test " not in told:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError("The sandbox did not start.")
            told += line
        found = [
            re.search(pattern, told)
            for pattern in (
                r"(http://[\w.:]+[\w])",
                r"ACCOUNT_ID=(\S+)",
                r"SECRET_KEY=(\S+)",
                r"--center (\S+)",
                r"--test (\S+)",
            )
        ]
        self.url, self.account, self.key, self.center, self.test = (one[1] if one else "" for one in found)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    @property
    def environment(self) -> dict[str, str]:
        """The account, for the environment of `bulk-register`."""
        return {"STARTEXAM_ACCOUNT_ID": self.account, "STARTEXAM_SECRET_KEY": self.key}

    def probe(self) -> float:
        """Return the median seconds of a request of 500 employees beyond the latency that was asked for."""
        host = self.url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=60)
        took = []
        for number in range(PROBES):
            body, headers = self._request([f"probe-{number}-{one}" for one in range(500)])
            started = time.perf_counter()
            connection.request("POST", "/v2/employees-participants", body, headers)
            response = connection.getresponse()
            response.read()
            took.append(time.perf_counter() - started)
            if response.status != 200:
                raise RuntimeError(f"The sandbox answered {response.status}.")
        connection.close()
        return median(took) - self._latency

    def _request(self, employees: list[str]) -> tuple[bytes, dict[str, str]]:
        members = {
            "center": self.center,
            "validFrom": "2030-01-01T00:00:00Z",
            "validTill": "2030-02-01T00:00:00Z",
            "proctoring": False,
            "doNotCreateIfExist": True,
            "tests": [self.test],
            "employees": [{"id": employee} for employee in employees],
        }
        body = json.dumps(members).encode()
        date = formatdate(usegmt=True)
        text = f"POST /v2/employees-participants {date} {len(body)}"
        digest = hmac.new(self.key.encode(), text.encode(), hashlib.sha256).digest()
        return body, {
            "Date": date,
            "Authorization": f"SharedKey {self.account}:{base64.b64encode(digest).decode()}",
            "Content-Type": "application/json; charset=utf-8",
        }
