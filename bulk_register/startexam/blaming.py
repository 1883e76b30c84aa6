"""Which part of a request StartExam's own words point to; their wording isn't documented."""

from __future__ import annotations

import re

from bulk_register.language import N_

_PARTS = {
    N_("center"): re.compile(r"\bcent(er|re)s?\b|\bцентр", re.IGNORECASE),
    N_("test"): re.compile(r"\btests?\b|\bтест", re.IGNORECASE),
    N_("window"): re.compile(r"\bvalid(From|Till)\b", re.IGNORECASE),
    N_("proctoring"): re.compile(r"proctor|прокторинг", re.IGNORECASE),
}
_KEY = re.compile(r"\bsignature\b|\bsecret\b|\bkey\b|\bподпис|\bключ", re.IGNORECASE)
_ACCOUNT = re.compile(r"\baccount|\bуч[её]тн|\bаккаунт", re.IGNORECASE)
_SIGNATURE = re.compile(r"\bsignature\b|\bподпис", re.IGNORECASE)

ACCOUNT_NUMBER, SECRET_KEY = N_("account number"), N_("secret key")


def wrong_part(words: str) -> str:
    """Return the one part of a registration that a refusal names, "" for none or several."""
    named = [part for part, pattern in _PARTS.items() if pattern.search(words)]
    return named[0] if len(named) == 1 else ""


def wrong_credential(words: str) -> str:
    """Return whether a refusal names the account number or the secret key, "" for neither or both."""
    if _SIGNATURE.search(words):  # it is made with the key, whatever else is named
        return SECRET_KEY
    account, key = bool(_ACCOUNT.search(words)), bool(_KEY.search(words))
    if account == key:
        return ""
    return ACCOUNT_NUMBER if account else SECRET_KEY
