"""The language of what people read; what programs read has none."""

from bulk_register.language.choice import chosen_language
from bulk_register.language.quantities import (
    Unit,
    employee_count,
    employees_at_most,
    request_count,
    row_count,
    span_words,
)
from bulk_register.language.translation import (
    LANGUAGES,
    N_,
    Message,
    _,
    current,
    english,
    every_language,
    grouped,
    in_quotes,
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
    "Unit",
    "_",
    "chosen_language",
    "current",
    "employee_count",
    "employees_at_most",
    "english",
    "every_language",
    "grouped",
    "in_quotes",
    "ngettext",
    "npgettext",
    "pgettext",
    "recalled",
    "request_count",
    "row_count",
    "span_words",
    "use",
]
