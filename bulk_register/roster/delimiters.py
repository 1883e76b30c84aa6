"""What separates the cells of a text, and what people call it."""

from __future__ import annotations

from bulk_register.language import N_

DELIMITERS = {
    "\t": N_("tab"),
    ";": N_("semicolon"),
    "|": N_("pipe"),
    ",": N_("comma"),
}  # the likelier one first, where both fit
