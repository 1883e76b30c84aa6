"""The story of a run: read, plan, confirm, send, deliver; and of finishing, writing again and trying dry."""

from bulk_register.run.context import connection_of, ledger_flags, ledger_path
from bulk_register.run.lists import write_problems
from bulk_register.run.observer import Observer
from bulk_register.run.story import (
    dry_run,
    export_run,
    finish_run,
    open_chosen_roster,
    open_roster,
    register,
    register_roster,
)

__all__ = [
    "Observer",
    "connection_of",
    "dry_run",
    "export_run",
    "finish_run",
    "ledger_flags",
    "ledger_path",
    "open_chosen_roster",
    "open_roster",
    "register",
    "register_roster",
    "write_problems",
]
