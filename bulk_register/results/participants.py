"""Whose results an output may have: participants that the ledger knows for the row's very employee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bulk_register.language import _
from bulk_register.ledger import Center, Ledger
from bulk_register.output.results import SANDBOX_URL
from bulk_register.records import Roster
from bulk_register.settings import Settings
from bulk_register.verify.checks import ANOTHERS_LINK, SANDBOX_LINK, UNKNOWN_LINK, Registered, registered
from bulk_register.verify.claims import Claim, Claims, claims_of


class Participant(NamedTuple):
    """Somebody who can be asked about: where, and which tests the link is for."""

    center: Center
    tests: tuple[str, ...]
    run: int


@dataclass(frozen=True)
class Participants:
    """The participants of an output whose results can be asked for, by identifier, and rows that can't."""

    by_row: Mapping[int, str]
    found: Mapping[str, Participant]
    faults: Mapping[int, str]  # why a row's results can't be asked for
    without_link: tuple[int, ...]  # rows with an employee and no link


def participants_of(roster: Roster, ledger: Ledger, settings: Settings) -> Participants:
    """Find whose results an output may have; raises RosterError where it has no links."""
    claims = claims_of(roster)
    known = registered(ledger, claims, settings.base_url)
    faults = dict(_faults(claims, known, settings))
    by_row = {claim.row: claim.key for claim in claims.rows if claim.key and claim.row not in faults}
    found = {key: _participant(known[key]) for key in by_row.values()}
    without = tuple(claim.row for claim in claims.rows if claim.identifier and not claim.key)
    return Participants(by_row, found, faults, without)


def _participant(known: Registered) -> Participant:
    scope = known.scope
    return Participant(
        Center(scope.account_id, scope.base_url, scope.center), tuple(scope.tests.split()), known.run
    )


def _faults(claims: Claims, known: Mapping[str, Registered], settings: Settings) -> Iterator[tuple[int, str]]:
    for claim in claims.rows:
        if claim.key and (fault := _fault(claim, known.get(claim.key), settings)):
            yield claim.row, fault


def _fault(claim: Claim, holder: Registered | None, settings: Settings) -> str:
    """Say why a row's participant can't be asked about: it has to be this employee's, in this account."""
    if claim.link.casefold().startswith(SANDBOX_URL):
        return _(SANDBOX_LINK)
    if holder is None:
        return _(UNKNOWN_LINK)
    if holder.employee != claim.identifier:
        return _(ANOTHERS_LINK)
    if holder.scope.account_id != settings.account_id or holder.scope.base_url != settings.base_url:
        return _(
            "this link belongs to account {account} at {address}",
            account=holder.scope.account_id,
            address=holder.scope.base_url,
        )
    return ""
