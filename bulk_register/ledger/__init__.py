"""What was planned, sent and answered, on disk before and after (SQLite)."""

from bulk_register.ledger.database import lock
from bulk_register.ledger.ledger import Ledger
from bulk_register.ledger.reader import ANSWERED, CONTRADICTED

__all__ = ["ANSWERED", "CONTRADICTED", "Ledger", "lock"]
