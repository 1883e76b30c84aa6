"""Links that end soon: told once, with an exit code that somebody notices."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from bulk_register.errors import LedgerError
from bulk_register.exit_codes import EXIT_ATTENTION, EXIT_DONE
from bulk_register.ledger import Ledger, tell_ending, told_ending
from bulk_register.records import Status, Tell, Warned
from bulk_register.run.changes import DAY_SECONDS
from bulk_register.run.report import Finished
from bulk_register.settings import Settings

FRESH_SECONDS = DAY_SECONDS / 2  # links that are newer: who made them knows when they end


def warn_of_ends(finished: Finished, ledger: Ledger, settings: Settings, tell: Tell) -> Finished:
    """Tell of links from earlier runs that end soon, of each once: with exit code 1 where it would be 0.

    Not where they are renewed once they are over.
    """
    if finished.changes is None or settings.renew_expired or finished.output is None:
        return finished
    try:
        soon = _ending(finished, ledger, settings.ending_days)
        if not soon:
            return finished
        tell_ending(ledger, finished.outcome.plan.scope.base_url, {name: end for name, _, end in soon})
    except LedgerError as error:
        tell(Warned(str(error)))
        return finished
    changes = replace(finished.changes, warned_rows=tuple(row for _, row, _ in soon))
    code = EXIT_ATTENTION if finished.exit_code == EXIT_DONE else finished.exit_code
    return replace(finished, changes=changes, exit_code=code)


def _ending(finished: Finished, ledger: Ledger, days: int) -> list[tuple[str, int, int]]:
    """Return participants, rows and ends of known links that end soon and were not told of before."""
    plan, statuses, now = finished.outcome.plan, finished.outcome.statuses, time.time()
    known = statuses.status == Status.ALREADY_REGISTERED
    places = np.flatnonzero(known & (statuses.valid_till < now + days * DAY_SECONDS))
    if not len(places):
        return []
    told = told_ending(ledger, plan.scope.base_url)
    links = ledger.known(plan.scope)
    fresh = {run.id for run in ledger.runs() if run.started > now - FRESH_SECONDS}
    runs = dict(zip(links.participants.tolist(), links.runs.tolist(), strict=True))
    found = [
        (str(statuses.participant[place]), row, int(statuses.valid_till[place]))
        for place, row in zip(places.tolist(), plan.roster.employees.first_rows[places].tolist(), strict=True)
    ]
    return [one for one in found if told.get(one[0]) != one[2] and runs.get(one[0]) not in fresh]
