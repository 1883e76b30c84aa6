"""What was planned, sent and answered, on disk before and after (SQLite)."""

from bulk_register.ledger.book import Ledger
from bulk_register.ledger.disk import lock

__all__ = ["Ledger", "lock"]
