"""How a run ends: its output in its place, and its end in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bulk_register.errors import LedgerError, OutputError
from bulk_register.exit_codes import EXIT_UNDONE
from bulk_register.language import _
from bulk_register.ledger import Ledger
from bulk_register.output.delivery import replace_file
from bulk_register.output.destinations import free_of
from bulk_register.output.results import SANDBOX_URL, RunResults
from bulk_register.paths import real_path
from bulk_register.records import (
    LINKED,
    Delivered,
    Outcome,
    Output,
    Results,
    Roster,
    RunRecord,
    Scope,
    Status,
    Tell,
    Warned,
)
from bulk_register.run.context import RunContext, style_of
from bulk_register.run.earlier_run import alike
from bulk_register.run.report import Finished, exit_code
from bulk_register.settings import Settings


@dataclass(frozen=True)
class Delivery:
    """How a run's output gets to its place."""

    record: RunRecord
    outputs: Ledger  # it knows what was written before; see `RunContext`
    settings: Settings
    tell: Tell

    def deliver(self, outcome: Outcome, output: Output) -> Finished:
        """Write the output and tell where it is; where that fails nothing is lost, as the exit code says."""
        results = RunResults(outcome.plan, outcome.statuses, style_of(self.settings))
        code = exit_code(outcome, results, self.settings.tolerate)
        path, notes = None, output.notes
        surprises: tuple[str, ...] = ()
        unwritten = ""
        links = _links(outcome, self.settings)
        try:
            placed = replace_file(
                lambda draft: output.write(results, draft),
                output.target,
                self._written_checksum,
                lambda earlier: self._is_better(earlier, links),
            )
            path, notes, surprises = placed.path, (*notes, *placed.notes), placed.notes
            self.tell(Delivered(path, notes))
            self.outputs.delivered(self.record.id, path, placed.sha256, links)
        except LedgerError as error:
            self.tell(Warned(str(error)))
        except OutputError as error:
            unwritten = _nothing_lost(error)
            self.tell(Warned(unwritten))
            code = code if outcome.signal else EXIT_UNDONE
        started, ended = datetime.fromtimestamp(self.record.started, UTC), datetime.now(UTC)
        return Finished(
            self.record.id,
            outcome,
            results,
            path,
            notes,
            code,
            started,
            ended,
            surprises=surprises,
            profile=self.settings.profile,
            ending_days=self.settings.ending_days,
            unwritten=unwritten,
        )

    def _written_checksum(self, path: Path) -> str | None:
        """Return with which checksum this program left a file; None where it is somebody's."""
        try:
            return self.outputs.delivery(path)
        except LedgerError:
            return None  # then the file there counts as somebody's

    def _is_better(self, earlier: Path, links: int) -> bool:
        """Tell whether our own earlier output has more links than the new one, or other ones."""
        held = _held(self.outputs, earlier)
        return held is not None and (held[0] != self.record.scope or held[1] > links)


def _nothing_lost(error: OutputError) -> str:
    return _(
        "The output could not be written. {error} Nothing is lost: when that is fixed, "
        "bulk-register export writes it.",
        error=error,
    )


def of_its_own(output: Output, roster: Roster, context: RunContext, settings: Settings) -> Output:
    """Return the output, under another name where nobody named it and there are links of another exam."""
    if settings.output is not None and not settings.output.expanduser().is_dir():
        return output

    def taken(path: Path) -> bool:
        return path == real_path(roster.source.path) or _of_another_exam(context.ledger, path, context.scope)

    target = free_of(taken, output.target)
    if target == output.target:
        return output
    note = _(
        "{name} holds links of another exam, so this output has a name of its own", name=output.target.name
    )
    return _Renamed(output, target, (*output.notes, note))


@dataclass(frozen=True)
class _Renamed:
    """An output under another name."""

    output: Output
    target: Path
    notes: tuple[str, ...]

    def write(self, results: Results, path: Path) -> None:
        self.output.write(results, path)


def close_run(finished: Finished, ledger: Ledger, tell: Tell) -> None:
    """Record that a run has come to its end."""
    without_link = int((~np.isin(finished.outcome.statuses.status, LINKED)).sum())
    try:
        ledger.finish(finished.run, finished.exit_code, without_link)
    except LedgerError as error:
        tell(Warned(str(error)))


def _of_another_exam(ledger: Ledger, path: Path, scope: Scope) -> bool:
    """Tell whether this program wrote a file with links of another exam."""
    held = _held(ledger, path)
    return held is not None and not alike(held[0], scope)


def _held(ledger: Ledger, path: Path) -> tuple[Scope, int] | None:
    """Return for which exam a file of ours holds links, and how many; None for none, or a sandbox's."""
    held = ledger.links_in(path) if path.exists() else None
    return None if held is None or not held[1] or held[0].base_url == SANDBOX_URL else held


def _links(outcome: Outcome, settings: Settings) -> int:
    """Return how many employees have a link in the output."""
    linked = np.isin(outcome.statuses.status, LINKED)
    rows = outcome.plan.roster.employees.rows
    if not settings.allow_conflicts:
        linked[rows["employee"][(rows["status"] == Status.CONFLICT) & (rows["employee"] >= 0)]] = False
    return int(linked.sum())
