"""What was planned, sent and answered, on disk before and after (SQLite)."""

from bulk_register.ledger.copying import back_up, move
from bulk_register.ledger.database import lock
from bulk_register.ledger.ledger import Ledger
from bulk_register.ledger.stores import inspect_database
from bulk_register.ledger.synced import Profile, record_synced, synced

__all__ = ["Ledger", "Profile", "back_up", "inspect_database", "lock", "move", "record_synced", "synced"]
