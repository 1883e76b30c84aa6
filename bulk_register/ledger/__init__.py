"""What was planned, sent and answered, on disk before and after (SQLite)."""

from bulk_register.ledger.copying import back_up, move
from bulk_register.ledger.database import lock
from bulk_register.ledger.ledger import Ledger

__all__ = ["Ledger", "back_up", "lock", "move"]
