"""Reports about participants one by one, where the list of sessions doesn't tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bulk_register.errors import SendAgainError, StartExamError, StopError
from bulk_register.ledger import Ledger, record_sessions
from bulk_register.records import Session
from bulk_register.results.participants import Participant
from bulk_register.sending.workers import WorkerPool
from bulk_register.startexam import StartExam, StoppedError
from bulk_register.startexam.exam_sessions import session_report

TICK_SECONDS = 0.1  # how long to wait for answers at a time
FAILURES = 3  # so many reports in a row that could not be had end it


@dataclass
class Reports:
    """Who was asked about with success, and why not the others."""

    told: dict[str, set[str]] = field(default_factory=dict)  # the tests that were told of, by participant
    failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    _failures: int = 0

    def failure(self, participant: str, error: Exception) -> None:
        """Take note of a report that could not be had."""
        if isinstance(error, StoppedError):
            return
        if not isinstance(error, StartExamError):
            raise error
        self.failed[participant] = str(error)
        self._failures += isinstance(error, SendAgainError)
        if isinstance(error, StopError) or self._failures >= FAILURES:
            self.stopped = self.stopped or str(error)

    def success(self, participant: str, sessions: list[Session]) -> None:
        """Take note of a report."""
        self.told[participant] = {session.test for session in sessions}
        self._failures = 0


def ask_one_by_one(
    wanted: Mapping[str, Participant],
    ledger: Ledger,
    client: StartExam,
    workers: int,
) -> Reports:
    """Ask for a report about each of these participants; what comes is in the ledger at once."""
    reports, waiting = Reports(), list(wanted)[::-1]
    pool: WorkerPool[str, list[Session]] = WorkerPool(lambda name: session_report(client, name), workers)
    try:
        while True:
            if reports.stopped:
                client.gate.stopping.set()
                waiting.clear()
            while waiting and pool.free:
                pool.submit(waiting.pop())
            if not pool.in_flight:
                return reports
            for name, result in pool.wait(TICK_SECONDS):
                if isinstance(result, Exception):
                    reports.failure(name, result)
                else:
                    record_sessions(ledger, wanted[name].center, result)
                    reports.success(name, result)
    finally:
        pool.dismiss()
