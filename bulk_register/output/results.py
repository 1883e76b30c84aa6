"""What the output adds to each row: the five columns, from where everybody stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from urllib.parse import quote

import numpy as np

from bulk_register.language import _
from bulk_register.records import LINKED, Plan, Results, Roster, Status, Statuses, status_words

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


class RunResults:
    """What the output adds to the rows, from where everybody stands when it is asked for.

    Only `registered` and `already registered` rows have a link; a row whose identifier stands for different
    people has none unless `allow_conflicts`.
    """

    def __init__(self, plan: Plan, statuses: Statuses, style: Style) -> None:
        rows = plan.roster.employees.rows
        self.rows = rows["row"].to_numpy()
        self._statuses, self._style = statuses, style
        self._own, codes, self._own_notes = (rows[name].to_numpy() for name in ("status", "employee", "note"))
        withheld = (self._own == Status.CONFLICT) & (not style.allow_conflicts)
        self._named = np.where(withheld, -1, codes)  # the employees whose status is the row's
        self.most_links = int((self._named >= 0).sum())
        self._prefix = link(style.link_base, plan.exam.center, "")
        self._asked_till = int(plan.exam.valid_till.timestamp())

    def status(self, places: Places) -> np.ndarray:
        """Return the statuses of the rows at these places."""
        named = self._named[places]
        return _plain(np.where(named < 0, self._own[places], _taken(self._statuses.status, named, "")))

    def texts(self, places: Places) -> tuple[np.ndarray, ...]:
        """Return the texts of the rows at these places, by result column."""
        who, status = self._named[places], self.status(places)
        linked, ends = np.isin(status, LINKED), _taken(self._statuses.valid_till, who, 0)
        participants = np.where(linked, _taken(self._statuses.participant, who, ""), "")
        dated = np.where(linked | (status == Status.EXPIRED), ends, 0)
        early = np.where((status == Status.ALREADY_REGISTERED) & (ends < self._asked_till), ends, 0)
        notes = _joined(_taken(self._statuses.note, who, ""), _early(early, self._style))
        return (
            participants,
            np.array([participant and self._prefix + participant for participant in participants], object),
            _by_distinct(dated, lambda end: local_text(end, self._style.zone)),
            _in_words(status),
            _joined(notes, self._own_notes[places]),
        )


class RosterResults:
    """Results as far as the roster alone decides them: a status where a row has a problem."""

    most_links = 0

    def __init__(self, roster: Roster, *, allow_conflicts: bool = False) -> None:
        rows = roster.employees.rows
        self.rows, self._notes = rows["row"].to_numpy(), rows["note"].to_numpy()
        own, person = rows["status"].to_numpy(), rows["employee"].to_numpy() >= 0
        fine = (own == "") | (allow_conflicts & person & (own == Status.CONFLICT))
        self._status = _plain(np.where(fine, np.array(Status.REGISTERED, object), own))

    def status(self, places: Places) -> np.ndarray:
        """Return the statuses of the rows at these places."""
        return self._status[places]

    def texts(self, places: Places) -> tuple[np.ndarray, ...]:
        """Return the texts of the rows at these places, by result column."""
        blank = np.full(len(self._status[places]), "", object)
        return blank, blank, blank, _in_words(self._status[places]), self._notes[places]


class SomeResults:
    """The results at some places of others, in rows of their own numbers where `rows` are given."""

    def __init__(self, results: Results, places: np.ndarray, rows: np.ndarray | None = None) -> None:
        self.rows = results.rows[places] if rows is None else rows
        self.most_links = results.most_links
        self._results, self._places = results, places

    def status(self, places: Places) -> np.ndarray:
        """Return the statuses of the rows at these places."""
        return self._results.status(self._places[places])

    def texts(self, places: Places) -> tuple[np.ndarray, ...]:
        """Return the texts of the rows at these places, by result column."""
        return self._results.texts(self._places[places])


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


def _in_words(statuses: np.ndarray) -> np.ndarray:
    """Return statuses as people read them."""
    words = {str(status): word for status, word in status_words().items()} | {"": ""}
    return np.array([words[status] for status in statuses], object)


def _by_distinct(values: np.ndarray, convert: Callable[[int], str]) -> np.ndarray:
    """Return a text for each number; "" for 0."""
    distinct, places = np.unique(values, return_inverse=True)
    return np.array([convert(int(value)) if value else "" for value in distinct], object)[places]


def _early(ends: np.ndarray, style: Style) -> np.ndarray:
    """Return notes on known links that end earlier than asked for; 0 for all others."""
    return _by_distinct(
        ends, lambda end: _("the link ends {end}, earlier than asked for", end=local_text(end, style.zone))
    )


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Join two columns of notes."""
    both = (first != "") & (second != "")
    joined = np.where(first != "", first, second).astype(object)
    joined[both] = [f"{one}; {two}" for one, two in zip(first[both], second[both], strict=True)]
    return joined
