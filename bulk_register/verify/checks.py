"""An output's rows held against what is known: whose link each row gives, and whether it works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from bulk_register.language import N_, _
from bulk_register.ledger import Ledger
from bulk_register.output.results import SANDBOX_URL
from bulk_register.records import LINKED, Scope, known_status
from bulk_register.verify.claims import LINK, Claim, Claims

SANDBOX_LINK = N_("this is a link of the sandbox, which works for nobody")
UNKNOWN_LINK = N_("no earlier run on this computer got this link")
ANOTHERS_LINK = N_("this is another employee's link, or the employee identifier was changed")
OVER = N_("the link has stopped working: its time is over")
DAY_APART_SECONDS = 26 * 3600  # how far the same clock reading may lie apart in two time zones


class Registered(NamedTuple):
    """What the ledger holds of a participant."""

    employee: str
    run: int
    scope: Scope
    valid_till: int  # seconds since 1970 UTC
    latest: bool  # it is the link that this employee has now


class Terms(NamedTuple):
    """What links must look like, and when."""

    link_base: str
    now: float


class Finding(NamedTuple):
    """A row that should not be mailed as it is, and why; names nobody and gives no link."""

    row: int
    what: str


def registered(ledger: Ledger, claims: Claims, base_url: str) -> dict[str, Registered]:
    """Return what the ledger holds of an output's participants, by case-folded identifier.

    One that several addresses know is taken from `base_url`.
    """
    runs = {run.id: run for run in ledger.runs()}
    wanted = [claim.key for claim in claims.rows if claim.key]
    addresses = dict.fromkeys([run.scope.base_url for run in runs.values()])
    in_use: dict[Scope, frozenset[str]] = {}
    found: dict[str, Registered] = {}
    for address in sorted(addresses, key=lambda one: one != base_url):
        for key, holder in ledger.holders(address, wanted).items():
            scope = runs[holder.run].scope
            if scope not in in_use:
                in_use[scope] = frozenset(map(str.casefold, ledger.known(scope).participants.tolist()))
            known = Registered(holder.employee, holder.run, scope, holder.valid_till, key in in_use[scope])
            found.setdefault(key, known)
    return found


def judge(claims: Claims, known: Mapping[str, Registered], terms: Terms) -> Iterator[Finding]:
    """Return every row that gives a link it should not give, or gives none although it says so."""
    for claim in claims.rows:
        faults = [*_status_faults(claim, claims), *_link_faults(claim, claims, known, terms)]
        if faults:
            yield Finding(claim.row, "; ".join(faults))


def runs_to_ask(
    claims: Claims, known: Mapping[str, Registered], found: Iterable[Finding]
) -> dict[int, list[Claim]]:
    """Return the rows that StartExam can be asked about without harm, by the run whose window they have.

    Only rows without a fault: StartExam has registered these employees already, for this very exam.
    """
    wrong = {finding.row for finding in found}
    asked: dict[int, list[Claim]] = {}
    for claim in claims.rows:
        holder = known.get(claim.key)
        if holder and claim.row not in wrong:
            asked.setdefault(holder.run, []).append(claim)
    return asked


# --- within


def _status_faults(claim: Claim, claims: Claims) -> Iterator[str]:
    given, status = bool(claim.link or claim.participant), known_status(claim.status)
    if status in LINKED and not claim.link:
        yield _("the status is {status}, but there is no link", status=claim.status.casefold())
    elif given and status not in LINKED and "Registration Status" in claims.columns:
        yield (
            _("a link is given although the status is {status}", status=claim.status.casefold())
            if claim.status
            else _("a link is given although there is no status")
        )
    if given and not claim.identifier:
        yield _("a link is given, but there is no employee identifier")


def _link_faults(
    claim: Claim, claims: Claims, known: Mapping[str, Registered], terms: Terms
) -> Iterator[str]:
    if not (claim.link or claim.participant):
        return
    if claim.link.casefold().startswith(SANDBOX_URL):
        yield _(SANDBOX_LINK)
        return
    yield from _form_faults(claim, terms)
    holder = known.get(claim.key)
    if holder is None:
        yield _(UNKNOWN_LINK)
        return
    found = LINK.fullmatch(claim.link)
    if found and unquote(found["center"]) != holder.scope.center:
        yield _("the link names another center than the one it was made for")
    yield from _holder_faults(claim, claims, holder)
    yield from _time_faults(claim, holder, terms)


def _form_faults(claim: Claim, terms: Terms) -> Iterator[str]:
    found = LINK.fullmatch(claim.link)
    if claim.link and not found:
        yield _("the link is not an exam link, or was changed")
    elif found and found["base"] != terms.link_base:
        yield _("the link does not lead to {link_base}", link_base=terms.link_base)
    if found and claim.participant and claim.key != claim.participant.casefold():
        yield _("the link is not that of the row's {column}", column=_("Participant ID"))
    if unquote(claim.address) != unquote(claim.link):
        yield _("a click on the link leads elsewhere than its text says")


def _holder_faults(claim: Claim, claims: Claims, holder: Registered) -> Iterator[str]:
    if claim.identifier and holder.employee != claim.identifier:
        other = claims.places.get(holder.employee)
        if _bare(holder.employee) == _bare(claim.identifier):
            yield _("the employee identifier was changed: its zeros in front, or upper and lower case")
        elif other is not None:
            yield _("this is the link of another employee, the one in row {other}", other=other)
        else:
            yield _(ANOTHERS_LINK)
    elif not holder.latest:
        yield _("this link is an earlier one: the employee has got a newer one since")


def _time_faults(claim: Claim, holder: Registered, terms: Terms) -> Iterator[str]:
    if holder.valid_till <= terms.now:
        yield _(OVER)
    try:
        said = datetime.fromisoformat(claim.till).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return
    if abs(said - holder.valid_till) > DAY_APART_SECONDS:
        yield _("{column} was changed: the link ends at another time", column=_("Link Valid Till"))


def _bare(identifier: str) -> str:
    return identifier.strip().lstrip("0").casefold()
