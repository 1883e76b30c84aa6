"""`export`: an earlier run's output, written again."""

from __future__ import annotations

from pathlib import Path

from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.observer import reporting
from bulk_register.commands.terminal.run_end import print_end
from bulk_register.commands.terminal.text import sentence
from bulk_register.ledger import Ledger
from bulk_register.run import export_run, ledger_place
from bulk_register.run.earlier_run import pick_run
from bulk_register.settings import Settings, settings_of_run


def export(run: int | None, settings: Settings, invocation: Invocation, moved: Path | None = None) -> int:
    """Write a run's output again, to where it was or was asked for; `moved` is where its roster is now."""
    with Ledger(ledger_place(settings), write=False) as ledger:
        record = pick_run(ledger.runs(), run)
    of_run = settings_of_run(record.settings, settings, secret=False)
    invocation.know(run=record.id, center=record.scope.center, profile=of_run.profile)
    named = settings.output if invocation.flags["output"] is not None else None
    with reporting(of_run, invocation) as reporter:
        finished = export_run(record, of_run, named, reporter, moved)
    print_end(of_run, [*map(sentence, finished.notes), f"Output: {finished.output}"], finished, invocation)
    return 0 if finished.output else finished.exit_code
