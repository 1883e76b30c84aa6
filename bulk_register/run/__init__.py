"""The story of a run: read, plan, confirm, send, deliver; and of finishing, writing again and trying dry."""

from bulk_register.run.context import connection_of, ledger_files, ledger_flags, ledger_place
from bulk_register.run.earlier_run import is_overtaken, unfinished
from bulk_register.run.exam_lookup import asked_titles
from bulk_register.run.observer import Observer
from bulk_register.run.problem_list import write_problems
from bulk_register.run.roster_opening import open_chosen_roster, open_roster
from bulk_register.run.roster_plan import dry_run
from bulk_register.run.story import (
    export_run,
    finish_run,
    register,
    register_roster,
)

__all__ = [
    "Observer",
    "asked_titles",
    "connection_of",
    "dry_run",
    "export_run",
    "finish_run",
    "is_overtaken",
    "ledger_files",
    "ledger_flags",
    "ledger_place",
    "open_chosen_roster",
    "open_roster",
    "register",
    "register_roster",
    "unfinished",
    "write_problems",
]
