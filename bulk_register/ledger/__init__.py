"""What was planned, sent and answered, on disk before and after (SQLite)."""

from bulk_register.ledger.book import Ledger
from bulk_register.ledger.disk import default_path, lock

__all__ = ["Ledger", "default_path", "lock"]
