"""The language of what people read; what programs read has none."""

from bulk_register.language.choice import chosen_language
from bulk_register.language.translation import (
    LANGUAGES,
    N_,
    Message,
    _,
    current,
    english,
    every_language,
    grouped,
    ngettext,
    npgettext,
    pgettext,
    recalled,
    use,
)

__all__ = [
    "LANGUAGES",
    "N_",
    "Message",
    "_",
    "chosen_language",
    "current",
    "english",
    "every_language",
    "grouped",
    "ngettext",
    "npgettext",
    "pgettext",
    "recalled",
    "use",
]
