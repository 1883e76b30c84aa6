"""What StartExam knows of participants' exams: from the ledger, its lists of sessions, and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bulk_register.errors import StopError
from bulk_register.ledger import Ledger, sessions, strangers
from bulk_register.records import Session
from bulk_register.results.feed import read_feed
from bulk_register.results.participants import Participant
from bulk_register.results.reports import Reports, ask_one_by_one
from bulk_register.startexam import StartExam

Known = Mapping[str, Mapping[str, Session]]  # sessions by participant and test


@dataclass(frozen=True)
class Learnt:
    """What is known of each participant; of whom nothing could be learnt, why."""

    sessions: Known
    unsure: Mapping[str, frozenset[str]]  # tests of which nothing can be said, by participant
    failed: Mapping[str, str]
    stopped: str = ""


@dataclass(frozen=True)
class Asking:
    """How StartExam is asked."""

    client: StartExam
    workers: int
    refresh: bool = False  # also about exams that are over


def learn(wanted: Mapping[str, Participant], ledger: Ledger, asking: Asking) -> Learnt:
    """Learn of participants' exams; those whose exams are all over aren't asked about again.

    Failures of the service end in the result, not as errors. Raises LedgerError.
    """
    open_ones = wanted if asking.refresh else _open(wanted, _known(wanted, ledger))
    try:
        rest = _after_feeds(open_ones, ledger, asking)
    except StopError as error:
        return Learnt(_known(wanted, ledger), {}, dict.fromkeys(open_ones, str(error)), str(error))
    reports = Reports()
    if rest:
        reports = ask_one_by_one(rest, ledger, asking.client, asking.workers)
    missed = {name: reports.failed.get(name, reports.stopped) for name in rest if name not in reports.told}
    return Learnt(_known(wanted, ledger), _unsure(rest, reports), missed, reports.stopped)


def _after_feeds(wanted: Mapping[str, Participant], ledger: Ledger, asking: Asking) -> dict[str, Participant]:
    """Read the centers' lists; returns of whom only a report can tell."""
    rest: dict[str, Participant] = {}
    for center in dict.fromkeys(one.center for one in wanted.values()):
        read = read_feed(ledger, asking.client, center, anew=asking.refresh)
        others = strangers(ledger, center) if read else frozenset()
        known = sessions(ledger, center) if others else {}
        rest |= {
            name: one
            for name, one in wanted.items()
            if one.center == center
            and (not read or (name in others and not _all_told(one, known.get(name, {}))))
        }
    return rest


def _all_told(one: Participant, told: Mapping[str, Session]) -> bool:
    return all(test in told for test in one.tests)


def _known(wanted: Mapping[str, Participant], ledger: Ledger) -> dict[str, dict[str, Session]]:
    """Return the sessions of these participants, of the tests that their links are for."""
    found: dict[str, dict[str, Session]] = {}
    for center in {one.center[:2]: one.center for one in wanted.values()}.values():
        for name, told in sessions(ledger, center).items():
            if name in wanted and wanted[name].center[:2] == center[:2]:
                found[name] = {test: one for test, one in told.items() if test in wanted[name].tests}
    return found


def _open(wanted: Mapping[str, Participant], known: Known) -> dict[str, Participant]:
    return {
        name: one
        for name, one in wanted.items()
        if not all(test in known.get(name, {}) and known[name][test].over for test in one.tests)
    }


def _unsure(rest: Mapping[str, Participant], reports: Reports) -> dict[str, frozenset[str]]:
    """Return the tests that a report left out although it told of another one.

    With several tests a report may be about one of them only.
    """
    found: dict[str, frozenset[str]] = {}
    for name, told in reports.told.items():
        left = frozenset(rest[name].tests) - told
        if told and left:
            found[name] = left
    return found
