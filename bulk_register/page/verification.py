"""Whether a run's output is fit to be mailed: `verify`, shown on the page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bulk_register.commands.terminal.text import rows
from bulk_register.ledger import Ledger
from bulk_register.page.faults import plain
from bulk_register.records import RunRecord
from bulk_register.run import open_roster
from bulk_register.settings import Settings, settings_of_run
from bulk_register.verify.checks import Terms, judge, registered
from bulk_register.verify.claims import claims_of
from bulk_register.verify.people_comparison import compare_people


@dataclass(frozen=True)
class Verified:
    """How many links a file has, and what is wrong with which rows."""

    name: str
    links: int
    wrong_rows: int
    kinds: tuple[tuple[str, str], ...]  # rows in words, and what is wrong with them


def verified(file: Path, record: RunRecord, ledger: Ledger, settings: Settings) -> Verified:
    """Hold an output's rows against the ledger. Raises RosterError where it can't be read."""
    of_run = settings_of_run(record.settings, settings, secret=False)
    with open_roster(file, of_run, lambda _: None) as found:
        claims = claims_of(found)
        known = registered(ledger, claims, of_run.base_url)
        wrong = list(judge(claims, known, Terms(of_run.link_base, time.time())))
        wrong = sorted([*wrong, *compare_people(found, claims, known, ledger, of_run).findings])
    kinds: dict[str, list[int]] = {}
    for row, what in wrong:
        kinds.setdefault(what, []).append(row)
    return Verified(
        file.name,
        sum(bool(claim.link) for claim in claims.rows),
        len({one.row for one in wrong}),
        tuple((rows(found), plain(what)) for what, found in kinds.items()),
    )
