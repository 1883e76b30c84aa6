"""Runs `bulk-register` with a ledger that writes nothing down: how long would a run take without one?

What it reads is there (the lock, the tables, what is known: nothing), all that it records is passed over.
Only for measuring: an answer that isn't written down is lost when the process is.
"""

from __future__ import annotations

from contextlib import nullcontext
from itertools import count

from bulk_register import cli
from bulk_register.ledger import Ledger

_requests = count(1)
_INSTEAD = {
    "begin": lambda *_, **__: 1,
    "sent": lambda *_, **__: next(_requests),
    "holders": lambda *_, **__: {},
    "transaction": lambda *_: nullcontext(),
    **dict.fromkeys(("settled", "left", "finish", "delivered", "name_tests", "told"), lambda *_, **__: None),
}


def main() -> None:
    """Run the command line."""
    for name, instead in _INSTEAD.items():
        setattr(Ledger, name, instead)
    cli.main()


if __name__ == "__main__":
    main()
