"""What the notes say of employees who get no link although StartExam answered."""

from __future__ import annotations

from bulk_register.language import N_

UNMATCHED = N_("StartExam's answer could not be matched to employees")
UNMATCHED_FOR = N_("StartExam's answer could not be matched to employees: {fault}")
ANOTHERS = N_(
    "StartExam's answer could not be matched to employees: it holds a participant that is another employee's"
)
CONTRADICTED = N_("StartExam gave a participant of this answer to another employee too")
TAKEN_BACK = N_("taken back: StartExam gave a participant of this answer to another employee too")
REPEATED = N_("StartExam answered with one participant for several employees")
DISAGREED = N_("StartExam was asked again in another order, and its answers don't agree")
SHARED = N_("StartExam gives one participant to rows {rows}, so it can't be told whose the link is")
SHARED_WITH_ABSENT = N_(
    "StartExam gave the same participant to an employee who is not in this roster, so it can't be told "
    "whose the link is; a run with both of them asks again"
)
OVER_BY_ITS_CLOCK = N_(
    "by StartExam's clock this link is over, and this computer's is wrong: set it right, then run again"
)
OTHER_SPELLING = N_(
    "StartExam answered with the link that an earlier run got for another spelling of this identifier"
)
WITHOUT_PARTICIPANT = N_("StartExam answered without a participant for this employee")
RENEWAL_LOST = N_(
    "the only link that StartExam gives is over; an earlier run asked for a new one and the answer never "
    "came, so --renew-expired doesn't ask twice. If StartExam shows no new registration, --reregister makes "
    "one, for everybody on a roster"
)
EXPIRED = N_(
    "the only link that StartExam gives is over; --renew-expired makes new ones for such, --reregister for "
    "everybody, --extended believes that it was extended in StartExam"
)
