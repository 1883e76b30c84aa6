"""Roster and ledger become a plan: who is known, who is asked about, in which batches."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from bulk_register.api import MAX_BATCH
from bulk_register.language import N_, _
from bulk_register.records import Batch, Exam, KnownLinks, Plan, Roster, Scope, Status, Statuses

LOST_NOTE = N_(
    "a new registration was asked for and its answer never came; it may have been made, so "
    "it is not asked for twice: look in StartExam"
)


def scope_of(account_id: int, base_url: str, exam: Exam) -> Scope:
    """Return what a registration for this exam belongs to; the order of tests and parameters is no matter."""
    parameters = sorted(exam.proctoring_parameters)
    return Scope(
        account_id,
        base_url,
        exam.center,
        " ".join(sorted(test.lower() for test in exam.tests)),
        json.dumps(parameters, ensure_ascii=False) if exam.proctoring else "",
    )


@dataclass(frozen=True)
class PlanOptions:
    """What a plan is made for; `run` is the earlier run that it finishes, 0 for a new one."""

    batch_size: int = MAX_BATCH
    extend: bool = False  # ask again where the link ends before an absolute valid-till
    refresh: bool = False  # ask again about everybody
    run: int = 0
    first_batch: int = 1  # the number of the first batch
    at: int | None = None  # links that worked at this moment count as working; None: now
    lost: frozenset[str] = frozenset()  # employees whose registration may have been made: never asked again
    extended: frozenset[str] = frozenset()  # employees whose known link a person calls extended
    renew: bool = False  # register those anew whose only link is over
    renewed: frozenset[str] = frozenset()  # employees whose renewal may have been made: not renewed again


def make_plan(roster: Roster, exam: Exam, scope: Scope, known: KnownLinks, options: PlanOptions) -> Plan:
    """Decide who is asked about: those without a working link, and whom the aim asks about again.

    A new registration (`exam.reregister`) counts only links of the run itself as working.
    """
    statuses, runs = _known_statuses(roster, known)
    got = (runs == options.run) & (options.run > 0)
    now = int(datetime.now(UTC).timestamp()) if options.at is None else options.at
    working = got if exam.reregister else statuses.valid_till > now
    short = working & (statuses.valid_till < int(exam.valid_till.timestamp()))
    again = working & (options.refresh | (short & options.extend))
    lost = ~working & _among(roster, options.lost)
    statuses.settle(working, Status.ALREADY_REGISTERED)
    statuses.settle(working & got, Status.REGISTERED)
    statuses.settle(lost, Status.UNKNOWN, _(LOST_NOTE))
    if exam.reregister:
        statuses.participant[~working] = ""
        statuses.valid_till[~working] = 0
    renew = _over(statuses, working, options) & ~_among(roster, options.renewed)
    statuses.participant[renew], statuses.valid_till[renew] = "", 0
    ask = ((~working & ~lost) | again) & ~renew
    batches = _batches(roster, np.flatnonzero(ask), options)
    more = replace(options, first_batch=options.first_batch + len(batches))
    renewals = _batches(roster, np.flatnonzero(renew), more)
    new = int((~working).sum())
    return Plan(exam, scope, roster, statuses, batches, new, int(again.sum()), renewals, options.renewed)


def _over(statuses: Statuses, working: np.ndarray, options: PlanOptions) -> np.ndarray:
    """Return whose only link is over and is to be renewed."""
    over: np.ndarray = (statuses.participant != "") & ~working & options.renew
    return over


def folded(text: str) -> str:
    """Return a text without letter case and other spellings of Unicode, which StartExam may take for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _batches(roster: Roster, codes: np.ndarray, options: PlanOptions) -> tuple[Batch, ...]:
    """Cut employees into batches in the roster's order; see `_rounds`."""
    pieces = [
        part[start : start + options.batch_size]
        for part in _rounds(roster.employees.identifiers, codes)
        for start in range(0, len(part), options.batch_size)
    ]
    names = roster.employees.identifiers
    return tuple(
        Batch(number, piece, tuple(names[piece])) for number, piece in enumerate(pieces, options.first_batch)
    )


def _rounds(identifiers: np.ndarray, codes: np.ndarray) -> list[np.ndarray]:
    """Part employees whose identifiers are the same but for case or spelling, so that no request holds two.

    Whether StartExam takes `A1` and `a1` for one employee isn't documented; one request with both would be
    refused as a whole then, or its answer could not be matched.
    """
    keys = _folded_all(identifiers[codes])
    if keys is None or len(set(keys)) == len(keys):
        return [codes]
    rounds: list[list[int]] = []
    seen: dict[str, int] = {}
    for code, key in zip(codes.tolist(), keys, strict=True):
        number = seen[key] = seen.get(key, -1) + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(code)
    return [np.array(part, np.int64) for part in rounds]


def _folded_all(identifiers: Sequence[str]) -> list[str] | None:
    """Return all identifiers folded; None where nothing folds, so that all stay as different as they are.

    One call for all of them at once is ten times as fast as one for each.
    """
    text = "\n".join(identifiers)  # no identifier holds a line end
    key = (text if text.isupper() else text.casefold()) if text.isascii() else folded(text)
    return None if key == text else key.split("\n")


def _known_statuses(roster: Roster, known: KnownLinks) -> tuple[Statuses, np.ndarray]:
    """Return everybody's known participant and its end, working or not, and the run that got it."""
    statuses = Statuses.of(len(roster.employees))
    runs = np.zeros(len(roster.employees), np.int64)
    if len(known.employees):
        import pandas as pd  # slow to load

        index = pd.Index(roster.employees.identifiers, dtype=object)
        codes = index.get_indexer(pd.Index(known.employees, dtype=object))
        met = codes >= 0
        statuses.participant[codes[met]] = known.participants[met]
        statuses.valid_till[codes[met]] = known.valid_till[met]
        runs[codes[met]] = known.runs[met]
    return statuses, runs


def _among(roster: Roster, identifiers: frozenset[str]) -> np.ndarray:
    if not identifiers:
        return np.zeros(len(roster.employees), bool)
    return np.fromiter((name in identifiers for name in roster.employees.identifiers), bool)
