"""What an answer means for each employee: one row of the table is one employee of the batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bulk_register.records import Batch, Holder, Registrations, Status, Statuses, StatusNote
from bulk_register.sending.matching import Matched, Moment, Pairing, match, notes_on

NOW, SOON, ASKED = 1000, 1001, 5000  # now, a moment later, and until when new links work
RUN, EARLIER = 7, 3
MOMENT = Moment(RUN, NOW, ASKED)
HOLDERS = {  # whom the ledger knows
    "ended": Holder("ended", EARLIER, NOW),
    "works": Holder("works", EARLIER, SOON),
    "again": Holder("again", RUN, ASKED),
    "newer": Holder("newer", EARLIER, SOON),
}


class Case(NamedTuple):
    """An employee's known link, the participant that StartExam answers, and what comes of both."""

    known: str
    known_till: int
    given: str | None
    status: Status
    link: str
    till: int


CASES = {
    "new": Case("", 0, "p-new", Status.REGISTERED, "p-new", ASKED),
    "null": Case("", 0, None, Status.UNKNOWN, "", 0),
    "ended": Case("", 0, "Ended", Status.EXPIRED, "Ended", NOW),
    "works": Case("", 0, "Works", Status.ALREADY_REGISTERED, "Works", SOON),
    "again": Case("", 0, "Again", Status.REGISTERED, "Again", ASKED),
    "same": Case("p-same", SOON, "P-SAME", Status.REGISTERED, "P-SAME", ASKED),
    "kept": Case("p-kept", SOON, None, Status.ALREADY_REGISTERED, "p-kept", SOON),
    "newer": Case("p-old", SOON, "Newer", Status.ALREADY_REGISTERED, "p-old", SOON),
    "over": Case("p-over", NOW, None, Status.UNKNOWN, "", 0),
    "anew": Case("p-dead", NOW, "p-anew", Status.REGISTERED, "p-anew", ASKED),
}
NAMES = tuple(CASES)
BATCH = Batch(1, np.arange(len(CASES)) + 2, NAMES)  # the batch isn't the whole roster
GIVEN = [case.given for case in CASES.values()]


def matched() -> Matched:
    before = Statuses.of(len(CASES) + 4)
    before.participant[:], before.valid_till[:] = "anybody's", ASKED
    before.participant[BATCH.codes] = [case.known for case in CASES.values()]
    before.valid_till[BATCH.codes] = [case.known_till for case in CASES.values()]
    return match(Pairing(BATCH, GIVEN, HOLDERS), before, MOMENT)


def test_each_employee_gets_what_stands_in_his_place_or_keeps_a_link_that_works() -> None:
    after = matched().statuses
    found = zip(after.status, after.participant, after.valid_till, strict=True)
    assert dict(zip(NAMES, found, strict=True)) == {
        name: (case.status, case.link, case.till) for name, case in CASES.items()
    }


def test_what_is_new_is_written_down_with_its_run_and_whether_it_is_in_use() -> None:
    assert matched().registrations == [
        Registrations(["newer"], ["Newer"], EARLIER, current=False),
        Registrations(["ended", "works"], ["Ended", "Works"], EARLIER, current=True),
        Registrations(["new", "again", "anew"], ["p-new", "Again", "p-anew"], RUN, current=True),
    ]


def test_who_has_no_link_that_works_is_told_why() -> None:
    after = matched().statuses
    nothing = "StartExam answered without a participant for this employee"
    assert notes_on(BATCH, after) == [
        StatusNote("null", Status.UNKNOWN, nothing),
        StatusNote("ended", Status.EXPIRED, after.note[NAMES.index("ended")]),
        StatusNote("over", Status.UNKNOWN, nothing),
    ]
    assert "--reregister" in after.note[NAMES.index("ended")]
    others = set(NAMES) - {"null", "ended", "over"}
    assert {after.note[NAMES.index(name)] for name in others} == {""}


def test_an_answer_of_new_participants_needs_no_holders() -> None:
    found = match(Pairing(BATCH, GIVEN, {}), Statuses.of(len(CASES) + 2), MOMENT).statuses
    assert [status for status in found.status if status is not Status.UNKNOWN] == [Status.REGISTERED] * 7
    assert set(found.valid_till[found.status == Status.REGISTERED]) == {ASKED}


def test_whom_another_employee_holds_is_told_by_his_place() -> None:
    assert Pairing(BATCH, GIVEN, HOLDERS).foreign() == []
    swapped = ["works", "Ended", None, "WORKS", *GIVEN[4:]]
    assert Pairing(BATCH, swapped, HOLDERS).foreign() == [
        (0, HOLDERS["works"]),
        (1, HOLDERS["ended"]),
    ]
    spelled = Batch(1, np.arange(1), ("ENDED",))
    assert Pairing(spelled, ["ended"], HOLDERS).foreign() == [(0, HOLDERS["ended"])]
