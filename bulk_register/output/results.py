"""What the output adds to each row: the five columns, from where everybody stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import quote

import numpy as np

from bulk_register.records import LINKED, Plan, Results, Roster, Status, Statuses

SANDBOX_URL = "https://sandbox.invalid"  # what the ledger calls every in-process sandbox; its links begin so
Places = slice | np.ndarray
EVERY = slice(None)


@dataclass(frozen=True)
class Style:
    """How results are written for people."""

    link_base: str
    zone: tzinfo | None = None  # None: the machine's
    allow_conflicts: bool = False


def link(link_base: str, center: str, participant: str) -> str:
    """Return an exam link (API page "Register Employees"), both parts percent-encoded where needed."""
    return f"{link_base}/{quote(center, safe='')}#participant/{quote(participant, safe='')}"


def results_of(plan: Plan, statuses: Statuses, style: Style) -> Results:
    """Return what the output adds to the rows, from where everybody stands when they are asked for.

    Only `registered` and `already registered` rows have a link; a row whose identifier stands for different
    people has none unless `allow_conflicts`.
    """
    rows = plan.roster.employees.rows
    own, codes, own_note = (rows[name].to_numpy() for name in ("status", "employee", "note"))
    withheld = (own == Status.CONFLICT) & (not style.allow_conflicts)
    named = np.where(withheld, -1, codes)  # the employees whose standing is the row's
    prefix = link(style.link_base, plan.exam.center, "")
    asked = int(plan.exam.valid_till.timestamp())

    def status(places: Places) -> np.ndarray:
        return _plain(np.where(named[places] < 0, own[places], _taken(statuses.status, named[places], "")))

    def texts(places: Places) -> tuple[np.ndarray, ...]:
        who, stands = named[places], status(places)
        linked, ends = np.isin(stands, LINKED), _taken(statuses.valid_till, who, 0)
        participants = np.where(linked, _taken(statuses.participant, who, ""), "")
        dated = np.where(linked | (stands == Status.EXPIRED), ends, 0)
        early = np.where((stands == Status.ALREADY_REGISTERED) & (ends < asked), ends, 0)
        notes = _joined(_taken(statuses.note, who, ""), _early(early, style))
        return (
            participants,
            np.array([participant and prefix + participant for participant in participants], object),
            _by_distinct(dated, lambda end: local_text(end, style.zone)),
            stands,
            _joined(notes, own_note[places]),
        )

    return Results(rows["row"].to_numpy(), int((named >= 0).sum()), status, texts)


def roster_results(roster: Roster, *, allow_conflicts: bool = False) -> Results:
    """Return results as far as the roster alone decides them: a status where a row has a problem."""
    rows = roster.employees.rows
    own, person = rows["status"].to_numpy(), rows["employee"].to_numpy() >= 0
    fine = (own == "") | (allow_conflicts & person & (own == Status.CONFLICT))
    status = _plain(np.where(fine, np.array(Status.REGISTERED, object), own))
    blank = np.full(len(rows), "", object)
    columns = (blank, blank, blank, status, rows["note"].to_numpy())
    return Results(
        rows["row"].to_numpy(), 0, status.__getitem__, lambda places: tuple(one[places] for one in columns)
    )


def local_text(seconds: int, zone: tzinfo | None) -> str:
    """Write a moment in a time zone (None: the machine's): `2026-12-01 23:59:59`."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _taken(values: np.ndarray, codes: np.ndarray, missing: str | int) -> np.ndarray:
    """Return values by employee as values by row; `missing` where the row is nobody's."""
    if not len(values):
        return np.full(len(codes), missing, values.dtype)
    return np.where(codes >= 0, values.take(codes, mode="clip"), missing)


def _plain(statuses: np.ndarray) -> np.ndarray:
    """Return statuses as plain texts."""
    texts = {status: str(status.value) for status in Status} | {"": ""}
    return np.array([texts[status] for status in statuses], object)


def _by_distinct(values: np.ndarray, convert: Callable[[int], str]) -> np.ndarray:
    """Return a text for each number; "" for 0."""
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([convert(int(value)) if value else "" for value in distinct], object)[places]


def _early(ends: np.ndarray, style: Style) -> np.ndarray:
    """Return notes on known links that end earlier than asked for; 0 for all others."""
    return _by_distinct(
        ends, lambda end: f"the link ends {local_text(end, style.zone)}, earlier than asked for"
    )


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Join two columns of notes."""
    both = (first != "") & (second != "")
    joined = np.where(first != "", first, second).astype(object)
    joined[both] = [f"{one}; {two}" for one, two in zip(first[both], second[both], strict=True)]
    return joined
