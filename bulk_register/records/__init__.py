"""The nouns that travel between the rooms: plain data, with no idea of files' insides, networks or disks.

Text columns in tables are of dtype `object` holding `str` (never NaN), so that they behave and weigh the same
with and without pyarrow; what is absent is the empty string.
"""

from bulk_register.records.events import (
    Delivered,
    Event,
    Planned,
    RequestDone,
    RosterRead,
    RunStarted,
    Settled,
    Tell,
    Waiting,
    Warned,
)
from bulk_register.records.exams import MAX_BATCH, MAX_IDENTIFIER, MAX_TESTS, Answer, Exam, Scope, Test
from bulk_register.records.ledgers import Holder, Known, Registration, RunRecord, StandingNote, Unmatched
from bulk_register.records.rosters import (
    Cell,
    Change,
    Dialect,
    Employees,
    Findings,
    Fix,
    Format,
    Line,
    Reading,
    Roster,
    Source,
)
from bulk_register.records.runs import (
    LINKED,
    RESULT_COLUMNS,
    Batch,
    Changes,
    Outcome,
    Plan,
    Standings,
    Status,
)

__all__ = [
    "LINKED",
    "MAX_BATCH",
    "MAX_IDENTIFIER",
    "MAX_TESTS",
    "RESULT_COLUMNS",
    "Answer",
    "Batch",
    "Cell",
    "Change",
    "Changes",
    "Delivered",
    "Dialect",
    "Employees",
    "Event",
    "Exam",
    "Findings",
    "Fix",
    "Format",
    "Holder",
    "Known",
    "Line",
    "Outcome",
    "Plan",
    "Planned",
    "Reading",
    "Registration",
    "RequestDone",
    "Roster",
    "RosterRead",
    "RunRecord",
    "RunStarted",
    "Scope",
    "Settled",
    "Source",
    "StandingNote",
    "Standings",
    "Status",
    "Tell",
    "Test",
    "Unmatched",
    "Waiting",
    "Warned",
]
