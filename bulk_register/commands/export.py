"""`export`: an earlier run's output, written again."""

from __future__ import annotations

from pathlib import Path

from bulk_register.commands.terminal.observer import reporting
from bulk_register.commands.terminal.run_end import print_end
from bulk_register.commands.terminal.text import sentence
from bulk_register.ledger import Ledger
from bulk_register.run import export_run, ledger_path
from bulk_register.run.earlier_run import pick_run
from bulk_register.settings import Settings, settings_of_run


def export(run: int | None, settings: Settings, *, named: bool, moved: Path | None = None) -> int:
    """Write a run's output again, to where it was or (`named`) to the settings' output.

    `moved` is where its roster is now.
    """
    with Ledger(ledger_path(settings), write=False) as ledger:
        record = pick_run(ledger.runs(), run)
    of_run = settings_of_run(record.settings, settings, secret=False)
    with reporting(of_run) as reporter:
        finished = export_run(record, of_run, settings.output if named else None, reporter, moved)
    print_end(of_run, [*map(sentence, finished.notes), f"Output: {finished.output}"], finished)
    return 0 if finished.output else finished.exit_code
