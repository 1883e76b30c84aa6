"""The rows that can't be sent as they are, in a workbook of their own, to send back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bulk_register.errors import OutputError
from bulk_register.language import _
from bulk_register.output.delivery import replace_file
from bulk_register.output.destinations import output_path
from bulk_register.output.excel.excerpt import Excerpt
from bulk_register.output.results import EVERY, RosterResults, SomeResults
from bulk_register.records import LINKED, Roster, Status
from bulk_register.settings import Settings


def write_problems(roster: Roster, named: Path, settings: Settings) -> Path:
    """Write the rows that can't be sent as they are into a workbook, to send back; returns where it is.

    A file that is there already is moved aside. Raises OutputError.
    """
    results = RosterResults(roster, allow_conflicts=settings.allow_conflicts)
    wrong = np.flatnonzero(~np.isin(results.status(EVERY), [*LINKED, Status.IGNORED]))
    target = output_path(roster.source.path, "xlsx", named)
    if target.suffix.lower() != ".xlsx":
        raise OutputError(_("{name} must end in .xlsx: name it so.", name=named.name))
    identifiers = roster.employees.rows["identifier"].to_numpy()[wrong]
    part = Excerpt(roster.source, identifiers, SomeResults(results, wrong))
    return replace_file(part.write, target, _nobodys).path


def _nobodys(_path: Path) -> None:
    """No file counts as ours: without a ledger nothing is known of what was written before."""
