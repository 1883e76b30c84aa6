"""What a refusal's own words name as its cause; their wording isn't documented."""

from __future__ import annotations

import re
from enum import StrEnum

from bulk_register.errors import Credential
from bulk_register.language import N_


class RequestPart(StrEnum):
    """A part of a request that may be wrong for everybody."""

    CENTER = N_("center")
    TEST = N_("test")
    WINDOW = N_("window")
    PROCTORING = N_("proctoring")


_PARTS = {
    RequestPart.CENTER: re.compile(r"\bcent(er|re)s?\b|\bцентр", re.IGNORECASE),
    RequestPart.TEST: re.compile(r"\btests?\b|\bтест", re.IGNORECASE),
    RequestPart.WINDOW: re.compile(r"\bvalid(From|Till)\b", re.IGNORECASE),
    RequestPart.PROCTORING: re.compile(r"proctor|прокторинг", re.IGNORECASE),
}
_KEY = re.compile(r"\bsignature\b|\bsecret\b|\bkey\b|\bподпис|\bключ", re.IGNORECASE)
_ACCOUNT = re.compile(r"\baccount|\bуч[её]тн|\bаккаунт", re.IGNORECASE)
_SIGNATURE = re.compile(r"\bsignature\b|\bподпис", re.IGNORECASE)
# How a refusal says that StartExam doesn't know somebody
_UNKNOWN = re.compile(
    r"unknown|not\s+(be\s+)?(found|known|registered)|n[o']t\s+exist|no\s+such|doesn't\s+know|missing"
    r"|неизвест|не\s+(найден|существует|зарегистрирован)|отсутству",
    re.IGNORECASE,
)


def says_unknown(words: str) -> bool:
    """Tell whether a refusal says that StartExam doesn't know an employee."""
    return _UNKNOWN.search(words) is not None


def wrong_part(words: str) -> RequestPart | None:
    """Return the one part of a request that a refusal names, None for none or several."""
    named = [part for part, pattern in _PARTS.items() if pattern.search(words)]
    return named[0] if len(named) == 1 else None


def wrong_credential(words: str) -> Credential | None:
    """Return whether a refusal names the account number or the secret key, None for neither or both."""
    if _SIGNATURE.search(words):  # it is made with the key, whatever else is named
        return Credential.SECRET_KEY
    account, key = bool(_ACCOUNT.search(words)), bool(_KEY.search(words))
    if account == key:
        return None
    return Credential.ACCOUNT_NUMBER if account else Credential.SECRET_KEY
