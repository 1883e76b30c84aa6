"""Failures, named by their remedy. A message says what is wrong, where, and what to do next."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from bulk_register.language import N_

if TYPE_CHECKING:
    from bulk_register.records import Doubt

_LINE_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def one_line(text: object) -> str:
    """Return a name or a cell with blanks for line breaks, so that it can't make up lines of a message."""
    return _LINE_BREAKS.sub(" ", str(text))


class BulkRegisterError(Exception):
    """Base of every failure that a person can do something about; `str()` is the whole message."""


class InputError(BulkRegisterError):
    """Something given to us is wrong and nothing was sent: fix it, then run the same command again."""


class SettingsError(InputError):
    """Settings that can't be used; `problems` holds one sentence for each wrong value, `hint` a way out."""

    def __init__(self, problems: list[str], hint: str = "") -> None:
        self.problems = problems
        self.hint = hint
        super().__init__("\n".join(problems))


class RosterError(InputError):
    """The roster can't be understood for certain: fix the file, or say with a flag how to read it."""


class RosterDoubtError(RosterError):
    """The roster can be read in more than one way; `doubt` has the candidates and how to decide."""

    def __init__(self, message: str, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(message)


class GuardError(InputError):
    """A guard of scheduled runs tripped: look at the roster, or lift the guard with the flag it names."""


class OutputError(InputError):
    """The output can't be written as asked: name another file."""


class LedgerError(InputError):
    """The ledger can't be used: damaged, foreign, newer than this program, or not writable."""


class LedgerAwayError(LedgerError):
    """The ledger's database can't be reached now: the same, later, can help."""


class LedgerBusyError(BulkRegisterError):
    """Another run is using the same ledger: wait for it to end."""


class DeclinedError(BulkRegisterError):
    """The question before sending was answered with no; nothing was sent."""


class StartExamError(BulkRegisterError):
    """StartExam did not do what was asked; `status` is the HTTP status, 0 where there was no answer.

    `str()` may be logged: it names nobody. `told` is for the note on the row that it is about. `said` are
    StartExam's own words in the message, "" for none.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        self.status = status
        self.told = message
        self.said = ""
        super().__init__(message)

    def redact(self, logged: str, noted: str) -> None:
        """Replace StartExam's words by what may be logged, and by what may stand in the note of its row."""
        self.args = (self.told.replace(self.said, logged),)
        self.told = self.told.replace(self.said, noted)
        self.said = ""


class SendAgainError(StartExamError):
    """A passing fault: the same request may succeed later.

    `pause_seconds` is what the service asked for with `Retry-After`. `lost` says that the request may have
    been carried out although its answer never arrived; a 429 or 503 was certainly not.
    """

    def __init__(
        self, message: str, status: int = 0, *, pause_seconds: float | None = None, lost: bool = True
    ) -> None:
        self.pause_seconds = pause_seconds
        self.lost = lost
        super().__init__(message, status)


class RefusedError(StartExamError):
    """StartExam refuses this very batch (400, 413, or a 404 with a JSON message): others may still pass."""


class FeedShapeError(StartExamError):
    """A list of sessions isn't shaped as this program understands it: ask about each participant instead."""


class StopError(StartExamError):
    """Nothing that this run sends can succeed: wrong credentials, a wrong address, a moved service."""


class Credential(StrEnum):
    """What shows StartExam who asks."""

    ACCOUNT_NUMBER = N_("account number")
    SECRET_KEY = N_("secret key")


class AccountError(StopError):
    """StartExam doesn't accept who asks; `wrong` is the one credential that its words name, if any."""

    def __init__(self, message: str, status: int, wrong: Credential | None) -> None:
        self.wrong = wrong
        super().__init__(message, status)


class ClockError(StopError):
    """StartExam refuses the `Date` header: this machine's clock is off by `offset_seconds` (None: untold)."""

    def __init__(self, message: str, status: int, offset_seconds: float | None) -> None:
        self.offset_seconds = offset_seconds
        self.fixed = False  # the same request may be made again, dated right
        super().__init__(message, status)
