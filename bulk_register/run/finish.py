"""How a run ends: its output in its place, and its end in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bulk_register.errors import LedgerError, OutputError
from bulk_register.ledger import Ledger
from bulk_register.output.delivery import replace_file
from bulk_register.output.results import RunResults
from bulk_register.records import LINKED, Delivered, Outcome, Output, RunRecord, Tell, Warned
from bulk_register.run.context import style_of
from bulk_register.run.report import EXIT_UNDONE, Finished, exit_code
from bulk_register.settings import Settings


def deliver(
    outcome: Outcome, record: RunRecord, output: Output, ledger: Ledger, settings: Settings, tell: Tell
) -> Finished:
    """Write the output and tell where it is; where that fails nothing is lost, and the exit code says so."""
    results = RunResults(outcome.plan, outcome.statuses, style_of(settings))
    code = exit_code(outcome, results, settings.tolerate)
    path, notes = None, output.notes
    surprises: tuple[str, ...] = ()
    try:
        placed = replace_file(lambda draft: output.write(results, draft), output.target, _ours(ledger))
        path, notes, surprises = placed.path, (*notes, *placed.notes), placed.notes
        tell(Delivered(path, notes))
        ledger.delivered(record.id, path, placed.sha256)
    except LedgerError as error:
        tell(Warned(str(error)))
    except OutputError as error:
        advice = "Nothing is lost: when that is fixed, bulk-register export writes it"
        tell(Warned(f"The output could not be written. {error} {advice}."))
        code = code if outcome.signal else EXIT_UNDONE
    started = datetime.fromtimestamp(record.started, UTC)
    ended = datetime.now(UTC)
    return Finished(record.id, outcome, results, path, notes, code, started, ended, surprises=surprises)


def close_run(finished: Finished, ledger: Ledger, tell: Tell) -> None:
    """Record that a run has come to its end."""
    without_link = int((~np.isin(finished.outcome.statuses.status, LINKED)).sum())
    try:
        ledger.finish(finished.run, finished.exit_code, without_link)
    except LedgerError as error:
        tell(Warned(str(error)))


def _ours(ledger: Ledger) -> Callable[[Path], str | None]:
    def checksum(path: Path) -> str | None:
        try:
            return ledger.delivery(path)
        except LedgerError:
            return None  # then the file there counts as somebody's

    return checksum
