"""A local stand-in for StartExam over real HTTP, written from its public API documentation alone.

It shares no code with the client that is tried against it, so that a mistake can't hide on both sides.
"""

from bulk_register.sandbox.account import (
    DEMO_ACCOUNT_ID,
    DEMO_CENTER,
    DEMO_FIELDS,
    DEMO_PROFILE,
    DEMO_SECOND_CENTER,
    DEMO_SECRET_KEY,
    DEMO_TEST,
    DEMO_TESTS,
    Account,
    KnownTest,
)
from bulk_register.sandbox.behaviour import Behaviour, Existing
from bulk_register.sandbox.server import Sandbox, serve
from bulk_register.sandbox.service import Arrival
from bulk_register.sandbox.sittings import Sitting

__all__ = [
    "DEMO_ACCOUNT_ID",
    "DEMO_CENTER",
    "DEMO_FIELDS",
    "DEMO_PROFILE",
    "DEMO_SECOND_CENTER",
    "DEMO_SECRET_KEY",
    "DEMO_TEST",
    "DEMO_TESTS",
    "Account",
    "Arrival",
    "Behaviour",
    "Existing",
    "KnownTest",
    "Sandbox",
    "Sitting",
    "serve",
]
