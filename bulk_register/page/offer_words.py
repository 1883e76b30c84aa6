"""What can be added to a run, as its question shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bulk_register.language import _, ngettext
from bulk_register.page.faults import plain
from bulk_register.page.offers import RENEW, SYNC, Offers


@dataclass(frozen=True)
class OfferWords:
    """A checkbox."""

    setting: str
    ticked: bool
    words: str
    hint: str


@dataclass(frozen=True)
class OffersWords:
    """All checkboxes, and why one isn't there."""

    boxes: tuple[OfferWords, ...]
    trouble: tuple[str, ...]


def offer_words(offers: Offers | None) -> OffersWords:
    """Return what is offered, in words."""
    if offers is None:
        return OffersWords((), ())
    words: dict[str, Callable[[int], tuple[str, str]]] = {RENEW: _renewal, SYNC: _new_hires}
    boxes = (OfferWords(one.setting, one.ticked, *words[one.setting](one.number)) for one in offers.offers)
    return OffersWords(tuple(boxes), tuple(map(plain, offers.trouble)))


def _renewal(number: int) -> tuple[str, str]:
    return ngettext(
        "Make a new registration for {number:,} employee whose link is over",
        "Make new registrations for {number:,} employees whose link is over",
        number,
    ), _("Without it they keep the link that is over: StartExam doesn't prolong it. Nobody else's changes.")


def _new_hires(number: int) -> tuple[str, str]:
    return ngettext(
        "First add {number:,} employee to StartExam, or update them there",
        "First add {number:,} employees to StartExam, or update them there",
        number,
    ), _("Those whom this program hasn't added yet, or whose row has changed. Nobody is deleted or hidden.")
