"""What a shell offers while a command is typed. Where something can't be read there is nothing to offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bulk_register.errors import BulkRegisterError
from bulk_register.names import SETTINGS_FILE

MAX_RUNS = 30
Offer = tuple[str, str]  # what may be typed, and a word about it


def choices(*names: str) -> Callable[[str], list[Offer]]:
    """Offer these names."""

    def offer(incomplete: str) -> list[Offer]:
        return _beginning(incomplete, lambda: [(name, "") for name in names])

    return offer


def runs(incomplete: str) -> list[Offer]:
    """Offer earlier runs, the latest first."""
    return _beginning(incomplete, _runs)


def profiles(incomplete: str) -> list[Offer]:
    """Offer the profiles of the settings file in the working folder."""
    return _beginning(incomplete, _profiles)


def zones(incomplete: str) -> list[Offer]:
    """Offer the names of time zones."""
    return _beginning(incomplete, _zones)


def _beginning(incomplete: str, all_of_them: Callable[[], Iterable[Offer]]) -> list[Offer]:
    try:
        return [offer for offer in all_of_them() if offer[0].startswith(incomplete)]
    except (BulkRegisterError, OSError, ValueError):  # the command itself will say what is wrong
        return []


def _runs() -> Iterable[Offer]:
    from datetime import datetime
    from pathlib import Path

    from bulk_register.ledger import Ledger  # slow to load, as are the settings
    from bulk_register.run import ledger_place
    from bulk_register.settings import load_settings

    with Ledger(ledger_place(load_settings({}, command="ledger")), write=False) as ledger:
        for run in ledger.runs()[:MAX_RUNS]:
            begun = datetime.fromtimestamp(run.started).strftime("%Y-%m-%d %H:%M")
            yield str(run.id), f"{begun}, {Path(run.roster).name}"


def _profiles() -> Iterable[Offer]:
    import tomllib
    from pathlib import Path

    content = tomllib.loads(Path(SETTINGS_FILE).read_text(encoding="utf-8-sig"))
    return [(name, "") for name in content.get("profile", {})]


def _zones() -> Iterable[Offer]:
    from zoneinfo import available_timezones

    return [(name, "") for name in sorted(available_timezones())]
