"""Where a user's own files belong on this system."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def config_folder() -> Path:
    """Return the user's folder for settings; it may not be there yet."""
    return platformdirs.user_config_path("bulk_register", appauthor=False)


def ledger_file() -> Path:
    """Return where a user's ledger is unless another is named: in the user's state folder."""
    return platformdirs.user_state_path("bulk_register", appauthor=False) / "ledger.sqlite3"
