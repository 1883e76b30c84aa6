"""What a person may add to a run when it is asked about: links renewed, new hires added to StartExam."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bulk_register.errors import SettingsError
from bulk_register.ledger import Ledger
from bulk_register.records import Plan
from bulk_register.run import ledger_place
from bulk_register.run.offers import renewable, unsynced
from bulk_register.settings import Settings

RENEW, SYNC = "renew_expired", "sync"  # settings, and fields of the form


class Numbers(NamedTuple):
    """What a plan comes to: who is asked about, whose link is renewed, who is synced first."""

    requested: int
    renewed: int
    synced: int


@dataclass(frozen=True)
class Offer:
    """A setting that can be ticked, and for how many employees it matters."""

    setting: str
    number: int
    ticked: bool


@dataclass(frozen=True)
class Offers:
    """What is offered with a plan; `trouble` is why new hires can't be."""

    offers: tuple[Offer, ...]
    trouble: tuple[str, ...] = ()

    def decided(self, ticked: Collection[str]) -> dict[str, bool]:
        """Return the settings that were decided on, as flags."""
        return {one.setting: one.setting in ticked for one in self.offers}

    def are_as(self, decided: Mapping[str, bool]) -> bool:
        """Tell whether the plan was made with what was decided."""
        return all(decided.get(one.setting, False) == one.ticked for one in self.offers)

    def taken(self, plan: Plan, decided: Mapping[str, bool]) -> Numbers:
        """Return what the plan comes to with what was decided; links that are over are asked about anyway."""
        of = {one.setting: one.number for one in self.offers if decided.get(one.setting)}
        return Numbers(numbers_of(plan).requested, of.get(RENEW, 0), of.get(SYNC, 0))


def numbers_of(plan: Plan) -> Numbers:
    """Return what a plan comes to."""
    return Numbers(sum(map(len, plan.requested)), sum(map(len, plan.renewals)), plan.to_sync)


def offers_of(settings: Settings, plan: Plan) -> Offers:
    """Return what can be added to a plan. The roster is still open."""
    with Ledger(ledger_place(settings), write=False) as ledger:
        over, new = renewable(plan, ledger, settings), 0
        trouble: tuple[str, ...] = ()
        if settings.employee_profile and settings.fields:
            try:
                new = unsynced(plan, ledger, settings)
            except SettingsError as error:
                trouble = tuple(error.problems)
    offers = Offer(RENEW, over, settings.renew_expired), Offer(SYNC, new, settings.sync)
    return Offers(tuple(one for one in offers if one.number), trouble)
