"""What was planned, sent and answered, on disk before and after (SQLite)."""

from bulk_register.ledger.copying import back_up, move
from bulk_register.ledger.database import lock
from bulk_register.ledger.ends import extend, got_in, tell_ending, told_ending
from bulk_register.ledger.ledger import Ledger
from bulk_register.ledger.sessions import (
    Center,
    read_until,
    record_page,
    record_sessions,
    sessions,
    strangers,
)
from bulk_register.ledger.stores import inspect_database
from bulk_register.ledger.synced import Profile, record_synced, synced

__all__ = [
    "Center",
    "Ledger",
    "Profile",
    "back_up",
    "extend",
    "got_in",
    "inspect_database",
    "lock",
    "move",
    "read_until",
    "record_page",
    "record_sessions",
    "record_synced",
    "sessions",
    "strangers",
    "synced",
    "tell_ending",
    "told_ending",
]
