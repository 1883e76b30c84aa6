"""What the ledger knows of people beside their links: fields, exams, ends that a person has named."""

from __future__ import annotations

from bulk_register.ledger import (
    Center,
    Ledger,
    Profile,
    extend,
    got_in,
    read_until,
    record_page,
    record_sessions,
    record_synced,
    sessions,
    strangers,
    synced,
    tell_ending,
    told_ending,
)
from bulk_register.places import LedgerPlace
from bulk_register.records import Session
from tests.support.ledgers import SCOPE, filled, participant

PROFILE = Profile(1001, SCOPE.base_url, "p-1")
CENTER = Center(1001, SCOPE.base_url, SCOPE.center)
OTHER = CENTER._replace(center="another")


def test_of_fields_the_last_digest_counts_in_its_own_profile(book: LedgerPlace) -> None:
    with Ledger(book) as ledger:
        record_synced(ledger, PROFILE, {"emp-1": "aa", "emp-2": "bb"})
        record_synced(ledger, PROFILE, {"emp-2": "cc"})
        record_synced(ledger, PROFILE._replace(profile="p-2"), {"emp-1": "dd"})
    with Ledger(book, write=False) as ledger:
        assert synced(ledger, PROFILE) == {"emp-1": "aa", "emp-2": "cc"}


def test_of_who_was_forgotten_no_fields_stay(book: LedgerPlace) -> None:
    first, second = filled(book, 2), filled(book, 2, prefix="new")
    with Ledger(book) as ledger:
        record_synced(ledger, PROFILE, {"emp-0": "aa", "new-0": "bb"})
        ledger.forget([first])
        assert synced(ledger, PROFILE) == {"new-0": "bb"}
        ledger.forget([second])
        assert synced(ledger, PROFILE) == {}


def test_of_two_sessions_of_one_test_the_later_counts(book: LedgerPlace) -> None:
    early, late = Session("p", "t", 10, finished=False), Session("p", "t", 20, finished=True, score=7.5)
    with Ledger(book) as ledger:
        record_sessions(ledger, CENTER, [late, early, Session("q", "t", 5, finished=True)])
        record_sessions(ledger, CENTER, [Session("q", "t", 6, finished=True, level="Ж\0")])
    with Ledger(book, write=False) as ledger:
        found = sessions(ledger, OTHER)
        assert found["p"] == {"t": late}
        assert found["q"]["t"].level == "Ж\0"
        assert sessions(ledger, CENTER._replace(account_id=7)) == {}


def test_the_feed_goes_on_where_it_ended_in_each_center(book: LedgerPlace) -> None:
    with Ledger(book) as ledger:
        record_page(ledger, CENTER, ["x", "y"], "")
        assert read_until(ledger, CENTER) == "", "there are more pages"
        record_page(ledger, CENTER, [], "2026-12-01T00:00:00Z")
        record_page(ledger, OTHER, ["z"], "2026-12-02T00:00:00Z")
        record_page(ledger, CENTER, [], "2026-12-03T00:00:00Z")
    with Ledger(book) as ledger:
        assert read_until(ledger, CENTER) == "2026-12-03T00:00:00Z"
        assert strangers(ledger, CENTER) == frozenset("xy")
        assert read_until(ledger, OTHER) == "2026-12-02T00:00:00Z"
        assert strangers(ledger, OTHER) == frozenset("z")
        ledger.forget([])
        assert read_until(ledger, CENTER) == "", "it is asked anew"
        assert strangers(ledger, CENTER) == frozenset()


def test_an_extended_link_works_until_then_whoever_asks(book: LedgerPlace) -> None:
    run = filled(book, 2)
    with Ledger(book) as ledger:
        assert got_in(ledger, run) == [participant("emp-0"), participant("emp-1")]
        [before, other] = ledger.known(SCOPE).valid_till.tolist()
        extend(ledger, SCOPE.base_url, [participant("emp-0").upper()], before + 100)
        extend(ledger, SCOPE.base_url, [participant("emp-1")], other - 100)
        assert ledger.known(SCOPE).valid_till.tolist() == [before + 100, other]
    with Ledger(book, write=False) as ledger:
        [holder] = ledger.holders(SCOPE.base_url, [participant("emp-0")]).values()
        assert holder.valid_till == before + 100


def test_of_forgotten_links_no_ends_stay(book: LedgerPlace) -> None:
    first, _second = filled(book, 1), filled(book, 1, prefix="new")
    with Ledger(book) as ledger:
        ends = {participant("emp-0"): 2**32, participant("new-0"): 2**32}
        extend(ledger, SCOPE.base_url, ends, 2**32)
        tell_ending(ledger, SCOPE.base_url, ends)
        ledger.forget([first])
        assert set(told_ending(ledger, SCOPE.base_url)) == {participant("new-0")}
        [(name,)] = ledger.store.all("SELECT participant FROM extension")
        assert name == participant("new-0")


def test_what_was_told_of_ends_is_told_once(book: LedgerPlace) -> None:
    with Ledger(book) as ledger:
        tell_ending(ledger, SCOPE.base_url, {"p": 10, "q": 20})
        tell_ending(ledger, SCOPE.base_url, {"p": 30})
        assert told_ending(ledger, SCOPE.base_url) == {"p": 30, "q": 20}
        assert told_ending(ledger, "https://elsewhere.example") == {}
